"""Flats ground by a tool."""

import math

import pytest

from defectsynth.shapes.ground_flat import DrawnGroundFlat
from tests.layers import area_of


@pytest.mark.parametrize("aspect", [1.0, 0.5])
def test_a_flat_has_the_area_of_its_ellipse(aspect: float) -> None:
    flat = DrawnGroundFlat(100.3, 90.1, 0.4, radius=40.0, aspect=aspect, unevenness=0.0, raggedness=0.0, seed=1)
    area = math.pi * 40**2 * aspect
    assert 0.97 * area <= area_of(flat) <= area + 0.7 * 2 * math.pi * 40  # cv2's antialiasing adds a rim
