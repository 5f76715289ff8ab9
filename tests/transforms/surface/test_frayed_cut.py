"""Cuts in cloth with pulled fibres."""

import numpy as np

import defectsynth as ds

CLOTH = np.tile(np.uint8([[90, 180, 180, 90], [60, 170, 120, 90]]), (80, 40))


def test_the_opening_is_dark_and_fibers_in_the_colors_of_the_cloth_leave_it() -> None:
    for seed in range(8):
        bare = ds.synthesize(CLOTH, ds.FrayedCut(fibers_range=(0, 0)), seed=seed)
        frayed = ds.synthesize(CLOTH, ds.FrayedCut(fibers_range=(20, 20), tone_range=(0.0, 0.0)), seed=seed)
        assert bare.image[bare.mask > 0].mean() < CLOTH.mean() - 15
        fibers = (frayed.mask > 0) & (bare.mask == 0)
        assert np.count_nonzero(fibers) > 20
        assert frayed.image[fibers].mean() > bare.image[bare.mask > 0].mean() + 15
