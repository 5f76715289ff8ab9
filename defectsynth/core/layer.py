"""Bounding boxes and alpha layers: the position and the opacity of a defect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats, clip_above, threshold_mask


class Box(NamedTuple):
    """Bounding box in pixels; x1 and y1 are exclusive."""

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
    """Return the box of all pixels that a rectangle touches in an image of `size` (height, width), None if empty."""
    box = Box(
        max(0, math.floor(x0)),
        max(0, math.floor(y0)),
        min(size[1], math.ceil(x1) + 1),
        min(size[0], math.ceil(y1) + 1),
    )
    return box if box.x1 > box.x0 and box.y1 > box.y0 else None


def ellipse_box(x: float, y: float, angle: float, along: float, across: float, *, size: tuple[int, int]) -> Box | None:
    """Return the bounding box of an ellipse, None if it lies outside the image.

    Args:
        x: centre, pixels to the right.
        y: centre, pixels down.
        angle: direction of the first half axis, radians.
        along: length of the first half axis, pixels.
        across: length of the second half axis, pixels.
        size: (height, width) of the image.
    """
    cos, sin = math.cos(angle), math.sin(angle)
    width, height = math.hypot(along * cos, across * sin), math.hypot(along * sin, across * cos)
    return clip_box(x - width, y - height, x + width, y + height, size=size)


def union_box(boxes: list[Box | None]) -> Box | None:
    """Return the smallest box around all boxes that are not None, None if there are none."""
    corners = np.array([box for box in boxes if box is not None])
    if not len(corners):
        return None
    return Box(*corners[:, :2].min(axis=0).tolist(), *corners[:, 2:].max(axis=0).tolist())


def intersect_boxes(first: Box, second: Box) -> Box | None:
    """Return the common part of two boxes, None if there is none."""
    x0, y0, x1, y1 = (
        *(max(first.x0, second.x0), max(first.y0, second.y0)),
        *(min(first.x1, second.x1), min(first.y1, second.y1)),
    )
    return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def relative_slices(inner: Box, outer: Box) -> tuple[slice, slice]:
    """Return the index of the box `inner` in an array that covers the box `outer`."""
    return (
        slice(inner.y0 - outer.y0, inner.y1 - outer.y0),
        slice(inner.x0 - outer.x0, inner.x1 - outer.x0),
    )


@dataclass(frozen=True)
class Layer:
    """Alpha layer of a defect.

    Attributes:
        box: bounding box of the layer.
        alpha: float32 (h, w) in [0, 1], the opacity of each pixel in `box`.
        hard: uint8 (h, w), 255 where alpha is 1, else 0; given only if every alpha is 0 or 1.
    """

    box: Box
    alpha: Floats
    hard: Bytes | None = None


def distance_to_outline(alpha: Floats) -> Floats:
    """Return the distance of each pixel from the outline of an alpha layer.

    Args:
        alpha: float32 (h, w); a pixel is inside the outline where it is at least 0.5.

    Returns:
        float32 (h, w) in pixels, 0 outside the outline, at most max(h, w).
    """
    inside = threshold_mask(alpha, 0.5)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5)  # DIST_MASK_PRECISE is not byte-reproducible
    return clip_above(depth, max(alpha.shape))  # cv2 returns a huge distance where every pixel is inside
