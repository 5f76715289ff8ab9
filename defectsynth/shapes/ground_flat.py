"""Flat that was ground or filed off a rounded surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, radians_between, span
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import polygon_layer, to_points

CORNERS = 40  # of the outline
WAVES = 4  # cosine waves that deform the outline, of 1 to 4 periods


@dataclass(frozen=True)
class GroundFlat(Shape):
    """Flat ground or filed off a rounded surface: an uneven ellipse with a ragged outline.

    Args:
        radius_range: half the length, in [0, 0.5], fraction of min(H, W).
        aspect_range: width by length, in [0.1, 1].
        angle_range: angle between its length and the direction of the place, in [-360, 360], degrees.
        unevenness_range: amplitude of the waves of the outline, in [0, 0.5], fraction of the radius.
        raggedness_range: standard deviation of the corners, in [0, 0.3], fraction of the radius.
    """

    radius_range: Pair = span((0.02, 0.05), 0.0, 0.5, FRACTION)
    aspect_range: Pair = span((0.5, 1.0), 0.1, 1.0, "width by length")
    angle_range: Pair = span((-23.0, 23.0), -360.0, 360.0, "degrees")
    unevenness_range: Pair = span((0.02, 0.15), 0.0, 0.5, "fraction of the radius")
    raggedness_range: Pair = span((0.0, 0.04), 0.0, 0.3, "fraction of the radius")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnGroundFlat:
        """Return a random flat."""
        radius, aspect, turn, uneven, ragged = rng.random(5).tolist()
        return DrawnGroundFlat(
            x=place.x,
            y=place.y,
            angle=place.angle + radians_between(self.angle_range, turn),
            radius=max(between(self.radius_range, radius) * scene.side, 1.0),
            aspect=between(self.aspect_range, aspect),
            unevenness=between(self.unevenness_range, uneven),
            raggedness=between(self.raggedness_range, ragged),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnGroundFlat(DrawnShape):
    """Ground flat centred at (x, y); radius (half the length) in pixels, angle in radians, seed of the outline."""

    x: float
    y: float
    angle: float
    radius: float
    aspect: float
    unevenness: float
    raggedness: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        rng = np.random.default_rng(self.seed)
        position = np.linspace(0.0, 2 * math.pi, CORNERS, endpoint=False)
        orders = np.arange(1, WAVES + 1)
        waves = np.cos(orders[:, None] * position + 2 * math.pi * rng.random((WAVES, 1))) * rng.random((WAVES, 1))
        reach = 1.0 + self.unevenness * waves.sum(axis=0) + self.raggedness * rng.standard_normal(CORNERS)
        corners = np.maximum(reach, 0.2) * self.radius * (np.cos(position) + 1j * self.aspect * np.sin(position))
        corners = corners * complex(math.cos(self.angle), math.sin(self.angle)) + complex(self.x, self.y)
        return polygon_layer([to_points(corners)], size, pad=1 + margin)
