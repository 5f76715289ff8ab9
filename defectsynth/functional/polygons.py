"""Polygons as lists of corners in pixels: irregular ones, notches, clipping at a line and filling."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.layer import Box
from defectsynth.core.parameters import Pair
from defectsynth.functional.raster import SUBPIXEL, fixed_point

Outline = tuple[Pair, ...]

CORNERS = 9  # of an irregular polygon before its sides are divided
DIVISIONS, ROUGHNESS = (
    2,
    0.16,
)  # times that each side is divided, and largest offset of the new corner, share of the side
MAX_COORDINATE = 30_000.0  # pixels from the box; larger values overflow the fixed-point coordinates of cv2


def fill_polygons(box: Box, *outlines: Outline) -> Bytes:
    """Fill polygons with antialiased edges, uint8 (h, w) inside `box`, 255 on them."""
    canvas = np.zeros(box.shape, np.uint8)
    for outline in outlines:
        points = np.clip(np.array(outline) - box[:2], -MAX_COORDINATE, MAX_COORDINATE)
        cv2.fillPoly(canvas, [fixed_point(points)], 255, cv2.LINE_AA, SUBPIXEL)
    return canvas


def jagged_polygon(
    rng: np.random.Generator, x: float, y: float, radius: float, *, aspect: float = 1.0, angle: float = 0.0
) -> Outline:
    """Return an irregular polygon with jagged sides, as in broken material.

    Args:
        rng: random generator.
        x: column of the centre, pixels.
        y: row of the centre, pixels.
        radius: mean radius, pixels, approximately.
        aspect: ratio of the lengths along and across `angle`.
        angle: direction of the longer axis, radians.
    """
    turn, *shares = rng.random(1 + 2 * CORNERS).tolist()
    corners = []
    for index in range(CORNERS):
        position = 2 * math.pi * (index + turn + 0.7 * shares[2 * index] - 0.35) / CORNERS
        reach = radius * (0.65 + 0.5 * shares[2 * index + 1])
        corners.append((aspect * reach * math.cos(position), reach * math.sin(position)))
    points = np.array(corners)
    for _ in range(DIVISIONS):
        ahead = np.concatenate([points[1:], points[:1]])
        normal = (ahead - points)[:, ::-1] * (1.0, -1.0)
        middle = 0.5 * (points + ahead) + normal * rng.uniform(-ROUGHNESS, ROUGHNESS, (len(points), 1))
        points = np.stack([points, middle], axis=1).reshape(-1, 2)
    cos, sin = math.cos(angle), math.sin(angle)
    rotated = np.round(points @ np.array([[cos, sin], [-sin, cos]]) + (x, y), 2)
    return tuple((a, b) for a, b in rotated.tolist())


def clip_polygon(outline: Outline, point: Pair, direction: Pair) -> Outline:
    """Return the part of a polygon on one side of a line.

    Args:
        outline: the polygon.
        point: a point (x, y) on the line.
        direction: normal (x, y) of the line; it points to the side that is kept.
    """
    kept: list[Pair] = []
    sides = [(x - point[0]) * direction[0] + (y - point[1]) * direction[1] for x, y in outline]
    for index, (side, corner) in enumerate(zip(sides, outline, strict=True)):
        before, previous = sides[index - 1], outline[index - 1]
        if (side < 0.0) != (before < 0.0):
            share = before / (before - side)
            kept.append(
                (previous[0] + share * (corner[0] - previous[0]), previous[1] + share * (corner[1] - previous[1]))
            )
        if side >= 0.0:
            kept.append(corner)
    return tuple(kept)


def notch_polygon(rng: np.random.Generator, x: float, y: float, depth: float, outwards: float) -> Outline:
    """Return a notch with two straight sides.

    Args:
        rng: random generator.
        x: column of the point on the edge of the object, pixels.
        y: row of that point, pixels.
        depth: depth of the notch, pixels.
        outwards: outer normal of the edge, radians.
    """
    lean, width = rng.random(2).tolist()
    half, tip = depth * (0.8 + 0.8 * width), depth * (1.2 * lean - 0.6)
    corners = np.array(
        [(depth, -1.6 * half), (0.3 * depth, -half), (-depth, tip), (0.3 * depth, half), (depth, 1.6 * half)]
    )
    cos, sin = math.cos(outwards), math.sin(outwards)
    rotated = corners @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
    return tuple((float(a), float(b)) for a, b in rotated)
