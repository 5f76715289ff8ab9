"""Strip with straight sides and torn ends, such as a piece of tape."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.functional.raster import ANTIALIAS_RIM, MIN_STROKE_WIDTH, Doubles
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import polygon_layer, to_points

TEETH = 9  # corners of a torn end


@dataclass(frozen=True)
class Band(Shape):
    """Strip of tape or foil: straight sides, ends cut or torn.

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        torn_range: depth of the teeth at the ends, in [0, 1], fraction of the width; 0 is a straight cut.
    """

    length_range: Pair = span((0.1, 0.35), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.03, 0.1), 0.0, 1.0, FRACTION)
    torn_range: Pair = span((0.0, 0.25), 0.0, 1.0, "fraction of the width")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnBand:
        """Return a random band."""
        length, width, torn, *teeth = rng.random(3 + 2 * TEETH).tolist()
        return DrawnBand(
            x=place.x,
            y=place.y,
            angle=place.angle,
            length=between(self.length_range, length) * scene.side,
            width=between(self.width_range, width) * scene.side,
            torn=between(self.torn_range, torn),
            teeth=tuple(teeth),
        )


@dataclass(frozen=True)
class DrawnBand(DrawnShape):
    """Band centred at (x, y); lengths in pixels, angle in radians, depths of the teeth in [0, 1]."""

    x: float
    y: float
    angle: float
    length: float
    width: float
    torn: float
    teeth: tuple[float, ...]

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        opacity = min(self.width, self.length) / MIN_STROKE_WIDTH
        return polygon_layer([to_points(self.outline())], size, pad=1 + margin, opacity=opacity)

    def outline(self) -> Doubles:
        """Return the corners, complex (2 * TEETH,), x + iy in pixels."""
        half = max(0.5 * self.width - ANTIALIAS_RIM, 0.05)
        across = np.linspace(-half, half, TEETH)
        depth = np.array(self.teeth).reshape(2, TEETH) * (self.torn * self.width)
        reach = np.maximum(0.5 * self.length - ANTIALIAS_RIM - depth, 0.05)
        ends = np.concatenate([reach[0] + 1j * across, -reach[1] + 1j * across[::-1]])
        return ends * complex(math.cos(self.angle), math.sin(self.angle)) + complex(self.x, self.y)
