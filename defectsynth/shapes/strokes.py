"""Curved strokes, single or side by side, such as scratches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, radians_between, span, whole_between
from defectsynth.core.serialization import Value
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

MAX_WIDTH_TO_LENGTH = 0.06


@dataclass(frozen=True)
class Strokes(Shape):
    """Scratch: one curved stroke or several side by side, with tapered ends and gaps.

    Args:
        length_range: length along the curve, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.5], fraction of min(H, W); at most 6 % of the length.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        sway_range: amplitude of sideways waves, in [0, 0.5], fraction of the length.
        taper_range: loss of thickness towards the ends, in [0, 1]; 1 is pointed.
        strokes_range: number of strokes side by side, in [1, 16].
        spacing_range: distance between neighbours, in [0, 0.5], fraction of min(H, W).
        gaps_range: number of gaps in each stroke, in [0, 8].
    """

    length_range: Pair = span((0.04, 0.2), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.002, 0.009), 0.0, 0.5, FRACTION)
    bend_range: Pair = span((-34.0, 34.0), -360.0, 360.0, "degrees from end to end")
    sway_range: Pair = span((0.0, 0.02), 0.0, 0.5, "fraction of the length")
    taper_range: Pair = span((0.4, 1.0), 0.0, 1.0, "1 is pointed")
    strokes_range: IntPair = count((1, 1), 1, 16, "strokes")
    spacing_range: Pair = span((0.01, 0.03), 0.0, 0.5, FRACTION)
    gaps_range: IntPair = count((0, 1), 0, 8, "gaps in a stroke")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrokes:
        """Return random strokes."""
        strokes, length, width, turn, sway, phase, taper, spacing = rng.random(8).tolist()
        number = whole_between(self.strokes_range, strokes)
        extent = between(self.length_range, length) * scene.side
        thickness = min(between(self.width_range, width) * scene.side, MAX_WIDTH_TO_LENGTH * extent)
        distance = between(self.spacing_range, spacing) * scene.side
        return DrawnStrokes(
            x=place.x,
            y=place.y,
            angle=place.angle,
            length=extent,
            turn=radians_between(self.bend_range, turn),
            sway=between(self.sway_range, sway),
            phase=2 * math.pi * phase,
            taper=between(self.taper_range, taper),
            strokes=tuple(
                self._stroke(rng, (index - (number - 1) / 2) * distance, thickness) for index in range(number)
            ),
        )

    def _stroke(self, rng: np.random.Generator, offset: float, width: float) -> Stroke:
        gaps, start, end, thinner, *cuts = rng.random(4 + 2 * self.gaps_range[1]).tolist()
        edges = sorted(0.15 + 0.7 * cut for cut in cuts[: 2 * whole_between(self.gaps_range, gaps)])
        return Stroke(
            offset=offset,
            width=width * (1.0 if offset == 0.0 else 0.5 + 0.5 * thinner),
            start=0.0 if offset == 0.0 else 0.25 * start,
            end=1.0 if offset == 0.0 else 1.0 - 0.25 * end,
            gaps=tuple((low, min(high, low + 0.12)) for low, high in zip(edges[::2], edges[1::2], strict=True)),
        )


@dataclass(frozen=True)
class Stroke(Value):
    """One of the parallel strokes: sideways offset and width in pixels; start, end and gaps as shares of the length."""

    offset: float
    width: float
    start: float
    end: float
    gaps: tuple[Pair, ...]


@dataclass(frozen=True)
class DrawnStrokes(DrawnShape):
    """Strokes along a common centre line with its middle at (x, y); lengths in pixels, angles in radians."""

    x: float
    y: float
    angle: float
    length: float
    turn: float
    sway: float
    phase: float
    taper: float
    strokes: tuple[Stroke, ...]

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        along, taper, waves = _positions(int(min(max(self.length / 8.0, 8.0), 24.0)))
        tangent = np.exp(1j * (self.turn * along + (self.angle - 0.5 * self.turn)))  # complex: x + iy
        centre = np.cumsum(tangent) * (self.length / (along.size - 1))
        centre += (1j * self.sway * self.length) * tangent * np.sin(waves + self.phase)
        centre += complex(self.x, self.y) - centre[along.size // 2]
        offset, width = np.array([(stroke.offset, stroke.width) for stroke in self.strokes]).T[:, :, None]
        half = np.maximum(width * (0.5 - (0.5 * self.taper) * taper) - ANTIALIAS_RIM, 0.05)
        sides = centre + 1j * tangent * np.array([offset - half, offset + half])  # (2, strokes, N)
        points = to_points(sides)
        box = points_box(points, 1 + margin, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        left, right = fixed_point(points - box[:2])
        for index, stroke in enumerate(self.strokes):
            edges = [stroke.start, *(edge for gap in stroke.gaps for edge in gap), stroke.end]
            stops = [round(edge * (along.size - 1)) for edge in edges]
            for start, end in zip(stops[::2], stops[1::2], strict=True):
                section = slice(start, max(end, start + 1) + 1)
                outline = np.concatenate([left[index, section], right[index, section][::-1]])
                cv2.fillPoly(canvas, [outline], 255, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, canvas_to_alpha(canvas, max(stroke.width for stroke in self.strokes) / MIN_STROKE_WIDTH))


@lru_cache(maxsize=64)
def _positions(number: int) -> tuple[Doubles, Doubles, Doubles]:
    """Return positions along a stroke in [0, 1], the loss of thickness there at full taper, and wave phases."""
    along = np.linspace(0.0, 1.0, number)
    return along, 1.0 - np.sqrt(np.sin(math.pi * np.clip(along, 0.02, 0.98))), 9.0 * along
