"""Marker strokes."""

import numpy as np

import defectsynth as ds


def test_ink_absorbs_a_share_of_the_light_so_that_highlights_shine_through() -> None:
    metal = np.tile(np.repeat(np.uint8([80, 240]), 2), (160, 40))
    marker = ds.MarkerStroke(where="anywhere", dry_range=(0, 0), palettes=("gray",), width_range=(0.08, 0.1))
    for seed in range(8):
        sample = ds.synthesize(metal, marker, seed=seed)
        assert (sample.image <= metal).all()
        ratio = sample.image.astype(float) / metal
        core = ratio < ratio.min() + 0.02
        bright, dark = (sample.image[core & (metal == level)].mean() for level in (240, 80))
        assert abs(bright - 3 * dark) < 12
