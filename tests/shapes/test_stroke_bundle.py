"""Bundles of strokes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.shapes.stroke_bundle import DrawnStrokeBundle
from tests.layers import layer_of


@given(seed=st.integers(0, 2**32 - 1))
def test_a_bundle_has_its_number_length_direction_and_spread_of_strokes(seed: int) -> None:
    bundle = DrawnStrokeBundle(160.0, 150.0, 0.6, 100.0, 1.0, 60, spread=20.0, disorder=0.1, turn=0.0, seed=seed)
    lines, strengths = bundle.lines()
    extent = lines[:, -1] - lines[:, 0]
    assert lines.shape[0] == len(strengths) == 60
    assert strengths == sorted(strengths)
    assert math.isclose(strengths[-1], 1.0)
    assert strengths[0] >= 0.25
    assert 60.0 < np.abs(extent).max() < 114.0
    assert abs(np.angle(extent.mean()) - 0.6) < 0.07
    assert np.angle(extent * np.exp(-0.6j)).std() == pytest.approx(0.1, rel=0.45)
    middles = (lines[:, 4] - (160 + 150j)) * np.exp(-0.6j)
    assert middles.imag.std() == pytest.approx(20.0, rel=0.45)


def test_a_stroke_of_a_bundle_fades_towards_its_ends() -> None:
    stroke = DrawnStrokeBundle(160.0, 150.0, 0.0, 100.0, 2.0, 1, spread=0.0, disorder=0.0, turn=0.0, seed=1)
    along = layer_of(stroke).alpha.sum(axis=0)
    third = along.size // 3
    assert along[third:-third].min() > 1.5 * along[3 : third // 2].mean()
