"""Strokes with taper and gaps."""

import math

import numpy as np
import pytest

from tests.layers import area_of, straight_stroke


@pytest.mark.parametrize("angle", np.linspace(0.0, math.pi, 7).tolist(), ids=lambda angle: f"{angle:.1f}")
@pytest.mark.parametrize("width", [8, 12, 20, 31])
def test_a_stroke_has_the_area_of_its_length_and_width(angle: float, width: float) -> None:
    area = area_of(straight_stroke(angle, width=width))
    assert area == pytest.approx(150 * width, abs=0.7 * 150)


def test_taper_and_gaps_reduce_the_area() -> None:
    full = area_of(straight_stroke())
    tapered = [area_of(straight_stroke(taper=taper)) for taper in (0.3, 0.6, 1.0)]
    assert full > tapered[0] > tapered[1] > tapered[2] > 0.4 * full
    broken = area_of(straight_stroke(gaps=((0.3, 0.4), (0.6, 0.65))))
    assert broken == pytest.approx(0.85 * full, rel=0.05)
