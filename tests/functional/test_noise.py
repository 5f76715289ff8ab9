"""Fractal noise."""

import math

from hypothesis import given
from hypothesis import strategies as st

from defectsynth.functional.noise import fractal_noise


@given(seed=st.integers(0, 2**32 - 1))
def test_noise_has_mean_0_deviation_1_and_each_octave_doubles_its_size(seed: int) -> None:
    for octaves in range(1, 6):
        noise = fractal_noise(seed, octaves=octaves, gain=0.5)
        assert noise.shape == (4 * 2 ** (octaves - 1),) * 2
        assert abs(noise.mean()) < 1e-5
        assert math.isclose(noise.std(), 1.0, abs_tol=1e-4)
