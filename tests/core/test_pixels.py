"""Conversion of planes to pixels."""

from typing import Any

import numpy as np
import pytest

from defectsynth.core.pixels import alpha_composite, planes_to_pixels
from defectsynth.scene.scene import Scene

PEAK = {np.uint8: 255, np.uint16: 65535, np.float32: 1}


@pytest.mark.parametrize("dtype", PEAK, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("channels", [None, 1, 3, 5])
def test_pixels_are_rounded_clipped_and_survive_the_round_trip(dtype: Any, channels: int | None) -> None:
    every = np.linspace(0, PEAK[dtype], 65536).round(0 if PEAK[dtype] > 1 else 9).astype(dtype).reshape(256, 256)
    image = every if channels is None else np.stack([every] * channels, axis=2)
    np.testing.assert_array_equal(planes_to_pixels(Scene(image).planes(image), image, PEAK[dtype]), image)
    planes = np.random.default_rng(0).uniform(-1, 2, (channels or 1, 256, 256)).astype(np.float32)
    result = planes_to_pixels(planes, image, PEAK[dtype])
    exact = np.moveaxis(planes.astype(np.float64).clip(0, 1) * PEAK[dtype], 0, -1).reshape(image.shape)
    assert result.dtype == dtype
    assert np.abs(result - exact).max() <= (0.505 if PEAK[dtype] > 1 else 0)


def test_blended_bytes_are_those_of_exact_arithmetic() -> None:
    under, over = (plane.astype(np.uint8)[..., None] for plane in np.mgrid[:256, :256])
    for opacity in (1, 77, 128, 254):
        cover = np.full((256, 256), opacity, np.uint8)
        blended = under.copy()
        alpha_composite(blended, over, cover, 255.0)
        exact = (over.astype(int) * opacity + under.astype(int) * (255 - opacity)) / 255
        assert (blended == np.rint(exact)).all()
