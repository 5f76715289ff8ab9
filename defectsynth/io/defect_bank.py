"""A bank of real defects: pictures with masks, cut into pieces, one for each connected region of a mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, threshold_mask
from defectsynth.io.sources import MEMORY_PREFIX, Source, choose_image, image_files_in, open_image

EXAMPLE = "example:"  # how the name of a built-in example begins
EXAMPLES = ("pit", "gouge", "flake", "blister")
EXAMPLE_SIZE, EXAMPLE_SIDE = 56, 480  # pixels of an example, and of the picture it would be in
LEAST_AREA = 4  # pixels of a region


@dataclass(frozen=True)
class DefectCrop:
    """One defect with some of its surroundings.

    Attributes:
        pixels: (h, w) or (h, w, C).
        mask: uint8 (h, w), 255 on the defect.
        side: min(H, W) of the picture it is from.
    """

    pixels: Array
    mask: Bytes
    side: int


def choose_defect(source: Source, share: float) -> str:
    """Return the name of the picture at `share`, in [0, 1), of all that have a mask.

    Raises:
        FileNotFoundError: if a folder or a file has no mask.
    """
    if source is None:
        return EXAMPLE + EXAMPLES[int(share * len(EXAMPLES))]
    if not isinstance(source, str) or not Path(source).is_dir():
        return choose_image(source, share)
    masked = _masked_in(image_files_in(source), source)
    return masked[int(share * len(masked))]


@lru_cache(maxsize=16)
def _masked_in(files: tuple[str, ...], folder: str) -> tuple[str, ...]:
    found = tuple(file for file in files if find_mask(file) is not None)
    if not found:
        raise FileNotFoundError(
            f"source must hold images with masks (a.png with a_mask.png, images/ with masks/, or test/ with"
            f" ground_truth/), got none in {folder!r}"
        )
    return found


def find_mask(file: str) -> Path | None:
    """Return the mask of an image file, None if there is none.

    Looked for are a_mask.png beside a.png, masks/a.png or masks/a_mask.png beside the folder of a.png, and
    ground_truth/kind/a_mask.png for test/kind/a.png.
    """
    path = Path(file)
    folders = [path.parent, path.parent.parent / "masks"]
    if path.parent.parent.name == "test":
        folders.append(path.parent.parent.parent / "ground_truth" / path.parent.name)
    names = (f"{path.stem}_mask.png", f"{path.stem}.png", f"{path.stem}_mask{path.suffix}", path.name)
    places = (folder / name for folder in folders for name in names)
    return next((place for place in places if place != path and place.is_file()), None)


@lru_cache(maxsize=128)
def defect_crops(name: str) -> tuple[DefectCrop, ...]:
    """Return the defects in a picture that `choose_defect` named, the largest first.

    Raises:
        FileNotFoundError: if an image file has no mask.
        ValueError: if a file cannot be read, the sizes differ, or the mask is empty.
    """
    if name.startswith(EXAMPLE):
        return (_example(name.removeprefix(EXAMPLE)),)
    picture = open_image(name)
    if name.startswith(MEMORY_PREFIX):
        if picture.ndim != 3 or picture.shape[2] < 2:
            raise ValueError(f"source must hold arrays whose last channel is the mask, got shape {picture.shape}")
        picture, mask = picture[..., :-1], picture[..., -1]
    else:
        beside = find_mask(name)
        if beside is None:
            raise FileNotFoundError(f"source must hold images with masks, got none for {name!r}")
        mask = open_image(str(beside))
        mask = mask if mask.ndim == 2 else mask[..., 0]
    if mask.shape != picture.shape[:2]:
        raise ValueError(f"source must hold masks of the pictures' sizes, got {mask.shape} for {name!r}")
    found = _cut_out(picture, np.negative((mask > 0).view(np.uint8)))
    if not found:
        raise ValueError(f"source must hold masks that are not empty, got an empty one for {name!r}")
    return tuple(found)


def _cut_out(picture: Array, mask: Bytes) -> list[DefectCrop]:
    number, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    found = []
    for label in sorted(range(1, number), key=lambda label: -stats[label, cv2.CC_STAT_AREA]):
        x, y, width, height, area = stats[label].tolist()
        if area < LEAST_AREA:
            break
        margin = 4 + max(width, height) // 6
        part = np.s_[max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin]
        alone = np.negative((labels[part] == label).view(np.uint8))
        found.append(DefectCrop(np.array(picture[part]), alone, min(mask.shape)))
    return found


def _example(kind: str) -> DefectCrop:
    """Return a defect rendered from a height map under light from the upper left."""
    y, x = np.mgrid[-1 : 1 : EXAMPLE_SIZE * 1j, -1 : 1 : EXAMPLE_SIZE * 1j].astype(np.float32)
    angle, away = np.arctan2(y, x), np.hypot(x, y)
    uneven = away * (1 + 0.12 * np.sin(3 * angle + 1) + 0.08 * np.sin(7 * angle))
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
    return DefectCrop(pixels, threshold_mask(mask, 128), EXAMPLE_SIDE)
