"""Memory banks: the whole bank, coresets of large ones, distances to other normals, and files."""

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from sklearn.metrics import roc_auc_score

from defectsynth.core.cache import clear_caches
from eval.scoring.memory_bank import ROWS, Bank, make_bank


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    clear_caches()


def distances(rows: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Return the cosine distance of each query to the nearest row."""
    known, asked = (
        each.astype(np.float64) / np.linalg.norm(each.astype(np.float64), axis=-1, keepdims=True)
        for each in (rows, queries)
    )
    return (1 - asked @ known.reshape(-1, known.shape[-1]).T).min(axis=-1)


def test_a_bank_holds_all_patches_up_to_a_number_and_a_coreset_of_that_size_beyond() -> None:
    normals = np.random.default_rng(0).standard_normal((10, 4, 4, 8)).astype(np.float32)
    whole = make_bank(normals, seed=0)
    assert (len(whole.rows), whole.rows.dtype) == (160, np.float16)
    assert whole.origins.tolist() == np.repeat(np.arange(10), 16).tolist()
    np.testing.assert_array_equal(make_bank(normals, seed=1).rows, whole.rows)
    assert len(make_bank(normals, seed=0, limit=160).rows) == 160
    thin = make_bank(normals, seed=0, limit=50)
    assert len(thin.rows) == 50
    known = {(row.tobytes(), origin) for row, origin in zip(whole.rows, whole.origins, strict=True)}
    assert all((row.tobytes(), origin) in known for row, origin in zip(thin.rows, thin.origins, strict=True))
    images = make_bank(normals[:, :1, :1], seed=0)
    assert (len(images.rows), images.rows.dtype) == (10, np.float32)


def test_a_patch_of_a_normal_or_its_twin_is_compared_with_other_normals_only() -> None:
    rng = np.random.default_rng(1)
    normals = rng.standard_normal((6, 3, 3, 8)).astype(np.float32)
    twins = normals[[2, 2, 5]] + rng.standard_normal((3, 3, 3, 8)).astype(np.float32) * 0.1
    sources = np.array([2, 5, 2, 2, 5])
    queries = np.concatenate([normals[[2, 5]], twins])
    found = make_bank(normals, seed=0).search_others(queries, sources)
    expected = [
        distances(normals[np.arange(6) != source], query) for query, source in zip(queries, sources, strict=True)
    ]
    np.testing.assert_allclose(found, expected, atol=2e-3)  # the bank is float16
    assert found.min() > 0.05
    every = make_bank(normals, seed=0).search_others(normals, np.arange(6))
    alone = [distances(normals[np.arange(6) != place], normals[place]) for place in range(6)]
    np.testing.assert_allclose(every, alone, atol=2e-3)


def test_the_auroc_of_a_coreset_is_that_of_the_whole_bank() -> None:
    rng = np.random.default_rng(2)
    normals = (rng.standard_normal((60, 8, 8, 3)) @ rng.standard_normal((3, 24))).astype(np.float32)
    normals += rng.standard_normal(normals.shape).astype(np.float32) * 0.1
    tests = normals[rng.integers(0, 60, 80)] + rng.standard_normal((80, 8, 8, 24)).astype(np.float32) * 0.1
    labels = np.arange(80) % 2
    tests[labels == 1, 3, 4] += rng.standard_normal((40, 24)).astype(np.float32) * 0.6
    whole = make_bank(normals, seed=0).search(tests)[0].max(axis=(1, 2))
    exact = roc_auc_score(labels, whole)
    assert 0.6 < exact < 0.95
    thin = [make_bank(normals, seed=seed, limit=len(normals) * 64 * 7 // 10) for seed in range(5)]
    areas = [roc_auc_score(labels, bank.search(tests)[0].max(axis=(1, 2))) for bank in thin]
    assert max([*areas, exact]) - min([*areas, exact]) <= 0.003


def test_a_bank_comes_back_from_its_files_and_a_broken_one_is_named(tmp_path: Path) -> None:
    bank = Bank(np.ones((4, 3), np.float16), np.arange(4), (1.0, 2.0))
    paths = tmp_path / "bank.npz", tmp_path / ROWS
    bank.save(paths[0])
    loaded = Bank.load(paths[0])
    np.testing.assert_array_equal(loaded.rows, bank.rows)
    assert loaded.rows.dtype == np.float16
    assert loaded.scales == bank.scales
    for path in paths:
        whole = path.read_bytes()
        for content in (b"", b"no bank", whole[:100], whole[:-10], b"PK\x03\x04" + whole[40:], b"\x80\x04N."):
            path.write_bytes(content)
            with pytest.raises(ValueError, match=re.escape(str(path))):
                Bank.load(paths[0])
        path.unlink()
        with pytest.raises(FileNotFoundError, match=re.escape(str(path))):
            Bank.load(paths[0])
        path.write_bytes(whole)
    np.save(paths[1], np.ones(4))
    with pytest.raises(ValueError, match=re.escape(f"{paths[1]} must hold numbers with 2 axes, got float64 (4,)")):
        Bank.load(paths[0])
    np.save(paths[1], np.ones((3, 3)))
    with pytest.raises(ValueError, match=re.escape(f"{paths[0]} must hold an index for each row")):
        Bank.load(paths[0])


def test_equal_rows_are_stored_once(tmp_path: Path) -> None:
    bank = Bank(np.ones((4, 3), np.float16), np.arange(4))
    first, second, third = (tmp_path / name / "bank.npz" for name in "abc")
    bank.save(first)
    bank.save(second, like=first)
    assert second.with_name(ROWS).samefile(first.with_name(ROWS))
    other = Bank(2 * bank.rows, bank.origins)
    other.save(third, like=first)
    assert not third.with_name(ROWS).samefile(first.with_name(ROWS))
    other.save(second, like=third)
    np.testing.assert_array_equal(Bank.load(first).rows, bank.rows)
    np.testing.assert_array_equal(Bank.load(second).rows, other.rows)
    bank.save(third, like=tmp_path / "none" / "bank.npz")
    np.testing.assert_array_equal(Bank.load(third).rows, bank.rows)
