"""Nothing but the defect tells a twin from a normal image; copies and workers draw what they should."""

import copy
import multiprocessing
import pickle
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from tests.processes import TIMEOUT

IMAGES = [np.random.default_rng(seed).integers(80 + seed, 120 + seed, (64, 64, 3), np.uint8) for seed in range(30)]
COMPOSITIONS: dict[str, Any] = {
    "brightness": lambda: A.Compose([A.RandomBrightnessContrast(p=1), ds.Scratch(p=1)]),
    "after": lambda: A.Compose([ds.Scratch(p=1), A.HueSaturationValue(p=0.5), A.GaussNoise(p=0.5)]),
    "geometry": lambda: A.Compose([A.RandomCrop(48, 48), A.HorizontalFlip(), ds.Pit(p=1), A.Resize(56, 56)]),
    "normalised": lambda: A.Compose([A.OneOf([ds.Scratch(p=1), ds.Pit(p=1)], p=1), A.Normalize()]),
    "nested": lambda: A.Compose([A.Sequential([A.ToGray(p=0.5), ds.ColorSpot(p=1)], p=1)]),
}


def area_under_curve(scores: np.ndarray, labels: np.ndarray) -> float:
    positive, negative = scores[labels == 1], scores[labels == 0]
    wins = (positive[:, None] > negative).mean() + 0.5 * (positive[:, None] == negative).mean()
    return float(max(wins, 1.0 - wins))


@pytest.mark.parametrize("name", COMPOSITIONS)
@pytest.mark.parametrize("several", [0.0, 0.5])
def test_statistics_outside_the_mask_do_not_give_the_label_away(name: str, several: float) -> None:
    twins = ds.AnomalyTwins(IMAGES, COMPOSITIONS[name](), seed=0, several=several)
    items = [twins[index] for _ in range(3) for index in range(len(twins))]
    labels = np.array([item.label for item in items])
    assert labels.mean() > 0.4
    assert all(bool(item.mask.any()) == bool(item.label) for item in items)
    assert len({item.image.shape for item in items}) == 1
    square = np.ones((3, 3), np.uint8)  # resizing mixes the pixels beside the mask with those in it
    outside = [np.asarray(item.image, np.float64)[cv2.dilate(item.mask, square) == 0] for item in items]
    for statistic in (np.mean, np.std, np.median):
        assert area_under_curve(np.array([statistic(pixels) for pixels in outside]), labels) < 0.6


def test_both_items_of_a_pair_get_the_same_parameters() -> None:
    twins = ds.AnomalyTwins(IMAGES, COMPOSITIONS["geometry"](), seed=2)
    for pair in range(10):
        normal, twin = twins[2 * pair], twins[2 * pair + 1]
        assert normal.image.shape == twin.image.shape == (56, 56, 3)
        same = (normal.image == twin.image).all(axis=2)
        assert not twin.label or same[twin.mask == 0].mean() > 0.9, "but for the blur of resizing around the defect"


def test_a_transform_without_a_defect_is_refused() -> None:
    with pytest.raises(TypeError, match="transform must hold a defect"):
        ds.AnomalyTwins(IMAGES, A.Compose([A.HorizontalFlip()]))


def test_a_deep_copy_draws_the_same_with_workers_too() -> None:
    twins = ds.AnomalyTwins(IMAGES, ds.Scratch(), seed=1)
    twins[3]
    twin = copy.deepcopy(twins)
    assert twin.__dict__["_copied"] is False
    assert twin[3].image.tobytes() == twins[3].image.tobytes()
    assert twins[3].image.tobytes() == twin[3].image.tobytes(), "each has its own count"


def _read(payload: bytes, queue: Any) -> None:
    twins = pickle.loads(payload)  # noqa: S301  our own pickle
    queue.put([twins[index].image.tobytes() for index in range(8)])


@pytest.mark.parametrize("several", [0.0, 1.0])
def test_spawned_workers_draw_what_this_process_draws(several: float) -> None:
    data = pytest.importorskip("torch.utils.data")
    both = A.Compose([A.HorizontalFlip(p=0.5), A.OneOf([ds.Scratch(p=1), ds.Pit(p=1)], p=1)])
    runs = []
    for options in ({}, {"num_workers": 2, "multiprocessing_context": "spawn"}):
        twins = ds.AnomalyTwins(IMAGES[:4], both, seed=0, several=several)
        reader = data.DataLoader(twins, batch_size=None, **options)
        runs.append([[item.image.numpy().tobytes() for item in reader] for _ in range(2)])
    assert runs[0] == runs[1]
    fresh = [one != other for one, other in zip(*runs[1], strict=True)]
    assert sum(fresh[1::2]) == 4, "twins of the second epoch are other ones"


def test_a_pickled_copy_follows_the_seed_of_the_loader_whose_worker_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = ds.AnomalyTwins(IMAGES[:4], ds.Scratch(), seed=0)
    payload, draws = pickle.dumps(twins), []
    for worker in (0, 7, 7, 8):
        monkeypatch.setattr("defectsynth.training.twins.worker_seed", lambda seed=worker: seed)
        draws.append(pickle.loads(payload)[1].image.tobytes())  # noqa: S301  our own pickle
    assert draws[1] == draws[2]
    assert len(set(draws)) == 3
    assert draws[0] == twins[1].image.tobytes()


def test_pickled_twins_draw_the_same_in_another_process() -> None:
    twins = ds.AnomalyTwins(IMAGES[:4], COMPOSITIONS["geometry"](), seed=0)
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_read, args=(pickle.dumps(twins), queue))
    process.start()
    drawn = queue.get(timeout=TIMEOUT)
    process.join()
    assert drawn == [twins[index].image.tobytes() for index in range(8)]
