"""Strand: a long thin curl, such as a fibre or a hair."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, radians_between, span
from defectsynth.functional.raster import (
    ANTIALIAS_RIM,
    MIN_STROKE_WIDTH,
    SUBPIXEL,
    Doubles,
    canvas_to_alpha,
    fixed_point,
)
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import points_box, to_points

POINTS = 49  # of the curve


@dataclass(frozen=True)
class Strand(Shape):
    """Fibre or hair: a long thin curve of constant thickness whose direction wanders at random.

    Args:
        length_range: length along the curve, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.1], fraction of min(H, W).
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        curl_range: amplitude of the random change of direction, in [0, 360], degrees.
    """

    length_range: Pair = span((0.08, 0.4), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.002, 0.005), 0.0, 0.1, FRACTION)
    bend_range: Pair = span((-143.0, 143.0), -360.0, 360.0, "degrees from end to end")
    curl_range: Pair = span((17.0, 115.0), 0.0, 360.0, "degrees")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrand:
        """Return a random strand."""
        length, width, bow, curl = rng.random(4).tolist()
        return DrawnStrand(
            x=place.x,
            y=place.y,
            angle=place.angle,
            length=between(self.length_range, length) * scene.side,
            width=between(self.width_range, width) * scene.side,
            bow=radians_between(self.bend_range, bow),
            curl=radians_between(self.curl_range, curl),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnStrand(DrawnShape):
    """Strand centred at (x, y); lengths in pixels, angles in radians, seed of the random change of direction."""

    x: float
    y: float
    angle: float
    length: float
    width: float
    bow: float
    curl: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        line = to_points(self.line())
        box = points_box(line, self.width / 2 + 1 + margin, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        points = fixed_point(line - box[:2])
        thickness = max(1, round(self.width - 2 * ANTIALIAS_RIM))
        cv2.polylines(canvas, [points], False, 255, thickness, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003  cv2 takes flags by position
        return Layer(box, canvas_to_alpha(canvas, self.width / MIN_STROKE_WIDTH))

    def line(self) -> Doubles:
        """Return equally spaced points of the curve, complex (POINTS,), x + iy in pixels."""
        along = np.linspace(-0.5, 0.5, POINTS - 1)
        waves = np.arange(1, 5)[:, None]
        sizes, phases = np.random.default_rng(self.seed).random((2, 4, 1))
        wander = (sizes / waves * np.sin(2 * np.pi * (waves * along + phases))).sum(axis=0)
        heading = self.angle + self.bow * along + self.curl * wander
        line = np.concatenate([[0j], np.cumsum(np.exp(1j * heading))]) * (self.length / (POINTS - 1))
        return line - line[POINTS // 2] + complex(self.x, self.y)
