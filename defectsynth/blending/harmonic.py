"""Harmonic interpolation over a rectangle from its boundary, as seamless blending of rectangular patches needs.

References:
    Buzbee, Golub, Nielson, "On direct methods for solving Poisson's equations", SIAM J. Numer. Anal. 1970. Each side
    is expanded in sine waves, which decay with the distance from it. Decayed waves are skipped, so that most of the
    rectangle takes a few long waves only.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Floats

DECAY_LIMIT = 7.5  # a wave is skipped where it has decayed by e to this power
MAX_PRODUCT, MIN_ROWS = 64**3, 12  # multiplications that BLAS does in one thread; least rows of a block
BAND_ROWS = 4  # rows of the first band at a side; each band ends this many times farther away than the one before


def interpolate_harmonic(top: Floats, bottom: Floats, left: Floats, right: Floats) -> Floats:
    """Fill a rectangle so that every pixel is the mean of its four neighbours.

    Args:
        top: float32 (C, w), the pixels above the rectangle.
        bottom: float32 (C, w), the pixels below it.
        left: float32 (C, h), the pixels to its left.
        right: float32 (C, h), the pixels to its right.

    Returns:
        float32 (C, h, w).
    """
    vertical = _extend_sides(np.concatenate([top, bottom]), left.shape[1])
    horizontal = _extend_sides(np.concatenate([left, right]), top.shape[1])
    for plane, transposed in zip(vertical, horizontal, strict=True):
        np.add(plane, cv2.transpose(transposed).reshape(plane.shape), out=plane)
    return vertical


def _extend_sides(sides: Floats, height: int) -> Floats:
    """Return the harmonic surface, float32 (C, h, w), with values (2 C, w) above and below it and 0 beside it."""
    number, width = sides.shape
    waves = _sine_waves(width)
    strength = _block_product(sides, waves) * np.float32(2.0 / (width + 1))
    decay = np.arccosh(2.0 - np.cos(np.arange(1, width + 1) * (math.pi / (width + 1))))  # of each wave, per row
    reflected = 1.0 - np.exp(-2.0 * decay * (height + 1))
    result = np.zeros((number // 2, height, width), np.float32)
    row = 0
    while row < height:
        end = min(max(BAND_ROWS * row, BAND_ROWS), height)
        kept = int(np.searchsorted(decay, DECAY_LIMIT / (row + 1), side="right")) or 1
        rows, slow = np.arange(row, end)[:, None], decay[:kept]
        remaining = np.exp(-slow * (rows + 1)) - np.exp(-slow * (2 * height + 1 - rows))
        remaining = (remaining / reflected[:kept]).astype(np.float32)
        weights = (strength[:, None, :kept] * remaining).reshape(-1, kept)
        above, below = _block_product(weights, waves[:kept]).reshape(2, number // 2, end - row, width)
        result[:, row:end] += above
        result[:, height - end : height - row] += below[:, ::-1]
        row = end
    return result


def _block_product(left: Floats, right: Floats) -> Floats:
    """Return the matrix product of (m, k) and (k, n), in blocks that BLAS computes in one thread.

    The result is then bit-identical for any number of threads.
    """
    if len(left) * right.size <= MAX_PRODUCT:
        return left @ right
    product = np.empty((len(left), right.shape[1]), np.float32)
    rows = max(MAX_PRODUCT // right.size, MIN_ROWS)
    columns = max(MAX_PRODUCT // (rows * len(right)), 1)
    for row in range(0, len(left), rows):
        for column in range(0, right.shape[1], columns):
            block = slice(row, row + rows), slice(column, column + columns)
            np.matmul(left[block[0]], right[:, block[1]], out=product[block])
    return product


def _sine_waves(number: int) -> Floats:
    """Return the sine waves on `number` points, float32 (number, number), symmetric, longest first."""
    period, half = 2 * (number + 1), (number + 1) // 2
    sine = np.sin(np.arange(period) * (2 * math.pi / period)).astype(np.float32)
    steps = np.arange(1, number + 1, dtype=np.int32)
    waves = np.empty((number, number), np.float32)
    np.take(sine, steps[:half, None] * steps % period, out=waves[:half], mode="clip")
    np.multiply(waves[: number - half][::-1], 1 - 2 * (steps % 2 == 0), out=waves[half:])  # the other half by symmetry
    return waves
