"""Bumps, pits and rough surfaces under one light."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.functional.shading import shade_bump
from defectsynth.looks.relief import DrawnRelief
from defectsynth.scene.scene import Scene
from tests.layers import gray_disc_layer


@pytest.mark.parametrize("light", np.arange(8) * math.pi / 4, ids=lambda light: f"{light:.1f}")
def test_a_bump_is_lit_on_the_side_of_the_light_and_a_pit_on_the_other(light: float) -> None:
    scene, surface, layer = gray_disc_layer()
    y, x = np.mgrid[-1 : 1 : layer.box.shape[0] * 1j, -1 : 1 : layer.box.shape[1] * 1j]
    towards = x * math.cos(light) + y * math.sin(light)
    for form, sign in (("bump", 1.0), ("pit", -1.0)):
        look = DrawnRelief(form, contrast=0.3, wall=1.0, gloss=0.0, light=light, seed=0)
        change = (look.paint(surface, layer, scene)[0] - surface)[0]
        inside = layer.alpha > 0
        assert np.corrcoef(sign * towards[inside], change[inside])[0, 1] > 0.85
        assert 0.2 < np.abs(change[inside]).max() < 0.6
    floor = DrawnRelief("pit", 0.3, 0.2, 0.0, light, 0).paint(surface, layer, scene)[0][0, 34, 34]
    assert math.isclose(floor, surface[0, 34, 34] - 0.6 * 0.3, abs_tol=1e-3)


def test_a_dome_has_the_slopes_of_a_sphere_and_its_highlight_where_it_mirrors_the_light() -> None:
    scene, surface, layer = gray_disc_layer(40)
    away_x, away_y, height = (
        shade_bump(layer.alpha, wall=1.0, light=light, contrast=contrast, gloss=0.0, level=1.0 - contrast)
        for light, contrast in ((0.0, 1.0), (math.pi / 2, 1.0), (0.0, 0.0))
    )
    y, x = np.mgrid[-44:45, -44:45]
    inside = np.hypot(x, y) < 34
    np.testing.assert_allclose(away_x[inside], x[inside] / 40, atol=0.14)
    np.testing.assert_allclose(away_y[inside], y[inside] / 40, atol=0.14)
    np.testing.assert_allclose(height[inside], 1 - np.hypot(x, y)[inside] / 40, atol=0.11)
    for light in (0.0, 2.0, 4.0):
        matt, glossy = (
            DrawnRelief("bump", 0.2, 1.0, gloss, light, 0).paint(surface, layer, scene)[0][0] for gloss in (0.0, 0.5)
        )
        row, column = np.unravel_index(np.argmax(glossy - matt), matt.shape)
        assert math.hypot(column - 44 - 20 * math.cos(light), row - 44 - 20 * math.sin(light)) < 4


def test_a_rough_surface_has_its_contrast_and_the_mean_of_the_surface() -> None:
    scene, surface, layer = gray_disc_layer(60)
    for light in (0.0, 1.0):
        change = DrawnRelief("rough", 0.3, 0.5, 0.0, light, 3).paint(surface, layer, scene)[0] - surface
        assert abs(change.mean()) < 0.02
        assert math.isclose(change.std(), 0.15, rel_tol=0.25)


@pytest.mark.parametrize("kind", [ds.Fold, ds.Bubble, ds.Pit, ds.Scuff])
def test_every_relief_is_lit_from_the_light_of_the_scene(kind: type[ds.PaintedDefect]) -> None:
    ramp = np.tile(np.linspace(60, 190, 200).astype(np.uint8), (200, 1))
    lights = {
        record["recipe"]["look"]["light"]
        for seed in range(6)
        for record in ds.synthesize(ramp, kind(), seed=seed).defects
    }
    assert lights == {round(Scene(ramp).light, 9)}
