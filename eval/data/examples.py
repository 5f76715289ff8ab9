"""Examples to train on: pictures with masks and classes, split into training and validation, and read in batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from eval.data.images import Image, Size, pictures


class Example(NamedTuple):
    """One item to learn from: image uint8 (H, W, 3), mask uint8 (H, W) with 255 at defects, and class."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    label: int


class Batch(NamedTuple):
    """Images uint8 (B, H, W, 3), masks uint8 (B, H, W), classes int64 (B,)."""

    images: Tensor
    masks: Tensor
    labels: Tensor


class Examples(Dataset[Example], ABC):
    """A list of examples, which may change from epoch to epoch.

    Attributes:
        has_masks: whether the masks mark the defects, so that patches can be trained on.
    """

    has_masks: bool = False

    @abstractmethod
    def __len__(self) -> int:
        """How many there are."""

    @abstractmethod
    def __getitem__(self, index: int) -> Example:
        """Return one of them."""

    def set_epoch(self, epoch: int) -> None:
        """Start an epoch; equal epochs give equal examples."""


class LabelledExamples(Examples):
    """Pictures with a class each; the masks stay empty.

    Args:
        images: uint8 (N, H, W, 3).
        labels: int64 (N,).
        order: which of them, and how often, as int64 (M,).
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        self.images = images
        self.labels = labels
        self.order = order

    def __len__(self) -> int:
        """Length of the order."""
        return len(self.order)

    def __getitem__(self, index: int) -> Example:
        """Return the picture at that place of the order."""
        image = self.images[self.order[index]]
        return Example(image, np.zeros(image.shape[:2], np.uint8), int(self.labels[self.order[index]]))


@dataclass(frozen=True)
class Split:
    """What to train on.

    Attributes:
        training: examples to learn from.
        validation: examples of other pictures, the same at every epoch; None if none were held out.
        classes: C; labels are in [0, C).
    """

    training: Examples
    validation: Examples | None
    classes: int


def labelled_split(
    images: Sequence[Image],
    labels: Sequence[int] | NDArray[np.integer[Any]],
    *,
    size: Size | None = None,
    held_out: float = 0.2,
    oversample: bool = False,
    seed: int = 0,
) -> Split:
    """Pictures with classes, for the classification experiments of the seed article.

    `multi_class`: good pictures of several categories, the category is the class. `binary`: good (0) against one real
    type of defect (1), with `oversample`; those pictures are then no test images any more.

    Args:
        images: arrays or paths.
        labels: the class of each, 0, 1, ... without a gap; at least two classes.
        size: to bring the pictures to, see `Size`; None takes arrays as they are.
        held_out: share of each class that only validates, in [0, 1); 0 validates nothing, otherwise at least one does.
        oversample: repeat the training pictures of rarer classes until all are as frequent; validation repeats nothing.
        seed: at least 0; of the split.

    Raises:
        TypeError, ValueError: if an argument is out of bounds, an image does not fit, or labels have a gap or another
            length.
    """
    read = pictures(images, size=size)
    classes_of = np.asarray(labels)
    if classes_of.shape != (len(read),) or not np.issubdtype(classes_of.dtype, np.integer):
        raise ValueError(
            f"labels must be one integer for each of the {len(read)} images, "
            f"got shape {classes_of.shape} of {classes_of.dtype}"
        )
    classes_of = classes_of.astype(np.int64)
    found = np.unique(classes_of)
    if len(found) < 2 or not np.array_equal(found, np.arange(len(found))):
        raise ValueError(f"labels must hold the classes 0, 1, ... without a gap, at least two, got {found.tolist()}")
    check_share("held_out", held_out)
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(classes_of == number) for number in found]
    parts = [
        (own[kept], own[held])
        for number, own in enumerate(members)
        for kept, held in [parts_of(len(own), held_out=held_out, rng=rng, name=f"images of class {number}")]
    ]
    most = max(len(kept) for kept, _ in parts)
    training = [np.resize(kept, most) if oversample else kept for kept, _ in parts]
    validation = np.concatenate([held for _, held in parts])
    return Split(
        LabelledExamples(read, classes_of, np.concatenate(training)),
        LabelledExamples(read, classes_of, validation) if len(validation) else None,
        classes=len(found),
    )


def load_batches(examples: Examples, *, batch: int, epoch: int, seed: int, workers: int = 0) -> Iterator[Batch]:
    """One epoch of examples, in their order and in batches of at most `batch`, all of about one size.

    Args:
        examples: any.
        batch: at least 1.
        epoch: at least 0; equal seeds and epochs give equal batches, with any number of workers of at least 1, but
            twins are others than without workers.
        seed: at least 0.
        workers: processes that draw ahead, at least 0; they pay where the network runs on a GPU.
    """
    examples.set_epoch(epoch)
    order = np.arange(len(examples))
    batches = [part.tolist() for part in np.array_split(order, -(-len(order) // batch))]
    loader: DataLoader[Batch] = DataLoader(
        examples,  # type: ignore[arg-type]  # collating makes batches of examples
        batch_sampler=batches,
        num_workers=workers,
        collate_fn=_collate,
        worker_init_fn=_start_worker,
        generator=torch.Generator().manual_seed(seed),
    )
    yield from loader


def check_share(name: str, share: float) -> None:
    """Accept a share in [0, 1).

    Raises:
        ValueError: for anything else.
    """
    if not 0 <= share < 1:
        raise ValueError(f"{name} must be in 0 <= {name} < 1, got {share}")


def parts_of(
    count: int, *, held_out: float, rng: np.random.Generator, name: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places to train on and places held out, both sorted.

    Raises:
        ValueError: if nothing would be left to train on.
    """
    order = rng.permutation(count)
    held = max(1, round(held_out * count)) if held_out else 0
    if held >= count:
        raise ValueError(f"{name} must be at least {held + 1} to hold out {held}, got {count}")
    return np.sort(order[held:]), np.sort(order[:held])


def _collate(examples: list[Example]) -> Batch:
    return Batch(
        torch.from_numpy(np.stack([example.image for example in examples])),
        torch.from_numpy(np.stack([example.mask for example in examples])),
        torch.tensor([example.label for example in examples]),
    )


def _start_worker(_number: int) -> None:
    cv2.setNumThreads(0)  # threads do not survive a fork
