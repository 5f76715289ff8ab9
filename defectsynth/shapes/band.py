"""A band: a strip with two straight sides and two torn ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer, clip_box
from defectsynth.core.parameters import FRACTION, Pair, between, span
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

TEETH = 9  # points of a torn end


@dataclass(frozen=True)
class Band(Shape):
    """A strip with two straight sides and two ends, cut or torn.

    Args:
        length_range: in [0, 2], fraction of min(H, W).
        width_range: in [0, 1], fraction of min(H, W).
        torn_range: depth of the teeth at the ends, in [0, 1], fraction of the width; 0 is cut straight.
    """

    length_range: Pair = span((0.1, 0.35), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.03, 0.1), 0.0, 1.0, FRACTION)
    torn_range: Pair = span((0.0, 0.25), 0.0, 1.0, "fraction of the width")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnBand:
        """Return the band in pixels."""
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
    """A band with its middle at (x, y); lengths in pixels, its direction in radians, its teeth in [0, 1]."""

    x: float
    y: float
    angle: float
    length: float
    width: float
    torn: float
    teeth: tuple[float, ...]

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        outline = self.outline()
        x, y = outline.real, outline.imag
        pad = 1 + margin
        box = clip_box(x.min() - pad, y.min() - pad, x.max() + pad, y.max() + pad, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        points = (outline - complex(box.x0, box.y0)).view(np.float64).reshape(-1, 2)
        cv2.fillPoly(canvas, [fixed_point(points)], 255, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, canvas_to_alpha(canvas, min(self.width, self.length) / MIN_STROKE_WIDTH))

    def outline(self) -> Doubles:
        """Return the closed outline, complex (2 * TEETH,), x + iy in pixels."""
        half = max(0.5 * self.width - ANTIALIAS_RIM, 0.05)
        across = np.linspace(-half, half, TEETH)
        depth = np.array(self.teeth).reshape(2, TEETH) * (self.torn * self.width)
        reach = np.maximum(0.5 * self.length - ANTIALIAS_RIM - depth, 0.05)
        ends = np.concatenate([reach[0] + 1j * across, -reach[1] + 1j * across[::-1]])
        return ends * complex(math.cos(self.angle), math.sin(self.angle)) + complex(self.x, self.y)
