"""The soft shadow and glow that an object casts on an even ground, as far as they reach.

What the ground would be without it is taken from farther off: a smooth surface through what is seen there. What is
darker or brighter nearer by, beyond the unrest of the ground itself, is the shadow. It is told on the small copy and
remembered with it; a ground without one, or so restless that none can be told, has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import Pair
from defectsynth.core.patch import MAX_BYTE_CHANGE, add_change, change_to_bytes, split_change
from defectsynth.functional.membrane import membrane, resize_channels
from defectsynth.parts.detection import clear_of
from defectsynth.parts.part import ObjectPart
from defectsynth.scene.foreground import CACHE_SIZE, Foreground
from defectsynth.scene.scene import Scene

REACH, FADE = 0.2, 0.06  # how far a shadow lies from the object, and over how much of that it ends: of the small grid
FEWEST = 0.1  # share of the cells that must lie farther off
CLOSE = 2  # cells beside the object whose shadow is too sharp to be told here
UNREST = 1.0  # of the deviations of the ground farther off, what is taken from a shadow
FAINTEST = 1.5 / 255.0  # greatest change under which there is none
CELL = 8  # side in pixels of the cells in which a shadow is moved, where the picture is large enough
_SQUARE = np.ones((2 * CLOSE + 1, 2 * CLOSE + 1), np.uint8)


@dataclass(frozen=True, eq=False)
class WideShadow:
    """How much an object changes the brightness of the ground around it.

    Attributes:
        change: float32 (h, w, C) in [-1, 1] on the small grid, 0 where nothing is changed.
        step: (x, y) size of a cell in pixels.
        size: (height, width) of the picture.
        box: where it lies, in pixels.
    """

    change: Floats
    step: Pair
    size: tuple[int, int]
    box: Box

    def target(self, matrix: Array) -> Box | None:
        """Return where it lies under a map of points, float64 (2, 3), in pixels."""
        x0, y0, x1, y1 = self.box
        corners = np.array([(x0, y0), (x1, y0), (x0, y1), (x1, y1)]) @ matrix[:, :2].T + matrix[:, 2]
        return clip_box(*corners.min(axis=0), *corners.max(axis=0), size=self.size)

    def laid_on(self, pixels: Array, box: Box, matrix: Array, peak: float) -> Array:
        """Return the pixels of a box with it under a map of points, float64 (2, 3), fading where the border cuts it."""
        return self._on(pixels, self._cells(self.change * _uncut(self.change.shape[:2]), box, matrix), peak)

    def taken_from(self, pixels: Array, box: Box, peak: float) -> Array:
        """Return the pixels of a box without it."""
        return self._on(pixels, -self._cells(self.change, box, np.eye(2, 3)), peak)

    def _cells(self, change: Floats, box: Box, matrix: Array) -> Floats:
        """Return a change in cells of a box under a map of points, float32 (h', w', C)."""
        height, width = box.shape
        size = -(-width // CELL), -(-height // CELL)
        cell, step = np.array((width / size[0], height / size[1])), np.array(self.step)
        middle = matrix[:, :2] @ (0.5 * step - 0.5) + matrix[:, 2] - box[:2]  # of the first cell of the small grid
        place = np.column_stack([matrix[:, :2] * step / cell[:, None], (middle + 0.5) / cell - 0.5])
        return cv2.warpAffine(change, place, size, flags=cv2.INTER_LINEAR).reshape(size[1], size[0], -1)

    def _on(self, pixels: Array, cells: Floats, peak: float) -> Array:
        """Return pixels changed by what is told in cells; of 8 bits those cells are, too, which takes less time."""
        size = pixels.shape[1], pixels.shape[0]
        if peak != 255.0:
            return add_change(pixels, resize_channels(cells, size, cv2.INTER_LINEAR).reshape(pixels.shape), peak)
        more, less = split_change(resize_channels(change_to_bytes(cells), size, cv2.INTER_LINEAR).reshape(pixels.shape))
        return cv2.subtract(cv2.add(pixels, more), less).reshape(pixels.shape)


def wide_shadow(piece: ObjectPart, scene: Scene) -> WideShadow | None:
    """Return the shadow of a whole object on an even ground, None if there is none."""
    found = scene.foreground(piece.method)
    if piece.kind != "object" or piece.ground != "background" or found.repeats or scene.channels > 4:
        return None
    return _told(found, scene.size)


def forget_shadows() -> None:
    """Forget the shadows told so far; the next call looks at its picture anew."""
    _told.cache_clear()


@lru_cache(maxsize=CACHE_SIZE)
def _told(found: Foreground, size: tuple[int, int]) -> WideShadow | None:
    """Return the shadow in a picture of (height, width)."""
    background, longer = clear_of(found), max(found.cells.shape)
    away = cv2.distanceTransform(background, cv2.DIST_L2, cv2.DIST_MASK_5)
    far = away > REACH * longer
    if np.count_nonzero(far) < FEWEST * far.size:
        return None
    pixels = cv2.blur(found.small, (3, 3)).reshape(found.small.shape).astype(np.float32) * np.float32(1.0 / 255.0)
    even, unrest = _even(pixels, far)
    change = pixels - even
    change = np.sign(change) * np.maximum(np.abs(change) - np.float32(UNREST) * unrest, 0.0)
    known = cv2.erode(background, _SQUARE) * np.float32(1.0 / 255.0)
    if not known.any():
        return None
    change = membrane(change, known) * (1.0 - known[..., None]) + change * known[..., None]
    change *= np.clip((REACH * longer - away) / (FADE * longer), 0.0, 1.0)[..., None]
    change = np.clip(cv2.blur(change, (3, 3)).reshape(change.shape), -MAX_BYTE_CHANGE, MAX_BYTE_CHANGE).astype(
        np.float32
    )
    if np.abs(change).max() < FAINTEST:
        return None
    x, y, width, height = cv2.boundingRect(np.negative(np.any(change, axis=2).view(np.uint8)))
    low, high = np.array((x - 1, y - 1)) * found.step, np.array((x + width + 1, y + height + 1)) * found.step
    box = clip_box(*low.tolist(), *high.tolist(), size=size)
    return None if box is None else WideShadow(change, found.step, size, box)


@lru_cache(maxsize=64)
def _uncut(shape: tuple[int, int]) -> Floats:
    """Return how much of a shadow is left near the border of the small grid, float32 (h, w, 1)."""
    inner = np.pad(np.ones((shape[0] - 2, shape[1] - 2), np.uint8), 1)
    border = cv2.distanceTransform(inner, cv2.DIST_L2, cv2.DIST_MASK_5) * np.float32(1.0 / (FADE * max(shape)))
    return np.asarray(np.minimum(border, 1.0)[..., None])


def _even(pixels: Floats, far: Array) -> tuple[Floats, Floats]:
    """Return a smooth surface through far cells, float32 (h, w, C), and how far they deviate from it, (C,)."""
    rows, columns, channels = pixels.shape
    y, x = np.meshgrid(np.linspace(-1.0, 1.0, rows), np.linspace(-1.0, 1.0, columns), indexing="ij")
    powers = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    chosen, values = powers[far.ravel()], pixels[far]
    for _ in range(2):
        fit = np.linalg.lstsq(chosen, values, rcond=None)[0]
        beside = np.abs(values - chosen @ fit)
        unrest = np.median(beside, axis=0) / 0.6745
        ordinary = (beside <= 3.0 * unrest + 1e-3).all(axis=1)  # marks on the ground say nothing of its light
        if np.count_nonzero(ordinary) < 6:
            break
        chosen, values = chosen[ordinary], values[ordinary]
    return (powers @ fit).reshape(rows, columns, channels).astype(np.float32), unrest.astype(np.float32)
