"""A smooth surface through what is known, over gaps of any shape.

References:
    Gortler, Grzeszczuk, Szeliski, Cohen, "The lumigraph", SIGGRAPH 1996: a pyramid of weighted means (pull-push). It
    takes a time in proportion to the box, where a membrane equation would take many passes.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, split_channels, threshold_mask

RIDGE = 0.02  # pull of the slopes of the plane towards nothing
TINY = float(np.finfo(np.float32).tiny)  # least share of a cell that is known at all
ENOUGH = 0.25  # share of a cell that is known from which on it counts as known
COARSEST = 2  # cells along the longer side on which what is left of the plane is no longer followed
COARSE = 48  # cells along the longer side on which a large gap is bridged


def membrane(values: Floats, known: Floats) -> Floats:
    """Return values that follow the known ones and are smooth between them.

    Args:
        values: float32 (h, w, C).
        known: float32 (h, w), 1 where a value is known, 0 where not; at least one is known.
    """
    height, width, channels = values.shape
    longer = max(height, width)
    cells = (
        (max(1, width * COARSE // longer), max(1, height * COARSE // longer)) if longer > COARSE else (width, height)
    )
    stacked = cv2.merge([*(split_channels(values) * known), known])
    coarse = resize_channels(stacked, cells, cv2.INTER_AREA) if longer > COARSE else stacked
    planes, plane = split_channels(coarse), _plane(coarse)
    weight = cv2.transform(coarse, _last(channels + 1)[0])
    uneven = coarse - plane * weight
    uneven /= np.maximum(weight, np.float32(ENOUGH), out=weight)
    plane += _pulled(uneven)
    level = planes[:-1] / np.maximum(planes[-1], np.float32(1e-12))
    there, smooth = threshold_mask(planes[-1], TINY), split_channels(plane)[:-1]
    bounds = np.array([cv2.minMaxLoc(each, there)[:2] for each in level], np.float32)[..., None, None]
    found = cv2.merge(list(np.clip(smooth, bounds[:, 0], bounds[:, 1], out=smooth))).reshape(*plane.shape[:2], channels)
    return resize_channels(found, (width, height), cv2.INTER_LINEAR) if longer > COARSE else found


@lru_cache(maxsize=8)
def _last(channels: int) -> tuple[Floats, Floats]:
    """Return what `cv2.transform` puts the last channel in place of all by, and 1 less the last.

    numpy is slow where only the last axis is shared out.
    """
    every = np.zeros((channels, channels + 1), np.float32)
    every[:, channels - 1] = 1.0
    rest = -every
    rest[:, channels] = 1.0
    return every, rest


def _plane(weighted: Floats) -> Floats:
    """Return the plane through weighted values (h, w, C + 1), the last the weight, float32 of that shape, the last 0.

    In doubt it is flat.
    """
    height, width, channels = weighted.shape
    (on_x, x), (on_y, y) = (
        (cv2.reduce(weighted, axis, cv2.REDUCE_SUM, dtype=cv2.CV_64F).reshape(-1, channels).T @ powers, powers[:, 1])
        for axis, powers in ((0, _powers(width)), (1, _powers(height)))
    )
    middle, total = on_x[:, 0], float(on_x[-1, 0])
    at_x, at_y = float(on_x[-1, 1]) / total, float(on_y[-1, 1]) / total
    x, y = x - at_x, (y - at_y).astype(np.float32)
    xx = float(on_x[-1, 2]) - at_x * float(on_x[-1, 1]) + RIDGE * total * width
    yy = float(on_y[-1, 2]) - at_y * float(on_y[-1, 1]) + RIDGE * total * height
    xy = float((y @ weighted[..., -1]) @ x)
    along, down = on_x[:, 1] - at_x * middle, on_y[:, 1] - at_y * middle
    share = 1.0 / (xx * yy - xy * xy)
    right, below = (yy * along - xy * down) * share, (xx * down - xy * along) * share
    middle[-1] = right[-1] = below[-1] = 0.0
    plane = y[:, None] * np.tile(below.astype(np.float32), width)
    plane += (middle / total + x[:, None] * right).astype(np.float32).ravel()
    return np.asarray(plane.reshape(height, width, channels))


@lru_cache(maxsize=128)
def _powers(number: int) -> Array:
    """Return 1, i and i squared for i in range(number), float64 (number, 3)."""
    return np.vander(np.arange(number, dtype=np.float64), 3, increasing=True)


def _pulled(weighted: Floats) -> Floats:
    """Return weighted values (h, w, C + 1), the last the weight, with values from coarser levels where it is low."""
    height, width, channels = weighted.shape
    if max(height, width) <= COARSEST:
        return weighted / np.maximum(weighted[..., -1:], np.float32(1e-12))  # where nothing is known, nothing
    every, rest = _last(channels)
    smaller = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
    coarse = resize_channels(weighted, smaller, cv2.INTER_AREA)
    coarse /= np.maximum(cv2.transform(coarse, every), np.float32(ENOUGH))
    below = resize_channels(_pulled(coarse), (width, height), cv2.INTER_LINEAR)
    below *= cv2.transform(weighted, rest)  # the weight, which is 1 there, too: together they come to 1 again
    below += weighted
    return below


def resize_channels(planes: Floats, size: tuple[int, int], mode: int) -> Floats:
    """Return (h, w, C) at another size; cv2 takes four channels at a time."""
    if planes.shape[2] <= 4:
        return cv2.resize(planes, size, interpolation=mode).reshape(size[1], size[0], -1)
    return np.stack([cv2.resize(plane, size, interpolation=mode) for plane in split_channels(planes)], axis=2)


def downsample(planes: Array, cell: int) -> Array:
    """Return the means of cells of so many pixels a side, (h, w, C); height and width are multiples of it.

    As long as they can be halved they are, which cv2 does fastest.
    """
    rows, columns = planes.shape[0] // cell, planes.shape[1] // cell
    while cell % 2 == 0:
        cell //= 2
        planes = resize_channels(planes, (columns * cell, rows * cell), cv2.INTER_AREA)
    return planes if cell == 1 else resize_channels(planes, (columns, rows), cv2.INTER_AREA)
