"""Harmonic interpolation."""

import numpy as np
import pytest

from defectsynth.blending.harmonic import interpolate_harmonic


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (9, 1), (40, 70), (150, 111)])
def test_every_value_is_the_mean_of_its_four_neighbours(size: tuple[int, int]) -> None:
    framed = np.random.default_rng(0).random((2, size[0] + 2, size[1] + 2), dtype=np.float32)
    framed[:, 1:-1, 1:-1] = interpolate_harmonic(
        framed[:, 0, 1:-1], framed[:, -1, 1:-1], framed[:, 1:-1, 0], framed[:, 1:-1, -1]
    )
    neighbours = framed[:, 2:, 1:-1] + framed[:, :-2, 1:-1] + framed[:, 1:-1, 2:] + framed[:, 1:-1, :-2]
    np.testing.assert_allclose(framed[:, 1:-1, 1:-1], neighbours / 4, atol=0.002)
