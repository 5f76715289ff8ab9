"""Polygons against geometry; superpixels against the edges that they must follow."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.scene.scene import Scene
from defectsynth.shapes.outline import DrawnPolygon

SIZE = (300, 340)
seeds = st.integers(0, 2**32 - 1)


def polygon(seed: int, angle: float = 0.3, **ranges: Any) -> DrawnPolygon:
    """A polygon in the middle of a plain picture; every range is fixed."""
    shape = ds.shapes.Polygon(**{f"{name}_range": (value, value) for name, value in ranges.items()})
    return shape.sample(
        np.random.default_rng(seed), Scene(np.full(SIZE, 90, np.uint8)), ds.places.Place(170.3, 150.2, angle)
    )


def area_of(drawn: DrawnPolygon) -> float:
    layer = drawn.layer(SIZE, margin=0)
    assert layer is not None
    return float(layer.alpha.sum())


@given(seed=seeds, corners=st.integers(3, 24), concavity=st.floats(0, 0.9), aspect=st.floats(0.4, 1.0))
def test_a_polygon_has_its_corners_and_no_side_crosses_another(
    seed: int, corners: int, concavity: float, aspect: float
) -> None:
    drawn = polygon(seed, radius=0.2, corners=corners, concavity=concavity, aspect=aspect)
    points = np.array(drawn.outline, np.float32)
    assert len(points) == corners
    reach = np.hypot(*(points - (170.3, 150.2)).T)
    assert reach.max() <= 0.2 * 300 + 0.1
    assert reach.min() >= (1 - concavity) * aspect * 0.2 * 300 - 0.1
    shoelace = cv2.contourArea(points)  # less than what is painted where sides cross
    assert shoelace <= area_of(drawn) <= shoelace + cv2.arcLength(points, closed=True) + 2


def solidity(seed: int, angle: float, concavity: float) -> float:
    """Area of a polygon as a share of that of its convex hull."""
    points = np.array(polygon(seed, angle, concavity=concavity, corners=9, radius=0.2).outline, np.float32)
    return cv2.contourArea(points) / cv2.contourArea(cv2.convexHull(points))


@given(seed=seeds, angle=st.floats(0, 6.3))
def test_without_concavity_it_is_convex(seed: int, angle: float) -> None:
    assert solidity(seed, angle, concavity=0.0) == pytest.approx(1.0, abs=1e-3)


def test_the_more_concavity_the_deeper_its_notches() -> None:
    means = [np.mean([solidity(seed, 0.3, concavity) for seed in range(60)]) for concavity in (0.0, 0.3, 0.6, 0.9)]
    assert means[0] > 0.999
    assert 0.995 > means[1] > means[2] > means[3]
    assert means[3] < 0.75


def test_a_soft_rim_spreads_alpha_and_takes_none() -> None:
    sharp = area_of(polygon(3, radius=0.2, softness=0.0))
    assert area_of(polygon(3, radius=0.2, softness=0.5)) == pytest.approx(sharp, rel=0.01)


def halves(slope: float, shift: float = 0.0, noise: float = 0.0) -> np.ndarray:
    """A picture that is dark to one side of a slanted line and bright to the other."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    side = (x - 170) * np.cos(slope) + (y - 150) * np.sin(slope) + shift > 0
    grain = np.random.default_rng(0).normal(0, noise, SIZE)
    return np.clip(np.where(side, 180, 70) + grain, 0, 255).astype(np.uint8)


def superpixel(image: np.ndarray, seed: int, *, x: float = 170, y: float = 150, **ranges: float) -> np.ndarray:
    """The pixels of a superpixel, (H, W) bool."""
    ranges = {"radius": 0.07, "compactness": 0.1} | ranges
    shape = ds.shapes.Superpixel(**{f"{name}_range": (value, value) for name, value in ranges.items()})
    layer = shape.sample(np.random.default_rng(seed), Scene(image), ds.places.Place(x, y, 0.0)).layer(SIZE, margin=0)
    assert layer is not None
    whole = np.zeros(SIZE, bool)
    whole[layer.box.slices] = layer.alpha > 0.5
    return whole


@given(seed=seeds, slope=st.floats(0, 6.3), noise=st.sampled_from([0.0, 8.0]))
def test_a_superpixel_ends_at_an_edge(seed: int, slope: float, noise: float) -> None:
    image, clean = halves(slope, shift=12, noise=noise), halves(slope, shift=12) > 120
    region = superpixel(image, seed)
    own = region & (clean == clean[150, 170])
    assert own.sum() > 200
    other = (region & ~own).sum()
    assert other <= 0.6 * np.sqrt(own.sum()) + 5, "no more than the pixels along the edge lie beyond it"


def test_compactness_outweighs_the_edge() -> None:
    image = halves(0.4)
    crossing = [superpixel(image, seed, compactness=2.0) for seed in range(10)]
    bright = [(region & (image > 120)).sum() / region.sum() for region in crossing]
    assert 0.2 < np.mean(bright) < 0.8, "a cell that lies on both sides"
    assert all(
        min((region & (image > 120)).sum(), (region & (image < 120)).sum()) < 60
        for region in (superpixel(image, seed, x=180) for seed in range(10))
    )


@given(seed=seeds)
def test_on_plain_ground_it_is_a_cell_of_one_spacing(seed: int) -> None:
    region = superpixel(np.full(SIZE, 120, np.uint8), seed)
    spacing = 2 * 0.07 * 300
    assert 0.4 * spacing**2 < region.sum() < 2.0 * spacing**2
    points = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    assert region.sum() > 0.85 * cv2.contourArea(cv2.convexHull(points))


def test_it_follows_what_is_printed() -> None:
    image = np.full(SIZE, 200, np.uint8)
    cv2.circle(image, (170, 150), 16, 60, -1)
    region, disc = superpixel(image, 0, compactness=0.05), image == 60
    assert (region & disc).sum() / (region | disc).sum() > 0.85


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [None, 1, 3, 5])
def test_the_outline_does_not_depend_on_dtype_or_channels(dtype: Any, channels: int | None) -> None:
    scale = {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[dtype]
    image = (halves(0.4, shift=12).astype(np.float64) * scale).astype(dtype)
    image = image if channels is None else np.repeat(image[..., None], channels, axis=2)
    expected, found = superpixel(halves(0.4, shift=12), 4), superpixel(image, 4)
    assert (found & expected).sum() > 0.9 * (found | expected).sum()
