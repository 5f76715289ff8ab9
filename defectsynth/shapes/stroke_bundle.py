"""Bundle of fine, nearly parallel strokes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, radians_between, span, whole_between
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

POINTS = 9  # of each stroke
SECTIONS = ((0, 2, 0.45), (6, 8, 0.45), (1, 3, 0.75), (5, 7, 0.75), (2, 6, 1.0))  # first and last point, strength
MIN_STRENGTH = 0.25  # of a stroke


@dataclass(frozen=True)
class StrokeBundle(Shape):
    """Bundle of fine, nearly parallel strokes of different length and strength that fade at both ends.

    Args:
        length_range: length of the longest stroke, in [0, 2], fraction of min(H, W).
        width_range: thickness of a stroke, in [0, 0.05], fraction of min(H, W).
        strokes_range: number of strokes, in [1, 64].
        spread_range: standard deviation of their distance from the centre line, in [0, 0.5], fraction of min(H, W).
        disorder_range: standard deviation of their direction, in [0, 90], degrees.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
    """

    length_range: Pair = span((0.06, 0.25), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.001, 0.003), 0.0, 0.05, FRACTION)
    strokes_range: IntPair = count((5, 25), 1, 64, "strokes")
    spread_range: Pair = span((0.01, 0.04), 0.0, 0.5, FRACTION)
    disorder_range: Pair = span((1.5, 14.0), 0.0, 90.0, "degrees")
    bend_range: Pair = span((-23.0, 23.0), -360.0, 360.0, "degrees from end to end")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrokeBundle:
        """Return random strokes."""
        number, length, width, spread, disorder, turn = rng.random(6).tolist()
        return DrawnStrokeBundle(
            x=place.x,
            y=place.y,
            angle=place.angle,
            length=between(self.length_range, length) * scene.side,
            width=between(self.width_range, width) * scene.side,
            strokes=whole_between(self.strokes_range, number),
            spread=between(self.spread_range, spread) * scene.side,
            disorder=radians_between(self.disorder_range, disorder),
            turn=radians_between(self.bend_range, turn),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnStrokeBundle(DrawnShape):
    """Strokes around (x, y); lengths in pixels, angles in radians, seed of the differences between the strokes."""

    x: float
    y: float
    angle: float
    length: float
    width: float
    strokes: int
    spread: float
    disorder: float
    turn: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        positions, strengths = self.lines()
        lines = to_points(positions)
        box = points_box(lines, self.width / 2 + 1 + margin, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        points = fixed_point(lines - box[:2])
        thickness = max(1, round(self.width - 2 * ANTIALIAS_RIM))
        for first, last, share in SECTIONS:  # strong over faint: the ends do not cut through other strokes
            for line, strength in zip(points[:, first : last + 1], strengths, strict=True):
                cv2.polylines(canvas, [line], False, 255.0 * share * strength, thickness, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003  cv2 takes flags by position
        return Layer(box, canvas_to_alpha(canvas, self.width / MIN_STROKE_WIDTH))

    def lines(self) -> tuple[Doubles, list[float]]:
        """Return the strokes, complex (strokes, POINTS), x + iy in pixels, and their strengths, weakest first."""
        rng = np.random.default_rng(self.seed)
        across, tilt, along = rng.standard_normal((3, self.strokes))
        shorter, strength = rng.random((2, self.strokes))
        extents = self.length * (1.0 - 0.75 * shorter)
        steps = np.linspace(-0.5, 0.5, POINTS)
        tangents = np.exp(1j * (self.angle + self.disorder * tilt[:, None] + self.turn * steps))
        lines = np.cumsum(tangents, axis=1) * (extents / (POINTS - 1))[:, None]
        lines -= lines[:, POINTS // 2, None]
        middle = complex(math.cos(self.angle), math.sin(self.angle))
        centres = middle * (along * (self.length - extents) * 0.4 + 1j * across * self.spread)
        order = np.argsort(strength)
        strengths = MIN_STRENGTH + (1.0 - MIN_STRENGTH) * strength[order]
        strengths /= MIN_STRENGTH + (1.0 - MIN_STRENGTH) * strength.max()
        return (lines + (centres + complex(self.x, self.y))[:, None])[order], strengths.tolist()
