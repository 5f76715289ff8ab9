"""The soft shadow or glow that an object casts on an even background.

A quadratic surface is fitted to the background far from the object. Nearer pixels that are darker or brighter than it
by more than the noise of the background are the shadow. It is estimated on the small copy of the image and cached; a
background that is plain or too noisy has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, split_channels
from defectsynth.core.cache import cached
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.measurements import MEASUREMENTS, stored
from defectsynth.core.parameters import Pair
from defectsynth.core.pixels import MAX_BYTE_CHANGE, add_change, change_to_bytes, resize_channels, split_change
from defectsynth.functional.membrane import membrane
from defectsynth.parts.detection import detect_parts
from defectsynth.scene.foreground import Foreground
from defectsynth.scene.scene import Scene

REACH, FADE = 0.2, 0.06  # distance up to which a shadow reaches, and over which it fades, share of the small copy
MIN_FAR_CELLS = 0.1  # share of the cells that must lie farther away than that
CONTACT = 2  # cells next to the object in which the shadow is interpolated, because the outline is blurred there
NOISE_WEIGHT = 1.0  # standard deviations of the background that are subtracted from a shadow
MIN_CHANGE = 1.5 / 255.0  # greatest change of brightness below which there is no shadow
CELL = 8  # side in pixels of the cells in which a shadow is drawn
POWERS_OF_X, POWERS_OF_Y = np.array([0, 1, 0, 2, 1, 0]), np.array([0, 0, 1, 0, 1, 2])  # of a quadratic surface
_CONTACT = np.ones((2 * CONTACT + 1, 2 * CONTACT + 1), np.uint8)


@dataclass(frozen=True, eq=False)
class CastShadow:
    """Change of brightness that an object causes on the background around it.

    Attributes:
        change: float32 (h, w, C) in [-1, 1] on the small grid, 0 where nothing changes.
        step: (x, y) size of a cell in pixels.
        size: (height, width) of the image.
        box: bounding box of the change in pixels.
    """

    change: Floats
    step: Pair
    size: tuple[int, int]
    box: Box

    def target(self, matrix: Array) -> Box | None:
        """Return its bounding box under an affine map of points, float64 (2, 3), clipped to the image."""
        x0, y0, x1, y1 = self.box
        corners = np.array([(x0, y0), (x1, y0), (x0, y1), (x1, y1)]) @ matrix[:, :2].T + matrix[:, 2]
        return clip_box(*corners.min(axis=0), *corners.max(axis=0), size=self.size)

    def add_to(self, pixels: Array, box: Box, matrix: Array, peak: float) -> Array:
        """Return the pixels of a box with the shadow under an affine map; it fades where the border cuts it off."""
        return self._changed(pixels, self._cells(self.change * _border_fade(self.change.shape[:2]), box, matrix), peak)

    def remove_from(self, pixels: Array, box: Box, peak: float) -> Array:
        """Return the pixels of a box without the shadow."""
        return self._changed(pixels, -self._cells(self.change, box, np.eye(2, 3)), peak)

    def _cells(self, change: Floats, box: Box, matrix: Array) -> Floats:
        """Return a change under an affine map in cells of a box, float32 (h', w', C)."""
        height, width = box.shape
        size = -(-width // CELL), -(-height // CELL)
        cell, step = np.array((width / size[0], height / size[1])), np.array(self.step)
        first = matrix[:, :2] @ (0.5 * step - 0.5) + matrix[:, 2] - box[:2]  # centre of the first cell
        cell_matrix = np.column_stack([matrix[:, :2] * step / cell[:, None], (first + 0.5) / cell - 0.5])
        return cv2.warpAffine(change, cell_matrix, size, flags=cv2.INTER_LINEAR).reshape(size[1], size[0], -1)

    def _changed(self, pixels: Array, cells: Floats, peak: float) -> Array:
        """Return pixels plus an enlarged change; 8-bit pixels take an 8-bit change, which is faster."""
        size = pixels.shape[1], pixels.shape[0]
        if pixels.dtype != np.uint8 or peak != 255.0:
            return add_change(pixels, resize_channels(cells, size, cv2.INTER_LINEAR).reshape(pixels.shape), peak)
        more, less = split_change(resize_channels(change_to_bytes(cells), size, cv2.INTER_LINEAR).reshape(pixels.shape))
        return cv2.subtract(cv2.add(pixels, more), less).reshape(pixels.shape)


def find_cast_shadow(scene: Scene, method: str) -> CastShadow | None:
    """Return the shadow of the object in an image, None if it has none or the image more than four channels."""
    return None if scene.channels > 4 else _estimate(scene.foreground(method))


def remove_shadows(canvas: Array, shadows: Iterable[CastShadow], peak: float) -> Array:
    """Return a copy of an image without shadows."""
    clean = canvas.copy()
    for shadow in shadows:
        here = clean[shadow.box.slices]
        here[:] = shadow.remove_from(np.ascontiguousarray(here), shadow.box, peak)
    return clean


@cached(MEASUREMENTS)
@stored(CastShadow, Box)
def _estimate(found: Foreground) -> CastShadow | None:
    background, longer = detect_parts(found).background, max(found.cells.shape)
    distance = cv2.distanceTransform(background, cv2.DIST_L2, cv2.DIST_MASK_5)
    far = distance > REACH * longer
    if np.count_nonzero(far) < MIN_FAR_CELLS * far.size:
        return None
    pixels = cv2.blur(found.small, (3, 3)).reshape(found.small.shape).astype(np.float32) * np.float32(1.0 / 255.0)
    surface, noise = _fit_background(pixels, far)
    change = pixels - surface
    change = np.sign(change) * np.maximum(np.abs(change) - np.float32(NOISE_WEIGHT) * noise, 0.0)
    known = cv2.erode(background, _CONTACT) * np.float32(1.0 / 255.0)
    if not known.any():
        return None
    change = membrane(change, known) * (1.0 - known[..., None]) + change * known[..., None]
    change *= np.clip((REACH * longer - distance) / (FADE * longer), 0.0, 1.0)[..., None]
    change = cv2.blur(change, (3, 3)).reshape(change.shape)
    change = np.clip(change, -MAX_BYTE_CHANGE, MAX_BYTE_CHANGE).astype(np.float32)
    if np.abs(change).max() < MIN_CHANGE:
        return None
    x, y, width, height = cv2.boundingRect(np.negative(np.any(change, axis=2).view(np.uint8)))
    low, high = np.array((x - 1, y - 1)) * found.step, np.array((x + width + 1, y + height + 1)) * found.step
    box = clip_box(*low.tolist(), *high.tolist(), size=found.size)
    return None if box is None else CastShadow(change, found.step, found.size, box)


@lru_cache(maxsize=64)
def _border_fade(shape: tuple[int, int]) -> Floats:
    """Return the share of a shadow that is left near the border of the small copy, float32 (h, w, 1)."""
    inner = np.pad(np.ones((shape[0] - 2, shape[1] - 2), np.uint8), 1)
    distance = cv2.distanceTransform(inner, cv2.DIST_L2, cv2.DIST_MASK_5) * np.float32(1.0 / (FADE * max(shape)))
    return np.asarray(np.minimum(distance, 1.0)[..., None])


def _fit_background(pixels: Floats, far: Array) -> tuple[Floats, Floats]:
    """Return a quadratic surface through the `far` cells, float32 (h, w, C), and their deviation from it, (C,).

    The normal equations are made of moments, products of small matrices: the threads of a BLAS library would cost more
    than the fit, and the result does not depend on their number.
    """
    rows, columns, channels = pixels.shape
    x, y = (np.vander(np.linspace(-1.0, 1.0, number), 5, increasing=True) for number in (columns, rows))
    planes = split_channels(pixels).astype(np.float64)
    chosen = far
    for _ in range(2):
        weights = chosen.astype(np.float64)
        moments, products = y.T @ weights @ x, y[:, :3].T @ (planes * weights) @ x[:, :3]
        equations = moments[POWERS_OF_Y[:, None] + POWERS_OF_Y, POWERS_OF_X[:, None] + POWERS_OF_X]
        fit = np.linalg.lstsq(equations, products[:, POWERS_OF_Y, POWERS_OF_X].T, rcond=None)[0]
        coefficients = np.zeros((channels, 3, 3))
        coefficients[:, POWERS_OF_Y, POWERS_OF_X] = fit.T
        surface = y[:, :3] @ coefficients @ x[:, :3].T
        residual = np.abs(planes - surface)
        noise = np.median(residual[:, chosen], axis=1) / 0.6745
        inliers = chosen & (residual <= (3.0 * noise + 1e-3)[:, None, None]).all(axis=0)  # without prints and dirt
        if np.count_nonzero(inliers) < len(POWERS_OF_X):
            break
        chosen = inliers
    return np.ascontiguousarray(surface.transpose(1, 2, 0), np.float32), noise.astype(np.float32)
