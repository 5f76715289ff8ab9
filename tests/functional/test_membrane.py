"""Smooth interpolation."""

import numpy as np
import pytest

from defectsynth.functional.membrane import membrane


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (40, 30), (200, 90)])
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_a_membrane_stays_within_the_range_of_the_known_values(shape: tuple[int, int], channels: int) -> None:
    rng = np.random.default_rng(0)
    values = rng.random((*shape, channels), np.float32)
    known = (rng.random(shape) < 0.3).astype(np.float32)
    known[0, 0] = 1
    smooth = membrane(values, known)
    assert smooth.shape == values.shape
    inside = values[known > 0]
    assert inside.min() - 1e-4 <= smooth.min() <= smooth.max() <= inside.max() + 1e-4
    np.testing.assert_allclose(membrane(np.full_like(values, 0.4), known), 0.4, atol=1e-4)
