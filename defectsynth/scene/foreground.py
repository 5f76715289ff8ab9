"""Foreground of an image: segmented on a small copy, refined at full resolution inside a box.

`segmentation` segments the small copy, so that the cost does not depend on the size of the image. This module makes
the small copy, keeps the result for recent images and refines the outline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.core.cache import cached
from defectsynth.core.images import PEAKS, check_image, white_level
from defectsynth.core.layer import Box
from defectsynth.core.measurements import MEASUREMENTS, stored
from defectsynth.core.messages import did_you_mean, short_repr
from defectsynth.core.packing import digest_of
from defectsynth.scene.segmentation import Segmentation, segment_object

SMALL_SIDE = 96  # cells along the longer side of the small copy
CERTAIN = 250  # interpolated cell value from which on a pixel is the object, whatever its colour
UNCERTAIN = 6  # interpolated cell value from which on the colour of a pixel decides
LEVEL_OFFSET = np.float32(0.45)  # added before digits are cut: means of whole levels then lie off the limit
FOREGROUND_METHODS = ("auto", "border", "otsu", "gradient", "whole")


@dataclass(frozen=True, eq=False)
class Foreground:
    """Foreground of an image on the small grid, with the colour rule that refines it at full resolution.

    Attributes:
        small: uint8 (h, w, C), small copy of the image.
        cells: uint8 (h, w), object mask on the small grid, 255 on the object.
        step: (x, y) size of a cell in pixels.
        whole: True if the whole image is the object.
        method: by which it was segmented, see `find_foreground`.
        plane: float32 (C, 3), background colour = plane @ (1, x, y) with x and y in [-0.5, 0.5]; None if the object is
            not segmented by colour.
        threshold: smallest colour distance between object and background, out of 255.
        periods: periods (dx, dy) of the background in pixels, at most two; empty if it does not repeat.
    """

    small: Bytes
    cells: Bytes
    step: tuple[float, float]
    whole: bool
    method: str
    plane: Floats | None = None
    threshold: float = 0.0
    periods: tuple[tuple[float, float], ...] = ()

    @cached_property
    def digest(self) -> bytes:
        """Digest of all that it was found from."""
        return digest_of(repr((self.small.shape, self.step, self.method)).encode() + self.small.tobytes())

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the image in pixels."""
        return round(self.step[1] * self.cells.shape[0]), round(self.step[0] * self.cells.shape[1])

    def crop(self, patch: Array, box: Box, size: tuple[int, int], peak: float) -> Bytes:
        """Return the object mask inside `box` at full resolution.

        Args:
            patch: (h, w) or (h, w, C), image inside the box.
            box: bounding box in pixels.
            size: (height, width) of the image.
            peak: largest value of its dtype.

        Returns:
            uint8 (h, w), 255 on the object.
        """
        if self.whole:
            return np.full(box.shape, 255, np.uint8)
        coarse = self._coarse(box)
        if self.plane is None or coarse.min() >= CERTAIN:
            return threshold_mask(coarse, 128)
        inside = threshold_mask(coarse, CERTAIN)
        uncertain = (coarse - np.uint8(UNCERTAIN) < np.uint8(CERTAIN - UNCERTAIN)).ravel().nonzero()[0]
        if not uncertain.size:
            return inside
        row, column = np.divmod(uncertain, box.shape[1])
        plane = self.plane * np.float32(1.0 / 255.0)
        difference = plane[:, 1:2] * _axis(size[1])[column + box.x0]
        difference += plane[:, :1]
        difference += plane[:, 2:] * _axis(size[0])[row + box.y0]
        colours = patch.reshape(coarse.size, -1).take(uncertain, axis=0).T
        difference -= colours if peak == 1.0 else colours * np.float32(1.0 / peak)
        distance = np.maximum.reduce(np.abs(difference, out=difference))
        inside.ravel()[uncertain] = threshold_mask(distance, self.threshold / 255.0)
        return inside

    def _coarse(self, box: Box) -> Bytes:
        """Return the cells under `box`, interpolated to pixels, uint8 (h, w)."""
        rows, columns = self.cells.shape
        x0, x1 = max(0, int(box.x0 / self.step[0]) - 1), min(columns, int(box.x1 / self.step[0]) + 2)
        y0, y1 = max(0, int(box.y0 / self.step[1]) - 1), min(rows, int(box.y1 / self.step[1]) + 2)
        width, height = round((x1 - x0) * self.step[0]), round((y1 - y0) * self.step[1])
        resized = cv2.resize(self.cells[y0:y1, x0:x1], (width, height), interpolation=cv2.INTER_LINEAR)
        left = min(max(box.x0 - round(x0 * self.step[0]), 0), width - box.shape[1])
        top = min(max(box.y0 - round(y0 * self.step[1]), 0), height - box.shape[0])
        return np.ascontiguousarray(resized[top : top + box.shape[0], left : left + box.shape[1]])


