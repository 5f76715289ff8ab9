"""Smooth interpolation over gaps of any shape.

References:
    Gortler, Grzeszczuk, Szeliski, Cohen, "The lumigraph", SIGGRAPH 1996: a pyramid of weighted means (pull-push). Its
    time is linear in the number of pixels, while an iterative solver of the membrane equation takes many passes.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, split_channels, threshold_mask
from defectsynth.core.pixels import resize_channels

SLOPE_RIDGE = 0.02  # ridge penalty on the slopes of the plane, which keeps them finite
MIN_KNOWN = float(np.finfo(np.float32).tiny)  # smallest known share of a cell
FULLY_KNOWN = 0.25  # known share of a cell from which on it takes no values from coarser levels
MIN_GRID = 2  # cells along the longer side of the coarsest level of the pyramid
MAX_GRID = 48  # cells along the longer side of the finest level
TINY_WEIGHT = np.float32(1e-12)  # avoids a division by 0


def membrane(values: Floats, known: Floats) -> Floats:
    """Return values that approximate the known ones and continue them smoothly over the gaps.

    A plane is fitted to the known values; a pyramid of weighted means interpolates the rest. Large boxes are
    interpolated on a grid of at most `MAX_GRID` cells. The result stays within the range of the known values.

    Args:
        values: float32 (h, w, C).
        known: float32 (h, w), 1 where a value is known, else 0; at least one must be known.

    Returns:
        float32 (h, w, C).
    """
    height, width, channels = values.shape
    longer = max(height, width)
    weighted = cv2.merge([*(split_channels(values) * known), known])
    if longer > MAX_GRID:
        grid = (max(1, width * MAX_GRID // longer), max(1, height * MAX_GRID // longer))
        weighted = resize_channels(weighted, grid, cv2.INTER_AREA)
    planes, surface = split_channels(weighted), _fit_plane(weighted)
    weight = cv2.transform(weighted, _weight_matrices(channels + 1)[0])
    residual = weighted - surface * weight
    residual /= np.maximum(weight, np.float32(FULLY_KNOWN), out=weight)
    surface += _pull_push(residual)
    means = planes[:-1] / np.maximum(planes[-1], TINY_WEIGHT)
    mask, smooth = threshold_mask(planes[-1], MIN_KNOWN), split_channels(surface)[:-1]
    bounds = np.array([cv2.minMaxLoc(mean, mask)[:2] for mean in means], np.float32)[..., None, None]
    clipped = cv2.merge(list(np.clip(smooth, bounds[:, 0], bounds[:, 1], out=smooth)))
    clipped = clipped.reshape(*surface.shape[:2], channels)
    return resize_channels(clipped, (width, height), cv2.INTER_LINEAR) if longer > MAX_GRID else clipped


@lru_cache(maxsize=8)
def _weight_matrices(channels: int) -> tuple[Floats, Floats]:
    """Return matrices for `cv2.transform` that fill all channels with the last one w, and with 1 - w.

    numpy is slow at broadcasting along the last axis.
    """
    weight = np.zeros((channels, channels + 1), np.float32)
    weight[:, channels - 1] = 1.0
    complement = -weight
    complement[:, channels] = 1.0
    return weight, complement


def _fit_plane(weighted: Floats) -> Floats:
    """Fit a plane to weighted values by least squares with a ridge penalty on its slopes.

    Args:
        weighted: float32 (h, w, C + 1), values times their weight; the last channel is the weight.

    Returns:
        float32 (h, w, C + 1), the plane; the last channel is 0.
    """
    height, width, channels = weighted.shape
    (sums_x, x), (sums_y, y) = (
        (cv2.reduce(weighted, axis, cv2.REDUCE_SUM, dtype=cv2.CV_64F).reshape(-1, channels).T @ powers, powers[:, 1])
        for axis, powers in ((0, _powers(width)), (1, _powers(height)))
    )
    total, weight = sums_x[:, 0], float(sums_x[-1, 0])
    mean_x, mean_y = float(sums_x[-1, 1]) / weight, float(sums_y[-1, 1]) / weight
    x, y = x - mean_x, (y - mean_y).astype(np.float32)
    xx = float(sums_x[-1, 2]) - mean_x * float(sums_x[-1, 1]) + SLOPE_RIDGE * weight * width
    yy = float(sums_y[-1, 2]) - mean_y * float(sums_y[-1, 1]) + SLOPE_RIDGE * weight * height
    xy = float((y @ weighted[..., -1]) @ x)
    covariance_x, covariance_y = sums_x[:, 1] - mean_x * total, sums_y[:, 1] - mean_y * total
    scale = 1.0 / (xx * yy - xy * xy)
    slope_x, slope_y = (yy * covariance_x - xy * covariance_y) * scale, (xx * covariance_y - xy * covariance_x) * scale
    total[-1] = slope_x[-1] = slope_y[-1] = 0.0
    plane = y[:, None] * np.tile(slope_y.astype(np.float32), width)
    plane += (total / weight + x[:, None] * slope_x).astype(np.float32).ravel()
    return np.asarray(plane.reshape(height, width, channels))


@lru_cache(maxsize=128)
def _powers(number: int) -> Array:
    """Return 1, i and i squared for i in range(number), float64 (number, 3)."""
    return np.vander(np.arange(number, dtype=np.float64), 3, increasing=True)


def _pull_push(weighted: Floats) -> Floats:
    """Fill weighted values (h, w, C + 1), the last channel the weight, from coarser levels where the weight is low."""
    height, width, channels = weighted.shape
    if max(height, width) <= MIN_GRID:
        return weighted / np.maximum(weighted[..., -1:], TINY_WEIGHT)  # 0 where nothing is known
    weight, complement = _weight_matrices(channels)
    smaller = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
    coarse = resize_channels(weighted, smaller, cv2.INTER_AREA)
    coarse /= np.maximum(cv2.transform(coarse, weight), np.float32(FULLY_KNOWN))
    filled = resize_channels(_pull_push(coarse), (width, height), cv2.INTER_LINEAR)
    filled *= cv2.transform(weighted, complement)
    filled += weighted
    return filled


def downsample(planes: Array, cell: int) -> Array:
    """Return the means of square cells, (h / cell, w / cell, C).

    Args:
        planes: (h, w, C).
        cell: side of a cell in pixels, a divisor of h and w. Halving comes first, which is fastest in cv2.
    """
    rows, columns = planes.shape[0] // cell, planes.shape[1] // cell
    while cell % 2 == 0:
        cell //= 2
        planes = resize_channels(planes, (columns * cell, rows * cell), cv2.INTER_AREA)
    return planes if cell == 1 else resize_channels(planes, (columns, rows), cv2.INTER_AREA)
