"""Texture patches."""

import numpy as np

import defectsynth as ds


def test_the_texture_comes_from_the_source() -> None:
    dark = np.full((80, 100, 3), 32, np.uint8)
    white = np.full((30, 40, 3), 255, np.uint8)
    sample = ds.synthesize(dark, ds.TexturePatch(source=[white], opacity_range=(1, 1)), seed=1)
    assert sample.image[sample.mask > 0].min() > 180
