"""Work is done once for the same arrays, and again for any others."""

from collections.abc import Iterator

import numpy as np
import pytest

from eval.scoring.cache import MOST, forget_results, remembered

ROWS = np.arange(6, dtype=np.float32)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_results()
    yield
    forget_results()


def count_of(calls: list[int], *given: np.ndarray | int, kind: str = "sum") -> int:
    """How often the work was done after another call."""
    remembered(lambda: calls.append(1), kind=kind, given=given)
    return len(calls)


def test_the_same_is_done_once() -> None:
    calls: list[int] = []
    assert [count_of(calls, given, 3) for given in (ROWS, ROWS.copy(), np.stack([ROWS, ROWS], axis=1)[:, 0])] == [1] * 3


def test_anything_else_is_done_again() -> None:
    calls: list[int] = []
    others = [ROWS, ROWS + 1, ROWS.view(np.int32), ROWS.reshape(2, 3), ROWS.reshape(1, 6)]
    assert [count_of(calls, given, 3) for given in others] == [1, 2, 3, 4, 5]
    assert (count_of(calls, ROWS, 4), count_of(calls, ROWS, 3, kind="mean")) == (6, 7)


def test_what_was_not_asked_for_lately_is_forgotten() -> None:
    calls: list[int] = []
    for number in range(MOST):
        count_of(calls, number)
    count_of(calls, 0)  # asked for again: 1 is the oldest now
    count_of(calls, MOST)
    assert len(calls) == MOST + 1
    assert count_of(calls, 0) == MOST + 1
    assert count_of(calls, 1) == MOST + 2
