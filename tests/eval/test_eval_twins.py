"""Training data: twins with patch labels, held-out images, batches, mixup."""

import re
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from defectsynth import Line  # noqa: E402
from eval.data.examples import Split, labelled_split, read_batches  # noqa: E402
from eval.data.twins import twin_split  # noqa: E402
from eval.training.targets import mixup, patch_labels  # noqa: E402

SIDE = 48


def parts(count: int = 10, *, side: int = SIDE) -> list[np.ndarray]:
    """Return images of a gray disc with noise, each at another brightness."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:side, :side]
    disc = np.hypot(rows - side / 2, columns - side / 2) < side / 3
    images = [60 + 60 * disc + rng.integers(0, 30) + rng.integers(-5, 6, (side, side)) for _ in range(count)]
    return [np.repeat(image[:, :, None], 3, axis=2).astype(np.uint8) for image in images]


def twins(**options: Any) -> Split:
    return twin_split(parts(), Line(), **{"seed": 0, **options})


def test_images_are_held_out_with_their_twins() -> None:
    images = [np.full((SIDE, SIDE, 3), 10 * number, np.uint8) for number in range(10)]
    split = twin_split(images, Line(), seed=1)
    assert split.validation is not None
    sides = [{int(examples[2 * number].image[0, 0, 0]) for number in range(len(examples) // 2)}
             for examples in (split.training, split.validation)]  # fmt: skip
    assert (len(split.training), len(split.validation), split.classes) == (16, 4, 2)
    assert not sides[0] & sides[1]
    assert sides[0] | sides[1] == set(range(0, 100, 10))
    assert twin_split(images, Line(), held_out=0).validation is None


def test_twins_depend_on_the_epoch() -> None:
    split = twins()

    def drawn(epoch: int) -> list[torch.Tensor]:
        batches = read_batches(split.training, batch=5, epoch=epoch)
        return [part for batch in batches for part in batch]

    first, again, second = drawn(0), drawn(0), drawn(1)
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert not all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize(("crop", "side"), [(0.1, 32), (0.5, 32), (0.75, 64), (1.0, 80)])
def test_windows_are_cut_out_of_both_image_and_mask(crop: float, side: int) -> None:
    images = [np.random.default_rng(number).integers(0, 256, (80, 96, 3), np.uint8) for number in range(6)]
    whole, cut = (twin_split(images, Line(), crop=share, seed=3).training for share in (1.0, crop))
    for index in range(len(whole)):
        example, window = whole[index], cut[index]
        assert window.image.shape == ((side, side, 3) if crop < 1 else (80, 96, 3))
        assert window.mask.shape == window.image.shape[:2]
        assert bool(window.mask.any()) == bool(window.label) == bool(example.label)
        places = [
            (y, x)
            for y in range(80 - window.mask.shape[0] + 1)
            for x in range(96 - window.mask.shape[1] + 1)
            if np.array_equal(example.image[y : y + side, x : x + window.mask.shape[1]], window.image)
        ]
        assert len(places) == 1
        y, x = places[0]
        assert np.array_equal(example.mask[y : y + side, x : x + window.mask.shape[1]], window.mask)


def test_batches_are_of_about_one_size_and_hold_every_example() -> None:
    split = twins()
    batches = list(read_batches(split.training, batch=5, epoch=0))
    assert [len(batch.labels) for batch in batches] == [4, 4, 4, 4]
    assert sum(int(batch.labels.sum()) for batch in batches) == 8
    assert batches[0].images.shape == (4, SIDE, SIDE, 3)
    for batch in batches:
        assert torch.equal(batch.masks.flatten(1).any(dim=1), batch.labels.bool())


def test_defects_stay_in_the_region_of_interest_of_their_image() -> None:
    images = parts(6)
    rois = [np.zeros((SIDE, SIDE), np.uint8) for _ in images]
    for number, roi in enumerate(rois):
        roi[:, 4 * number : 4 * number + 12] = 1
    marked = [np.where(roi[:, :, None] > 0, image, 0) for roi, image in zip(rois, images, strict=True)]
    split = twin_split(marked, Line(), rois=rois, seed=0)
    for number in range(1, len(split.training), 2):
        example, normal = split.training[number], split.training[number - 1]
        assert not example.mask[(normal.image == 0).all(axis=2)].any()


def test_patch_labels_follow_the_share_that_a_defect_covers() -> None:
    masks = torch.zeros(1, 16, 24, dtype=torch.uint8)
    masks[0, :4, :8] = 255  # half of the first patch
    masks[0, 8, 8:10] = 255  # 2 of 64 pixels: touched
    labels = patch_labels(masks, grid=(2, 3))
    assert labels.tolist() == [[[1, 0, 0], [0, -100, 0]]]
    assert patch_labels(masks, grid=(2, 3), share=0.5).tolist() == [[[1, 0, 0], [0, -100, 0]]]
    assert patch_labels(masks, grid=(2, 3), share=0.51).tolist() == [[[-100, 0, 0], [0, -100, 0]]]
    assert patch_labels(masks, grid=(2, 3), share=2 / 64).tolist() == [[[1, 0, 0], [0, 1, 0]]]
    with pytest.raises(ValueError, match=re.escape("share must be in 0 < share <= 1, got 0")):
        patch_labels(masks, grid=(2, 3), share=0)


def test_mixup_blends_images_and_classes_alike() -> None:
    images = torch.zeros(6, 4, 4, 3, dtype=torch.uint8)
    labels = torch.tensor([0, 1, 0, 1, 1, 0])
    images[labels == 1] = 255
    mixed, probabilities = mixup(images, labels, classes=2, rng=np.random.default_rng(0))
    assert torch.allclose(mixed.mean(dim=(1, 2, 3)), probabilities[:, 1])
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(6))
    assert (probabilities.gather(1, labels[:, None]) >= 0.5).all()
    assert ((probabilities > 0.01) & (probabilities < 0.99)).any()


def test_rarer_classes_are_repeated_only_in_training_and_never_cross_over() -> None:
    images = [np.full((SIDE, SIDE, 3), number, np.uint8) for number in range(24)]
    labels = [0] * 20 + [1] * 4
    split = labelled_split(images, labels, oversample=True, seed=0)
    assert split.validation is not None
    assert np.bincount([example.label for example in map(split.training.__getitem__, range(32))]).tolist() == [16, 16]
    assert len(split.training) == 32
    assert np.bincount([split.validation[place].label for place in range(5)]).tolist() == [4, 1]
    train_images = {int(split.training[place].image[0, 0, 0]) for place in range(32)}
    assert train_images.isdisjoint(int(split.validation[place].image[0, 0, 0]) for place in range(5))
    assert len(labelled_split(images, labels, seed=0).training) == 19
