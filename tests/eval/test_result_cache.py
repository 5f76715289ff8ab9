"""Results are computed once for equal inputs, and again for any others."""

from collections.abc import Iterator

import numpy as np
import pytest

from defectsynth.core.cache import clear_caches
from eval.scoring.cache import MAX_RESULTS, cached_result

ROWS = np.arange(6, dtype=np.float32)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    clear_caches()
    yield
    clear_caches()


def count_after(calls: list[int], *inputs: np.ndarray | int, kind: str = "sum") -> int:
    """Return the number of computations after another request."""
    cached_result(lambda: calls.append(1), kind=kind, inputs=inputs)
    return len(calls)


def test_equal_inputs_are_computed_once() -> None:
    calls: list[int] = []
    equal = (ROWS, ROWS.copy(), np.stack([ROWS, ROWS], axis=1)[:, 0])
    assert [count_after(calls, rows, 3) for rows in equal] == [1] * 3


def test_other_inputs_are_computed_again() -> None:
    calls: list[int] = []
    others = [ROWS, ROWS + 1, ROWS.view(np.int32), ROWS.reshape(2, 3), ROWS.reshape(1, 6)]
    assert [count_after(calls, rows, 3) for rows in others] == [1, 2, 3, 4, 5]
    assert (count_after(calls, ROWS, 4), count_after(calls, ROWS, 3, kind="mean")) == (6, 7)


def test_clear_caches_empties_the_cache() -> None:
    calls: list[int] = []
    count_after(calls, ROWS)
    clear_caches()
    assert count_after(calls, ROWS) == 2


def test_the_least_recently_used_result_is_dropped() -> None:
    calls: list[int] = []
    for number in range(MAX_RESULTS):
        count_after(calls, number)
    count_after(calls, 0)  # requested again: 1 is the oldest now
    count_after(calls, MAX_RESULTS)
    assert len(calls) == MAX_RESULTS + 1
    assert count_after(calls, 0) == MAX_RESULTS + 1
    assert count_after(calls, 1) == MAX_RESULTS + 2
