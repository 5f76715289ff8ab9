"""Which pixels are the object: found from the picture alone, on a small copy, and sharpened where it is asked for.

How the object is told from the background is in `object_cells`; here is the small copy, which makes the cost the same
for every size of picture, what is remembered of pictures seen lately, and the rule that sharpens the outline at full
resolution inside a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.core.images import check_image
from defectsynth.core.layer import Box
from defectsynth.scene.segmentation import segment_object

SMALL_SIDE = 96  # cells along the longer side of the small copy
CACHE_SIZE = 1024  # pictures whose object is kept, 37 kB each
CERTAIN = 250  # value of an interpolated cell that needs no look at the pixel
FOREGROUND_METHODS = ("auto", "border", "otsu", "gradient", "whole")


@dataclass(frozen=True, eq=False)
class Foreground:
    """The object on the small grid and the rule that sharpens it at full size; one for a picture, remembered by it.

    Attributes:
        small: uint8 (h, w, C), the small copy of the picture.
        cells: uint8 (h, w), 255 where the object is; the small grid.
        step: (x, y) size of a cell in pixels.
        whole: True if there is no background.
        plane: float32 (C, 3), background colour = plane @ (1, x, y) with x and y in [-0.5, 0.5]; None: no rule.
        threshold: distance from the background, of 255, from which on a pixel is the object.
        repeats: one or two steps (dx, dy), in pixels, after which the background looks the same; empty: none.
    """

    small: Bytes
    cells: Bytes
    step: tuple[float, float]
    whole: bool
    plane: Floats | None = None
    threshold: float = 0.0
    repeats: tuple[tuple[float, float], ...] = ()

    def crop(self, patch: Array, box: Box, size: tuple[int, int], peak: float) -> Bytes:
        """Return the object inside `box` at full resolution.

        Args:
            patch: (h, w) or (h, w, C), the picture inside the box.
            box: the box in pixels.
            size: (height, width) of the picture.
            peak: greatest value of its dtype.

        Returns:
            uint8 (h, w), 255 on the object.
        """
        if self.whole:
            return np.full(box.shape, 255, np.uint8)
        coarse = self._coarse(box)
        if self.plane is None or coarse.min() >= CERTAIN:
            return threshold_mask(coarse, 128)
        inside = threshold_mask(coarse, CERTAIN)
        doubtful = np.flatnonzero(coarse - np.uint8(6) < np.uint8(CERTAIN - 6))  # the only pixels that are looked at
        if not doubtful.size:
            return inside
        row, column = np.divmod(doubtful, box.shape[1])
        x = (np.arange(box.x0, box.x1, dtype=np.float32) + np.float32(0.5)) / np.float32(size[1]) - np.float32(0.5)
        y = (np.arange(box.y0, box.y1, dtype=np.float32) + np.float32(0.5)) / np.float32(size[0]) - np.float32(0.5)
        plane = self.plane * np.float32(1.0 / 255.0)
        unlike = plane[:, :1] + plane[:, 1:2] * x[column] + plane[:, 2:] * y[row]
        colours = patch.reshape(coarse.size, -1).take(doubtful, axis=0).T
        unlike -= colours if peak == 1.0 else colours * np.float32(1.0 / peak)
        inside.ravel()[doubtful] = threshold_mask(np.abs(unlike, out=unlike).max(axis=0), self.threshold / 255.0)
        return inside

    def _coarse(self, box: Box) -> Bytes:
        """Return the cells under `box`, interpolated to its size."""
        rows, columns = self.cells.shape
        x0, x1 = max(0, int(box.x0 / self.step[0]) - 1), min(columns, int(box.x1 / self.step[0]) + 2)
        y0, y1 = max(0, int(box.y0 / self.step[1]) - 1), min(rows, int(box.y1 / self.step[1]) + 2)
        width, height = round((x1 - x0) * self.step[0]), round((y1 - y0) * self.step[1])
        wide = cv2.resize(self.cells[y0:y1, x0:x1], (width, height), interpolation=cv2.INTER_LINEAR)
        left = min(max(box.x0 - round(x0 * self.step[0]), 0), width - box.shape[1])
        top = min(max(box.y0 - round(y0 * self.step[1]), 0), height - box.shape[0])
        return np.ascontiguousarray(wide[top : top + box.shape[0], left : left + box.shape[1]])


def find_foreground(image: Array, *, method: str = "auto") -> Foreground:
    """Find the object on a small copy of `image`.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16 or float32 in [0, 1].
        method: "auto" tries the border colour and falls back to the whole image; "border", "otsu" and "gradient" are
            fixed; "whole" takes the whole image as the object.

    Returns:
        The object on the small grid, with the rule for full resolution.

    Raises:
        ValueError: if `method` is unknown or `image` is empty or not finite.
        TypeError: if `image` has another dtype.
    """
    check_image(image)
    if method not in FOREGROUND_METHODS:
        raise ValueError(f"method must be one of {', '.join(FOREGROUND_METHODS)}, got {method!r}")
    size = (image.shape[0], image.shape[1])
    return locate_object(size, small_copy(np.ascontiguousarray(image), *grid_shape(size)), method)


def grid_shape(size: tuple[int, int]) -> tuple[int, int]:
    """Return the rows and columns of the small copy of a picture of (height, width)."""
    scale = min(1.0, SMALL_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def locate_object(size: tuple[int, int], small: Bytes, method: str) -> Foreground:
    """Find the object in the small copy of a picture of (height, width), see `find_foreground`."""
    rows, columns = small.shape[:2]
    step = (size[1] / columns, size[0] / rows)
    found = (
        method != "whole" and min(rows, columns) >= 8 and _segment_cached(small.tobytes(), small.shape, step, method)
    )
    return found or Foreground(small, np.full((rows, columns), 255, np.uint8), step, whole=True)


@lru_cache(maxsize=CACHE_SIZE)
def _segment_cached(cells: bytes, shape: tuple[int, ...], step: tuple[float, float], method: str) -> Foreground | None:
    """Find the object on the bytes of a small copy; a picture seen lately (the next epoch of a training) is free."""
    small = np.frombuffer(cells, np.uint8).reshape(shape)
    found = segment_object(small, method)
    if found is None:
        return None
    found.cells.flags.writeable = False  # it is handed out again
    repeats = tuple((x * step[0], y * step[1]) for x, y in found.steps)
    return Foreground(
        small, found.cells, step, whole=False, plane=found.plane, threshold=found.threshold, repeats=repeats
    )


def forget_pictures() -> None:
    """Forget the objects found so far; the next call looks at its picture anew."""
    _segment_cached.cache_clear()


def small_copy(image: Array, rows: int, columns: int) -> Bytes:
    """Return a smoothed uint8 (rows, columns, C) copy; only rows x columns pixels of `image` are read."""
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_LINEAR)
    if small.dtype == np.uint16:
        small = (small >> 8).astype(np.uint8)
    elif small.dtype != np.uint8:
        small = (np.clip(small, 0.0, 1.0) * 255).astype(np.uint8)
    return small if small.ndim == 3 else small[:, :, None]
