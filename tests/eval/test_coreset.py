"""Banks without their redundant rows."""

import re
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from eval.scoring.coreset import thinned  # noqa: E402  # after the skips
from tests.eval.test_nearest import BANK, BROKEN  # noqa: E402


def test_the_most_redundant_rows_are_dropped_and_isolated_ones_and_one_of_a_pair_stay() -> None:
    rng = np.random.default_rng(0)
    crowd = np.array([1.0, 0, 0, 0]) + 0.01 * rng.standard_normal((300, 4))
    lonely = np.array([[0, 1.0, 0, 0], [0, 0, 1.0, 0], [0, 0, 0, 1.0], [0, 0, 0, 1.0]])  # two alone, and a pair
    bank = np.concatenate([crowd, lonely]).astype(np.float32)
    bank /= np.linalg.norm(bank, axis=1, keepdims=True)
    calls: list[tuple[int, int]] = []
    kept = thinned(bank, count=100, seed=1, progress=lambda done, total: calls.append((done, total)))
    assert len(kept) == len(set(kept.tolist())) == 100
    assert kept.tolist() == sorted(kept.tolist())
    assert {300, 301} <= set(kept.tolist())
    assert len({302, 303} & set(kept.tolist())) == 1
    assert calls[-1] == (204, 204)
    assert len(calls) == 4  # a quarter at a time
    np.testing.assert_array_equal(kept, thinned(torch.from_numpy(bank), count=100, seed=1))
    assert thinned(bank, count=304, seed=0).tolist() == list(range(304))
    assert len(thinned(np.ones((10, 2), np.float32), count=1, seed=0)) == 1
    with pytest.raises(
        ValueError, match=re.escape("count must be an integer with 1 <= count <= 304 (rows of bank), got 0")
    ):
        thinned(bank, count=0, seed=0)


@pytest.mark.parametrize(
    ("bank", "options", "error", "message"),
    [
        (BROKEN, {}, ValueError, "bank must be finite, got NaN or infinity in 2 of 3 rows"),
        (BANK[:0], {}, ValueError, "bank must have shape (N, D) with N >= 1 and D >= 1, got (0, 2)"),
        (BANK, {"count": 6}, ValueError, "count must be an integer with 1 <= count <= 5 (rows of bank), got 6"),
        (BANK, {"count": 2.0}, TypeError, "count must be an integer with 1 <= count <= 5 (rows of bank), got 2.0"),
    ],
    ids=["not finite", "no rows", "too many", "not whole"],
)
def test_bad_arguments(bank: Any, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        thinned(bank, **{"count": 1, "seed": 0, **options})
