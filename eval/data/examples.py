"""Training examples: images with masks and classes, split into training and validation, and read in batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset


class Example(NamedTuple):
    """One training example: image uint8 (H, W, 3), mask uint8 (H, W) with 255 at defects, and class."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    label: int


class Batch(NamedTuple):
    """Images uint8 (B, H, W, 3), masks uint8 (B, H, W) and classes int64 (B,)."""

    images: Tensor
    masks: Tensor
    labels: Tensor


class Examples(Dataset[Example], ABC):
    """Sequence of examples, which may change from epoch to epoch.

    Attributes:
        has_masks: True if the masks mark the defects, which training on patches needs.
    """

    has_masks: bool = False

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of examples."""

    @abstractmethod
    def __getitem__(self, index: int) -> Example:
        """Return an example."""

    def set_epoch(self, epoch: int) -> None:
        """Start an epoch; equal epochs give equal examples."""


class LabelledExamples(Examples):
    """Images with a class each and empty masks.

    Args:
        images: uint8 (N, H, W, 3).
        labels: int64 (N,).
        order: indices of the images, with repetitions, int64 (M,).
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        self.images = images
        self.labels = labels
        self.order = order

    def __len__(self) -> int:
        """Return the length of `order`."""
        return len(self.order)

    def __getitem__(self, index: int) -> Example:
        """Return image number `order[index]`."""
        image = self.images[self.order[index]]
        return Example(image, np.zeros(image.shape[:2], np.uint8), int(self.labels[self.order[index]]))


@dataclass(frozen=True)
class Split:
    """Training and validation examples.

    Attributes:
        training: training examples.
        validation: examples of other images, the same in every epoch; None if none were held out.
        classes: number of classes C; labels are in [0, C).
        held_out: int64, indices of the images that were held out, for each group that was split: of twins the good
            images, of images with classes those of each class, counted within the class.
    """

    training: Examples
    validation: Examples | None
    classes: int
    held_out: tuple[NDArray[np.int64], ...]


def labelled_split(
    images: Sequence[NDArray[np.uint8]] | NDArray[np.uint8],
    labels: Sequence[int] | NDArray[np.integer[Any]],
    *,
    held_out: float = 0.2,
    oversample: bool = False,
    seed: int = 0,
    split_seed: int | Sequence[int] | None = None,
) -> Split:
    """Split images with classes into training and validation examples.

    The experiment `multi_class` has good images of several categories, with the category as the class; `binary` has
    good images (0) and real defects of one type (1), with `oversample`.

    Args:
        images: uint8 (N, H, W, 3).
        labels: class of each image, 0, 1, ... without a gap; at least two classes.
        held_out: share of each class for validation, in [0, 1); at least one image unless 0.
        oversample: repeat the training images of rarer classes until all classes are equally frequent.
        seed: seed of the split, at least 0.
        split_seed: other seed of the split; None for `seed`.

    Raises:
        TypeError, ValueError: if an argument is out of bounds, an image does not fit, or labels have a gap or another
            length.
    """
    loaded = stacked(images)
    classes_of = np.asarray(labels)
    if classes_of.shape != (len(loaded),) or not np.issubdtype(classes_of.dtype, np.integer):
        raise ValueError(
            f"labels must be one integer for each of the {len(loaded)} images, "
            f"got shape {classes_of.shape} of {classes_of.dtype}"
        )
    classes_of = classes_of.astype(np.int64)
    found = np.unique(classes_of)
    if len(found) < 2 or not np.array_equal(found, np.arange(len(found))):
        raise ValueError(f"labels must hold the classes 0, 1, ... without a gap, at least two, got {found.tolist()}")
    check_share("held_out", held_out)
    rng = np.random.default_rng(seed if split_seed is None else split_seed)
    members = [np.flatnonzero(classes_of == number) for number in found]
    parts = [
        split_indices(len(own), held_out=held_out, rng=rng, name=f"images of class {number}")
        for number, own in enumerate(members)
    ]
    largest = max(len(kept) for kept, _ in parts)
    pairs = list(zip(members, parts, strict=True))
    training = [np.resize(own[kept], largest) if oversample else own[kept] for own, (kept, _) in pairs]
    validation = np.concatenate([own[held] for own, (_, held) in pairs])
    return Split(
        LabelledExamples(loaded, classes_of, np.concatenate(training)),
        LabelledExamples(loaded, classes_of, validation) if len(validation) else None,
        classes=len(found),
        held_out=tuple(held for _, held in parts),
    )


def read_batches(examples: Examples, *, batch: int, epoch: int) -> Iterator[Batch]:
    """Yield one epoch of examples, in order, in batches of nearly equal size.

    Args:
        examples: the examples.
        batch: largest number of examples in a batch, at least 1.
        epoch: number of the epoch, at least 0.
    """
    examples.set_epoch(epoch)
    for places in np.array_split(np.arange(len(examples)), -(-len(examples) // batch)):
        yield _collate([examples[place] for place in places.tolist()])


def stacked(images: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return images of one size as one array, uint8 (N, H, W, 3); an array is not copied.

    Raises:
        ValueError: if there are none, their sizes differ, or they are something else.
    """
    shapes = sorted({image.shape for image in images})
    if len(shapes) > 1:
        raise ValueError(f"images must have one shape, got {shapes[0]} and {shapes[-1]}")
    together = np.asarray(images)
    if together.dtype != np.uint8 or together.ndim != 4 or together.shape[-1] != 3 or not together.size:
        raise ValueError(f"images must be uint8 (N, H, W, 3), got {together.dtype} {together.shape}")
    return together


def check_share(name: str, share: float) -> None:
    """Check that a share is in [0, 1).

    Raises:
        ValueError: if it is not.
    """
    if not 0 <= share < 1:
        raise ValueError(f"{name} must be in 0 <= {name} < 1, got {share}")


def split_indices(
    count: int, *, held_out: float, rng: np.random.Generator, name: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split the indices 0 ... count - 1 at random into training and held-out ones, both sorted.

    Args:
        count: number of images.
        held_out: share that is held out, in [0, 1); at least one unless 0.
        rng: decides which.
        name: name of the images in the error.

    Raises:
        ValueError: if nothing is left to train on.
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
