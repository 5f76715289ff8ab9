"""Boxes and alpha layers: where a defect lies and how strongly, never larger than the defect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats, clip_above, threshold_mask


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


def distance_to_outline(alpha: Floats) -> Floats:
    """Return how far in from the outline of a layer a pixel lies, in pixels: float32 (h, w), 0 where alpha < 0.5."""
    inside = threshold_mask(alpha, 0.5)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)  # DIST_MASK_PRECISE is not byte-reproducible
    return clip_above(depth, max(alpha.shape))  # without an outline in sight it is endless


@dataclass(frozen=True)
class Layer:
    """How opaque a defect is: `alpha`, float32 (h, w) in [0, 1], inside `box`.

    `hard`, uint8 (h, w), says the same where no pixel lies between: 255 where alpha is 1, otherwise 0.
    """

    box: Box
    alpha: Floats
    hard: Bytes | None = None


def union_box(boxes: list[Box | None]) -> Box | None:
    """Return the smallest box around those that are not None."""
    there = np.array([box for box in boxes if box is not None])
    if not len(there):
        return None
    return Box(*there[:, :2].min(axis=0).tolist(), *there[:, 2:].max(axis=0).tolist())


def relative_slices(inner: Box, outer: Box) -> tuple[slice, slice]:
    """Return the index of one box in an array that covers another."""
    return (
        slice(inner.y0 - outer.y0, inner.y1 - outer.y0),
        slice(inner.x0 - outer.x0, inner.x1 - outer.x0),
    )
