"""A region as the picture itself divides: its outline follows the edges that are there."""

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
from defectsynth.shapes.outline import DrawnOutline

ROUNDS = 4  # of moving the centres to the middle of what is theirs
COARSEST = 32  # pixels along the box on which the centres are moved
NEIGHBOURS = ((0, 0), (-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1))
STRAYING = 0.5  # spacings by which a neighbour's centre may lie off its grid
TOLERANCE = 0.6  # pixels by which the outline may leave the region's


@dataclass(frozen=True)
class Superpixel(Shape):
    """A region that follows the picture's own edges: a facet, a letter, a grain, a patch of the surface.

    Where there is no edge it is a cell with straight sides.

    Args:
        radius_range: half the spacing of the superpixels, in [0, 0.25], fraction of min(H, W).
        compactness_range: weight of the distance against that of the colour, in [0, 2], share of the value range that
            one spacing counts as; 0 follows colour alone.
        softness_range: width of the soft rim, in [0, 1], fraction of the radius; 0 is sharp.

    References:
        R. Achanta et al., "SLIC superpixels compared to state-of-the-art superpixel methods", TPAMI 2012: clusters of
        colour and place, by distances added in that weight. There the whole picture is divided; here the one cluster
        around the place and its eight neighbours are, in a box three spacings wide, and the colours are those of the
        picture instead of CIELAB.
    """

    radius_range: Pair = span((0.02, 0.05), 0.0, 0.25, FRACTION)
    compactness_range: Pair = span((0.05, 0.3), 0.0, 2.0, "share of the value range that one spacing counts as")
    softness_range: Pair = span((0.0, 0.0), 0.0, 1.0, "fraction of the radius")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnOutline:
        """Return the outline of the superpixel around the place in pixels."""
        size, weight, soft = rng.random(3).tolist()
        radius = max(between(self.radius_range, size) * scene.side, 1.0)
        spacing = 2.0 * radius
        centres = place.x, place.y
        points = np.array(centres) + spacing * np.array(NEIGHBOURS)
        points[1:] += spacing * STRAYING * (rng.random((len(NEIGHBOURS) - 1, 2)) - 0.5)
        reach = 1.5 * spacing
        box = clip_box(place.x - reach, place.y - reach, place.x + reach, place.y + reach, size=scene.size)
        region = None if box is None else _region(scene, box, points, between(self.compactness_range, weight) / spacing)
        return DrawnOutline(
            outline=_outline(region, box) if box and region is not None else (centres,) * 3,
            softness=between(self.softness_range, soft) * radius,
        )


def _region(scene: Scene, box: Box, points: Array, weight: float) -> Bytes | None:
    """Return what belongs to the first of the points rather than to the others, uint8 (h, w), None if it is nothing."""
    planes = scene.planes(np.ascontiguousarray(scene.image[box.slices]))
    weight *= math.sqrt(len(planes))  # of the mean over the channels
    spots = (points - (box.x0, box.y0)).astype(np.float32)  # in the box
    step = max(1, -(-max(box.shape) // COARSEST))
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
    for _ in range(ROUNDS):
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
    """Return the squared distance of every pixel of (C, h, w) to n centres, of colour and place, (n, h, w)."""
    height, width = planes.shape[1:]
    across = (np.arange(width, dtype=np.float32) - centres[:, :1]) * np.float32(weight)
    down = (np.arange(height, dtype=np.float32) - centres[:, 1:]) * np.float32(weight)
    total = (across * across)[:, None, :] + (down * down)[:, :, None]
    for plane, values in zip(planes, colours.T, strict=True):
        off = plane - values[:, None, None]
        off *= off
        total += off
    return total


def _outline(region: Bytes, box: Box) -> tuple[tuple[float, float], ...]:
    """Return the outline of the largest connected piece."""
    found, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return ((float(box.x0), float(box.y0)),) * 3
    largest = cv2.approxPolyDP(max(found, key=cv2.contourArea), TOLERANCE, closed=True)
    return tuple((float(x) + box.x0, float(y) + box.y0) for x, y in largest.reshape(-1, 2))
