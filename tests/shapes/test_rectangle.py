"""Rectangles."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from defectsynth.shapes.rectangle import DrawnRectangle
from tests.layers import layer_of


@pytest.mark.parametrize("turn", np.linspace(0.0, math.pi / 2, 5).tolist())
@pytest.mark.parametrize("size", [(40.0, 9.0), (12.0, 70.0)])
def test_a_rectangle_has_its_area_and_a_tight_box(turn: float, size: tuple[float, float]) -> None:
    layer = layer_of(DrawnRectangle(100.3, 90.6, *size, turn))
    assert layer.alpha.sum() == pytest.approx(size[0] * size[1], abs=1.2 * sum(size))
    rows, columns = np.flatnonzero(layer.alpha.any(axis=1)), np.flatnonzero(layer.alpha.any(axis=0))
    assert rows[0] <= 3
    assert columns[0] <= 3
    assert rows[-1] >= layer.box.shape[0] - 4
    assert columns[-1] >= layer.box.shape[1] - 4


def test_rectangles_are_moved_into_the_image() -> None:
    scene = Scene(np.zeros((60, 90), np.uint8))
    shapes = (
        ds.shapes.Rectangle(area_range=(0.1, 0.1)),
        ds.shapes.RotatedRectangle(length_range=(0.5, 0.5)),
        ds.shapes.GammaRectangle(),
    )
    for shape in shapes:
        for seed, (x, y) in enumerate([(0, 0), (89, 0), (45, 59), (-0.5, 59.5)]):
            rectangle = shape.sample(np.random.default_rng(seed), scene, ds.places.Place(x, y, 0.0))
            cos, sin = abs(math.cos(rectangle.turn)), abs(math.sin(rectangle.turn))
            half = rectangle.width * cos + rectangle.height * sin, rectangle.width * sin + rectangle.height * cos
            assert half[0] / 2 - 0.5 - 1e-6 <= rectangle.x <= 89.5 - half[0] / 2 + 1e-6
            assert half[1] / 2 - 0.5 - 1e-6 <= rectangle.y <= 59.5 - half[1] / 2 + 1e-6
