"""Crushed patterns."""

import numpy as np

import defectsynth as ds


def test_pieces_move_gaps_are_dark_and_crests_glint() -> None:
    teeth = np.tile(np.repeat(np.uint8([60, 150]), 5), (200, 20))
    moved, dark, glinting = (
        ds.CrushedPattern(length_range=(0.3, 0.3), width_range=(0.2, 0.2), **ranges)
        for ranges in (
            {"dark_range": (0, 0), "glint_range": (0, 0)},
            {"turmoil_range": (0, 0), "dark_range": (0.6, 0.6), "glint_range": (0, 0)},
            {"turmoil_range": (0, 0), "dark_range": (0, 0), "glint_range": (0.8, 0.8)},
        )
    )
    for seed in range(8):
        sample = ds.synthesize(teeth, moved, seed=seed)
        assert 60 <= sample.image.min() <= sample.image.max() <= 150
        assert (ds.synthesize(teeth, dark, seed=seed).image <= teeth).all()
        gain = ds.synthesize(teeth, glinting, seed=seed).image.astype(int) - teeth
        assert gain.min() >= 0
        assert gain[teeth == 150].sum() > 2 * gain[teeth == 60].sum()
