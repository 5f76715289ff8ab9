"""Periods of a patterned background, such as a board with holes or tracks, and the deviation from the pattern.

The periods are the shifts after which the background differs least from itself. Object pixels differ from most of the
pixels that lie multiples of the periods away. This finds a lead that has the brightness of the board but crosses a dark
track, or the brightness of the track but crosses the board.

References:
    Padfield, "Masked object registration in the Fourier domain", IEEE Trans. Image Processing 2012: correlation of two
    masked images over all shifts; here, squared differences between one masked image and itself.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, split_channels, threshold_mask
from defectsynth.core.parameters import Pair

MIN_PERIOD = 0.17  # length as a share of the image, sqrt(H * W)
MIN_SIDE = 24  # cells of the small copy
MIN_OVERLAP = 0.15  # share of the background that a shift maps to background
MAX_DIFFERENCE = 0.55  # after a shift by a period, as a share of the difference between unrelated pixels
MIN_SINE = 0.5  # of the angle between two periods
NO_OVERLAP = 9.0  # difference assigned to shifts with too little overlap
MULTIPLES = 2  # multiples of a period compared to either side
RANK = 0.4  # quantile of the differences that counts as the difference from the pattern
JITTER = 0.25  # tolerated shift, as a share of a cell
MIN_COMPARED = 3  # background cells that a cell must be compared with
BRIGHTNESS_RANGE = (0.6, 1.2)  # factors on the brightness by light and shadow
BRIGHTNESS_WEIGHT = 0.3  # of a difference that such a factor explains
UNKNOWN = 255  # difference of a cell compared with no background
_SQUARE = np.ones((3, 3), np.uint8)
_FIVE = np.ones((5, 5), np.uint8)


def find_periods(gray: Floats, background: Bytes) -> tuple[Pair, ...]:
    """Return the periods (dx, dy) of the background in cells: none, one or two.

    Args:
        gray: float32 (h, w), brightness.
        background: uint8 (h, w), 255 where the background is visible.
    """
    height, width = gray.shape
    if min(height, width) < MIN_SIDE or not cv2.countNonZero(background):
        return ()
    difference, middle_row, middle_column = _self_difference(gray, background), height // 2, width // 2
    rows, columns = np.nonzero((difference <= cv2.erode(difference, _FIVE)) & (difference < MAX_DIFFERENCE))
    first: Pair | None = None
    minima = zip(rows.tolist(), columns.tolist(), strict=True)
    for row, column in sorted(minima, key=lambda minimum: math.dist(minimum, (middle_row, middle_column))):
        if (row, column) <= (middle_row, middle_column):  # the same shift backwards
            continue
        if not (0 < row < 2 * middle_row and 0 < column < 2 * middle_column):
            continue
        x = column - middle_column + _parabola_minimum(*difference[row, column - 1 : column + 2].tolist())
        y = row - middle_row + _parabola_minimum(*difference[row - 1 : row + 2, column].tolist())
        length = math.hypot(x, y)
        if length < MIN_PERIOD * math.sqrt(height * width):
            continue
        if first is None:
            first = (x, y)
        elif abs(first[0] * y - first[1] * x) >= MIN_SINE * length * math.hypot(*first):
            return first, (x, y)
    return () if first is None else (first,)


def _self_difference(gray: Floats, background: Bytes) -> Floats:
    """Return the mean squared difference of the background from itself for all shifts up to half the image.

    Returns:
        float32 (2 * (h // 2) + 1, 2 * (w // 2) + 1), shift 0 in the middle; 1 is the mean for unrelated pixels.
    """
    height, width = gray.shape
    inside = background > 0
    centred = np.where(inside, gray - gray[inside].mean(), 0.0)
    shape = (cv2.getOptimalDFTSize(height + height // 2), cv2.getOptimalDFTSize(width + width // 2))
    value, square, mask = (np.fft.rfft2(plane, shape) for plane in (centred, centred * centred, inside))
    pairs = np.fft.irfft2(mask * mask.conj(), shape)
    change = np.fft.irfft2(2.0 * (square * mask.conj()).real - 2.0 * value * value.conj(), shape)
    difference = change / np.maximum(pairs * (2.0 * max(float(centred[inside].var()), 1e-9)), 1e-9)
    difference[pairs < MIN_OVERLAP * cv2.countNonZero(background)] = NO_OVERLAP
    rolled = np.roll(difference, (height // 2, width // 2), (0, 1))
    return np.ascontiguousarray(rolled[: 2 * (height // 2) + 1, : 2 * (width // 2) + 1], np.float32)


def _parabola_minimum(before: float, here: float, after: float) -> float:
    """Return the position in [-0.5, 0.5] of the minimum of a parabola through values at -1, 0 and 1."""
    return 0.5 * (before - after) / max(before - 2.0 * here + after, abs(before - after), 1e-6)


def period_multiples(periods: tuple[Pair, ...]) -> list[Pair]:
    """Return all sums of up to `MULTIPLES` periods to either side, except no shift."""
    multiples = range(-MULTIPLES, MULTIPLES + 1)
    first, last = periods[0], periods[-1]
    pairs = ((i, j) for i in multiples for j in (multiples if len(periods) > 1 else (0,)))
    return [(i * first[0] + j * last[0], i * first[1] + j * last[1]) for i, j in pairs if i or j]


def shift_plane(plane: Array, shift: Pair, *, beyond: int = cv2.BORDER_CONSTANT) -> Array:
    """Return, for each cell of (h, w) or (h, w, C), the value that lies `shift` (dx, dy) away.

    Args:
        plane: uint8 or float32.
        shift: in cells; fractions are interpolated.
        beyond: border mode of cv2 for values outside; 0 by default.
    """
    height, width = plane.shape[:2]
    matrix = np.array([(1.0, 0.0, shift[0]), (0.0, 1.0, shift[1])])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(plane, matrix, (width, height), flags=flags, borderMode=beyond)


def aperiodic_difference(small: Bytes, background: Bytes, periods: tuple[Pair, ...]) -> Bytes:
    """Return the difference of each cell from the periodic background, uint8 (h, w), 0 where it is not known.

    Each cell is compared with the background cells that lie multiples of the periods away. The one at the quantile
    `RANK` of the colour differences is taken. Differences in brightness only, as in a shadow, count less.

    Args:
        small: uint8 (h, w, C).
        background: uint8 (h, w), 255 where the background is visible; other cells are not compared with.
        periods: one or two, in cells.
    """
    shifts, planes = period_multiples(periods), split_channels(small)
    if len(shifts) < MIN_COMPARED:
        return np.zeros_like(background)
    shifted = np.empty((len(shifts), *planes.shape), np.uint8)
    ranked = np.empty((len(shifts), background.size), np.uint16)
    known = np.zeros(background.size, np.uint8)
    together = cv2.merge([*planes, background]) if len(planes) == 3 else None  # one interpolation instead of two
    for index, shift in enumerate(shifts):
        if together is None:
            shifted[index] = split_channels(shift_plane(small, shift).reshape(small.shape))
            ground = shift_plane(background, shift)
        else:
            *shifted[index], ground = split_channels(shift_plane(together, shift))
        difference = cv2.bitwise_not(threshold_mask(ground, 255))  # UNKNOWN there
        for here, there in zip(planes, shifted[index], strict=True):
            difference = cv2.max(difference, cv2.absdiff(here, there))
        level = difference.ravel()
        known += level < UNKNOWN
        np.multiply(level, np.uint16(256), out=ranked[index], dtype=np.uint16)
        ranked[index] += np.uint16(index)
    order = np.ascontiguousarray(ranked.T)
    order.sort(axis=1)  # by difference; the low byte is the index of the shift
    cell = np.arange(known.size)
    nearest = order[cell, (RANK * known).astype(np.intp)] & np.uint16(255)
    flat = shifted.reshape(len(shifts), len(planes), -1)
    expected = np.stack([flat[nearest, channel, cell] for channel in range(len(planes))]).reshape(planes.shape)
    difference = _tolerant_difference(planes, expected)
    difference[known.reshape(background.shape) < MIN_COMPARED] = 0
    return difference


def _tolerant_difference(actual: Bytes, expected: Bytes) -> Bytes:
    """Return the difference between cells that light, shadow or a small shift do not explain, uint8 (h, w).

    Args:
        actual: uint8 (C, h, w).
        expected: uint8 (C, h, w).
    """
    extremes = ([change(plane, _SQUARE) for plane in expected] for change in (cv2.dilate, cv2.erode))
    actual, expected, highest, lowest = (np.asarray(each, np.float32) for each in (actual, expected, *extremes))
    brightness = _channel_sum(actual * expected) / np.maximum(_channel_sum(expected * expected), 1.0)
    rise, fall = JITTER * (highest - expected), JITTER * (lowest - expected)
    differences = []
    for factor, weight in ((np.clip(brightness, *BRIGHTNESS_RANGE), 1.0), (1.0, BRIGHTNESS_WEIGHT)):
        change = actual - expected * factor
        differences.append(weight * np.maximum(change - rise, fall - change).max(axis=0))
    return np.maximum(np.maximum(*differences), 0.0).astype(np.uint8)


def _channel_sum(planes: Floats) -> Floats:
    """Return the sum over the channels of (C, h, w), in the order in which numpy adds along a last axis."""
    return np.asarray(planes[0] + planes[1:].sum(axis=0))
