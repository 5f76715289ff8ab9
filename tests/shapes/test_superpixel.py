"""Superpixels against the edges that they must follow."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.scene.scene import Scene
from tests.layers import SIZE, alpha_of

seeds = st.integers(0, 2**32 - 1)


def halves(slope: float, shift: float = 0.0, noise: float = 0.0) -> np.ndarray:
    """Return an image that is dark on one side of a slanted line and bright on the other."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    side = (x - 170) * np.cos(slope) + (y - 150) * np.sin(slope) + shift > 0
    grain = np.random.default_rng(0).normal(0, noise, SIZE)
    return np.clip(np.where(side, 180, 70) + grain, 0, 255).astype(np.uint8)


def superpixel(image: np.ndarray, seed: int, *, x: float = 170, y: float = 150, **ranges: float) -> np.ndarray:
    """Return the mask of a superpixel, bool (H, W)."""
    ranges = {"radius": 0.07, "compactness": 0.1} | ranges
    shape = ds.shapes.Superpixel(**{f"{name}_range": (value, value) for name, value in ranges.items()})
    drawn = shape.sample(np.random.default_rng(seed), Scene(image), ds.places.Place(x, y, 0.0))
    return alpha_of(drawn) > 0.5


@given(seed=seeds, slope=st.floats(0, 6.3), noise=st.sampled_from([0.0, 8.0]))
def test_a_superpixel_ends_at_an_edge(seed: int, slope: float, noise: float) -> None:
    image, clean = halves(slope, shift=12, noise=noise), halves(slope, shift=12) > 120
    region = superpixel(image, seed)
    own = region & (clean == clean[150, 170])
    assert own.sum() > 200
    other = (region & ~own).sum()
    assert other <= 0.6 * np.sqrt(own.sum()) + 5, "only pixels along the edge lie beyond it"


def test_a_compact_superpixel_crosses_the_edge() -> None:
    image = halves(0.4)
    crossing = [superpixel(image, seed, compactness=2.0) for seed in range(10)]
    bright = [(region & (image > 120)).sum() / region.sum() for region in crossing]
    assert 0.2 < np.mean(bright) < 0.8, "the cells lie on both sides"
    assert all(
        min((region & (image > 120)).sum(), (region & (image < 120)).sum()) < 60
        for region in (superpixel(image, seed, x=180) for seed in range(10))
    )


@given(seed=seeds)
def test_a_superpixel_on_a_plain_image_is_a_cell_of_one_spacing(seed: int) -> None:
    region = superpixel(np.full(SIZE, 120, np.uint8), seed)
    spacing = 2 * 0.07 * 300
    assert 0.4 * spacing**2 < region.sum() < 2.0 * spacing**2
    points = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    assert region.sum() > 0.85 * cv2.contourArea(cv2.convexHull(points))


def test_a_superpixel_follows_the_outline_of_a_printed_disc() -> None:
    image = np.full(SIZE, 200, np.uint8)
    cv2.circle(image, (170, 150), 16, 60, -1)
    region, disc = superpixel(image, 0, compactness=0.05), image == 60
    assert (region & disc).sum() / (region | disc).sum() > 0.85


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [None, 1, 3, 5])
def test_a_superpixel_does_not_depend_on_dtype_or_channels(dtype: Any, channels: int | None) -> None:
    scale = {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[dtype]
    image = (halves(0.4, shift=12).astype(np.float64) * scale).astype(dtype)
    image = image if channels is None else np.repeat(image[..., None], channels, axis=2)
    expected, found = superpixel(halves(0.4, shift=12), 4), superpixel(image, 4)
    assert (found & expected).sum() > 0.9 * (found | expected).sum()
