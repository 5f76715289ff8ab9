"""Defects drawn over others of the same image."""

import numpy as np

import defectsynth as ds

Y, X = np.mgrid[:64, :64]
DISC = np.repeat(np.where(np.hypot(X - 32, Y - 32) < 20, 200, 120)[..., None], 3, axis=2).astype(np.uint8)


def test_pixels_that_a_second_defect_would_restore_stay_changed_and_marked() -> None:
    for seed in range(8):  # the shift moves plain surface onto some of the spots
        spot = ds.synthesize(DISC, ds.ColorSpot(where="object"), seed=seed)
        shift = ds.synthesize(DISC, ds.PatternShift(), seed=seed)
        both = ds.redraw(DISC, [*spot.defects, *shift.defects])
        changed = (both.image != DISC).any(axis=2)
        np.testing.assert_array_equal(both.mask > 0, changed)
        assert (both.mask[spot.mask > 0] > 0).all()
