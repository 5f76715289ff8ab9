"""Banks of real defects: images with masks, cut into one crop for each connected component of a mask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, threshold_mask
from defectsynth.core.cache import cached
from defectsynth.core.images import white_level
from defectsynth.io.sources import MEMORY_PREFIX, Source, choose_image, image_files_in, open_image

EXAMPLE_PREFIX = "example:"  # of the name of a built-in example
EXAMPLES = ("pit", "gouge", "flake", "blister")
EXAMPLE_SIZE = 56  # side of an example in pixels
EXAMPLE_IMAGE_SIDE = 480  # min(H, W) of the image that an example is taken to be from
MIN_AREA = 4  # pixels of a connected component


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


def choose_defect(source: Source, share: float) -> str:
    """Return the name of one image that has a mask, the one at `share`, in [0, 1), of the list.

    Raises:
        FileNotFoundError: if a folder holds no image with a mask.
    """
    if source is None:
        return EXAMPLE_PREFIX + EXAMPLES[int(share * len(EXAMPLES))]
    if not isinstance(source, str) or not Path(source).is_dir():
        return choose_image(source, share)
    masked = _files_with_mask(image_files_in(source), source)
    return masked[int(share * len(masked))]


@cached(maxsize=16)
def _files_with_mask(files: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """Return the files of a folder that have a mask."""
    found = tuple(file for file in files if find_mask(file) is not None)
    if not found:
        raise FileNotFoundError(
            f"source must hold images with masks (a.png with a_mask.png, images/ with masks/, or test/ with"
            f" ground_truth/), got none in {folder!r}"
        )
    return found


def find_mask(file: str) -> Path | None:
    """Return the path of the mask of an image file, None if there is none.

    The mask of a.png is a_mask.png in the same folder, or a.png or a_mask.png in a folder masks/ beside it; the mask of
    test/kind/a.png is ground_truth/kind/a_mask.png.
    """
    path = Path(file)
    folders = [path.parent, path.parent.parent / "masks"]
    if path.parent.parent.name == "test":
        folders.append(path.parent.parent.parent / "ground_truth" / path.parent.name)
    names = (f"{path.stem}_mask.png", f"{path.stem}.png", f"{path.stem}_mask{path.suffix}", path.name)
    candidates = (folder / name for folder in folders for name in names)
    return next((candidate for candidate in candidates if candidate != path and candidate.is_file()), None)


@cached(maxsize=128)
def defect_crops(name: str) -> tuple[DefectCrop, ...]:
    """Return the defects in an image, largest first.

    Args:
        name: name that `choose_defect` returned.

    Raises:
        FileNotFoundError: if an image file has no mask.
        ValueError: if a file cannot be read, the sizes differ, or the mask is empty.
    """
    if name.startswith(EXAMPLE_PREFIX):
        return (_example(name.removeprefix(EXAMPLE_PREFIX)),)
    image = open_image(name)
    if name.startswith(MEMORY_PREFIX):
        if image.ndim != 3 or image.shape[2] < 2:
            raise ValueError(f"source must hold arrays whose last channel is the mask, got shape {image.shape}")
        image, mask = image[..., :-1], image[..., -1]
    else:
        mask_path = find_mask(name)
        if mask_path is None:
            raise FileNotFoundError(f"source must hold images with masks, got none for {name!r}")
        mask = open_image(str(mask_path))
        mask = mask if mask.ndim == 2 else mask[..., 0]
    if mask.shape != image.shape[:2]:
        raise ValueError(f"source must hold masks of the images' sizes, got {mask.shape} for {name!r}")
    crops = _crop_components(image, np.negative((mask > 0).view(np.uint8)))
    if not crops:
        raise ValueError(f"source must hold masks that are not empty, got an empty one for {name!r}")
    return tuple(crops)


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
