"""Plain colors and tints."""

import numpy as np

from defectsynth.looks.color import DrawnColor
from tests.layers import grainy_disc_layer


def test_a_tint_keeps_the_texture() -> None:
    scene, surface, layer = grainy_disc_layer()
    inside = layer.alpha == 1
    for tint in (0.0, 0.5, 1.0):
        pixels, _ = DrawnColor((0.7, 0.3, 0.2), tint).paint(surface, layer, scene)
        painted = np.broadcast_to(pixels, surface.shape)[:, inside]
        np.testing.assert_allclose(painted.mean(axis=1), (0.7, 0.3, 0.2), atol=0.01)
        np.testing.assert_allclose(painted.std(axis=1), tint * surface[:, inside].std(axis=1), atol=1e-3)
