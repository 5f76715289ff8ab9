"""Procedural textures in two colors."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.layer import Box
from defectsynth.scene.scene import Scene


def test_a_texture_stays_between_its_two_colors() -> None:
    scene, box = Scene(np.zeros((400, 420, 3), np.uint8)), Box(5, 9, 400, 390)
    for seed in range(20):
        look = ds.looks.Texture().sample(np.random.default_rng(seed), scene, ds.places.Place(9, 9, 0))
        pixels = look.pixels(scene.image[box.slices], box, scene)
        ends = np.sort([look.dark, look.light], axis=0) * 255
        assert (pixels >= ends[0] - 1).all()
        assert (pixels <= ends[1] + 1).all()


@pytest.mark.parametrize("sides", [(8, 640), (640, 8)])
def test_a_texture_of_any_size_is_drawn_again(sides: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    texture, image = (rng.integers(0, 256, (side, side, 3), np.uint8) for side in sides)
    defect = ds.TexturePatch(source=[texture], where="anywhere", min_visibility=0.0)
    for seed in range(5):
        sample = ds.synthesize(image, defect, seed=seed)
        assert len(sample.defects) == 1
        assert ds.redraw(image, sample.defects).image.tobytes() == sample.image.tobytes()
