"""Shuffled tiles."""

import numpy as np

import defectsynth as ds
from defectsynth.core.layer import Box
from defectsynth.scene.scene import Scene


def test_shuffling_keeps_every_pixel_and_moves_most() -> None:
    image = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16
    scene, box = Scene(image), Box(0, 0, 64, 64)
    look = ds.looks.Shuffled(tiles_range=(4, 4), jitter_range=(0, 0)).sample(
        np.random.default_rng(2), scene, ds.places.Place(1, 1, 0)
    )
    shuffled = look.pixels(image, box, scene)
    assert (np.sort(shuffled.ravel()) == image.ravel()).all()
    part = Box(10, 5, 40, 60)
    np.testing.assert_array_equal(look.pixels(image[part.slices], part, scene), shuffled[part.slices])
    assert (shuffled != image).mean() > 0.8