@lru_cache(maxsize=32)
def _axis(length: int) -> Floats:
    """Return the position of each pixel along a side of an image, float32 (length,) in [-0.5, 0.5]."""
    axis = (np.arange(length, dtype=np.float32) + np.float32(0.5)) / np.float32(length) - np.float32(0.5)
    axis.flags.writeable = False  # the array is kept
    return axis


def find_foreground(image: Array, *, method: str = "auto", peak: float | None = None) -> Foreground:
    """Segment the object of an image on a small copy.

    Args:
        image: (H, W) or (H, W, C); uint8, uint16 or float32 in [0, 1].
        method: "border" segments by the distance from the colour of the image border, "auto" does the same if the two
            classes are distinct, "otsu" segments by brightness, "gradient" by the gradient; "whole" takes the whole
            image as the object, as do the others if they find no background.
        peak: white level of a uint16 image, see `synthesize`.

    Returns:
        The foreground on the small grid, with the rule that refines it at full resolution.

    Raises:
        ValueError: if `method` is unknown, or if `image` is empty or not finite.
        TypeError: if `image` has another dtype.
    """
    check_image(image)
    if method not in FOREGROUND_METHODS:
        hint = did_you_mean(method, FOREGROUND_METHODS)
        raise ValueError(f"method must be one of {', '.join(FOREGROUND_METHODS)}, got {short_repr(method)}{hint}")
    size = (image.shape[0], image.shape[1])
    small = small_copy(np.ascontiguousarray(image), *grid_shape(size), white_level(image, peak))
    return locate_object(size, small, method)


def grid_shape(size: tuple[int, int]) -> tuple[int, int]:
    """Return the rows and columns of the small copy of an image of `size` (height, width)."""
    scale = min(1.0, SMALL_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def locate_object(size: tuple[int, int], small: Bytes, method: str) -> Foreground:
    """Segment the object in the small copy of an image of `size` (height, width); see `find_foreground`."""
    step = (size[1] / small.shape[1], size[0] / small.shape[0])
    return foreground_in(small.tobytes(), small.shape, step, method)


@cached(MEASUREMENTS)
def foreground_in(cells: bytes, shape: tuple[int, ...], step: tuple[float, float], method: str) -> Foreground:
    """Return the foreground in the bytes of a small copy."""
    small = np.frombuffer(cells, np.uint8).reshape(shape)
    found = None if method == "whole" or min(shape[:2]) < 8 else _segmentation(cells, shape, method)
    mask = np.full(shape[:2], 255, np.uint8) if found is None else found.cells
    mask.flags.writeable = False  # the array is kept
    if found is None:
        return Foreground(small, mask, step, whole=True, method=method)
    periods = tuple((x * step[0], y * step[1]) for x, y in found.periods)
    return Foreground(
        small, mask, step, whole=False, method=method, plane=found.plane, threshold=found.threshold, periods=periods
    )


@stored(Segmentation)
def _segmentation(cells: bytes, shape: tuple[int, ...], method: str) -> Segmentation | None:
    """Segment the bytes of a small copy; None if there is no background."""
    return segment_object(np.frombuffer(cells, np.uint8).reshape(shape), method)


def small_copy(image: Array, rows: int, columns: int, peak: float) -> Bytes:
    """Return a uint8 (rows, columns, C) copy, 255 at `peak`; the time does not depend on the size of `image`."""
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_LINEAR)
    if peak == PEAKS[np.dtype(np.uint16)]:
        small = (small >> 8).astype(np.uint8)
    elif small.dtype != np.float32 and peak != PEAKS[np.dtype(np.uint8)]:
        small = np.minimum(small * np.float32(255.0 / peak), np.float32(255.0)).astype(np.uint8)
    elif small.dtype == np.uint16:
        small = small.astype(np.uint8)
    elif small.dtype != np.uint8:
        small = (np.clip(small, 0.0, 1.0) * np.float32(255.0) + LEVEL_OFFSET).astype(np.uint8)
    return small if small.ndim == 3 else small[:, :, None]
