"""The strokes of a file."""

import math

import cv2
import numpy as np
import pytest

from defectsynth.core.layer import Box, Layer
from defectsynth.looks.filed import DrawnFiled
from defectsynth.scene.scene import Scene


@pytest.mark.parametrize("angle", [0.0, 0.7, 1.9])
def test_strokes_have_their_contrast_and_direction(angle: float) -> None:
    face = DrawnFiled(0.0, stroke=0.06, grain=2.0, slope=0.0, turn=0.0, angle=angle, light=0.0, seed=3)
    surface, layer = (
        np.full((1, 120, 120), 0.5, np.float32),
        Layer(Box(0, 0, 120, 120), np.ones((120, 120), np.float32)),
    )
    painted = face.paint(surface, layer, Scene(np.full((120, 120), 128, np.uint8)))[0][0][10:-10, 10:-10]
    assert painted.mean() == pytest.approx(0.5, abs=0.02)
    assert 0.03 < painted.std() < 0.1
    across, down = cv2.Sobel(painted, cv2.CV_32F, 1, 0), cv2.Sobel(painted, cv2.CV_32F, 0, 1)
    normal = 0.5 * math.atan2(2 * float((across * down).mean()), float((across**2 - down**2).mean()))
    assert abs(math.remainder(normal + 0.5 * math.pi - angle, math.pi)) < 0.1
