"""A smooth surface through what is known, over gaps of any shape.

References:
    Gortler, Grzeszczuk, Szeliski, Cohen, "The lumigraph", SIGGRAPH 1996: a pyramid of weighted means (pull-push). It
    takes a time in proportion to the box, where a membrane equation would take many passes.
"""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.layers import Floats, at_least

RIDGE = 0.02  # pull of the slopes of the plane towards nothing
TINY = float(np.finfo(np.float32).tiny)  # least share of a cell that is known at all
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
    stacked = np.concatenate([values * known[..., None], known[..., None]], axis=2)
    coarse = resized(stacked, cells, cv2.INTER_AREA) if longer > COARSE else stacked
    weight = coarse[..., -1:]
    level = coarse[..., :-1] / np.maximum(weight, np.float32(1e-12))
    plane = _plane(level, weight)
    firm = np.minimum(4.0 * weight, np.float32(1.0))
    smooth = _pulled(np.concatenate([(level - plane) * firm, firm], axis=2))[..., :channels] + plane
    there = at_least(np.ascontiguousarray(weight[..., 0]), TINY)
    planes = []
    for plane, known_plane in zip(cv2.split(smooth), cv2.split(level), strict=True):
        low, high = cv2.minMaxLoc(known_plane, there)[:2]
        planes.append(np.minimum(np.maximum(plane, np.float32(low)), np.float32(high)))
    smooth = cv2.merge(planes).reshape(smooth.shape)
    return resized(smooth, (width, height), cv2.INTER_LINEAR) if longer > COARSE else smooth


def _plane(level: Floats, weight: Floats) -> Floats:
    """Return the plane through levels (h, w, C) with weights (h, w, 1), float32 (h, w, C), flat in doubt."""
    height, width, channels = level.shape
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    total = float(weight.sum())
    basis = np.ones((height, width, 3), np.float32)
    basis[..., 1] = x - np.float32(weight.sum(axis=0)[:, 0] @ x / total)
    basis[..., 2] = (y - np.float32(weight.sum(axis=1)[:, 0] @ y / total))[:, None]
    flat, heavy = basis.reshape(-1, 3), (basis * weight).reshape(-1, 3)
    (_, _, _), (_, xx, xy), (_, _, yy) = (heavy.T @ flat).astype(np.float64).tolist()  # x and y have no mean
    xx, yy = xx + RIDGE * total * width, yy + RIDGE * total * height
    middle, on_x, on_y = (heavy.T @ level.reshape(-1, channels)).astype(np.float64)
    slopes = np.stack(
        [middle / total, *(np.stack([yy * on_x - xy * on_y, xx * on_y - xy * on_x]) / (xx * yy - xy * xy))]
    )
    return (flat @ slopes.astype(np.float32)).reshape(height, width, channels)


def _pulled(weighted: Floats) -> Floats:
    """Return weighted values (h, w, C + 1), the last the weight, with values from coarser levels where it is low."""
    height, width = weighted.shape[:2]
    if height == width == 1:
        return weighted / np.maximum(weighted[..., -1:], np.float32(1e-12))
    smaller = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
    coarse = resized(weighted, smaller, cv2.INTER_AREA)
    mean = coarse[..., -1:]
    coarse *= np.minimum(np.float32(4.0) * mean, np.float32(1.0)) / np.maximum(mean, np.float32(1e-12))
    below = resized(_pulled(coarse), (width, height), cv2.INTER_LINEAR)
    below *= np.float32(1.0) - weighted[..., -1:]  # the weight, which is 1 there, too: together they come to 1 again
    below += weighted
    return below


def resized(planes: Floats, size: tuple[int, int], mode: int) -> Floats:
    """Return (h, w, C) at another size; cv2 takes four channels at a time."""
    if planes.shape[2] <= 4:
        return cv2.resize(planes, size, interpolation=mode).reshape(size[1], size[0], -1)
    return np.stack([cv2.resize(plane, size, interpolation=mode) for plane in cv2.split(planes)], axis=2)
