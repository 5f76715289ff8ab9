"""Nearest neighbours of both engines against a plain loop and scikit-learn."""

import os
import re
import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

torch = pytest.importorskip("torch")
neighbors = pytest.importorskip("sklearn.neighbors")
faiss = pytest.importorskip("faiss")

from eval.scoring import nearest as module  # noqa: E402  # after the skips
from eval.scoring.nearest import nearest  # noqa: E402
from tests.processes import TIMEOUT  # noqa: E402

Floats = NDArray[np.floating]


def some(rows: int, columns: int = 8, *, seed: int = 0, offset: float = 0.0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((rows, columns), np.float32) + np.float32(offset)


def plain(bank: Floats, queries: Floats, metric: str) -> Floats:
    """Return all distances, (Q, N), in float64."""
    known, asked = bank.astype(np.float64), queries.astype(np.float64)
    if metric == "euclidean":
        return np.asarray(np.linalg.norm(asked[:, None] - known, axis=2))
    known, asked = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-300) for rows in (known, asked))
    return np.asarray(1 - asked @ known.T)


@settings(max_examples=60)
@given(
    rows=st.integers(1, 40),
    asked=st.integers(0, 12),
    columns=st.integers(1, 9),
    metric=st.sampled_from(["cosine", "euclidean"]),
    engine=st.sampled_from(["auto", "torch", "faiss"]),
    reduction=st.sampled_from(["mean", "min", "max"]),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
    seed=st.integers(0, 99),
    draw=st.data(),
)
def test_both_engines_equal_a_plain_loop(
    *, rows: int, asked: int, columns: int, metric: str, engine: str, reduction: str, dtype: Any, seed: int, draw: Any
) -> None:
    bank, queries = some(rows, columns, seed=seed).astype(dtype), some(asked, columns, seed=seed + 1).astype(dtype)
    bank[seed % rows] = 0  # no direction
    queries[: asked // 3] = bank[0]  # no distance
    k = draw.draw(st.integers(1, rows), label="k")
    settings_of_both: dict[str, Any] = {"metric": metric, "k": k, "engine": engine, "reduction": reduction}
    found, index = nearest(bank, queries, return_index=True, **settings_of_both)
    every = plain(bank, queries, metric)
    expected = np.sort(every, axis=1)[:, :k]
    assert found.dtype == np.float32
    assert index.dtype == np.int64
    assert index.shape == (asked, k)
    np.testing.assert_allclose(np.take_along_axis(every, index, axis=1), expected, atol=1e-5)
    assert all(len(set(row)) == k for row in index.tolist())
    np.testing.assert_allclose(found, getattr(expected, reduction)(axis=1), atol=1e-4)
    np.testing.assert_array_equal(found, nearest(bank, queries, **settings_of_both))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("offset", [0.0, 30.0])
@pytest.mark.parametrize("engine", ["torch", "faiss"])
def test_the_engines_agree_with_scikit_learn_on_many_rows_far_from_the_origin(
    metric: str, offset: float, engine: str
) -> None:
    bank, queries = some(9000, 24, offset=offset), some(1500, 24, seed=1, offset=offset)
    queries[:200] = bank[500:700]
    queries[200:400] = bank[700:900] + np.float32(1e-3)
    found, index = nearest(bank, queries, metric=metric, k=3, engine=engine, return_index=True)
    search = neighbors.NearestNeighbors(n_neighbors=3, algorithm="brute", metric=metric).fit(bank)
    expected, other = search.kneighbors(queries)
    np.testing.assert_allclose(found, expected.mean(axis=1), atol=1e-4)
    assert (index == other).mean() > 0.99
    np.testing.assert_array_equal(index[:200, 0], np.arange(500, 700))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("engine", ["torch", "faiss"])
def test_little_memory_gives_the_same(metric: str, engine: str) -> None:
    bank, queries = some(3000, 40), some(700, 40, seed=1)
    calls: list[tuple[int, int]] = []
    search = partial(nearest, bank, queries, metric=metric, k=2, engine=engine)
    much = search()
    little = search(memory_mib=1, progress=lambda done, total: calls.append((done, total)))
    np.testing.assert_allclose(much, little, atol=1e-6)
    assert len(calls) > 3
    assert calls[-1] == (700, 700)
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})


@given(
    queries=st.integers(0, 10**6),
    bank=st.integers(1, 10**7),
    columns=st.integers(1, 4096),
    count=st.integers(1, 16),
    memory=st.integers(2**22, 2**31),
)
def test_blocks_fit_into_the_memory(queries: int, bank: int, columns: int, count: int, memory: int) -> None:
    height, width = module._block_shape(queries, bank, columns=columns, count=count, memory=memory)
    assert 1 <= height <= max(1, queries)
    assert 1 <= width <= bank
    candidates = 24 * height * count + 16 * min(height, module._EXACT_ROWS) * count * columns
    assert 4 * height * width + 4 * columns * (height + width) + candidates <= memory


def test_tensors_and_arrays_of_any_layout_give_the_same() -> None:
    bank, queries = some(50), some(20, seed=1)
    expected = nearest(bank, queries)
    locked = bank.copy()
    locked.flags.writeable = False
    np.testing.assert_array_equal(nearest(locked, queries), expected)
    np.testing.assert_array_equal(nearest(bank, queries[::-1]), expected[::-1])
    np.testing.assert_array_equal(nearest(np.asfortranarray(bank), queries), expected)
    tensor = torch.from_numpy(bank.copy()).requires_grad_()
    np.testing.assert_array_equal(nearest(tensor, torch.from_numpy(queries)), expected)
    np.testing.assert_array_equal(nearest(tensor, queries, engine="torch"), expected)
    np.testing.assert_array_equal(bank, some(50))  # never written to


