"""Twins drawn from good pictures, and what to learn from them: labels of patches, blends of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsynth import AnomalyTwins, Curriculum
from eval.data.examples import Example, Examples, Split, check_share, parts_of
from eval.data.images import SMALLEST, Image, Size, pictures


class TwinExamples(Examples):
    """Every picture twice: as it is (0) and with a defect drawn afresh at every read (1); see `AnomalyTwins`.

    Args:
        images: uint8 (N, H, W, 3).
        transform: a defect or a composition with defects.
        crop: side of the square window that is cut out of each, of the shorter side, in (0, 1]: around a pixel of the
            defect, or anywhere. A multiple of 32 px, at least 32; 1 leaves the pictures whole.
        seed: see `AnomalyTwins`.
        options: the other arguments of `AnomalyTwins`.
    """

    has_masks = True

    def __init__(
        self, images: NDArray[np.uint8], transform: Any, *, crop: float = 1.0, seed: int = 0, **options: Any
    ) -> None:
        self.twins = AnomalyTwins(list(images), transform, seed=seed, **options)
        self.side = None if crop == 1 else max(SMALLEST, round(crop * min(images.shape[1:3]) / SMALLEST) * SMALLEST)
        self.epoch = 0

    def __len__(self) -> int:
        """Twice the number of pictures."""
        return len(self.twins)

    def __getitem__(self, index: int) -> Example:
        """Return picture index // 2, with a defect where the index is odd."""
        twin = self.twins[index]
        if self.side is None:
            return Example(twin.image, twin.mask, twin.label)
        rng = np.random.default_rng((self.twins.seed, self.epoch, index))
        window = _window(twin.mask, side=self.side, rng=rng)
        return Example(twin.image[window], twin.mask[window], twin.label)

    def set_epoch(self, epoch: int) -> None:
        """Start an epoch."""
        self.twins.set_epoch(epoch)
        self.epoch = epoch


def _window(mask: NDArray[np.uint8], *, side: int, rng: np.random.Generator) -> tuple[slice, slice]:
    """A square window around a pixel of the mask, or anywhere if it is empty; all of a side that is shorter."""
    marked = np.argwhere(mask)
    free = np.maximum(np.array(mask.shape) - side, 0)
    start = np.clip(rng.choice(marked) - side // 2, 0, free) if len(marked) else rng.integers(0, free, endpoint=True)
    return slice(int(start[0]), int(start[0]) + side), slice(int(start[1]), int(start[1]) + side)


def twin_split(
    images: Sequence[Image],
    transform: Any,
    *,
    size: Size | None = None,
    held_out: float = 0.2,
    several: float = 0.0,
    hard_negatives: float = 0.0,
    crop: float = 1.0,
    rois: Sequence[NDArray[Any]] | None = None,
    curriculum: Curriculum | None = None,
    seed: int = 0,
) -> Split:
    """Good pictures to twins, for self-supervised training.

    Pictures are held out, not twins: no picture is on both sides. Training twins are drawn afresh at every epoch,
    validation twins stay the same.

    Args:
        images: good pictures, arrays or paths.
        transform: a defect, such as `defectsynth.Line()`, or a composition with defects.
        size: to bring the pictures to, see `Size`, before defects are drawn; None takes arrays as they are.
        held_out: share of the pictures that only validate, in [0, 1); 0 validates nothing, otherwise at least one does.
        several: share of twins with two to eight defects, in [0, 1].
        hard_negatives: share of normal examples with dust, glare or a change of light, in [0, 1].
        crop: side of the square windows that are trained on, of the shorter side, in (0, 1]; see `TwinExamples`.
        rois: where defects may land, one mask (H, W) for each picture.
        curriculum: severity of the defects that are trained on, by the epoch; those that validate stay plain.
        seed: at least 0; of the split and of the defects.

    Returns:
        The split, of two classes: 0 normal, 1 defective.

    Raises:
        TypeError, ValueError: if an argument is out of bounds, an image does not fit, or `rois` has another length.
    """
    read = pictures(images, size=size)
    if rois is not None and len(rois) != len(read):
        raise ValueError(f"rois must hold one mask for each of the {len(read)} images, got {len(rois)}")
    if not 0 < crop <= 1:
        raise ValueError(f"crop must be in 0 < crop <= 1, got {crop}")
    check_share("held_out", held_out)
    kept, held = parts_of(len(read), held_out=held_out, rng=np.random.default_rng(seed), name="images")

    def examples(chosen: NDArray[np.int64], *, own_seed: int, fainter: Curriculum | None) -> TwinExamples:
        own = None if rois is None else [rois[place] for place in chosen]
        options: dict[str, Any] = {"several": several, "hard_negatives": hard_negatives, "rois": own, "seed": own_seed}
        return TwinExamples(read[chosen], transform, crop=crop, curriculum=fainter, **options)

    validation = examples(held, own_seed=2 * seed + 1, fainter=None) if len(held) else None
    return Split(examples(kept, own_seed=2 * seed, fainter=curriculum), validation, classes=2)
