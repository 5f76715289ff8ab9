"""Granular breaks."""

from dataclasses import replace

import numpy as np

from defectsynth.core.layer import Box, Layer
from defectsynth.looks.granular import DrawnGranular
from defectsynth.scene.scene import Scene


def test_a_granular_break_is_dull_rough_and_lit_from_one_side() -> None:
    surface = np.full((3, 120, 120), 0.1, np.float32)
    alpha = np.zeros((120, 120), np.float32)
    alpha[20:100, 20:100] = 1
    layer = Layer(Box(0, 0, 120, 120), alpha)
    scene = Scene(np.full((120, 120, 3), 25, np.uint8))
    look = DrawnGranular(contrast=0.2, grit=0.05, cloud=0.0, grain=2.0, sparkle=0.0, light=0.0, seed=3)
    pixels, _ = look.paint(surface, layer, scene)
    inside = pixels[0, 24:96, 24:96]
    assert abs(inside.mean() - 0.3) < 0.01
    assert 0.035 < inside.std() < 0.065
    across, down = (np.abs(np.diff(inside, axis=axis)).mean() for axis in (1, 0))
    assert across > 1.2 * down  # light from the right shades slopes to the right
    rim = pixels[0, 30:90, :]
    assert rim[:, 98:101].mean() < inside.mean() < rim[:, 19:22].mean()  # a hollow: the wall towards the light is dark
    shiny, _ = replace(look, sparkle=0.4).paint(surface, layer, scene)
    assert 0.01 < (np.abs(shiny - pixels)[0, 24:96, 24:96] > 0.1).mean() < 0.05
