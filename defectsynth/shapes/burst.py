"""Burst opening: a jagged hole with cracks that run out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, span, whole_between
from defectsynth.functional.polygons import Outline, jagged_polygon
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnPolygonUnion

MAX_ROOT_WIDTH = 0.12  # of a crack where it leaves the opening, fraction of the opening's radius


@dataclass(frozen=True)
class Burst(Shape):
    """Burst opening: a jagged hole with fine cracks that run out of it.

    Args:
        radius_range: radius of the opening, in [0, 0.5], fraction of min(H, W).
        aspect_range: length by width of the opening, in [1, 8].
        cracks_range: number of cracks, in [0, 12].
        reach_range: length of a crack beyond the opening, in [0, 10], fraction of the radius.
        softness_range: width of the soft edge, in [0, 1], fraction of the radius; 0 is sharp.
    """

    radius_range: Pair = span((0.01, 0.035), 0.0, 0.5, FRACTION)
    aspect_range: Pair = span((1.0, 2.0), 1.0, 8.0, "length by width")
    cracks_range: IntPair = count((0, 4), 0, 12, "cracks")
    reach_range: Pair = span((0.5, 2.5), 0.0, 10.0, "fraction of the radius")
    softness_range: Pair = span((0.0, 0.15), 0.0, 1.0, "fraction of the radius")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPolygonUnion:
        """Return a random opening with its cracks."""
        size, aspect, number, soft = rng.random(4).tolist()
        radius = max(between(self.radius_range, size) * scene.side, 1.0)
        stretch = between(self.aspect_range, aspect)
        outlines = [jagged_polygon(rng, place.x, place.y, radius, aspect=stretch, angle=place.angle)]
        cracks = whole_between(self.cracks_range, number)
        outlines += [self._crack(rng, place, radius, stretch) for _ in range(cracks)]
        return DrawnPolygonUnion(tuple(outlines), softness=between(self.softness_range, soft) * radius)

    def _crack(self, rng: np.random.Generator, place: Place, radius: float, stretch: float) -> Outline:
        """Return a crack: a thin kinked wedge that starts inside the opening."""
        turn, kink, bend, reach, thick = rng.random(5).tolist()
        direction = 2 * math.pi * turn
        along, across = radius * stretch * math.cos(direction), radius * math.sin(direction)
        heading = place.angle + math.atan2(across, along)
        length = (1.0 + between(self.reach_range, reach)) * math.hypot(along, across)
        half = 0.5 * MAX_ROOT_WIDTH * radius * (0.3 + 0.7 * thick)
        middle, aside = 0.35 + 0.4 * kink, 0.25 * (bend - 0.5)
        points = ((0.0, half), (middle, 0.5 * half), (1.0, 0.0), (middle, -0.5 * half), (0.0, -half))
        cos, sin = math.cos(heading), math.sin(heading)
        outline = []
        for share, side in points:
            along, across = share * length, side + aside * length * math.sin(math.pi * min(share / middle, 1.0) / 2)
            outline.append(
                (round(place.x + along * cos - across * sin, 2), round(place.y + along * sin + across * cos, 2))
            )
        return tuple(outline)
