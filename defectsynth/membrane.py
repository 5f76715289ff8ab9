"""A smooth surface through what is known, over gaps of any shape.

References:
    Gortler, Grzeszczuk, Szeliski, Cohen, "The lumigraph", SIGGRAPH 1996: a pyramid of weighted means (pull-push). It
    takes a time in proportion to the box, where a membrane equation would take many passes.
"""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.layers import Floats, at_least, channels_of

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
    stacked = np.empty((height, width, channels + 1), np.float32)
    np.multiply(values, known[..., None], out=stacked[..., :-1])
    stacked[..., -1] = known
    coarse = resized(stacked, cells, cv2.INTER_AREA) if longer > COARSE else stacked
    weight = coarse[..., -1:]
    level = coarse[..., :-1] / np.maximum(weight, np.float32(1e-12))
    plane = _plane(coarse)
    uneven = coarse.copy()
    uneven[..., :-1] -= plane * weight
    uneven /= np.maximum(weight, np.float32(ENOUGH))
    smooth = _pulled(uneven)[..., :channels] + plane
    there = at_least(np.ascontiguousarray(weight[..., 0]), TINY)
    for channel, known_plane in enumerate(channels_of(level)):
        low, high = cv2.minMaxLoc(known_plane, there)[:2]
        np.clip(smooth[..., channel], low, high, out=smooth[..., channel])
    return resized(smooth, (width, height), cv2.INTER_LINEAR) if longer > COARSE else smooth


def _plane(weighted: Floats) -> Floats:
    """Return the plane through weighted values (h, w, C + 1), the last the weight, float32 (h, w, C), flat in doubt."""
    height, width, channels = weighted.shape
    across, down = (
        cv2.reduce(weighted, axis, cv2.REDUCE_SUM, dtype=cv2.CV_64F).reshape(-1, channels).T for axis in (0, 1)
    )
    total, middle = float(across[-1].sum()), across[:-1].sum(axis=1)
    x, y = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)
    x -= float((x * across[-1]).sum()) / total
    y -= float((y * down[-1]).sum()) / total
    xx = float((x * x * across[-1]).sum()) + RIDGE * total * width
    yy = float((y * y * down[-1]).sum()) + RIDGE * total * height
    xy = float((np.einsum("hw,h->w", weighted[..., -1], y.astype(np.float32)) * x).sum())
    on_x, on_y = (across[:-1] * x).sum(axis=1), (down[:-1] * y).sum(axis=1)
    share = 1.0 / (xx * yy - xy * xy)
    right, below = (yy * on_x - xy * on_y) * share, (xx * on_y - xy * on_x) * share
    row = (middle / total + x[:, None] * right).astype(np.float32).ravel()
    plane = y.astype(np.float32)[:, None] * np.tile(below.astype(np.float32), width)
    plane += row
    return np.asarray(plane.reshape(height, width, channels - 1))


def _pulled(weighted: Floats) -> Floats:
    """Return weighted values (h, w, C + 1), the last the weight, with values from coarser levels where it is low."""
    height, width = weighted.shape[:2]
    if max(height, width) <= COARSEST:
        return weighted / np.maximum(weighted[..., -1:], np.float32(1e-12))  # where nothing is known, nothing
    smaller = (max(1, (width + 1) // 2), max(1, (height + 1) // 2))
    coarse = resized(weighted, smaller, cv2.INTER_AREA)
    coarse /= np.maximum(coarse[..., -1:], np.float32(ENOUGH))
    below = resized(_pulled(coarse), (width, height), cv2.INTER_LINEAR)
    below *= np.float32(1.0) - weighted[..., -1:]  # the weight, which is 1 there, too: together they come to 1 again
    below += weighted
    return below


def resized(planes: Floats, size: tuple[int, int], mode: int) -> Floats:
    """Return (h, w, C) at another size; cv2 takes four channels at a time."""
    if planes.shape[2] <= 4:
        return cv2.resize(planes, size, interpolation=mode).reshape(size[1], size[0], -1)
    return np.stack([cv2.resize(plane, size, interpolation=mode) for plane in channels_of(planes)], axis=2)
