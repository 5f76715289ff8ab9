"""Superpixel: a region whose outline follows the edges of the image."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnPolygon

ITERATIONS = 4  # of k-means
MAX_GRID_SIDE = 32  # cells along the longer side of the subsampled box on which k-means runs
NEIGHBOURS = ((0, 0), (-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1))
JITTER = 0.5  # width of the random offset of a neighbour's centre, in spacings
MAX_DEVIATION = 0.6  # between the region and its polygon, in pixels


@dataclass(frozen=True)
class Superpixel(Shape):
    """Superpixel: a letter, a grain or a patch of the surface, bounded by the edges of the image.

    Where the image has no edges, it is a cell with straight sides.

    Args:
        radius_range: half the spacing of the superpixels, in [0, 0.25], fraction of min(H, W).
        compactness_range: weight of distance against colour, in [0, 2], fraction of the value range that one spacing
            counts as; 0 follows colour alone.
        softness_range: width of the soft edge, in [0, 1], fraction of the radius; 0 is sharp.

    References:
        R. Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", TPAMI 2012: k-means on
        colour and position. The paper segments the whole image in CIELAB; here the cluster at the place competes with
        eight neighbours only, in a box three spacings wide, and the colours are those of the image.
    """

    radius_range: Pair = span((0.02, 0.05), 0.0, 0.25, FRACTION)
    compactness_range: Pair = span((0.05, 0.3), 0.0, 2.0, "fraction of the value range that one spacing counts as")
    softness_range: Pair = span((0.0, 0.0), 0.0, 1.0, "fraction of the radius")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPolygon:
        """Return the outline of the superpixel at the place."""
        size, weight, soft = rng.random(3).tolist()
        radius = max(between(self.radius_range, size) * scene.side, 1.0)
        spacing = 2.0 * radius
        centres = place.x, place.y
        points = np.array(centres) + spacing * np.array(NEIGHBOURS)
        points[1:] += spacing * JITTER * (rng.random((len(NEIGHBOURS) - 1, 2)) - 0.5)
        reach = 1.5 * spacing
        box = clip_box(place.x - reach, place.y - reach, place.x + reach, place.y + reach, size=scene.size)
        region = None if box is None else _region(scene, box, points, between(self.compactness_range, weight) / spacing)
        return DrawnPolygon(
            outline=_outline(region, box) if box and region is not None else (centres,) * 3,
            softness=between(self.softness_range, soft) * radius,
        )


def _region(scene: Scene, box: Box, points: Array, weight: float) -> Bytes | None:
    """Return the cluster of the first of the centres, uint8 (h, w); None if that centre lies outside the box.

    Args:
        scene: the image.
        box: the part of it that is clustered.
        points: initial centres, (n, 2) pixels of the image.
        weight: of a distance of one pixel against a difference of colour.
    """
    planes = scene.planes(np.ascontiguousarray(scene.image[box.slices]))
    weight *= math.sqrt(len(planes))  # distances of colour are summed over the channels
    spots = (points - (box.x0, box.y0)).astype(np.float32)
    step = max(1, -(-max(box.shape) // MAX_GRID_SIDE))
    small, grid = planes[:, step // 2 :: step, step // 2 :: step], spots / np.float32(step)
    if not small.size:
        small, step, grid = planes, 1, spots
    inside = np.flatnonzero(((grid > -0.5) & (grid < np.array(small.shape[:0:-1]) - 0.5)).all(axis=1))
    if not inside.size or inside[0] != 0:
        return None
    grid = grid[inside]
    columns, rows = np.clip(np.rint(grid), 0, np.array(small.shape[:0:-1]) - 1).astype(int).T
    colours = small[:, rows, columns].T.copy()
    y, x = np.indices(small.shape[1:], dtype=np.float32)
    features = [plane.ravel() for plane in (*small, x, y)]
    for _ in range(ITERATIONS):
        nearest = _distances(small, colours, grid, weight * step).argmin(axis=0).ravel()
        members = np.bincount(nearest, minlength=len(grid))
        sums = np.stack([np.bincount(nearest, feature, minlength=len(grid)) for feature in features], axis=1)
        means = (sums / np.maximum(members, 1)[:, None]).astype(np.float32)
        means = np.where(members[:, None] > 0, means, np.concatenate([colours, grid], axis=1))
        colours, grid = means[:, :-2], means[:, -2:]
    distances = _distances(planes, colours, grid * step + step // 2, weight)
    closest = cv2.compare(distances[0].ravel(), distances.min(axis=0).ravel(), cv2.CMP_LE).reshape(box.shape)
    return cv2.medianBlur(closest, 3) if min(box.shape) > 2 else closest


def _distances(planes: Floats, colours: Floats, centres: Floats, weight: float) -> Floats:
    """Return the squared distance, in colour and position, of the pixels of (C, h, w) to n centres, (n, h, w)."""
    height, width = planes.shape[1:]
    across = (np.arange(width, dtype=np.float32) - centres[:, :1]) * np.float32(weight)
    down = (np.arange(height, dtype=np.float32) - centres[:, 1:]) * np.float32(weight)
    total = (across * across)[:, None, :] + (down * down)[:, :, None]
    for plane, values in zip(planes, colours.T, strict=True):
        difference = plane - values[:, None, None]
        difference *= difference
        total += difference
    return total


def _outline(region: Bytes, box: Box) -> tuple[tuple[float, float], ...]:
    """Return the outline of the largest connected component, in pixels of the image."""
    found, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return ((float(box.x0), float(box.y0)),) * 3
    largest = cv2.approxPolyDP(max(found, key=cv2.contourArea), MAX_DEVIATION, closed=True)
    return tuple((float(x) + box.x0, float(y) + box.y0) for x, y in largest.reshape(-1, 2))
