"""Coresets against the greedy choice, row by row."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from eval.scoring.coreset import coreset, thinned  # noqa: E402  # after the skips
from eval.scoring.nearest import nearest  # noqa: E402
from tests.eval.test_nearest import BANK, BROKEN, NAN, Floats, plain, some  # noqa: E402


def greedy(bank: Floats, first: int, count: int) -> list[int]:
    """Choose the row farthest from the chosen ones, again and again."""
    chosen = [first]
    while len(chosen) < count:
        gaps = plain(bank[chosen], bank, "euclidean").min(axis=1)
        gaps[chosen] = -1
        chosen.append(int(gaps.argmax()))
    return chosen


@pytest.mark.parametrize("columns", [1, 2, 5, 30])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_coreset_is_the_greedy_choice(columns: int, seed: int) -> None:
    bank = some(900, columns, seed=seed)
    rows = coreset(bank, count=60, seed=seed, projection=None)
    assert rows.dtype == np.int64
    assert rows.tolist() == greedy(bank, int(rows[0]), 60)


@settings(max_examples=40)
@given(rows=st.integers(1, 60), copies=st.integers(1, 12), seed=st.integers(0, 9), draw=st.data())
def test_a_coreset_has_distinct_rows_and_begins_with_the_smaller_one(
    rows: int, copies: int, seed: int, draw: Any
) -> None:
    bank = np.repeat(some(rows, 3, seed=seed), copies, axis=0)  # copies are at distance 0
    count = draw.draw(st.integers(1, len(bank)), label="count")
    chosen = coreset(bank, count=count, seed=seed)
    assert len(set(chosen.tolist())) == count
    assert {int(row) // copies for row in chosen} == set(range(rows)) or count < rows
    np.testing.assert_array_equal(
        chosen[: count // 2], coreset(bank, count=max(1, count // 2), seed=seed)[: count // 2]
    )


def test_a_coreset_covers_the_bank_better_than_random_rows_through_a_projection() -> None:
    rng = np.random.default_rng(0)
    bank = np.concatenate([some(1500, 120) * 0.1, some(30, 120, seed=1) * 4])  # a cluster and thirty rows far from it
    calls: list[tuple[int, int]] = []
    chosen = coreset(bank, share=0.05, seed=3, progress=lambda done, total: calls.append((done, total)))
    assert len(chosen) == round(0.05 * 1530)
    assert set(range(1500, 1530)) <= set(chosen.tolist())
    random_rows = rng.permutation(len(bank))[: len(chosen)]
    assert (
        nearest(bank[chosen], bank, metric="euclidean").max()
        < nearest(bank[random_rows], bank, metric="euclidean").max()
    )
    assert calls[0] == (1, len(chosen))
    assert calls[-1] == (len(chosen), len(chosen))
    np.testing.assert_array_equal(chosen, coreset(bank, share=0.05, seed=3))
    np.testing.assert_array_equal(chosen, coreset(torch.from_numpy(bank), count=len(chosen), seed=3))
    assert chosen.tolist() != coreset(bank, share=0.05, seed=4).tolist()
    assert len(coreset(bank, seed=0)) == 153
    assert len(coreset(bank[:3], seed=0)) == 1


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


BAD_CORESETS: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (BROKEN, {}, ValueError, "bank must be finite, got NaN or infinity in 2 of 3 rows"),
    (BANK[:0], {}, ValueError, "bank must have shape (N, D) with N >= 1 and D >= 1, got (0, 2)"),
    (BANK, {"share": 0.5, "count": 2}, ValueError, "share and count exclude each other, got share=0.5 and count=2"),
    (BANK, {"share": 0}, ValueError, "share must be a number with 0 < share <= 1, got 0"),
    (BANK, {"share": 1.5}, ValueError, "share must be a number with 0 < share <= 1, got 1.5"),
    (BANK, {"share": NAN}, ValueError, "share must be a number with 0 < share <= 1, got nan"),
    (BANK, {"share": "a"}, TypeError, "share must be a number with 0 < share <= 1, got 'a'"),
    (BANK, {"share": True}, TypeError, "share must be a number with 0 < share <= 1, got True"),
    (BANK, {"count": 0}, ValueError, "count must be an integer with 1 <= count <= 5 (rows of bank), got 0"),
    (BANK, {"count": 6}, ValueError, "count must be an integer with 1 <= count <= 5 (rows of bank), got 6"),
    (BANK, {"count": 2.0}, TypeError, "count must be an integer with 1 <= count <= 5 (rows of bank), got 2.0"),
    (BANK, {"projection": 0}, ValueError, "projection must be an integer with 1 <= projection, got 0"),
    (BANK, {"seed": -1}, ValueError, "seed must be an integer with 0 <= seed, got -1"),
    (BANK, {"seed": None}, TypeError, "seed must be an integer with 0 <= seed, got None"),
]


@pytest.mark.parametrize(("bank", "options", "error", "message"), BAD_CORESETS, ids=[case[3] for case in BAD_CORESETS])
def test_bad_arguments_of_a_coreset(bank: Any, options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        coreset(bank, **{"seed": 0, **options})
