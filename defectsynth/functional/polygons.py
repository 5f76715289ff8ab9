"""Closed outlines, corner after corner in pixels: irregular ones, and what is left of one beyond a line."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.layer import Box
from defectsynth.core.parameters import Pair
from defectsynth.functional.raster import SUBPIXEL, fixed_point

Outline = tuple[Pair, ...]

CORNERS = 9  # of an irregular polygon
ROUGHENINGS, ROUGHNESS = 2, 0.16  # times that its sides are broken in two, by how much of their length at most


MAX_COORDINATE = 30_000.0  # pixels from the box beyond which cv2's fixed-point coordinates would overflow


def fill_polygons(box: Box, *outlines: Outline) -> Bytes:
    """Return polygons filled, uint8 (h, w) in `box`, with smooth rims."""
    canvas = np.zeros(box.shape, np.uint8)
    for outline in outlines:
        points = np.clip(np.array(outline) - box[:2], -MAX_COORDINATE, MAX_COORDINATE)
        cv2.fillPoly(canvas, [fixed_point(points)], 255, cv2.LINE_AA, SUBPIXEL)
    return canvas


def jagged_polygon(
    rng: np.random.Generator, x: float, y: float, radius: float, *, aspect: float = 1.0, angle: float = 0.0
) -> Outline:
    """Return an irregular polygon as broken material has it.

    Args:
        rng: the source of randomness.
        x: middle, pixels to the right.
        y: middle, pixels down.
        radius: in pixels, about.
        aspect: how much longer it is along `angle`.
        angle: radians.
    """
    turn, *shares = rng.random(1 + 2 * CORNERS).tolist()
    corners = []
    for index in range(CORNERS):
        position = 2 * math.pi * (index + turn + 0.7 * shares[2 * index] - 0.35) / CORNERS
        reach = radius * (0.65 + 0.5 * shares[2 * index + 1])
        corners.append((aspect * reach * math.cos(position), reach * math.sin(position)))
    points = np.array(corners)
    for _ in range(ROUGHENINGS):
        ahead = np.concatenate([points[1:], points[:1]])
        normal = (ahead - points)[:, ::-1] * (1.0, -1.0)
        middle = 0.5 * (points + ahead) + normal * rng.uniform(-ROUGHNESS, ROUGHNESS, (len(points), 1))
        points = np.stack([points, middle], axis=1).reshape(-1, 2)
    cos, sin = math.cos(angle), math.sin(angle)
    turned = np.round(points @ np.array([[cos, sin], [-sin, cos]]) + (x, y), 2)
    return tuple((a, b) for a, b in turned.tolist())


def clip_polygon(outline: Outline, point: Pair, direction: Pair) -> Outline:
    """Return the part of an outline that lies beyond the line through `point` whose normal is `direction`."""
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
    """Return a clean notch from an edge at (x, y) inwards: two straight cuts that meet at a depth in pixels."""
    lean, width = rng.random(2).tolist()
    half, lowest = depth * (0.8 + 0.8 * width), depth * (1.2 * lean - 0.6)
    corners = np.array(
        [(depth, -1.6 * half), (0.3 * depth, -half), (-depth, lowest), (0.3 * depth, half), (depth, 1.6 * half)]
    )
    cos, sin = math.cos(outwards), math.sin(outwards)
    turned = corners @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
    return tuple((float(a), float(b)) for a, b in turned)
