"""Percentiles and medians, against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from defectsynth.core.statistics import median_of_rows, percentile


@pytest.mark.parametrize("number", [1, 2, 3, 4, 31, 200])
@pytest.mark.parametrize("share", [0.0, 10.0, 50.0, 75.0, 95.0, 100.0])
def test_percentile_has_the_bits_of_numpy(number: int, share: float) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).random(number, dtype=np.float32)
        assert percentile(values, share) == float(np.percentile(values, share))


@pytest.mark.parametrize("number", [1, 2, 3, 4, 31, 200])
def test_median_of_rows_has_the_bits_of_numpy(number: int) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).random((3, number), dtype=np.float32)
        found = median_of_rows(values)
        assert found.dtype == np.float32
        assert np.array_equal(found, np.median(values, axis=1))
