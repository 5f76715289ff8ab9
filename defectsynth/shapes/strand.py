"""A strand: a long thin curve of one thickness that wanders and curls."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer, clip_box
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

POINTS = 49


@dataclass(frozen=True)
class Strand(Shape):
    """A long thin curve of one thickness, its direction wandering at random.

    Args:
        length_range: along the curve, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.1], fraction of min(H, W).
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        curl_range: how far the direction wanders besides, in [0, 360], degrees.
    """

    length_range: Pair = span((0.08, 0.4), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.002, 0.005), 0.0, 0.1, FRACTION)
    bend_range: Pair = span((-143.0, 143.0), -360.0, 360.0, "degrees from end to end")
    curl_range: Pair = span((17.0, 115.0), 0.0, 360.0, "degrees")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrand:
        """Return the strand in pixels."""
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
    """A strand, its middle at (x, y); lengths in pixels, angles in radians, the seed of its wandering."""

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
        line = self.line()
        pad = self.width / 2 + 1 + margin
        x, y = line.real, line.imag
        box = clip_box(x.min() - pad, y.min() - pad, x.max() + pad, y.max() + pad, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        points = fixed_point((line - complex(box.x0, box.y0)).view(np.float64).reshape(-1, 2))
        thickness = max(1, round(self.width - 2 * ANTIALIAS_RIM))
        cv2.polylines(canvas, [points], False, 255, thickness, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003  cv2 takes flags by place
        return Layer(box, canvas_to_alpha(canvas, self.width / MIN_STROKE_WIDTH))

    def line(self) -> Doubles:
        """Return the curve, complex (POINTS,), x + iy in pixels, its pieces equally long."""
        along = np.linspace(-0.5, 0.5, POINTS - 1)
        waves = np.arange(1, 5)[:, None]
        sizes, phases = np.random.default_rng(self.seed).random((2, 4, 1))
        wander = (sizes / waves * np.sin(2 * np.pi * (waves * along + phases))).sum(axis=0)
        heading = self.angle + self.bow * along + self.curl * wander
        line = np.concatenate([[0j], np.cumsum(np.exp(1j * heading))]) * (self.length / (POINTS - 1))
        return line - line[POINTS // 2] + complex(self.x, self.y)
