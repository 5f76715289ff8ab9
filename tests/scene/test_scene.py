"""Light and color of a scene."""

import math
from typing import Any

import numpy as np
import pytest

from defectsynth.scene.scene import Scene

PEAK = {np.uint8: 255, np.uint16: 65535, np.float32: 1}


@pytest.mark.parametrize("dtype", PEAK, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("direction", [0.0, 0.5, 1.0, -0.5], ids=["right", "below", "left", "above"])
def test_the_light_comes_from_the_brighter_side(dtype: Any, direction: float) -> None:
    y, x = 0.3 * np.mgrid[-1:1:80j, -1:1:90j]
    ramp = 0.5 + x * math.cos(direction * math.pi) + y * math.sin(direction * math.pi)
    turn = Scene((ramp * PEAK[dtype]).astype(dtype)).light - direction * math.pi
    assert abs(math.remainder(turn, 2 * math.pi)) < math.radians(10)
    flat = Scene(np.full((50, 60, 3), 0.3 * PEAK[dtype], dtype))
    assert flat.light == pytest.approx(-0.75 * math.pi, abs=1e-3), "a plain image is lit from the upper left"


def test_images_with_equal_channels_are_monochrome() -> None:
    gray = np.random.default_rng(0).integers(0, 255, (40, 50, 1), np.uint8)
    assert all(Scene(image).monochrome for image in (gray, gray[..., 0], np.repeat(gray, 5, axis=2)))
    assert not Scene(np.concatenate([gray, gray, gray // 2], axis=2)).monochrome
