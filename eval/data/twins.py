"""Training examples made of good images and their twins with synthetic defects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsynth import AnomalyTwins, Curriculum
from eval.data.examples import Example, Examples, Split, check_share, split_indices, stacked
from eval.data.images import MIN_SIDE


class TwinExamples(Examples):
    """Each image twice, unchanged (class 0) and with a defect that is drawn anew at every read (class 1).

    Args:
        images: uint8 (N, H, W, 3).
        transform: a defect or a composition with defects.
        crop: side of the square window that is cut out of each image, as a share of the shorter side, in (0, 1]. The
            window holds a pixel of the defect, if there is one. Its side is rounded to a multiple of 32 px, at least
            32; 1 keeps the whole image.
        seed: see `AnomalyTwins`.
        options: the other arguments of `AnomalyTwins`.
    """

    has_masks = True

    def __init__(
        self, images: NDArray[np.uint8], transform: Any, *, crop: float = 1.0, seed: int = 0, **options: Any
    ) -> None:
        self.twins = AnomalyTwins(list(images), transform, seed=seed, **options)
        self.side = None if crop == 1 else max(MIN_SIDE, round(crop * min(images.shape[1:3]) / MIN_SIDE) * MIN_SIDE)
        self.epoch = 0

    def __len__(self) -> int:
        """Return twice the number of images."""
        return len(self.twins)

    def __getitem__(self, index: int) -> Example:
        """Return image number `index` // 2, with a defect if `index` is odd."""
        twin = self.twins[index]
        if self.side is None:
            return Example(twin.image, twin.mask, twin.label)
        rng = np.random.default_rng((self.twins.seed, self.epoch, index))
        window = _window(twin.mask, side=self.side, rng=rng)
        return Example(twin.image[window], twin.mask[window], twin.label)

    def set_epoch(self, epoch: int) -> None:
        """Start an epoch; equal epochs draw equal twins."""
        self.twins.set_epoch(epoch)
        self.epoch = epoch


def _window(mask: NDArray[np.uint8], *, side: int, rng: np.random.Generator) -> tuple[slice, slice]:
    """Return a square window around a random pixel of the mask, or anywhere if the mask is empty.

    The window covers all of an axis that is shorter than `side`.
    """
    marked = np.argwhere(mask)
    free = np.maximum(np.array(mask.shape) - side, 0)
    start = np.clip(rng.choice(marked) - side // 2, 0, free) if len(marked) else rng.integers(0, free, endpoint=True)
    return slice(int(start[0]), int(start[0]) + side), slice(int(start[1]), int(start[1]) + side)


def twin_split(
    images: Sequence[NDArray[np.uint8]] | NDArray[np.uint8],
    transform: Any,
    *,
    held_out: float = 0.2,
    several: float = 0.0,
    hard_negatives: float = 0.0,
    crop: float = 1.0,
    rois: Sequence[NDArray[Any]] | None = None,
    curriculum: Curriculum | None = None,
    seed: int = 0,
    split_seed: int | Sequence[int] | None = None,
) -> Split:
    """Split good images into training and validation twins, for self-supervised training.

    Images are held out together with their twins, so no image is in both parts. Training twins are drawn anew in every
    epoch, validation twins stay the same.

    Args:
        images: good images, uint8 (N, H, W, 3).
        transform: a defect, such as `defectsynth.Line()`, or a composition with defects.
        held_out: share of the images for validation, in [0, 1); at least one image unless 0.
        several: share of twins with two to eight defects, in [0, 1].
        hard_negatives: share of normal examples with dust, glare or a change of light, in [0, 1].
        crop: side of the square training windows, as a share of the shorter side, in (0, 1]; see `TwinExamples`.
        rois: region of interest of each image, a mask (H, W) where defects may land.
        curriculum: severity of the training defects by epoch; validation defects keep the full severity.
        seed: seed of the split and of the defects, at least 0.
        split_seed: other seed of the split; None for `seed`.

    Returns:
        A split with two classes: 0 normal, 1 defective.

    Raises:
        TypeError, ValueError: if an argument is out of bounds, an image does not fit, or `rois` has another length.
    """
    loaded = stacked(images)
    if rois is not None and len(rois) != len(loaded):
        raise ValueError(f"rois must hold one mask for each of the {len(loaded)} images, got {len(rois)}")
    if not 0 < crop <= 1:
        raise ValueError(f"crop must be in 0 < crop <= 1, got {crop}")
    check_share("held_out", held_out)
    rng = np.random.default_rng(seed if split_seed is None else split_seed)
    kept, held = split_indices(len(loaded), held_out=held_out, rng=rng, name="images")

    def twins(indices: NDArray[np.int64], *, twin_seed: int, severity: Curriculum | None) -> TwinExamples:
        return TwinExamples(
            loaded[indices],
            transform,
            crop=crop,
            several=several,
            hard_negatives=hard_negatives,
            rois=None if rois is None else [rois[index] for index in indices],
            curriculum=severity,
            seed=twin_seed,
        )

    validation = twins(held, twin_seed=2 * seed + 1, severity=None) if len(held) else None
    return Split(twins(kept, twin_seed=2 * seed, severity=curriculum), validation, classes=2, held_out=(held,))
