"""Straight line segment."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.functional.raster import ANTIALIAS_RIM, MIN_STROKE_WIDTH, SUBPIXEL, canvas_to_alpha, fixed_point
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import points_box


@dataclass(frozen=True)
class LineSegment(Shape):
    """Straight line from the place towards the centre of the image.

    Args:
        length_range: extent along x and along y, sampled separately, in [0, 2], fraction of min(H, W).
        width_range: thickness, in [0, 0.5], fraction of min(H, W).
    """

    length_range: Pair = span((0.0, 0.2), 0.0, 2.0, FRACTION)
    width_range: Pair = span((1 / 224, 16 / 224), 0.0, 0.5, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnLineSegment:
        """Return a random segment."""
        reach_x, reach_y, width = rng.random(3).tolist()
        return DrawnLineSegment(
            x0=place.x,
            y0=place.y,
            x1=place.x + math.copysign(between(self.length_range, reach_x) * scene.side, scene.size[1] / 2 - place.x),
            y1=place.y + math.copysign(between(self.length_range, reach_y) * scene.side, scene.size[0] / 2 - place.y),
            width=between(self.width_range, width) * scene.side,
        )


@dataclass(frozen=True)
class DrawnLineSegment(DrawnShape):
    """Line segment from (x0, y0) to (x1, y1), `width` pixels thick."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        points = np.array([[self.x0, self.y0], [self.x1, self.y1]])
        box = points_box(points, self.width / 2 + 1 + margin, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        ends = fixed_point(points - box[:2])
        thickness = max(1, round(self.width - 2 * ANTIALIAS_RIM))
        cv2.line(canvas, ends[0].tolist(), ends[1].tolist(), 255, thickness, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, canvas_to_alpha(canvas, self.width / MIN_STROKE_WIDTH))
