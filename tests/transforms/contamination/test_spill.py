"""Spilled liquid."""

import numpy as np
import pytest

import defectsynth as ds

NOISE = np.random.default_rng(0).integers(100, 200, (160, 160, 3), np.uint8)


@pytest.mark.parametrize(("liquid", "channel"), [("oil", 2), ("varnish", 2), ("wine", 1)])
def test_a_film_absorbs_its_color_and_levels_the_texture(liquid: str, channel: int) -> None:
    spill = ds.Spill(
        liquids=(liquid,), smoothing_range=(0.8, 0.8), haze_range=(0, 0), gloss_range=(0, 0), softness_range=(0, 0)
    )
    for seed in range(6):
        sample = ds.synthesize(NOISE, spill, seed=seed)
        inside = sample.mask > 0
        change = sample.image[inside].astype(float).mean(axis=0) - NOISE[inside].mean(axis=0)
        assert change.argmin() == channel
        assert change.max() < 0
        assert sample.image[inside][:, 0].std() < 0.7 * NOISE[inside][:, 0].std()
