"""Strips along the edge of an object."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from tests.images import DISC_SIZE, gray_disc
from tests.layers import alpha_of


@pytest.mark.parametrize("depth", [0.0, 0.1])
@pytest.mark.parametrize("seed", range(5))
def test_a_strip_follows_the_outline_at_its_depth(depth: float, seed: int) -> None:
    shape = ds.shapes.EdgeStrip(
        length_range=(0.8, 0.8), depth_range=(depth, depth), width_range=(0.05, 0.05), raggedness_range=(0, 0)
    )
    turn = 1.1 * seed
    place = ds.places.Place(160 + 85 * math.cos(turn), 120 + 85 * math.sin(turn), 0.0)
    strip = shape.sample(np.random.default_rng(seed), Scene(gray_disc()), place)
    y, x = np.nonzero(alpha_of(strip, DISC_SIZE) > 0.5)
    depths = 90 - np.hypot(x - 160, y - 120)
    assert np.quantile(depths, 0.02) >= 24 * (depth > 0) - 9
    assert 24 * (depth > 0) + 4 <= np.quantile(depths, 0.98) <= 24 * (depth > 0) + 16
    angles = np.remainder(np.arctan2(y - 120, x - 160) - turn + math.pi, 2 * math.pi) - math.pi
    assert 0.8 * 0.8 * 240 <= 90 * np.ptp(angles) <= 1.2 * 0.8 * 240, "the length is measured along the outline"


def test_a_strip_without_an_object_is_straight() -> None:
    plain = Scene(np.full((*DISC_SIZE, 3), 90, np.uint8))
    shape = ds.shapes.EdgeStrip(length_range=(0.5, 0.5), width_range=(0.05, 0.05))
    strip = shape.sample(np.random.default_rng(0), plain, ds.places.Place(160.0, 120.0, 0.0))
    y, x = np.nonzero(alpha_of(strip, DISC_SIZE) > 0.5)
    assert np.ptp(x) == pytest.approx(120, abs=8)
    assert np.ptp(y) < 30
