"""Pixels taken from another image."""

from typing import Any

import numpy as np
import pytest

from defectsynth.core.layer import Box
from defectsynth.io import sources
from defectsynth.looks.other_image import DrawnOtherImage
from defectsynth.scene.scene import Scene


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [None, 1, 3, 5])
def test_the_pixels_take_on_dtype_and_channels_of_the_image(dtype: Any, channels: int | None) -> None:
    peak = {np.uint8: 255, np.uint16: 65535, np.float32: 1.0}[dtype]
    shape = (50, 40) if channels is None else (50, 40, channels)
    scene = Scene((np.random.default_rng(0).random(shape) * peak).astype(dtype))
    before = scene.image[5:25, 3:33]
    for other in (np.full((60, 60), 51, np.uint8), np.full((9, 9, 3), 0.2, np.float32)):
        held = sources.ImagesInMemory("source", (other,))  # an image in memory lives as long as its source
        name = sources.choose_image(held, 0.0)
        drawn = DrawnOtherImage(name, same=False, u=0.3, v=0.9, turn=0.0, zoom=1.0, jitter=(0.0,) * 4)
        pixels = drawn.pixels(before, Box(3, 5, 33, 25), scene)
        assert (pixels.shape, pixels.dtype) == (before.shape, before.dtype)
        np.testing.assert_allclose(pixels / peak, 0.2, atol=0.003)


def test_a_crop_is_turned_and_zoomed_about_its_middle() -> None:
    y, x = np.mgrid[:120, :120].astype(np.float32) / 120
    scene = Scene(np.stack([x, y, 0 * x], axis=2))
    box = Box(10, 20, 41, 61)
    for turn, zoom in ((0.0, 2.0), (np.pi / 2, 1.0), (0.5, 0.8)):
        crop = DrawnOtherImage("", same=False, u=0.5, v=0.5, turn=turn, zoom=zoom, jitter=(0.0,) * 4)
        pixels = crop.pixels(scene.image[box.slices], box, scene)
        cos, sin, step = np.cos(turn), np.sin(turn), 5 / 120 / zoom
        np.testing.assert_allclose(pixels[20, 20] - pixels[20, 15], np.array([cos, -sin, 0]) * step, atol=2e-3)
        np.testing.assert_allclose(pixels[25, 15] - pixels[20, 15], np.array([sin, cos, 0]) * step, atol=2e-3)
