"""Color shifts in CIELAB."""

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.layer import Box, Layer
from defectsynth.looks.color_shift import SHIFTS, DrawnColorShift
from defectsynth.scene.scene import Scene

SIZE = (300, 340)
LAYER = Layer(Box(10, 20, 60, 50), np.ones((30, 50), np.float32))


@pytest.mark.parametrize("family", SHIFTS)
def test_a_shift_moves_lab_by_the_drawn_amounts_and_keeps_the_texture(family: str) -> None:
    rng = np.random.default_rng(0)
    scene = Scene(rng.integers(110, 150, (*SIZE, 3), np.uint8))
    surface = scene.planes(scene.image[LAYER.box.slices])
    look = ds.looks.ColorShift(shifts=(family,)).sample(rng, scene, ds.places.Place(30, 30, 0))
    pixels, _ = look.paint(surface, LAYER, scene)
    before, after = (cv2.cvtColor(cv2.merge(list(planes)), cv2.COLOR_RGB2Lab) for planes in (surface, pixels))
    inside = ((pixels > 0.01) & (pixels < 0.99)).all(axis=0)
    moved = (after - before)[inside]
    assert inside.mean() > 0.5
    np.testing.assert_allclose(moved.mean(axis=0), (look.lightness, look.red, look.yellow), atol=0.3)
    assert moved.std(axis=0).max() < 0.3, "the texture is kept"


def test_gray_images_shift_in_lightness_only_with_one_channel_or_three() -> None:
    gray = np.random.default_rng(1).integers(60, 200, SIZE, np.uint8)
    color, single = Scene(np.repeat(gray[..., None], 3, axis=2)), Scene(gray)
    for seed in range(20):
        looks = [
            ds.looks.ColorShift(shifts=tuple(SHIFTS)).sample(
                np.random.default_rng(seed), scene, ds.places.Place(30, 30, 0)
            )
            for scene in (color, single)
        ]
        assert looks[0] == looks[1]
        assert looks[0].red == looks[0].yellow == 0.0
    lighter = DrawnColorShift(20.0, 0.0, 0.0).paint(single.planes(gray[LAYER.box.slices]), LAYER, single)[0][0]
    neutral = np.repeat(lighter[..., None], 3, axis=2)
    before = np.repeat(gray[LAYER.box.slices][..., None], 3, axis=2).astype(np.float32) / 255
    moved = cv2.cvtColor(neutral, cv2.COLOR_RGB2Lab)[..., 0] - cv2.cvtColor(before, cv2.COLOR_RGB2Lab)[..., 0]
    np.testing.assert_allclose(moved[lighter < 0.999], 20.0, atol=0.2)
