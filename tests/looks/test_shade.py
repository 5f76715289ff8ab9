"""Bright, dark and relief shades."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.looks.shade import TONES, DrawnShade
from defectsynth.scene.scene import Scene
from tests.layers import SIZE, grainy_disc_layer


def test_bright_dark_and_relief_shades_have_their_contrast() -> None:
    scene, surface, layer = grainy_disc_layer()
    bright, dark, relief = (DrawnShade(tone, 0.2, 0.0).paint(surface, layer, scene)[0] - surface for tone in TONES)
    assert 0 < bright.min() <= bright.max() == pytest.approx(0.2, abs=1e-3)
    assert -0.2 < dark.min() <= dark.max() < -0.1
    assert relief.min() < -0.05 < 0.05 < relief.max()


def test_a_relief_turns_with_the_light() -> None:
    scene, surface, layer = grainy_disc_layer()
    y, x = np.mgrid[: layer.box.shape[0], : layer.box.shape[1]]
    sides = []
    for light in np.arange(8) * math.pi / 4:
        pixels, _ = DrawnShade("relief", 0.2, light).paint(surface, layer, scene)
        lit = np.maximum((pixels - surface)[0], 0.0)
        offset = np.average(x, weights=lit) - x.mean(), np.average(y, weights=lit) - y.mean()
        assert math.hypot(*offset) > 10
        sides.append(math.remainder(math.atan2(offset[1], offset[0]) - light, 2 * math.pi))
    assert np.abs(np.exp(1j * (np.array(sides) - sides[0])) - 1).max() < 0.1


def test_only_visible_tones_are_drawn() -> None:
    for level, possible in ((5, {"bright", "relief"}), (250, {"dark", "relief"}), (128, set(TONES))):
        scene, rng = Scene(np.full(SIZE, level, np.uint8)), np.random.default_rng(0)
        drawn = [ds.looks.Shade().sample(rng, scene, ds.places.Place(9, 9, 0)) for _ in range(40)]
        assert {shade.tone for shade in drawn} == possible
        assert {shade.light for shade in drawn if shade.tone == "relief"} == {scene.light}
