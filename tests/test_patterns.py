"""The procedural textures and the shapes that pasted defects have."""

import math

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.layer import Box
from defectsynth.functional.textures import TEXTURES
from defectsynth.scene.scene import Scene
from defectsynth.shapes.perlin import DrawnPerlin
from defectsynth.shapes.rectangle import DrawnRectangle

families = pytest.mark.parametrize("family", TEXTURES)


def drawn(family: str, scale: float, seed: int = 3) -> np.ndarray:
    return TEXTURES[family](np.random.default_rng(seed), (96, 128), scale)


@families
def test_a_pattern_has_contrast_and_stays_in_range(family: str) -> None:
    for scale in (1.5, 6.0, 40.0):
        pattern = drawn(family, scale)
        assert (pattern.shape, np.isfinite(pattern).all()) == ((96, 128), True)
        assert -0.6 < pattern.min() < pattern.max() < 1.6
        assert 0.1 < pattern.mean() < 0.9 or family in {"dots", "mesh"}
    assert drawn(family, 6.0).std() > 0.08
    for shape in ((1, 1), (1, 30), (30, 1), (2, 3)):
        assert TEXTURES[family](np.random.default_rng(0), shape, 2.0).shape == shape


@families
def test_a_pattern_is_as_coarse_as_its_scale(family: str) -> None:
    fine, coarse = (cv2.GaussianBlur(drawn(family, scale), (0, 0), 5).std() for scale in (2.0, 14.0))
    assert coarse > (1.0 if family in {"paper", "brushed"} else 1.5) * fine


@families
def test_a_pattern_follows_its_seed(family: str) -> None:
    np.testing.assert_array_equal(drawn(family, 6.0), drawn(family, 6.0))
    assert (drawn(family, 6.0) != drawn(family, 6.0, seed=4)).mean() > 0.3


def test_a_texture_lies_between_its_two_colours() -> None:
    scene, box = Scene(np.zeros((400, 420, 3), np.uint8)), Box(5, 9, 400, 390)
    for seed in range(20):
        look = ds.looks.Texture().sample(np.random.default_rng(seed), scene, ds.places.Place(9, 9, 0))
        laid = look.pixels(scene.image[box.slices], box, scene)
        ends = np.sort([look.dark, look.light], axis=0) * 255
        assert (laid >= ends[0] - 1).all()
        assert (laid <= ends[1] + 1).all()


@pytest.mark.parametrize("turn", np.linspace(0.0, math.pi / 2, 5).tolist())
@pytest.mark.parametrize("size", [(40.0, 9.0), (12.0, 70.0)])
def test_area_of_a_rectangle(turn: float, size: tuple[float, float]) -> None:
    layer = DrawnRectangle(100.3, 90.6, *size, turn).layer((200, 220), margin=0)
    assert layer.alpha.sum() == pytest.approx(size[0] * size[1], abs=1.2 * sum(size))
    rows, columns = np.flatnonzero(layer.alpha.any(axis=1)), np.flatnonzero(layer.alpha.any(axis=0))
    assert rows[0] <= 3
    assert columns[0] <= 3
    assert rows[-1] >= layer.box.shape[0] - 4
    assert columns[-1] >= layer.box.shape[1] - 4


def test_rectangles_are_moved_into_the_picture() -> None:
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


def test_half_of_the_noise_is_above_zero_and_gathering_draws_it_to_the_middle() -> None:
    shares, middles = [], []
    for seed in range(60):
        even = DrawnPerlin(60, 60, 120, 120, 8, 8, turn=0.4, threshold=0.0, gather=0.0, seed=seed)
        shares.append(even.layer((121, 121), margin=0).alpha.sum() / 120**2)
        gathered = DrawnPerlin(60, 60, 120, 120, 4, 4, turn=0.4, threshold=0.35, gather=1.0, seed=seed)
        layer = gathered.layer((121, 121), margin=0)
        if layer is not None:
            rows, columns = np.nonzero(layer.alpha)
            middles.append(np.hypot(rows + layer.box.y0 - 60, columns + layer.box.x0 - 60).mean())
    assert np.mean(shares) == pytest.approx(0.5, abs=0.04)
    assert len(middles) >= 58
    assert np.mean(middles) < 30
