"""Percentiles and medians of small arrays; numpy's own take 50 to 120 microseconds for a few hundred numbers.

The results are those of `numpy.percentile` and `numpy.median`, bit by bit, for arrays without NaN.

Examples:
    >>> import numpy as np
    >>> float(percentile(np.array([3.0, 1.0, 2.0], np.float32), 75.0))
    2.5
"""

from __future__ import annotations

import numpy as np

from defectsynth.core.arrays import Array, Floats


def percentile(values: Floats, share: float) -> float:
    """Return a percentile of float32 values (N,), N >= 1, interpolated linearly.

    Args:
        values: without NaN.
        share: in [0, 100], percent.
    """
    position = share / 100 * (values.size - 1)
    low = int(position)
    high, part = min(low + 1, values.size - 1), position - low
    ordered = np.partition(values, (low, high))
    below, above = ordered[low], ordered[high]
    step = above - below
    return float(below + step * part if part < 0.5 else above - step * (1.0 - part))


def median_of_rows(values: Floats) -> Array:
    """Return the median of each row of float32 values (M, N), N >= 1, without NaN: float32 (M,)."""
    middle, odd = divmod(values.shape[1], 2)
    if odd:
        return np.asarray(np.partition(values, middle, axis=1)[:, middle])
    ordered = np.partition(values, (middle - 1, middle), axis=1)
    return np.asarray((ordered[:, middle - 1] + ordered[:, middle]) / np.float32(2.0))
