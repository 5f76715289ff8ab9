"""A category: records of its images, read at one size, and their masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.data.images import FULL_PEAK, load_images, load_mask

GOOD = "good"


@dataclass(frozen=True)
class Record:
    """One image of a category.

    Attributes:
        path: path of the image file.
        label: 1 with a defect, 0 for a good part.
        defect: name of the defect's folder, "good" for a good part.
        mask_path: path of the ground truth mask; None for a good part, and if it is missing.
        shape: (height, width) of the image file in pixels.
    """

    path: Path
    label: int
    defect: str
    mask_path: Path | None
    shape: tuple[int, int]


@dataclass(frozen=True)
class CategoryArrays:
    """Images of a category at its size.

    Attributes:
        normals: training images, uint8 (N, H, W, 3).
        tests: test images, uint8 (M, H, W, 3).
        masks: ground truth of the test images, bool (M, H, W); None if it is not wanted, or a mask is missing.
    """

    normals: NDArray[np.uint8]
    tests: NDArray[np.uint8]
    masks: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Category:
    """A category whose image and mask files have all been decoded without error.

    Attributes:
        name: name of its folder.
        train: good images, sorted by file name, without `copies`.
        test: good and defective images, sorted by folder and file name.
        shape: (height, width) in pixels of the arrays that `images` and `masks` return.
        copies: training images that are left out because a test image has the same pixels.
        repeats: training images that are left out because an earlier one has the same pixels.
        peak: white level of 16-bit files: the least of 1023, 4095, 16383 and 65535 that no image exceeds.
    """

    name: str
    train: tuple[Record, ...]
    test: tuple[Record, ...]
    shape: tuple[int, int]
    copies: tuple[Record, ...] = ()
    repeats: tuple[Record, ...] = ()
    peak: float = FULL_PEAK

    def arrays(self, tests: Sequence[Record], *, with_masks: bool) -> CategoryArrays:
        """Return the training images, and test images with their masks; masks only if they are wanted and complete."""
        masks = self.masks(tests) if with_masks and not missing_masks(tests) else None
        return CategoryArrays(self.images(self.train), self.images(tests), masks)

    def images(self, records: Sequence[Record]) -> NDArray[np.uint8]:
        """Return the images of `records`, uint8 (N, H, W, 3) in RGB; see `load_image`."""
        if not records:
            return np.zeros((0, *self.shape, 3), np.uint8)
        return load_images([record.path for record in records], size=self.shape, peak=self.peak)

    def masks(self, records: Sequence[Record]) -> NDArray[np.bool_]:
        """Return the masks of `records`, bool (N, H, W), empty for a good part; see `load_mask`.

        Raises:
            ValueError: if a defective image has no mask.
        """
        if missing := missing_masks(records):
            raise ValueError(
                f"defective images must have masks, got none for {len(missing)}, first {missing[0].path}: "
                f"add it as ground_truth/{missing[0].defect}/{missing[0].path.stem}_mask.png"
            )
        masks = np.zeros((len(records), *self.shape), np.bool_)
        for mask, record in zip(masks, records, strict=True):
            if record.mask_path is not None:
                mask[:] = load_mask(record.mask_path, size=self.shape, image_shape=record.shape)
        return masks


def missing_masks(records: Sequence[Record]) -> list[Record]:
    """Return the defective images without a mask."""
    return [record for record in records if record.label and record.mask_path is None]
