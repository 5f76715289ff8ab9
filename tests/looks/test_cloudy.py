"""Cloudy colors."""

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from tests.layers import opaque_layer


def test_a_cloudy_color_has_its_contrast() -> None:
    scene = Scene(np.full((240, 320, 3), 30, np.uint8))
    look = ds.looks.Cloudy(palettes=("light",), tint_range=(0, 0), contrast_range=(0.1, 0.1))
    drawn = look.sample(np.random.default_rng(0), scene, ds.places.Place(9, 9, 0))
    pixels, _ = drawn.paint(scene.planes(scene.image), opaque_layer(scene.size), scene)
    for plane in pixels:
        assert plane.std() / plane.mean() == pytest.approx(0.1, rel=0.25)
