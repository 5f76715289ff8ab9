"""Random polygon, such as a chip or a flake."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, span, whole_between
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnPolygon

MIN_RADIUS = 1.0  # pixels
CONCAVE_SHARE = 0.35  # of the corners that point inwards


@dataclass(frozen=True)
class Polygon(Shape):
    """Chip, flake or shard with straight sides: a random polygon, convex or with concave corners.

    Args:
        radius_range: greatest distance of a corner from the centre, in [0, 0.5], fraction of min(H, W).
        aspect_range: shorter by longer diameter, in [0.05, 1].
        corners_range: number of corners, in [3, 24].
        concavity_range: greatest depth of a corner inside the outer ellipse, in [0, 0.9], fraction of the radius; 0 is
            convex.
        softness_range: width of the soft edge, in [0, 1], fraction of the radius; 0 is sharp.
    """

    radius_range: Pair = span((0.015, 0.05), 0.0, 0.5, FRACTION)
    aspect_range: Pair = span((0.4, 1.0), 0.05, 1.0, "shorter by longer diameter")
    corners_range: IntPair = count((5, 9), 3, 24, "corners")
    concavity_range: Pair = span((0.0, 0.5), 0.0, 0.9, "fraction of the radius")
    softness_range: Pair = span((0.0, 0.0), 0.0, 1.0, "fraction of the radius")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPolygon:
        """Return a random polygon."""
        size, flat, number, hollow, soft, turn = rng.random(6).tolist()
        corners = whole_between(self.corners_range, number)
        radius = max(between(self.radius_range, size) * scene.side, MIN_RADIUS)
        shift, depth = rng.random((2, corners))
        theta = 2 * math.pi * (np.arange(corners) + turn + 0.7 * (shift - 0.5)) / corners  # in order: no sides cross
        inside = np.where(depth < CONCAVE_SHARE, 1.0 - depth, 0.2 * depth)
        reach = radius * (1.0 - between(self.concavity_range, hollow) * inside)
        x, y = reach * np.cos(theta), reach * np.sin(theta) * between(self.aspect_range, flat)
        cos, sin = math.cos(place.angle), math.sin(place.angle)
        points = np.round(np.stack([place.x + cos * x - sin * y, place.y + sin * x + cos * y], axis=1), 2)
        return DrawnPolygon(
            outline=tuple((float(a), float(b)) for a, b in points),
            softness=between(self.softness_range, soft) * radius,
        )
