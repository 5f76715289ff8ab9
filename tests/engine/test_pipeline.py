"""Compositions: every node has a seed of its own, records follow, nothing in the composition changes state."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.engine import workers
from defectsynth.engine.compat import IS_X
from defectsynth.engine.pipeline import Mark, State, extent, run
from defectsynth.engine.steps import steps

SURFACE = np.random.default_rng(0).integers(90, 130, (128, 128, 3), np.uint8)
EMPTY = np.zeros((128, 128), np.uint8)


def spot() -> ds.ColorSpot:
    return ds.ColorSpot(radius_range=(0.02, 0.03), spots_range=(1, 1), p=1)


def middles(defects: list[dict[str, Any]]) -> np.ndarray:
    return np.array([np.reshape(record["box"], (2, 2)).mean(axis=0) for record in defects])


PAIRS: dict[str, Callable[[], list[Any]]] = {
    "equal": lambda: [spot(), spot()],
    "different": lambda: [spot(), ds.Pit(p=1)],
    "in sequences": lambda: [A.Sequential([spot()], p=1), A.Sequential([spot()], p=1)],
    "in choices": lambda: [A.OneOf([spot(), ds.Pit(p=1)], p=1), A.OneOf([ds.Stain(p=1), spot()], p=1)],
    "some of three": lambda: [A.SomeOf([spot(), ds.Pit(p=1), ds.Bubble(p=1)], n=2)],
}


@pytest.mark.parametrize("way", ["host", "synthesize"])
@pytest.mark.parametrize("pair", PAIRS)
def test_two_defects_are_drawn_independently(pair: str, way: str) -> None:
    distances = []
    for seed in range(40):
        if way == "host":
            defects = A.Compose(PAIRS[pair](), seed=seed)(image=SURFACE, mask=EMPTY, defects=[])["defects"]
        else:
            defects = ds.synthesize(SURFACE, A.Compose(PAIRS[pair]()), seed=seed).defects
        if len(defects) == 2:
            first, second = middles(defects)
            distances.append(float(np.hypot(*(first - second))))
    assert len(distances) >= 25
    assert np.median(distances) > 30, "independent places on a square lie half a side apart"
    assert sum(distance < 8 for distance in distances) <= 4


def test_defects_with_p_one_half_come_independently() -> None:
    pipeline = [ds.ColorSpot(p=0.5), ds.Pit(p=0.5)]
    counts = Counter(
        len(A.Compose(pipeline, seed=seed)(image=SURFACE, mask=EMPTY, defects=[])["defects"]) for seed in range(80)
    )
    assert counts[1] >= 20, "not always both or none"


def test_alternatives_are_chosen_by_their_weights() -> None:
    choice = A.OneOf([ds.Scratch(p=0.9), ds.ColorSpot(p=0.1)], p=1.0)
    kinds = Counter(
        record["kind"] for seed in range(150) for record in ds.synthesize(SURFACE, choice, seed=seed).defects
    )
    assert 5 <= kinds["color_spot"] <= 30
    assert kinds["scratch"] >= 110


def test_a_run_changes_no_random_state_and_costs_no_copy() -> None:
    composition = ds.presets.generic_texture()
    before = composition.py_random.getstate() if not IS_X else None
    samples = [ds.synthesize(SURFACE, composition, seed=3) for _ in range(2)]
    assert samples[0].image.tobytes() == samples[1].image.tobytes()
    assert before == (composition.py_random.getstate() if not IS_X else None)


def test_threads_draw_what_one_thread_draws() -> None:
    flips = A.Compose([A.HorizontalFlip(p=0.5), ds.presets.generic_texture(), A.RandomBrightnessContrast(p=0.5)])
    alone = [ds.synthesize(SURFACE, flips, seed=seed).image.tobytes() for seed in range(24)]
    together: dict[int, bytes] = {}

    def draw(first: int) -> None:
        for seed in range(first, 24, 4):
            together[seed] = ds.synthesize(SURFACE, flips, seed=seed).image.tobytes()

    threads = [threading.Thread(target=draw, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[seed] for seed in range(24)] == alone


@pytest.mark.parametrize(
    "after",
    [
        A.HorizontalFlip(p=1),
        A.Rotate(p=1),
        A.Resize(96, 80, p=1),
        A.RandomCrop(100, 100, p=1),
        A.Transpose(p=1),
    ],
    ids=lambda transform: type(transform).__name__,
)
def test_records_follow_later_transforms(after: Any) -> None:
    composition = A.Compose([ds.ColorSpot(spots_range=(1, 1), p=1), after])
    drawn = 0
    for seed in range(20):
        sample = ds.synthesize(SURFACE, composition, seed=seed)
        assert bool(sample.defects) == bool(sample.mask.any())
        for record in sample.defects:
            x, y, width, height = cv2.boundingRect(sample.mask)
            assert record["box"] == [x, y, x + width, y + height]
            assert record["area"] == np.count_nonzero(sample.mask)
            drawn += 1
    assert drawn >= 10


def test_in_a_host_pipeline_a_record_loses_the_box_that_a_later_flip_makes_wrong() -> None:
    def records(*transforms: Any) -> list[dict[str, Any]]:
        return list(A.Compose(list(transforms), seed=0)(image=SURFACE, mask=EMPTY, defects=[])["defects"])

    flip, light = A.HorizontalFlip(p=0.5), A.RandomBrightnessContrast(p=1)
    for transforms in ([spot(), flip], [A.OneOf([spot()], p=1), light, A.Sequential([flip], p=1)]):
        (record,) = records(*transforms)
        assert record["box"] is None
        assert record["area"] is None
    for transforms in ([flip, spot()], [spot(), light], [A.OneOf([spot(), flip], p=1)], [spot(), A.Rotate(p=0)]):
        assert all(record["box"] is not None for record in records(*transforms))


def test_the_box_of_an_earlier_record_moves_with_a_later_warp() -> None:
    moved = 0
    for seed in range(30):
        pipeline = A.Compose([spot(), ds.Bulge(where="anywhere", p=1)], seed=seed)
        result = pipeline(image=SURFACE, mask=EMPTY, defects=[])
        alone = A.Compose([spot()], seed=seed)(image=SURFACE, mask=EMPTY, defects=[])
        if len(result["defects"]) == 2 and result["defects"][0]["kind"] == "color_spot":
            moved += result["defects"][0]["box"] != alone["defects"][0]["box"]
    assert moved >= 1


def test_roi_moves_with_the_image() -> None:
    roi = EMPTY.copy()
    roi[:, :40] = 255
    composition = A.Compose([A.HorizontalFlip(p=1), ds.ColorSpot(p=1)])
    for seed in range(10):
        mask = ds.synthesize(SURFACE, composition, seed=seed, roi=roi).mask
        assert mask.any()
        assert not mask[:, :88].any()


def test_unknown_compositions_and_images_of_other_types_work() -> None:
    channels = A.SelectiveChannelTransform([A.RandomBrightnessContrast(p=1)], channels=(0,), p=1)
    sample = ds.synthesize(SURFACE, A.Compose([ds.Scratch(p=1), channels]), seed=1)
    assert sample.defects
    assert (sample.image[..., 0] != SURFACE[..., 0]).mean() > 0.5
    normalised = ds.synthesize(SURFACE, A.Compose([ds.Scratch(p=1), A.Normalize()]), seed=1)
    assert normalised.image.dtype == np.float32
    assert normalised.mask.any()


def test_several_transforms_are_drawn_again_from_their_records() -> None:
    part = np.full((128, 128, 3), 60, np.uint8)
    cv2.circle(part, (64, 64), 44, (190, 180, 170), -1)
    part += np.random.default_rng(1).integers(0, 9, part.shape, dtype=np.uint8)
    composition = A.Compose(
        [ds.ChippedEdge(p=1), ds.Bulge(p=1), ds.ColorSpot(where="object", p=1), ds.BentEdge(p=1), ds.Scratch(p=1)]
    )
    for seed in range(40):
        sample = ds.synthesize(part, composition, seed=seed)
        again = ds.redraw(part, sample.defects)
        assert again.image.tobytes() == sample.image.tobytes(), seed
        assert again.mask.tobytes() == sample.mask.tobytes(), seed


def test_alternatives_of_defects_and_other_transforms_are_refused() -> None:
    assert [step.draws for step in steps(A.Compose([A.HorizontalFlip(), spot(), A.Normalize()]))] == [
        False,
        True,
        False,
    ]
    for wrong in (
        A.OneOf([spot(), A.GaussNoise(p=1)], p=1),
        A.Compose([A.SomeOf([spot(), A.GaussNoise(p=1)], n=1)]),
        A.Sequential([spot(), A.GaussNoise(p=1)], p=0.5),
        A.Compose([spot(), A.GaussNoise(p=1)], p=0.5),
    ):
        with pytest.raises(ValueError, match="transform must apply what is no defect to every image"):
            ds.AnomalyTwins([SURFACE], wrong)


@pytest.mark.skipif(IS_X, reason="albumentationsx mixes the worker's seed in by itself")
def test_workers_and_epochs_of_a_loader_draw_different_defects(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = set()
    for worker in (11, 12, 13, 14):
        monkeypatch.setattr(workers, "worker_seed", lambda worker=worker: worker)
        pipeline = A.Compose([ds.Scratch(p=1), ds.Pit(p=0.5)], seed=0)  # as every forked worker has it
        drawn.add(pipeline(image=SURFACE)["image"].tobytes())
    assert len(drawn) == 4
    monkeypatch.setattr(workers, "worker_seed", lambda: 11)
    assert A.Compose([ds.Scratch(p=1), ds.Pit(p=0.5)], seed=0)(image=SURFACE)["image"].tobytes() in drawn


def test_wide_integer_labels_move_with_a_warp_bit_for_bit() -> None:
    for dtype in (np.int32, np.uint32, np.int64, np.float64):
        mask = np.zeros((128, 128), dtype)
        mask[40:90, 40:90] = 16_777_217
        for seed in range(4):
            result = A.Compose([ds.Bulge(where="anywhere", p=1)], seed=seed)(image=SURFACE, mask=mask)
            assert result["mask"].dtype == dtype
            assert set(np.unique(result["mask"]).tolist()) <= {0, 255, 1, 16_777_217}


def test_a_draw_that_only_restores_pixels_is_left_out_and_records_draw_the_image_again() -> None:
    image = np.array([[69], [10]], np.uint8)
    sample = ds.synthesize(image, ds.presets.mvtec_ad("pill", defect="combined"), seed=0)
    assert ds.redraw(image, sample.defects).image.tobytes() == sample.image.tobytes()


def test_pixels_that_a_later_defect_restored_leave_mask_box_and_area() -> None:
    image = np.full((8, 8), 100, np.uint8)
    state = State.of(image, None)
    state.image, state.mask = image.copy(), np.zeros((8, 8), np.uint8)
    state.image[2:4, 2:6] = 50
    state.mask[2:6, 2:6] = 255
    whole = state.mask.copy()
    other = np.zeros((8, 8), np.uint8)
    other[2, 2] = 255
    state.records = [{"draw": 0, "box": [2, 2, 6, 6], "area": 16}, {"draw": 1, "box": [2, 2, 3, 3], "area": 1}]
    state.marks = [Mark.of(whole), Mark.of(other)]
    state.prune()
    assert (state.mask != 0).sum() == 8
    assert [(record["box"], record["area"]) for record in state.records] == [([2, 2, 6, 4], 8), ([2, 2, 3, 3], 1)]


def test_box_and_area_of_a_record_are_those_of_its_mask_after_a_warp() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3)).astype(np.uint8)
    image, moved = cv2.GaussianBlur(noise, (5, 5), 0), 0
    roi = np.zeros((128, 128), np.uint8)
    roi[50:80, 50:80] = 1
    pipeline = A.Compose([ds.ColorSpot(where="anywhere", p=1), ds.WarpedDefect(where="anywhere", p=1)])
    for seed in range(20):
        state = State.of(image, roi)
        run(pipeline, state, seed=seed)
        for record, mark in zip(state.records, state.marks, strict=True):
            assert {key: record[key] for key in ("box", "area")} == extent(mark.whole((128, 128)))
        alone = State.of(image, roi)
        run(A.Compose(pipeline.transforms[:1]), alone, seed=seed)
        moved += bool(alone.records) and alone.records[0]["area"] != state.records[0]["area"]
    assert moved > 0
