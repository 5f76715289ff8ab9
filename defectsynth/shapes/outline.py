"""Filled polygons: the rasteriser that most shapes share, and shapes that are given by their corners."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Box, Layer, clip_box
from defectsynth.functional.polygons import MAX_COORDINATE, Outline
from defectsynth.functional.raster import SUBPIXEL, Doubles, canvas_to_alpha, fixed_point
from defectsynth.scene.place import Place
from defectsynth.shapes.base import DrawnShape

Overlap = Literal["paint", "union", "even_odd"]


def to_points(positions: Array) -> Doubles:
    """Return complex positions x + iy, of any shape (...), as points (..., 2)."""
    return np.ascontiguousarray(positions).view(np.float64).reshape(*positions.shape, 2)


def points_box(points: Doubles, pad: float, *, size: tuple[int, int]) -> Box | None:
    """Return the bounding box of points (..., 2), `pad` pixels wider on each side; None if it misses the image."""
    flat = points.reshape(-1, 2)
    return clip_box(*(flat.min(axis=0) - pad).tolist(), *(flat.max(axis=0) + pad).tolist(), size=size)


def polygon_layer(
    outlines: Sequence[Array] | Array,
    size: tuple[int, int],
    *,
    pad: float,
    softness: float = 0.0,
    opacity: float = 1.0,
    overlap: Overlap = "paint",
) -> Layer | None:
    """Fill polygons into an alpha layer; None if all of it lies outside the image.

    Args:
        outlines: corners of each polygon, (N, 2) pixels.
        size: (height, width) of the image in pixels.
        pad: pixels around the corners that the layer covers, too.
        softness: width of the soft edge in pixels.
        opacity: alpha inside the polygons, raised to the least that a stroke may have.
        overlap: paint fills one over the other; union takes the maximum, which differs along crossing edges only;
            even_odd leaves areas inside an even number of outlines empty, which makes holes.
    """
    corners = np.concatenate(outlines)
    box = points_box(corners, pad, size=size)
    if box is None:
        return None
    points = fixed_point(np.clip(corners - box[:2], -MAX_COORDINATE, MAX_COORDINATE))
    polygons = np.split(points, np.cumsum([len(outline) for outline in outlines[:-1]]))
    canvas = np.zeros(box.shape, np.uint8)
    if overlap == "even_odd":
        cv2.fillPoly(canvas, polygons, 255, cv2.LINE_AA, SUBPIXEL)
    elif overlap == "paint":
        for polygon in polygons:
            cv2.fillPoly(canvas, [polygon], 255, cv2.LINE_AA, SUBPIXEL)
    else:
        for polygon in polygons:
            np.maximum(canvas, cv2.fillPoly(np.zeros_like(canvas), [polygon], 255, cv2.LINE_AA, SUBPIXEL), out=canvas)
    window = 2 * round(softness / 2) + 1
    if window > 1:
        canvas = cv2.blur(cv2.blur(canvas, (window, window)), (window, window)).reshape(box.shape)
    return Layer(box, canvas_to_alpha(canvas, opacity))


@dataclass(frozen=True)
class DrawnPolygon(DrawnShape):
    """Filled polygon.

    Attributes:
        outline: its corners, pixels.
        softness: width of the soft edge in pixels.
    """

    outline: Outline
    softness: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        return polygon_layer([np.array(self.outline)], size, pad=self.softness + 1 + margin, softness=self.softness)


@dataclass(frozen=True)
class DrawnPolygonUnion(DrawnShape):
    """Union of filled polygons.

    Attributes:
        outlines: corners of each, pixels.
        softness: width of the soft edge in pixels.
    """

    outlines: tuple[Outline, ...]
    softness: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        outlines = [np.array(outline) for outline in self.outlines]
        pad = math.ceil(self.softness) + 1 + margin
        return polygon_layer(outlines, size, pad=pad, softness=self.softness, overlap="union")


@dataclass(frozen=True)
class DrawnPolygonWithHoles(DrawnShape):
    """Filled polygons with holes, by the even-odd rule.

    Attributes:
        outlines: corners of each outer outline and of each hole, pixels.
    """

    outlines: tuple[Outline, ...]

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        outlines = [np.array(outline) for outline in self.outlines]
        return polygon_layer(outlines, size, pad=1 + margin, overlap="even_odd")


def square_at(place: Place, half_side: float = 0.5) -> DrawnPolygonUnion:
    """Return a small square at a place, for shapes that find nothing to outline there; `half_side` in pixels."""
    x, y = place.x, place.y
    left, right, top, bottom = x - half_side, x + half_side, y - half_side, y + half_side
    return DrawnPolygonUnion((((left, top), (right, top), (right, bottom), (left, bottom)),), softness=0.0)
