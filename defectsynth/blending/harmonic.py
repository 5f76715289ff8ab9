"""A smooth surface over a rectangle, given its rim: what seamless blending adds to a rectangular patch.

References:
    Buzbee, Golub, Nielson, "On direct methods for solving Poisson's equations", SIAM J. Numer. Anal. 1970: waves along
    a side, each with what is left of it at a distance from that side. A wave that has died out is not computed any
    more, so that most of the rectangle takes a few long waves only.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Floats

DEAD = 7.5  # natural logarithm of how much weaker a wave is when it counts as died out
PIECE, ROWS = 64**3, 12  # multiplications that one call of BLAS does without a second thread; least rows at once
BAND = 4  # rows that are computed together at a side, and how many times more at each step away from it


def harmonic(top: Floats, bottom: Floats, left: Floats, right: Floats) -> Floats:
    """Return the surface on which every pixel is the mean of its four neighbours.

    Args:
        top: float32 (C, w), the pixels above it.
        bottom: float32 (C, w), the pixels below it.
        left: float32 (C, h), the pixels to its left.
        right: float32 (C, h), the pixels to its right.

    Returns:
        float32 (C, h, w).
    """
    upright = _from_sides(np.concatenate([top, bottom]), left.shape[1])
    lying = _from_sides(np.concatenate([left, right]), top.shape[1])
    for plane, turned in zip(upright, lying, strict=True):
        np.add(plane, cv2.transpose(turned).reshape(plane.shape), out=plane)
    return upright


def _from_sides(sides: Floats, height: int) -> Floats:
    """Return what the values above and below it, (2 C, w), do to a rectangle: float32 (C, h, w)."""
    number, width = sides.shape
    waves = _waves(width)
    strength = _product(sides, waves) * np.float32(2.0 / (width + 1))
    decay = np.arccosh(2.0 - np.cos(np.arange(1, width + 1) * (math.pi / (width + 1))))  # of each wave, a row
    reflected = 1.0 - np.exp(-2.0 * decay * (height + 1))
    result = np.zeros((number // 2, height, width), np.float32)
    row = 0
    while row < height:
        end = min(max(BAND * row, BAND), height)
        alive = int(np.searchsorted(decay, DEAD / (row + 1), side="right")) or 1
        rows, slow = np.arange(row, end)[:, None], decay[:alive]
        left = np.exp(-slow * (rows + 1)) - np.exp(-slow * (2 * height + 1 - rows))
        left = (left / reflected[:alive]).astype(np.float32)
        weights = (strength[:, None, :alive] * left).reshape(-1, alive)
        above, below = _product(weights, waves[:alive]).reshape(2, number // 2, end - row, width)
        result[:, row:end] += above
        result[:, height - end : height - row] += below[:, ::-1]
        row = end
    return result


def _product(one: Floats, other: Floats) -> Floats:
    """Return the matrix product of (m, k) and (k, n), made in pieces for which BLAS takes one thread.

    It is then the same to the bit with any number of threads, and waits for none of them.
    """
    if len(one) * other.size <= PIECE:
        return one @ other
    product = np.empty((len(one), other.shape[1]), np.float32)
    rows = max(PIECE // other.size, ROWS)
    columns = max(PIECE // (rows * len(other)), 1)
    for row in range(0, len(one), rows):
        for column in range(0, other.shape[1], columns):
            here = slice(row, row + rows), slice(column, column + columns)
            np.matmul(one[here[0]], other[:, here[1]], out=product[here])
    return product


def _waves(number: int) -> Floats:
    """Return the sine waves on a number of points, float32 (number, number), longest first; it is symmetric."""
    period, half = 2 * (number + 1), (number + 1) // 2
    sine = np.sin(np.arange(period) * (2 * math.pi / period)).astype(np.float32)
    steps = np.arange(1, number + 1, dtype=np.int32)
    waves = np.empty((number, number), np.float32)
    np.take(sine, steps[:half, None] * steps % period, out=waves[:half], mode="clip")
    np.multiply(waves[: number - half][::-1], 1 - 2 * (steps % 2 == 0), out=waves[half:])  # the other half mirrors them
    return waves
