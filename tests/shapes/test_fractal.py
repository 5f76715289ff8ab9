"""Fractal clouds."""

import math

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.core.layer import Layer
from defectsynth.shapes.fractal import DrawnFractal
from tests.layers import layer_of

seeds = given(seed=st.integers(0, 2**32 - 1))


def cloud(seed: int, *, radius: float = 70.0, cover: float = 0.4, softness: float = 0.0, **other: float) -> Layer:
    """Return the layer of a cloud in the middle of the image."""
    numbers = {"aspect": 1.0, "raggedness": 0.6, "gain": 0.5} | other
    drawn = DrawnFractal(165.0, 150.0, 0.4, radius=radius, cover=cover, softness=softness, seed=seed, **numbers)
    return layer_of(drawn, margin=2)


@seeds
def test_a_cloud_covers_its_share_of_its_ellipse(seed: int) -> None:
    for cover in (0.2, 0.4, 0.6):
        for aspect in (1.0, 0.5):
            layer = cloud(seed, cover=cover, aspect=aspect)
            assert abs(float(layer.alpha.sum()) / (math.pi * 70**2 * aspect) - cover) < 0.06
            assert max(layer.box.shape) <= 2 * 70 + 2 * 4


@seeds
def test_a_sharp_cloud_is_sharp_at_every_aspect(seed: int) -> None:
    for aspect in (1.0, 0.5, 0.25):
        alpha = cloud(seed, aspect=aspect).alpha
        assert (alpha > 0.9).sum() > 0.5 * (alpha > 0.1).sum()


def test_a_ragged_cloud_has_a_longer_outline() -> None:
    def outline(**numbers: float) -> float:
        """Return the mean length of the outline of several clouds."""
        lengths = []
        for seed in range(12):
            contours, _ = cv2.findContours(
                (cloud(seed, **numbers).alpha > 0.5).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
            )
            lengths.append(sum(cv2.arcLength(contour, closed=True) for contour in contours))
        return float(np.mean(lengths))

    plain, ragged, rough = outline(raggedness=0.0), outline(raggedness=0.8), outline(raggedness=0.8, gain=0.9)
    assert plain < 1.2 * 2 * math.pi * 70 * math.sqrt(0.4)  # an ellipse
    assert 1.3 * plain < ragged < rough


@seeds
def test_a_cloud_ends_inside_its_ellipse_and_a_soft_one_has_no_sharp_edge(seed: int) -> None:
    layer = cloud(seed, cover=0.9, softness=1.0, raggedness=1.0)
    y, x = np.mgrid[layer.box.y0 : layer.box.y1, layer.box.x0 : layer.box.x1]
    assert np.hypot(x - 165, y - 150)[layer.alpha > 0.5].max() < 1.15 * 70
    soft = cloud(seed, softness=1.0).alpha
    assert np.abs(np.diff(soft, axis=1)).max() < 0.5
