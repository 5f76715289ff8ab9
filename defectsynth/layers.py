"""Boxes and alpha layers: where a defect lies and how strongly, never larger than the defect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]  # the dtype stands in each docstring: cv2's stubs know none
Floats = npt.NDArray[Any]  # float32
Bytes = npt.NDArray[Any]  # uint8


class Box(NamedTuple):
    """A rectangle of pixels, x1 and y1 exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.y1 - self.y0, self.x1 - self.x0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the box in an (H, W, ...) array."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)


def clip_box(x0: float, y0: float, x1: float, y1: float, *, size: tuple[int, int]) -> Box | None:
    """Return the pixels that touch the rectangle within a picture of `size` (height, width), None if there are none."""
    box = Box(
        max(0, math.floor(x0)),
        max(0, math.floor(y0)),
        min(size[1], math.ceil(x1) + 1),
        min(size[0], math.ceil(y1) + 1),
    )
    return box if box.x1 > box.x0 and box.y1 > box.y0 else None


def ellipse_box(x: float, y: float, angle: float, along: float, across: float, *, size: tuple[int, int]) -> Box | None:
    """Return the pixels that an ellipse touches: its middle, direction and half axes; see `clip_box`."""
    cos, sin = math.cos(angle), math.sin(angle)
    width, height = math.hypot(along * cos, across * sin), math.hypot(along * sin, across * cos)
    return clip_box(x - width, y - height, x + width, y + height, size=size)


def at_least(array: Array, least: float) -> Bytes:
    """Return uint8 of the same shape, 255 where `array` >= `least`; cv2.compare takes a 1 x 1 array for a scalar."""
    if array.dtype == np.uint8:
        return cv2.threshold(array, math.ceil(least) - 1, 255, cv2.THRESH_BINARY)[1]
    bound = math.ceil(least) if array.dtype.kind in "ui" else least
    return np.negative(np.greater_equal(array, bound).view(np.uint8))


def at_most(array: Floats, most: float) -> Floats:
    """Return contiguous float32 (h, w) with what is above `most` lowered to it in place, as `np.minimum` but faster."""
    cv2.threshold(array, most, 0.0, cv2.THRESH_TRUNC, dst=array)
    return array


def channels_of(pixels: Array) -> Array:
    """Return the channels of (h, w) or (h, w, C), (C, h, w).

    They are split into an array made beforehand: cv2 copies what it allocates for them itself once more.
    """
    if pixels.ndim == 2:
        return pixels[None]
    planes = np.empty((pixels.shape[2], *pixels.shape[:2]), pixels.dtype)
    cv2.split(np.ascontiguousarray(pixels), list(planes))
    return planes


def greatest_channel(change: Array) -> Array:
    """Return the maximum over the channels of (h, w) or (h, w, C), (h, w)."""
    return change if change.ndim == 2 else np.asarray(np.maximum.reduce(channels_of(change)))


def put(pixels: Array, at: Array, values: Array) -> None:
    """Write values (..., C) of their dtype into contiguous pixels (h, w, C) at places of the flat box, (N,)."""
    whole = np.dtype((np.void, pixels.itemsize * (values.size // max(at.size, 1))))  # all channels of a pixel at once
    pixels.reshape(-1).view(whole)[at] = np.ascontiguousarray(values).reshape(-1).view(whole)


def depth_inside(alpha: Floats) -> Floats:
    """Return how far in from the outline of a layer a pixel lies, in pixels: float32 (h, w), 0 where alpha < 0.5."""
    depth = cv2.distanceTransform(at_least(alpha, 0.5), cv2.DIST_L2, cv2.DIST_MASK_5)  # the precise one varies in bytes
    return at_most(depth, max(alpha.shape))  # without an outline in sight it is endless


@dataclass(frozen=True)
class Layer:
    """How opaque a defect is: `alpha`, float32 (h, w) in [0, 1], inside `box`.

    `hard`, uint8 (h, w), says the same where no pixel lies between: 255 where alpha is 1, otherwise 0.
    """

    box: Box
    alpha: Floats
    hard: Bytes | None = None
