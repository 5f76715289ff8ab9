"""Search in clusters of the rows of a large bank: what it may miss, and what it must not."""

from collections.abc import Callable
from unittest import mock

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("faiss")

from defectsynth.core.cache import clear_caches
from eval.scoring import clusters
from eval.scoring.clusters import ClusteredRows
from eval.scoring.memory_bank import EXACT_SHARE, Bank, make_bank

IMAGES, SIDE, WIDTH = 60, 32, 24
PATCHES = SIDE * SIDE


def smooth(rng: np.random.Generator, count: int, basis: np.ndarray) -> np.ndarray:
    """Return embeddings (count, 32, 32, 24) near a curved surface of three dimensions, as those of patches are."""
    places = rng.standard_normal((count, SIDE, SIDE, 3))
    noise = rng.standard_normal((count, SIDE, SIDE, WIDTH)) * 0.02
    return np.asarray(np.tanh(places @ basis) + noise, np.float32)


@pytest.fixture(scope="module")
def normals() -> np.ndarray:
    return smooth(np.random.default_rng(0), IMAGES, np.random.default_rng(9).standard_normal((3, WIDTH)))


@pytest.fixture(scope="module")
def asked() -> np.ndarray:
    found = smooth(np.random.default_rng(1), 20, np.random.default_rng(9).standard_normal((3, WIDTH)))
    found[::2, 3:5, 4] += np.random.default_rng(2).standard_normal((10, 2, WIDTH)).astype(np.float32)
    return found


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    clear_caches()


def both(call: Callable[[], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the distances of a search in clusters, and of an exact one."""
    quick = call()
    clear_caches()
    with mock.patch.object(ClusteredRows, "pay_for", return_value=False):
        return quick, call()


def test_the_largest_distances_of_an_image_are_exact_and_few_others_differ(
    normals: np.ndarray, asked: np.ndarray
) -> None:
    bank = make_bank(normals, seed=0)
    assert bank.search(asked)[1].dtype == np.int64
    quick, exact = both(lambda: bank.search(asked)[0])
    first = round(EXACT_SHARE * PATCHES)
    tops = [np.sort(maps.reshape(len(maps), -1), axis=1)[:, -first:] for maps in (quick, exact)]
    np.testing.assert_array_equal(*tops)
    assert (quick >= exact).all()
    assert 0 < (quick > exact).mean() < 0.02
    assert (quick - exact).max() < 0.1


def test_the_origins_are_those_of_the_rows_found(normals: np.ndarray, asked: np.ndarray) -> None:
    bank = make_bank(normals, seed=0)
    distances, origins = bank.search(asked)
    for image, row, column in ((0, 3, 4), (1, 0, 0), (19, 31, 31)):
        own = bank.rows[bank.origins == origins[image, row, column]].astype(np.float64)
        patch = asked[image, row, column].astype(np.float64)
        cosines = own @ patch / (np.linalg.norm(own, axis=1) * np.linalg.norm(patch))
        assert 1 - cosines.max() == pytest.approx(distances[image, row, column], abs=1e-6)


def test_a_normal_is_never_compared_with_its_own_rows(normals: np.ndarray) -> None:
    bank, held_out = make_bank(normals, seed=0), np.arange(3, 43, 2)
    quick, exact = both(lambda: bank.search_others(normals[held_out], held_out))
    assert quick.min() > 1e-4  # a patch of the bank itself has the distance 0, up to float16
    np.testing.assert_array_equal(quick.max(axis=(1, 2)), exact.max(axis=(1, 2)))
    assert (quick >= exact).all()
    assert (quick > exact).mean() < 0.02


def test_only_chosen_patches_are_searched_for(normals: np.ndarray) -> None:
    bank, held_out = make_bank(normals, seed=0), np.arange(40)
    chosen = np.random.default_rng(3).random((40, SIDE, SIDE)) < 0.5
    chosen[0] = False
    quick, exact = both(lambda: bank.search_others(normals[held_out], held_out, chosen=chosen))
    assert not quick[~chosen].any()
    assert (quick[chosen] > 1e-4).all()
    np.testing.assert_array_equal(quick.max(axis=(1, 2)), exact.max(axis=(1, 2)))


def test_rows_of_one_normal_only_have_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "LEAST_ROWS", 100)
    monkeypatch.setattr(clusters, "LEAST_PATCHES", 100)
    alone = np.random.default_rng(0).standard_normal((1, 16, 16, 8)).astype(np.float32)
    bank = make_bank(alone, seed=0)
    assert bank.clusters is None
    assert np.isinf(bank.search_others(alone, np.zeros(1, np.int64))).all()


def test_searches_repeat_and_other_scales_share_the_clusters(normals: np.ndarray, asked: np.ndarray) -> None:
    first = make_bank(normals, seed=0)
    found = first.search(asked)[0]
    clear_caches()
    other = Bank(first.rows, first.origins)
    np.testing.assert_array_equal(other.search(asked)[0], found)
    scaled = first.with_scales((1.0,))
    assert scaled.clusters is first.with_scales(()).clusters
    assert scaled.scales == (1.0,)


def test_few_patches_are_searched_exactly(normals: np.ndarray) -> None:
    rows = ClusteredRows(make_bank(normals, seed=0).rows)
    assert rows.pay_for(16 * PATCHES)
    assert not rows.pay_for(15 * PATCHES)
    assert not ClusteredRows(rows.rows[:49_999]).pay_for(16 * PATCHES)


def test_images_that_come_one_by_one_are_searched_in_clusters_if_many_are_expected(
    normals: np.ndarray, asked: np.ndarray
) -> None:
    bank = make_bank(normals, seed=0)
    bank.expect(15)
    alone = bank.search(asked[:15])[0]
    clear_caches()
    bank.expect(16)
    found = np.concatenate([bank.search(image[None])[0] for image in asked[:15]])
    np.testing.assert_array_equal(found.max(axis=(1, 2)), alone.max(axis=(1, 2)))
    assert (found > alone).any()
