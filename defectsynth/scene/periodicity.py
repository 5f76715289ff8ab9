"""How the ground behind an object repeats: the steps after which a board with holes or tracks looks the same.

The steps are where the ground, compared with itself moved, differs least. What is the object differs from most of the
places that many steps away, whatever it lies on: a lead that is as bright as the board where it crosses a dark track,
and as dark as a track where it crosses the board.

References:
    Padfield, "Masked object registration in the Fourier domain", IEEE Trans. Image Processing 2012: sums over all
    shifts of two masked pictures; here of squared differences of one with itself.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, max_over_channels, threshold_mask
from defectsynth.core.parameters import Pair

SHORTEST, LEAST_CELLS = 0.17, 24  # least length of a step, as a share of the picture, and least side that shows one
OVERLAP = 0.15  # least share of the ground that a step leads to ground again
ALIKE = 0.55  # greatest difference after a step, as a share of that of two unrelated places
ACROSS = 0.5  # least sine of the angle between two steps
STEPS = 2  # as many of them to either side are looked at
RANK = 0.4  # share of the places that a cell must be unlike
JITTER = 0.25  # of a cell by which a place may lie aside
FEWEST = 3  # places that tell what the ground looks like
BRIGHTNESS_RANGE, SHADED = (0.6, 1.2), 0.3  # brightness that light and shadow give to a place, and what of that counts
_SQUARE = np.ones((3, 3), np.uint8)
_FIVE = np.ones((5, 5), np.uint8)


def find_periods(gray: Floats, ground: Bytes) -> tuple[Pair, ...]:
    """Return the steps (dx, dy), in cells, after which the ground looks the same: none, one or two.

    Args:
        gray: float32 (h, w) in [0, 1].
        ground: uint8 (h, w), 255 where the ground is seen.
    """
    height, width = gray.shape
    if min(height, width) < LEAST_CELLS or not cv2.countNonZero(ground):
        return ()
    unlike, low, high = _unlikeness(gray, ground), height // 2, width // 2
    lowest = cv2.erode(unlike, _FIVE)
    rows, columns = np.nonzero((unlike <= lowest) & (unlike < ALIKE))
    found: list[Pair] = []
    lows = zip(rows.tolist(), columns.tolist(), strict=True)
    for row, column in sorted(lows, key=lambda at: math.dist(at, (low, high))):
        if (row, column) <= (low, high) or not (0 < row < 2 * low and 0 < column < 2 * high):
            continue
        x = column - high + _lowest_between(*unlike[row, column - 1 : column + 2].tolist())
        y = row - low + _lowest_between(*unlike[row - 1 : row + 2, column].tolist())
        length = math.hypot(x, y)
        if length < SHORTEST * math.sqrt(height * width):
            continue
        if not found:
            found.append((x, y))
        elif abs(found[0][0] * y - found[0][1] * x) >= ACROSS * length * math.hypot(*found[0]):
            return (found[0], (x, y))
    return tuple(found)


def _unlikeness(gray: Floats, ground: Bytes) -> Floats:
    """Return how much the ground differs from itself moved by up to half the picture, 1 is as much as if unrelated.

    Returns:
        float32 (2 * (h // 2) + 1, 2 * (w // 2) + 1); no step is in the middle.
    """
    height, width = gray.shape
    seen = ground > 0
    centred = np.where(seen, gray - gray[seen].mean(), 0.0)
    shape = (cv2.getOptimalDFTSize(height + height // 2), cv2.getOptimalDFTSize(width + width // 2))
    value, square, mask = (np.fft.rfft2(plane, shape) for plane in (centred, centred * centred, seen))
    pairs = np.fft.irfft2(mask * mask.conj(), shape)
    change = np.fft.irfft2(2.0 * (square * mask.conj()).real - 2.0 * value * value.conj(), shape)
    unlike = change / np.maximum(pairs * (2.0 * max(float(centred[seen].var()), 1e-9)), 1e-9)
    unlike[pairs < OVERLAP * cv2.countNonZero(ground)] = 9.0
    around = np.roll(unlike, (height // 2, width // 2), (0, 1))
    return np.ascontiguousarray(around[: 2 * (height // 2) + 1, : 2 * (width // 2) + 1], np.float32)


def _lowest_between(before: float, here: float, after: float) -> float:
    """Return where a parabola through three values is lowest, in [-0.5, 0.5]."""
    return 0.5 * (before - after) / max(before - 2.0 * here + after, abs(before - after), 1e-6)


def period_multiples(steps: tuple[Pair, ...]) -> list[Pair]:
    """Return some steps to either side, and their sums."""
    numbers = range(-STEPS, STEPS + 1)
    one, other = steps[0], steps[-1]
    pairs = ((along, across) for along in numbers for across in (numbers if len(steps) > 1 else (0,)))
    return [(i * one[0] + j * other[0], i * one[1] + j * other[1]) for i, j in pairs if i or j]


def shift_plane(plane: Array, shift: Pair, *, beyond: int = cv2.BORDER_CONSTANT) -> Array:
    """Return what lies a shift away from each cell of (h, w) or (h, w, C); beyond the rim by default nothing."""
    height, width = plane.shape[:2]
    matrix = np.array([(1.0, 0.0, shift[0]), (0.0, 1.0, shift[1])])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(plane, matrix, (width, height), flags=how, borderMode=beyond)


def aperiodic_difference(small: Bytes, ground: Bytes, steps: tuple[Pair, ...]) -> Bytes:
    """Return how unlike a cell is what the ground shows some steps away, uint8 (h, w); 0 where that is not known.

    A cell is compared with the place that is as unlike as `RANK` of all; what differs in brightness only, as a shadow
    does, counts less.

    Args:
        small: uint8 (h, w, C).
        ground: uint8 (h, w), 255 where the ground is seen; elsewhere nothing is compared with.
        steps: one or two, in cells.
    """
    channels, places, changes = small.shape[2], [], []
    for shift in period_multiples(steps):
        place = shift_plane(small, shift).reshape(small.shape)
        nowhere = cv2.bitwise_not(threshold_mask(shift_plane(ground, shift), 255))
        places.append(place.reshape(-1, channels))
        changes.append(cv2.max(max_over_channels(cv2.absdiff(small, place)), nowhere).ravel())
    if len(places) < FEWEST:
        return np.zeros_like(ground)
    order = np.stack(changes, axis=1).astype(np.uint16) * 256 + np.arange(len(places), dtype=np.uint16)
    order.sort(axis=1)
    known = np.count_nonzero(order < 255 * 256, axis=1)
    cell = np.arange(known.size)
    which = order[cell, (RANK * known).astype(np.intp)] % 256
    behind = np.stack(places)[which, cell].reshape(small.shape)
    change = _beyond(small, behind)
    change[known.reshape(ground.shape) < FEWEST] = 0
    return change


def _beyond(small: Bytes, behind: Bytes) -> Bytes:
    """Return how far cells lie beyond what light, shadow and half a cell make of what is behind them, uint8 (h, w)."""
    higher = cv2.dilate(behind, _SQUARE).reshape(small.shape)
    lower = cv2.erode(behind, _SQUARE).reshape(small.shape)
    here, there, higher, lower = (plane.astype(np.float32) for plane in (small, behind, higher, lower))
    light = (here * there).sum(axis=2) / np.maximum((there * there).sum(axis=2), 1.0)
    changes = []
    for level, counts in ((np.clip(light, *BRIGHTNESS_RANGE)[..., None], 1.0), (1.0, SHADED)):
        change = here - there * level
        changes.append(
            counts * np.maximum(change - JITTER * (higher - there), JITTER * (lower - there) - change).max(axis=2)
        )
    return np.maximum(np.maximum(*changes), 0.0).astype(np.uint8)
