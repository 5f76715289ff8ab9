"""Bodies that lie on the surface, and their shadows."""

import math

import numpy as np
import pytest

from defectsynth.core.layer import Box, Layer
from defectsynth.looks.color import DrawnColor
from defectsynth.looks.foreign_body import DrawnForeignBody
from defectsynth.scene.scene import Scene
from tests.layers import gray_disc_layer, opaque_layer


def test_no_bright_line_separates_a_body_from_its_shadow() -> None:
    scene = Scene(np.full((240, 320, 3), 200, np.uint8))
    alpha = np.zeros(scene.size, np.float32)
    alpha[80:160, 100:200], alpha[80:160, 99] = 1.0, 0.5
    body = DrawnForeignBody(DrawnColor((0.3,) * 3, 0.0), 0.0, 0.5, 0.0, 0.0, 0.6, 8.0, 0.0, 1)  # light from the right
    surface = scene.planes(scene.image)
    pixels, opacity = body.paint(surface, Layer(opaque_layer(scene.size).box, alpha), scene)
    result = surface + opacity * (pixels - surface)
    shadowed = float(result[0, 120, 98])
    assert shadowed < 0.7
    assert min(0.3, shadowed) <= result[0, 120, 99] <= max(0.3, shadowed)


@pytest.mark.parametrize("light", np.arange(8) * math.pi / 4, ids=lambda light: f"{light:.1f}")
def test_a_body_casts_its_shadow_away_from_the_light(light: float) -> None:
    scene, _, layer = gray_disc_layer(20)
    color = DrawnColor((0.5, 0.5, 0.5), 0.0)
    look = DrawnForeignBody(color, 0.2, 0.8, 0.0, 0.0, shadow=0.5, height=12.0, light=light, seed=0)
    pad = look.margin
    padded = np.pad(layer.alpha, pad)
    box = Box(layer.box.x0 - pad, layer.box.y0 - pad, layer.box.x1 + pad, layer.box.y1 + pad)
    surface = scene.planes(scene.image[box.slices])
    pixels, opacity = look.paint(surface, Layer(box, padded), scene)
    change = (opacity * (pixels - surface))[0]
    shadow = (change < -0.1) & (padded == 0)
    assert shadow.sum() > 100
    y, x = np.nonzero(shadow)
    centre = padded.shape[0] // 2
    away = math.atan2(y.mean() - centre, x.mean() - centre)
    assert abs(math.remainder(away - light - math.pi, 2 * math.pi)) < 0.15
    assert change[shadow].min() >= -0.5 * 128 / 255 - 1e-3
    on_body = np.where(padded > 0, change, 0.0)
    lit, dim = on_body.max(), on_body.min()
    assert lit > 0.1
    assert dim < -0.1
    assert (change[padded.astype(bool)] != 0).mean() > 0.95
