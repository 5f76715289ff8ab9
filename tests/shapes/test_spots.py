"""Spots."""

import math

import pytest

from tests.layers import area_of, ellipse


@pytest.mark.parametrize("radius", [12, 20, 50])
@pytest.mark.parametrize("aspect", [1.0, 0.7, 0.4])
def test_a_spot_has_the_area_of_its_ellipse(radius: float, aspect: float) -> None:
    sharp, expected = area_of(ellipse(radius, aspect)), math.pi * radius**2 * aspect
    assert 0.98 * expected <= sharp <= expected + 0.7 * 2 * math.pi * radius
    for softness in (0.2, 0.6, 1.0):
        soft = area_of(ellipse(radius, aspect, softness * radius))
        assert soft == pytest.approx(sharp, rel=0.01), "softness keeps the area"
