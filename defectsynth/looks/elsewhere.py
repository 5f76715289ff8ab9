"""A copy of the image from another place."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, choice, span
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class Elsewhere(Look):
    """Pixels from another place of the same image.

    Args:
        distance_range: distance of that place, in [0, 2], fraction of min(H, W).
        direction: any; or across, perpendicular to the direction of the place, as from the other side of a seam.
    """

    distance_range: Pair = span((0.1, 0.6), 0.0, 2.0, FRACTION)
    direction: str = choice("any", "any", "across")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnElsewhere:
        """Return an offset in pixels."""
        distance, angle = rng.uniform(*self.distance_range) * scene.side, rng.uniform(0.0, 2 * math.pi)
        if self.direction == "across":
            angle = place.angle + math.copysign(0.5 * math.pi, angle - math.pi)
        return DrawnElsewhere(dx=round(distance * math.cos(angle)), dy=round(distance * math.sin(angle)))


@dataclass(frozen=True)
class DrawnElsewhere(DrawnLook):
    """Offset of the source in pixels; the image is mirrored at its border."""

    dx: int
    dy: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the pixels at the offset."""
        rows = _reflect(np.arange(layer.box.y0, layer.box.y1) + self.dy, scene.size[0])
        columns = _reflect(np.arange(layer.box.x0, layer.box.x1) + self.dx, scene.size[1])
        return scene.planes(np.ascontiguousarray(scene.image[rows[:, None], columns])), layer.alpha


def _reflect(index: Array, size: int) -> Array:
    """Return indices reflected into range(size)."""
    folded = np.mod(index, 2 * size)
    return np.minimum(folded, 2 * size - 1 - folded)
