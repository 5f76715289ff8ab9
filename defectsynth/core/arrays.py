"""Taken out of layers.py."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]  # the dtype stands in each docstring: cv2's stubs know none
Floats = npt.NDArray[Any]  # float32
Bytes = npt.NDArray[Any]  # uint8


def threshold_mask(array: Array, least: float) -> Bytes:
    """Return uint8 of the same shape, 255 where `array` >= `least`; cv2.compare takes a 1 x 1 array for a scalar."""
    if array.dtype == np.uint8:
        return cv2.threshold(array, math.ceil(least) - 1, 255, cv2.THRESH_BINARY)[1]
    bound = math.ceil(least) if array.dtype.kind in "ui" else least
    return np.negative(np.greater_equal(array, bound).view(np.uint8))


def clip_above(array: Floats, most: float) -> Floats:
    """Return contiguous float32 (h, w) with what is above `most` lowered to it in place, as `np.minimum` but faster."""
    cv2.threshold(array, most, 0.0, cv2.THRESH_TRUNC, dst=array)
    return array


def split_channels(pixels: Array) -> Array:
    """Return the channels of (h, w) or (h, w, C), (C, h, w).

    They are split into an array made beforehand: cv2 copies what it allocates for them itself once more.
    """
    if pixels.ndim == 2:
        return pixels[None]
    planes = np.empty((pixels.shape[2], *pixels.shape[:2]), pixels.dtype)
    cv2.split(np.ascontiguousarray(pixels), list(planes))
    return planes


def max_over_channels(change: Array) -> Array:
    """Return the maximum over the channels of (h, w) or (h, w, C), (h, w)."""
    return change if change.ndim == 2 else np.asarray(np.maximum.reduce(split_channels(change)))


def put_pixels(pixels: Array, at: Array, values: Array) -> None:
    """Write values (..., C) of their dtype into contiguous pixels (h, w, C) at places of the flat box, (N,)."""
    whole = np.dtype((np.void, pixels.itemsize * (values.size // max(at.size, 1))))  # all channels of a pixel at once
    pixels.reshape(-1).view(whole)[at] = np.ascontiguousarray(values).reshape(-1).view(whole)
