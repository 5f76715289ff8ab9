"""Polygons against geometry."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.scene.scene import Scene
from defectsynth.shapes.outline import DrawnPolygon
from tests.layers import area_of

SCENE = Scene(np.full((300, 340), 90, np.uint8))
seeds = st.integers(0, 2**32 - 1)


def polygon(seed: int, angle: float = 0.3, **ranges: Any) -> DrawnPolygon:
    """Return a polygon in the middle of a plain image; every range is fixed."""
    shape = ds.shapes.Polygon(**{f"{name}_range": (value, value) for name, value in ranges.items()})
    return shape.sample(np.random.default_rng(seed), SCENE, ds.places.Place(170.3, 150.2, angle))


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
    shoelace = cv2.contourArea(points)  # smaller than the painted area if sides cross
    assert shoelace <= area_of(drawn) <= shoelace + cv2.arcLength(points, closed=True) + 2


def solidity(seed: int, angle: float, concavity: float) -> float:
    """Return the area of a polygon as a share of its convex hull."""
    points = np.array(polygon(seed, angle, concavity=concavity, corners=9, radius=0.2).outline, np.float32)
    return cv2.contourArea(points) / cv2.contourArea(cv2.convexHull(points))


@given(seed=seeds, angle=st.floats(0, 6.3))
def test_a_polygon_without_concavity_is_convex(seed: int, angle: float) -> None:
    assert solidity(seed, angle, concavity=0.0) == pytest.approx(1.0, abs=1e-3)


def test_more_concavity_cuts_deeper_notches() -> None:
    means = [np.mean([solidity(seed, 0.3, concavity) for seed in range(60)]) for concavity in (0.0, 0.3, 0.6, 0.9)]
    assert means[0] > 0.999
    assert 0.995 > means[1] > means[2] > means[3]
    assert means[3] < 0.75


def test_softness_keeps_the_area() -> None:
    sharp = area_of(polygon(3, radius=0.2, softness=0.0))
    assert area_of(polygon(3, radius=0.2, softness=0.5)) == pytest.approx(sharp, rel=0.01)
