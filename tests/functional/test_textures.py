"""Procedural textures."""

import cv2
import numpy as np
import pytest

from defectsynth.functional.textures import TEXTURES

families = pytest.mark.parametrize("family", TEXTURES)


def texture(family: str, scale: float, seed: int = 3) -> np.ndarray:
    return TEXTURES[family](np.random.default_rng(seed), (96, 128), scale)


@families
def test_a_texture_has_contrast_and_stays_in_range(family: str) -> None:
    for scale in (1.5, 6.0, 40.0):
        drawn = texture(family, scale)
        assert (drawn.shape, np.isfinite(drawn).all()) == ((96, 128), True)
        assert -0.6 < drawn.min() < drawn.max() < 1.6
        assert 0.1 < drawn.mean() < 0.9 or family in {"dots", "mesh"}
    assert texture(family, 6.0).std() > 0.08
    for shape in ((1, 1), (1, 30), (30, 1), (2, 3)):
        assert TEXTURES[family](np.random.default_rng(0), shape, 2.0).shape == shape


@families
def test_a_texture_of_a_larger_scale_is_coarser(family: str) -> None:
    fine, coarse = (cv2.GaussianBlur(texture(family, scale), (0, 0), 5).std() for scale in (2.0, 14.0))
    assert coarse > (1.0 if family in {"paper", "brushed"} else 1.5) * fine


@families
def test_a_texture_depends_on_its_seed_alone(family: str) -> None:
    np.testing.assert_array_equal(texture(family, 6.0), texture(family, 6.0))
    assert (texture(family, 6.0) != texture(family, 6.0, seed=4)).mean() > 0.3
