"""Anomaly twins: labels, freshness, seeds, files, loaders."""

import copy
import multiprocessing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.presets import PRESETS

SHAPE = (40, 48, 3)


def part(number: int = 0, shape: tuple[int, ...] = SHAPE, dtype: Any = np.uint8) -> np.ndarray:
    """A grainy bright part on a dark ground, read-only."""
    image = np.random.default_rng(number).uniform(0.1, 0.2, shape)
    image[8:32, 8:40] += 0.4
    image = image.astype(dtype) if dtype is np.float32 else np.rint(image * np.iinfo(dtype).max).astype(dtype)
    image.flags.writeable = False
    return image


def twins(count: int = 4, transform: Any = None, **options: Any) -> ds.AnomalyTwins:
    return ds.AnomalyTwins([part(number) for number in range(count)], transform or ds.Line(), **options)


def drawn(sequence: ds.AnomalyTwins, indices: Sequence[int] | range | None = None) -> list[bytes]:
    return [sequence[index].image.tobytes() for index in indices or range(1, len(sequence), 2)]


def test_the_list_is_doubled() -> None:
    sequence = twins(5)
    assert len(sequence) == 10
    items = list(sequence)
    assert [item.label for item in items] == [0, 1] * 5
    assert [item.position for item in items] == list(range(10))
    for position, (image, mask, label, _) in enumerate(items):
        before = part(position // 2)
        assert (image.shape, image.dtype, mask.shape, mask.dtype) == (SHAPE, np.uint8, SHAPE[:2], np.uint8)
        changed = (image != before).any(axis=2)
        assert changed.any() == mask.any() == bool(label)
        assert not changed[mask == 0].any()
        assert set(np.unique(mask)) <= {0, 255}


def test_indices() -> None:
    sequence = twins(3)
    assert sequence[-1].position == sequence[np.int64(5)].position == 5
    assert sequence[-6].position == 0
    for index in (6, -7, 1000):
        with pytest.raises(IndexError, match=rf"index must be in \[-6, 6\), got {index}"):
            sequence[index]
    assert [item.position for item in reversed(sequence)] == [5, 4, 3, 2, 1, 0]


def test_indices_may_be_anything_that_indexes_a_list() -> None:
    given = twins()
    for index in (np.int64(1), np.array(1)):
        assert given[index].position == 1
    for index in (1.0, "1", None):
        with pytest.raises(TypeError, match="index must be a whole number, got"):
            given[index]  # type: ignore[index]


def test_pictures_are_never_written_nor_handed_out() -> None:
    images = [part(number).copy() for number in range(2)]
    sequence = ds.AnomalyTwins(images, ds.Scratch(), hard_negatives=0.5, several=0.5)
    for item in (*sequence, *sequence):
        item.image[:] = 0
    for number, image in enumerate(images):
        np.testing.assert_array_equal(image, part(number))


def test_every_read_draws_afresh() -> None:
    sequence = twins(2)
    assert len({sequence[1].image.tobytes() for _ in range(10)}) == 10
    assert {sequence[0].image.tobytes() for _ in range(10)} == {part(0).tobytes()}
    same = ds.AnomalyTwins([part(0)] * 5, ds.Line())
    assert len(set(drawn(same))) == 5, "equal pictures get different twins"


def test_an_epoch_is_drawn_again() -> None:
    sequence = twins(4, several=0.5, hard_negatives=0.5)
    order = [*range(8), *range(8)]
    epochs = []
    for epoch in (3, 4, 3):
        sequence.set_epoch(epoch)
        epochs.append(drawn(sequence, order))
    assert epochs[0] == epochs[2]
    assert not set(epochs[0][1::2]) & set(epochs[1][1::2])
    other = twins(4, several=0.5, hard_negatives=0.5)
    other.set_epoch(3)
    backwards = drawn(other, order[7::-1])[::-1] + drawn(other, order[:7:-1])[::-1]
    assert backwards == epochs[0], "the order of reading does not matter"
    assert drawn(twins(4, seed=1)) != drawn(twins(4, seed=0))


def test_a_refused_epoch_leaves_the_sequence_where_it_was() -> None:
    sequence, other = twins(4), twins(4)
    for one in (sequence, other):
        one.set_epoch(3)
        one[1]
    with pytest.raises(ValueError, match="epoch"):
        sequence.set_epoch(-1)
    assert drawn(sequence) == drawn(other)


def test_another_process_draws_the_same() -> None:
    sequence = twins(3, ds.Scratch(), seed=7, several=0.5)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        elsewhere = pool.map(sequence.sample, [5, 1, 3])
    for index, sample in zip([5, 1, 3], elsewhere, strict=True):
        expected = copy.deepcopy(sequence).sample(index)
        assert (sample.image.tobytes(), sample.defects) == (expected.image.tobytes(), expected.defects)
    assert drawn(sequence) == drawn(twins(3, ds.Scratch(), seed=7, several=0.5))


def test_share_of_several() -> None:
    some, one, every = (twins(200, several=several) for several in (0.3, 0.0, 1.0))
    counts = np.array([len(some.sample(index).defects) for index in range(1, 400, 2)])
    assert 0.22 < (counts > 1).mean() < 0.38
    assert counts.max() <= 8
    assert len(np.unique(counts)) >= 6
    assert {len(one.sample(index).defects) for index in range(1, 400, 2)} == {1}
    for index in range(1, 400, 2):
        sample = every.sample(index)
        assert len(sample.defects) >= 2
        assert np.count_nonzero(sample.mask) <= sum(record["area"] for record in sample.defects)
        assert not (sample.image != part(index // 2)).any(axis=2)[sample.mask == 0].any()


def test_share_of_hard_negatives() -> None:
    sequence = twins(200, hard_negatives=0.3)
    changed = 0
    for index in range(0, 400, 2):
        item = sequence[index]
        assert item.label == 0
        assert not item.mask.any()
        assert (item.image.shape, item.image.dtype) == (SHAPE, np.uint8)
        changed += bool((item.image != part(index // 2)).any())
    assert 0.22 < changed / 200 < 0.38
    every = twins(50, hard_negatives=1)
    assert all((every[index].image != part(index // 2)).any() for index in range(0, 100, 2))
    assert [item.label for item in every] == [0, 1] * 50


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(40, 48), (40, 48, 1), SHAPE, (40, 48, 5)], ids=str)
def test_every_layout(dtype: Any, shape: tuple[int, ...]) -> None:
    sequence = ds.AnomalyTwins([part(0, shape, dtype)], ds.ColorSpot(), hard_negatives=1, several=0.5)
    for item in (*sequence, *sequence):
        assert (item.image.shape, item.image.dtype, item.mask.shape) == (shape, dtype, (40, 48))
        assert (item.image != part(0, shape, dtype)).any()


def test_files(tmp_path: Path) -> None:
    pictures = {
        "colour.png": part(0),
        "gray.png": part(1, (40, 48)),
        "deep.png": part(2, SHAPE, np.uint16),
        "ä ö.bmp": part(3),
    }
    for name, image in pictures.items():
        written = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
        cv2.imencode(Path(name).suffix, written)[1].tofile(tmp_path / name)
    paths = [tmp_path / name if "a" in name else str(tmp_path / name) for name in pictures]
    from_files, from_arrays = (ds.AnomalyTwins(each, ds.Line(), seed=2) for each in (paths, list(pictures.values())))
    for left, right in zip(from_files, from_arrays, strict=True):
        np.testing.assert_array_equal(left.image, right.image, strict=True)
    mixed = ds.AnomalyTwins([paths[0], pictures["gray.png"]], ds.Line(), seed=2)
    assert [item.label for item in mixed] == [0, 1, 0, 1]


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    sequence = ds.AnomalyTwins([tmp_path / "missing.png", str(tmp_path / "broken.png"), part(0), tmp_path], ds.Line())
    with pytest.raises(FileNotFoundError, match=r"images must be arrays or existing files, got '.*missing\.png'"):
        sequence[0]
    with pytest.raises(ValueError, match=r"images must be readable image files, got '.*broken\.png'"):
        sequence[3]
    with pytest.raises(FileNotFoundError, match=tmp_path.name):
        sequence[6]
    assert sequence[5].label == 1


def test_regions() -> None:
    rois = [np.zeros(SHAPE[:2], bool) for _ in range(3)]
    rois[0][:, 30:], rois[1][:12] = True, True
    sequence = ds.AnomalyTwins([part(number) for number in range(3)], ds.Line(), rois=rois, several=0.5)
    for _ in range(20):
        for number, roi in enumerate(rois):
            item = sequence[2 * number + 1]
            assert not item.mask[~roi].any()
            assert item.label == int(item.mask.any())
            assert (item.image != part(number)).any() == bool(item.label)
    assert sequence[5].label == 0, "where no place is allowed the twin stays normal"
    assert sequence[1].label == 1


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name: str) -> None:
    labels = [item.label for item in twins(20, PRESETS[name](), seed=1)]
    assert labels[::2] == [0] * 20
    assert sum(labels[1::2]) >= 19
    assert drawn(twins(5, PRESETS[name]())) == drawn(twins(5, PRESETS[name]()))
    assert sum(item.label for item in twins(5, A.Compose([ds.Line(p=0)]))) == 0


def batches(sequence: Any, workers: int, seed: int, epochs: int = 1, **options: Any) -> list[list[Any]]:
    """Every epoch's batches of a shuffled torch loader."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(seed)
    loader = torch.utils.data.DataLoader(sequence, batch_size=3, shuffle=True, num_workers=workers, **options)
    return [[type(batch)(*(field.clone() for field in batch)) for batch in loader] for _ in range(epochs)]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_torch_loader(workers: int) -> None:
    first, second = batches(twins(4, hard_negatives=0.5), workers, seed=0, epochs=2)
    shapes = [(tuple(batch.image.shape), tuple(batch.mask.shape), len(batch.label)) for batch in first]
    assert shapes == [((3, *SHAPE), (3, *SHAPE[:2]), 3)] * 2 + [((2, *SHAPE), (2, *SHAPE[:2]), 2)]
    drawings = []
    for epoch in (first, second):
        items = [item for batch in epoch for item in zip(batch.position.tolist(), batch.label.tolist(), strict=True)]
        assert sorted(items) == [(position, position % 2) for position in range(8)]
        drawings.append({bytes(image.numpy()) for batch in epoch for image in batch.image[batch.label == 1]})
    assert len(drawings[0] | drawings[1]) == 8, "every epoch draws afresh"


def test_the_number_of_workers_changes_nothing() -> None:
    one, two, another = (batches(twins(4), workers, seed)[0] for workers, seed in ((1, 3), (2, 3), (2, 4)))
    for left, right in zip(one, two, strict=True):
        assert all(bool((a == b).all()) for a, b in zip(left, right, strict=True))
    left, right = ({bytes(image.numpy()) for batch in epoch for image in batch.image} for epoch in (two, another))
    assert left == right, "torch's seed only shuffles"


def test_persistent_workers_never_repeat_a_twin() -> None:
    data = pytest.importorskip("torch.utils.data")
    loader = data.DataLoader(twins(6), num_workers=2, batch_size=2, shuffle=True, persistent_workers=True)
    drawn = [bytes(image.numpy()) for _ in range(3) for batch in loader for image in batch.image[batch.label == 1]]
    assert len(set(drawn)) == len(drawn) == 18


def test_an_item_read_by_two_workers_is_drawn_twice() -> None:
    data = pytest.importorskip("torch.utils.data")
    loader = data.DataLoader(twins(2), num_workers=2, batch_size=4, sampler=[1] * 8)
    assert len({bytes(image.numpy()) for batch in loader for image in batch.image}) == 8


def test_records_of_several_defects_draw_again() -> None:
    pictures = twins(3, several=1.0)
    for index in (1, 3, 5):
        sample = pictures.sample(index)
        assert len(sample.defects) > 1
        again = ds.redraw(pictures.images[index // 2], sample.defects)
        np.testing.assert_array_equal(again.image, sample.image)
        np.testing.assert_array_equal(again.mask, sample.mask)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_truncated_file_is_refused_by_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"part{suffix}"
    cv2.imwrite(str(path), part(1))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    with pytest.raises(ValueError, match=rf"readable image files, got .*part{suffix}.*truncated"):
        ds.AnomalyTwins([path], ds.Line())[1]


def test_what_is_remembered_of_a_picture_cannot_be_changed() -> None:
    picture = np.full((64, 64), 20, np.uint8)
    picture[20:50, 15:40] = 180
    found = ds.find_foreground(picture)
    assert not found.whole
    assert not found.cells.flags.writeable
