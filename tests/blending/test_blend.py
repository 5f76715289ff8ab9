"""Blending modes and feathering."""

import numpy as np
import pytest

from defectsynth.blending.blend import DrawnBlend
from tests.layers import ellipse, layer_of


def test_modes_equal_their_formulas_and_feathering_keeps_the_area() -> None:
    rng = np.random.default_rng(1)
    surface, pixels = rng.random((2, 3, 9, 11), np.float32)
    alpha = rng.random((9, 11), np.float32)
    for mode, blended_pixels in (
        ("alpha", pixels),
        ("multiply", pixels * surface),
        ("screen", 1 - (1 - pixels) * (1 - surface)),
    ):
        result = DrawnBlend(mode, opacity=1.0, feather=0.0).combine(surface.copy(), pixels, alpha)
        np.testing.assert_allclose(result, alpha * blended_pixels + (1 - alpha) * surface, atol=1e-6)
    hard, feathered = layer_of(ellipse(), margin=9).alpha, DrawnBlend("alpha", opacity=0.5, feather=8.0)
    assert feathered.soften(hard).sum() == pytest.approx(0.5 * hard.sum(), rel=0.005)
