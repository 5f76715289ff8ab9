"""Worn print."""

import math

import numpy as np
import pytest

from defectsynth.looks.wear import DrawnWear
from defectsynth.scene.scene import Scene
from tests.layers import opaque_layer


def worn(surface: np.ndarray, **numbers: float) -> np.ndarray:
    """Return one plane after wear; every argument is 0 unless given."""
    scene = Scene((surface * 255).astype(np.uint8))
    layer = opaque_layer(scene.size)
    look = DrawnWear(**{"angle": 0.0, "fade": 0.0, "detail": 0.0, "smear": 0.0, "haze": 0.0} | numbers)
    pixels: np.ndarray = look.paint(surface[None].astype(np.float32), layer, scene)[0][0]
    return pixels


def test_wear_fades_detail_smears_along_its_direction_and_adds_a_haze() -> None:
    stripes = np.tile((np.arange(80) // 4 % 2).astype(np.float32), (60, 1))
    np.testing.assert_array_equal(worn(stripes), stripes)
    np.testing.assert_allclose(worn(stripes, haze=0.1), stripes + 0.1, atol=1e-6)
    faded = worn(stripes, fade=0.75, detail=16.0)[:, 20:60]
    assert faded.std() == pytest.approx(0.25 * stripes.std(), rel=0.2)
    assert faded.mean() == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(worn(stripes, smear=20.0, angle=math.pi / 2), stripes, atol=1e-6)
    assert worn(stripes, smear=20.0)[:, 30:70].std() < 0.5 * stripes.std()
