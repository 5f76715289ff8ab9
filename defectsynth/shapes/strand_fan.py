"""Fan of strands that spread from a common root, such as a frayed edge or the loose wires of a cable."""

from __future__ import annotations

from dataclasses import dataclass

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

POINTS = 9  # of a strand


@dataclass(frozen=True)
class StrandFan(Shape):
    """Strands that spread from a common root in a fan, each with its own length and bend.

    Args:
        length_range: length of the longest strand, in [0, 2], fraction of min(H, W).
        width_range: thickness of a strand, in [0, 0.1], fraction of min(H, W).
        strands_range: number of strands, in [1, 64].
        fan_range: standard deviation of their directions, in [0, 180], degrees.
        bend_range: change of direction from root to tip, in [-360, 360], degrees.
        root_range: width of the common root, in [0, 0.5], fraction of min(H, W).
    """

    length_range: Pair = span((0.04, 0.12), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.002, 0.006), 0.0, 0.1, FRACTION)
    strands_range: IntPair = count((5, 20), 1, 64, "strands")
    fan_range: Pair = span((15.0, 45.0), 0.0, 180.0, "degrees")
    bend_range: Pair = span((-60.0, 60.0), -360.0, 360.0, "degrees from root to tip")
    root_range: Pair = span((0.005, 0.02), 0.0, 0.5, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrandFan:
        """Return a fan around the direction of the place; on an edge, outwards."""
        number, length, width, fan, root = rng.random(5).tolist()
        spread, reach = radians_between(self.fan_range, fan), between(self.root_range, root) * scene.side
        extent = max(between(self.length_range, length) * scene.side, 2.0)
        heading = place.angle - 0.5 * np.pi if place.edge else place.angle
        strands = []
        for index in range(whole_between(self.strands_range, number)):
            turn, sideways, back = rng.standard_normal(3).tolist()
            shorter, bend = rng.random(2).tolist()
            strands.append(
                FanStrand(
                    x=0.3 * reach * back,
                    y=0.5 * reach * sideways,
                    angle=spread * turn,
                    length=extent * (1.0 - 0.65 * shorter if index else 1.0),
                    bend=radians_between(self.bend_range, bend),
                )
            )
        return DrawnStrandFan(
            x=place.x,
            y=place.y,
            angle=float(heading),
            width=between(self.width_range, width) * scene.side,
            strands=tuple(strands),
        )


@dataclass(frozen=True)
class FanStrand(Value):
    """One strand: its root along and across the fan and its length in pixels, its direction and bend in radians."""

    x: float
    y: float
    angle: float
    length: float
    bend: float


@dataclass(frozen=True)
class DrawnStrandFan(DrawnShape):
    """Strands from a root at (x, y); lengths in pixels, angles in radians."""

    x: float
    y: float
    angle: float
    width: float
    strands: tuple[FanStrand, ...]

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        lines = to_points(self.lines())
        box = points_box(lines, 0.5 * self.width + 1.0 + margin, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        thickness = max(1, round(self.width - 2 * ANTIALIAS_RIM))
        cv2.polylines(canvas, list(fixed_point(lines - box[:2])), False, 255, thickness, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003  cv2 takes flags by position
        return Layer(box, canvas_to_alpha(canvas, self.width / MIN_STROKE_WIDTH))

    def lines(self) -> Doubles:
        """Return equally spaced points of every strand from root to tip, complex (strands, POINTS), x + iy."""
        along = np.linspace(0.0, 1.0, POINTS)
        numbers = np.array([(each.x, each.y, each.angle, each.length, each.bend) for each in self.strands]).T[..., None]
        right, down, angle, length, bend = numbers
        heading = np.exp(1j * (angle + bend * along[1:]))
        path = np.concatenate([np.zeros((len(self.strands), 1)), np.cumsum(heading, axis=1)], axis=1)
        line = path * (length / (POINTS - 1)) + (right + 1j * down)
        return np.asarray(line * np.exp(1j * self.angle) + complex(self.x, self.y))
