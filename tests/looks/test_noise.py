"""Noise of a given grain."""

import numpy as np
import pytest

from defectsynth.looks.noise import DrawnNoise
from tests.layers import grainy_disc_layer


def test_noise_has_its_contrast_and_its_grain() -> None:
    scene, surface, layer = grainy_disc_layer()
    fine, coarse = (DrawnNoise(1, 0.2, grain).paint(surface, layer, scene)[0] - surface for grain in (1.0, 6.0))
    assert fine.std() == pytest.approx(0.2, rel=0.1)
    assert np.diff(coarse).std() < 0.4 * np.diff(fine).std()
