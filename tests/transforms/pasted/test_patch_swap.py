"""Swapped patches."""

import numpy as np

import defectsynth as ds
from defectsynth.core.layer import Box


def test_the_pixels_of_two_rectangles_are_exchanged() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    for seed in range(10):
        sample = ds.synthesize(noise, ds.PatchSwap(), seed=seed)
        first, second = (Box(*sample.defects[0]["recipe"][name]) for name in ("first", "second"))
        np.testing.assert_array_equal(sample.image[first.slices], noise[second.slices])
        np.testing.assert_array_equal(sample.image[second.slices], noise[first.slices])
        assert (sample.mask > 0).sum() == 2 * first.shape[0] * first.shape[1]
