"""Array types and small array operations: thresholds, channels, indexed writes."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]  # each docstring states the dtype: the type stubs of cv2 carry none
Floats = npt.NDArray[Any]  # float32
Bytes = npt.NDArray[Any]  # uint8


def threshold_mask(array: Array, threshold: float) -> Bytes:
    """Return a uint8 mask of the same shape, 255 where `array` >= `threshold`.

    `cv2.compare` does not serve here: it takes a 1 x 1 array for a scalar.
    """
    if array.dtype == np.uint8:
        return cv2.threshold(array, math.ceil(threshold) - 1, 255, cv2.THRESH_BINARY)[1]
    bound = math.ceil(threshold) if array.dtype.kind in "ui" else threshold
    return np.negative(np.greater_equal(array, bound).view(np.uint8))


def clip_above(array: Floats, maximum: float) -> Floats:
    """Clip contiguous float32 (h, w) to `maximum` in place and return it; faster than `np.minimum`."""
    cv2.threshold(array, maximum, 0.0, cv2.THRESH_TRUNC, dst=array)
    return array


def split_channels(pixels: Array) -> Array:
    """Return the channels of (h, w) or (h, w, C) as a contiguous array (C, h, w).

    The output is allocated here, because `cv2.split` copies the arrays that it allocates itself.
    """
    if pixels.ndim == 2:
        return pixels[None]
    planes = np.empty((pixels.shape[2], *pixels.shape[:2]), pixels.dtype)
    cv2.split(np.ascontiguousarray(pixels), list(planes))
    return planes


def max_over_channels(pixels: Array) -> Array:
    """Return the maximum over the channels of (h, w) or (h, w, C) as (h, w)."""
    return pixels if pixels.ndim == 2 else np.asarray(np.maximum.reduce(split_channels(pixels)))


def channel_mean(pixels: Bytes) -> Floats:
    """Return the mean over the channels of uint8 (h, w, C), float32 (h, w); numpy is slow along the last axis."""
    return np.asarray(split_channels(pixels).mean(axis=0, dtype=np.float32))


def put_pixels(pixels: Array, indices: Array, values: Array) -> None:
    """Write `values` (N, C) into contiguous `pixels` (h, w, C) of the same dtype at flat indices (N,)."""
    pixel = np.dtype((np.void, pixels.itemsize * (values.size // max(indices.size, 1))))  # all channels in one copy
    pixels.reshape(-1).view(pixel)[indices] = np.ascontiguousarray(values).reshape(-1).view(pixel)
