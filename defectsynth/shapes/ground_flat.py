"""A facet: the outline of a flat that was taken off a rounded surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer, clip_box
from defectsynth.core.parameters import FRACTION, Pair, between, radians_between, span
from defectsynth.functional.polygons import MAX_COORDINATE
from defectsynth.functional.raster import SUBPIXEL, canvas_to_alpha, fixed_point
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape

CORNERS = 40  # of the outline
WAVES = 4  # bays and lobes, the coarsest a whole lobe to either side


@dataclass(frozen=True)
class GroundFlat(Shape):
    """A flat as a file or a grinding wheel takes it off a rounded surface: an uneven ellipse with a ragged rim.

    Args:
        radius_range: half its length, in [0, 0.5], fraction of min(H, W).
        aspect_range: width by length, in [0.1, 1].
        angle_range: of its length against the direction of the place, in [-360, 360], degrees.
        unevenness_range: depth of its bays, in [0, 0.5], fraction of the radius.
        raggedness_range: deviation of its corners, in [0, 0.3], fraction of the radius.
    """

    radius_range: Pair = span((0.02, 0.05), 0.0, 0.5, FRACTION)
    aspect_range: Pair = span((0.5, 1.0), 0.1, 1.0, "width by length")
    angle_range: Pair = span((-23.0, 23.0), -360.0, 360.0, "degrees")
    unevenness_range: Pair = span((0.02, 0.15), 0.0, 0.5, "fraction of the radius")
    raggedness_range: Pair = span((0.0, 0.04), 0.0, 0.3, "fraction of the radius")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnGroundFlat:
        """Return the facet in pixels."""
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
    """A facet around (x, y); half its length in pixels, its direction in radians, the seed of its outline."""

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
        x, y, pad = corners.real, corners.imag, 1 + margin
        box = clip_box(x.min() - pad, y.min() - pad, x.max() + pad, y.max() + pad, size=size)
        if box is None:
            return None
        points = np.clip(np.stack([x, y], axis=1) - box[:2], -MAX_COORDINATE, MAX_COORDINATE)
        canvas = cv2.fillPoly(np.zeros(box.shape, np.uint8), [fixed_point(points)], 255, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, canvas_to_alpha(canvas, 1.0))
