"""Fusion of score maps: each is scaled by held-out normals, and the weighted maps are summed on the finest grid."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

_QUANTILE = 0.999  # of the cells of held-out normals; 1 in a scaled map

Maps = tuple[NDArray[np.float32], ...]
"""Maps of the same N images, float32 (N, h, w) each, on any grids of the same proportions."""


def fit_scales(normals: Maps, weights: Sequence[float]) -> tuple[float, ...]:
    """Return the scales of maps for `fuse`: of each map the value that becomes 0, and the difference that becomes 1.

    Args:
        normals: maps of held-out normals. The mean of a map becomes 0, and its 99.9 % quantile becomes the weight.
        weights: weight of each map, at least 0; a map with the weight 0 does not count.
    """
    scales: list[float] = []
    for map_, weight in zip(normals, weights, strict=True):
        center = float(map_.mean())
        reach = max(float(np.quantile(map_, _QUANTILE)) - center, float(np.finfo(np.float32).tiny))
        scales += [center, reach / weight if weight > 0 else float("inf")]
    return tuple(scales)


def fuse(maps: Maps, scales: Sequence[float]) -> NDArray[np.float32]:
    """Return the sum of scaled maps, float32 (N, h, w), on the grid of the finest of them.

    Args:
        maps: at least one map; a single one is returned as it is.
        scales: see `fit_scales`.
    """
    if len(maps) == 1:
        return maps[0]
    grid = max(map_.shape[1:] for map_ in maps)
    total = np.zeros((len(maps[0]), *grid), np.float32)
    for map_, center, reach in zip(maps, scales[::2], scales[1::2], strict=True):
        total += resized((map_ - center) / reach, grid)
    return total


def resized(maps: NDArray[np.float32], grid: tuple[int, ...]) -> NDArray[np.float32]:
    """Return maps (N, h, w) on another grid, by bilinear interpolation."""
    if maps.shape[1:] == grid:
        return maps
    height, width = grid
    return np.stack([cv2.resize(map_, (width, height), interpolation=cv2.INTER_LINEAR) for map_ in maps])
