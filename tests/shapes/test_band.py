"""Bands with torn ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.shapes.band import DrawnBand
from tests.layers import area_of


@given(angle=st.floats(0, 6.3), teeth=st.lists(st.floats(0, 1), min_size=18, max_size=18))
def test_a_band_is_a_rectangle_less_its_torn_ends(angle: float, teeth: list[float]) -> None:
    cut = DrawnBand(160.3, 150.2, angle, 120.0, 40.0, 0.0, tuple(teeth))
    assert area_of(cut) == pytest.approx(120 * 40, rel=0.02)
    torn = DrawnBand(160.3, 150.2, angle, 120.0, 40.0, 0.25, tuple(teeth))
    lost = sum(0.25 * 40 * 40 / 8 * (sum(end) - 0.5 * (end[0] + end[-1])) for end in (teeth[:9], teeth[9:]))
    assert area_of(cut) - area_of(torn) == pytest.approx(lost, abs=130)
