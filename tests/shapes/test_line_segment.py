"""Straight line segments."""

import math

import numpy as np
import pytest

from defectsynth.shapes.line_segment import DrawnLineSegment
from tests.layers import area_of


@pytest.mark.parametrize("angle", np.linspace(0.0, math.pi, 7).tolist(), ids=lambda angle: f"{angle:.1f}")
@pytest.mark.parametrize("width", [12, 20, 31])
def test_a_segment_has_the_area_of_its_length_and_width(angle: float, width: float) -> None:
    x, y = 60 * math.cos(angle), 60 * math.sin(angle)
    area = area_of(DrawnLineSegment(160.3 - x, 150.2 - y, 160.3 + x, 150.2 + y, width))
    expected = 120 * width + math.pi * (width / 2) ** 2  # round caps
    assert 0.98 * expected <= area <= expected + 1.3 * (2 * 120 + math.pi * width)  # cv2's antialiasing adds a rim