def test_faiss_uses_as_many_threads_as_torch() -> None:
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            nearest(some(50), some(20), engine="faiss")
            assert faiss.omp_get_max_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_faiss_is_imported_with_kernels_for_new_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []
    monkeypatch.setattr(module, "import_module", lambda _: seen.append(os.environ.get("OPENBLAS_CORETYPE")))
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    for capability in ("AVX512", "AVX2", "DEFAULT"):
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda capability=capability: capability)
        module.import_faiss.__wrapped__()
        assert "OPENBLAS_CORETYPE" not in os.environ
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")  # by the user
    module.import_faiss.__wrapped__()
    assert seen == ["SkylakeX", "Haswell", None, "Zen"]
    assert os.environ["OPENBLAS_CORETYPE"] == "Zen"


FORKING = """
import multiprocessing, sys
import numpy as np, torch
from eval.scoring.nearest import nearest

def search():
    rows = np.random.default_rng(0).standard_normal((5000, 64), np.float32)
    return float(nearest(rows[:4000], rows[4000:], engine="faiss").sum())

def search_in_child(expected):
    torch.set_num_threads(1)  # OpenMP threads do not survive a fork, those of torch neither
    sys.exit(abs(search() - expected) > 1e-3)

if __name__ == "__main__":
    torch.set_num_threads(2)
    child = multiprocessing.get_context("fork").Process(target=search_in_child, args=(search(),))
    child.start()
    child.join(240)
    code = child.exitcode
    child.kill()
    sys.exit(code != 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_a_forked_process_can_search_after_its_parent() -> None:
    subprocess.run([sys.executable, "-c", FORKING], check=True, timeout=TIMEOUT)


def test_torch_searches_on_accelerators_and_without_faiss(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    assert [module._chosen("auto", device) for device in (cpu, cuda)] == ["faiss", "torch"]
    with pytest.raises(ValueError, match="engine must be 'auto' or 'torch' for a bank on cuda, got 'faiss'"):
        module._chosen("faiss", cuda)
    monkeypatch.setattr(module, "HAS_FAISS", False)
    assert module._chosen("auto", cpu) == "torch"
    with pytest.raises(ModuleNotFoundError, match="pip install faiss-cpu"):
        nearest(some(5), some(5), engine="faiss")


NAN = float("nan")
BROKEN = np.array([[1.0, NAN], [0.0, 1.0], [float("inf"), 0.0]])
BANK = some(5, 2)

BAD_NEAREST: list[tuple[tuple[Any, Any], dict[str, Any], type[Exception], str]] = [
    ((BROKEN, BANK), {}, ValueError, "bank must be finite, got NaN or infinity in 2 of 3 rows"),
    ((BANK, BROKEN), {}, ValueError, "queries must be finite, got NaN or infinity in 2 of 3 rows"),
    ((BANK.tolist(), BANK), {}, TypeError, "bank must be a numpy array or a torch tensor, got list"),
    ((BANK.astype(int), BANK), {}, TypeError, "bank must be float16, float32 or float64, got int64"),
    ((BANK[:0], BANK), {}, ValueError, "bank must have shape (N, D) with N >= 1 and D >= 1, got (0, 2)"),
    ((BANK[:, :0], BANK), {}, ValueError, "bank must have shape (N, D) with N >= 1 and D >= 1, got (5, 0)"),
    ((BANK, BANK[0]), {}, ValueError, "queries must have shape (N, 2) with N >= 0, got (2,)"),
    ((BANK, some(5, 3)), {}, ValueError, "queries must have shape (N, 2) with N >= 0, got (5, 3)"),
    ((BANK, BANK), {"k": 0}, ValueError, "k must be an integer with 1 <= k <= 5 (rows of bank), got 0"),
    ((BANK, BANK), {"k": 6}, ValueError, "k must be an integer with 1 <= k <= 5 (rows of bank), got 6"),
    ((BANK, BANK), {"k": 1.0}, TypeError, "k must be an integer with 1 <= k <= 5 (rows of bank), got 1.0"),
    ((BANK, BANK), {"k": True}, TypeError, "k must be an integer with 1 <= k <= 5 (rows of bank), got True"),
    ((BANK, BANK), {"metric": "l1"}, ValueError, "metric must be one of cosine, euclidean, got 'l1'"),
    ((BANK, BANK), {"reduction": "sum"}, ValueError, "reduction must be one of mean, min, max, got 'sum'"),
    ((BANK, BANK), {"engine": "sklearn"}, ValueError, "engine must be one of auto, faiss, torch, got 'sklearn'"),
    ((BANK, BANK), {"memory_mib": 0}, ValueError, "memory_mib must be an integer with 1 <= memory_mib, got 0"),
    ((BANK, BANK), {"memory_mib": "1"}, TypeError, "memory_mib must be an integer with 1 <= memory_mib, got '1'"),
]


@pytest.mark.parametrize(("rows", "options", "error", "message"), BAD_NEAREST, ids=[case[3] for case in BAD_NEAREST])
def test_bad_arguments_of_nearest(
    rows: tuple[Any, Any], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        nearest(*rows, **options)
