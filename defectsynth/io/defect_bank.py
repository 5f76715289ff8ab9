"""Banks of real defects: images with masks, cut into one crop for each connected component of a mask.

`bank_files` finds the masks. A bank is checked when its component is constructed, and each mask is read then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, threshold_mask
from defectsynth.core.cache import ByteCache
from defectsynth.core.images import white_level
from defectsynth.io.bank_files import (
    MIN_AREA,
    arrays_with_defect,
    empty_mask,
    files_with_defect,
    find_mask,
    read_bank_mask,
    split_mask,
)
from defectsynth.io.sources import (
    CACHE_BYTES,
    MEMORY_PREFIX,
    ImagesInMemory,
    Source,
    SourceRule,
    choose_image,
    open_image,
)
from defectsynth.io.stamps import Stamp, stamp_of

EXAMPLE_PREFIX = "example:"  # of the name of a built-in example
EXAMPLES = ("pit", "gouge", "flake", "blister")
EXAMPLE_SIZE = 56  # side of an example in pixels
EXAMPLE_IMAGE_SIDE = 480  # min(H, W) of the image that an example is taken to be from


@dataclass(frozen=True)
class DefectCrop:
    """Crop of one real defect with a margin around it.

    Attributes:
        pixels: (h, w) or (h, w, C).
        mask: uint8 (h, w), 255 on the defect.
        side: min(H, W) of the image that it was cut from.
        peak: white level of that image.
    """

    pixels: Array
    mask: Bytes
    side: int
    peak: float


@dataclass(frozen=True)
class BankRule(SourceRule):
    """Rule for a source of images with masks."""

    def check(self, name: str, value: Any) -> Source:
        """Return `value` as `SourceRule` does; of arrays only those that hold a defect.

        Raises:
            FileNotFoundError: if an image has no mask; in a folder, if no image has one.
            TypeError, ValueError: see `SourceRule`; and if a mask cannot be used, or all masks are empty.
        """
        source = super().check(name, value)
        if isinstance(source, (str, tuple)):
            files_with_defect(source)
        elif isinstance(source, ImagesInMemory) and not callable(source.images):
            arrays = arrays_with_defect(source.images)
            return source if len(arrays) == len(source.images) else ImagesInMemory(name, arrays)
        return source


def choose_defect(source: Source, share: float) -> str:
    """Return the name of one image that has a mask, the one at `share`, in [0, 1), of the list.

    Raises:
        FileNotFoundError, ValueError: if the files have changed and break the rules of this module now.
    """
    if source is None:
        return EXAMPLE_PREFIX + EXAMPLES[int(share * len(EXAMPLES))]
    if isinstance(source, ImagesInMemory):
        return choose_image(source, share)
    files = files_with_defect(source)
    return files[int(share * len(files))]


@dataclass(frozen=True)
class _Crops:
    """Defects of one image, and the files that they were cut from with their stamps."""

    crops: tuple[DefectCrop, ...]
    files: tuple[tuple[str, Stamp], ...] = ()

    @property
    def nbytes(self) -> int:
        """Bytes of all crops."""
        return sum(crop.pixels.nbytes + crop.mask.nbytes for crop in self.crops)


CROPS: ByteCache[_Crops] = ByteCache(CACHE_BYTES)


def defect_crops(name: str) -> tuple[DefectCrop, ...]:
    """Return the defects in an image, largest first.

    Args:
        name: name that `choose_defect` returned.

    Raises:
        FileNotFoundError: if an image file has no mask.
        ValueError: if a file cannot be read, the sizes differ, or the mask is empty.
    """
    found = CROPS.get(name, None)
    if found is None or any(stamp != stamp_of(file) for file, stamp in found.files):
        found = _cut(name)
        CROPS.put(name, None, found, found.nbytes)
    return found.crops


def _cut(name: str) -> _Crops:
    if name.startswith(EXAMPLE_PREFIX):
        return _Crops((_example(name.removeprefix(EXAMPLE_PREFIX)),))
    files: tuple[tuple[str, Stamp], ...] = ()
    if name.startswith(MEMORY_PREFIX):
        image, mask = split_mask(open_image(name))
    else:
        mask_path = find_mask(name)
        if mask_path is None:
            raise FileNotFoundError(f"source must hold images with masks, got none for {name!r}")
        files = tuple((file, stamp_of(file)) for file in (name, str(mask_path)))
        image = open_image(name)
        mask = read_bank_mask(str(mask_path), (image.shape[0], image.shape[1]))
    crops = _crop_components(image, mask)
    if not crops:
        raise empty_mask(name)
    return _Crops(tuple(crops), files)


def _crop_components(image: Array, mask: Bytes) -> list[DefectCrop]:
    """Return one crop for each connected component of `mask`, largest first."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    crops = []
    for label in sorted(range(1, number), key=lambda label: -stats[label, cv2.CC_STAT_AREA]):
        x, y, width, height, area = stats[label].tolist()
        if area < MIN_AREA:
            break
        margin = 4 + max(width, height) // 6
        window = np.s_[max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin]
        component = np.negative((labels[window] == label).view(np.uint8))
        crops.append(DefectCrop(np.array(image[window]), component, min(mask.shape), white_level(image)))
    return crops


def _example(kind: str) -> DefectCrop:
    """Return a built-in example: a height map lit from the upper left."""
    y, x = np.mgrid[-1 : 1 : EXAMPLE_SIZE * 1j, -1 : 1 : EXAMPLE_SIZE * 1j].astype(np.float32)
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    uneven = radius * (1 + 0.12 * np.sin(3 * angle + 1) + 0.08 * np.sin(7 * angle))
    if kind == "pit":
        height, inside = -np.clip(0.75 - uneven, 0, 0.3), uneven < 0.75
    elif kind == "gouge":
        bow = np.abs(y - 0.35 * x * x + 0.15) + 0.15 * np.abs(x) ** 3
        height, inside = -np.clip(0.25 - bow, 0, 0.25) * 1.5, (bow < 0.25) & (np.abs(x) < 0.85)
    elif kind == "flake":
        height, inside = np.where(uneven < 0.6, -0.2 + 0.1 * np.sin(9 * x + 5 * y), 0.0), uneven < 0.6
    else:
        height, inside = np.clip(0.7 - uneven, 0, None) * 0.6, uneven < 0.7
    slope = np.gradient(height.astype(np.float32), 2 / EXAMPLE_SIZE)
    light = 0.5 + 0.22 * (slope[0] + slope[1]) / math.sqrt(2) + 0.35 * np.minimum(height, 0)
    mask = np.where(inside, 255, 0).astype(np.uint8)
    pixels = np.where(inside, np.clip(light, 0.05, 0.95), 0.5).astype(np.float32)
    return DefectCrop(pixels, threshold_mask(mask, 128), EXAMPLE_IMAGE_SIDE, 1.0)
