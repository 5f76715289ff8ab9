"""Facets of a fracture."""

import numpy as np

from defectsynth.looks.fracture_facets import DrawnFractureFacets
from defectsynth.scene.scene import Scene
from tests.layers import opaque_layer


def test_facets_are_smoother_than_the_surface_and_some_mirror_the_light() -> None:
    rng = np.random.default_rng(0)
    scene = Scene(rng.integers(60, 140, (240, 320, 3), np.uint8))
    surface, layer = scene.planes(scene.image), opaque_layer(scene.size)
    bright = []
    for shine in (0.0, 0.3):
        look = DrawnFractureFacets(0.3, 30.0, 2.0, 0.05, 0.0, shine, 0.0, 0.0, 1.0, 7)
        pixels, _ = look.paint(surface, layer, scene)
        assert np.abs(np.diff(pixels[0], axis=1)).mean() < 0.25 * np.abs(np.diff(surface[0], axis=1)).mean()
        bright.append((pixels[0] > 0.75).mean())
    assert bright[0] < 0.01
    assert 0.05 < bright[1] < 0.35
    kept, _ = DrawnFractureFacets(0.3, 30.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 7).paint(surface, layer, scene)
    np.testing.assert_allclose(kept, surface, atol=1e-5, err_msg="with its whole texture it is the surface")
