"""Ruptures of plates."""

import numpy as np

import defectsynth as ds

PLATE = np.full((160, 160), 150, np.uint8)


def test_long_arms_run_out_of_the_image_and_chips_lie_beside_the_gap() -> None:
    rupture = ds.Rupture(
        width_range=(0.03, 0.03),
        length_range=(2.0, 2.0),
        arms_range=(3, 3),
        bend_range=(0, 0),
        chips_range=(0.03, 0.03),
    )
    for seed in range(8):
        sample = ds.synthesize(PLATE, rupture, seed=seed)
        gap, chips = sample.image < 75, sample.image > 155
        assert sum(side.any() for side in (gap[0], gap[-1], gap[:, 0], gap[:, -1])) >= 1
        assert chips.any()
        rows, columns = np.nonzero(gap)
        for y, x in np.argwhere(chips)[::40]:
            assert np.hypot(rows - y, columns - x).min() < 0.03 * 160 + 3
