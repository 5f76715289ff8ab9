"""Hatching: broad strokes side by side, as of a marker pen or a brush."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, radians_between, span, whole_between
from defectsynth.core.serialization import Value
from defectsynth.functional.noise import fractal_noise
from defectsynth.functional.raster import MIN_STROKE_WIDTH, SUBPIXEL, canvas_to_alpha, fixed_point
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import points_box, to_points

POINTS = 7  # of the centre line of a stroke
NOISE_OCTAVES = 5  # of the bristles
STREAK_LENGTH = 12.0  # length of a dry streak relative to its width


@dataclass(frozen=True)
class Hatching(Shape):
    """Broad strokes side by side in one direction, which overlap, wander and run dry.

    Args:
        length_range: length of a stroke, in [0, 2], fraction of min(H, W).
        width_range: thickness of a stroke, in [0, 0.3], fraction of min(H, W).
        strokes_range: number of strokes, in [1, 32].
        spacing_range: distance between neighbours, in [0, 3], multiples of the thickness.
        disorder_range: standard deviation of their direction, in [0, 90], degrees.
        bend_range: change of direction from end to end, in [-360, 360], degrees.
        dry_range: share of the ink that dry streaks lack, in [0, 1].
    """

    length_range: Pair = span((0.08, 0.25), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.012, 0.03), 0.0, 0.3, FRACTION)
    strokes_range: IntPair = count((1, 6), 1, 32, "strokes")
    spacing_range: Pair = span((0.5, 1.0), 0.0, 3.0, "multiples of the thickness")
    disorder_range: Pair = span((0.0, 6.0), 0.0, 90.0, "degrees")
    bend_range: Pair = span((-25.0, 25.0), -360.0, 360.0, "degrees")
    dry_range: Pair = span((0.2, 0.7), 0.0, 1.0, "share of the ink")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnHatching:
        """Return random strokes along the direction of the place."""
        number, length, width, spacing, disorder, bend, dry = rng.random(7).tolist()
        thickness = max(between(self.width_range, width) * scene.side, 1.0)
        extent, step = between(self.length_range, length) * scene.side, between(self.spacing_range, spacing) * thickness
        spread, strokes = radians_between(self.disorder_range, disorder), whole_between(self.strokes_range, number)
        drawn = []
        for index in range(strokes):
            shift, shorter, turn, sideways = rng.standard_normal(4).tolist()
            drawn.append(
                HatchingStroke(
                    offset=(index - 0.5 * (strokes - 1)) * step + 0.15 * thickness * sideways,
                    shift=0.08 * extent * shift,
                    length=max(extent * (1.0 - 0.12 * abs(shorter)), thickness),
                    turn=spread * turn,
                )
            )
        return DrawnHatching(
            x=place.x,
            y=place.y,
            angle=place.angle,
            width=thickness,
            bend=radians_between(self.bend_range, bend),
            dry=between(self.dry_range, dry),
            strokes=tuple(drawn),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class HatchingStroke(Value):
    """One stroke: its offset sideways and shift along the direction, its length in pixels, its turn in radians."""

    offset: float
    shift: float
    length: float
    turn: float


@dataclass(frozen=True)
class DrawnHatching(DrawnShape):
    """Strokes around (x, y); lengths in pixels, angles in radians, seed of the dry streaks."""

    x: float
    y: float
    angle: float
    width: float
    bend: float
    dry: float
    strokes: tuple[HatchingStroke, ...]
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer; where strokes overlap, there is more ink."""
        lines = to_points(np.stack([self._line(stroke) for stroke in self.strokes]))
        box = points_box(lines, 0.5 * self.width + 1.0 + margin, size=size)
        if box is None:
            return None
        thickness, left = max(1, round(self.width)), np.ones(box.shape, np.float32)
        ink = np.float32(1.0) - np.float32(self.dry) * self._streaks(box.shape)
        for points in fixed_point(lines - box[:2]):
            canvas = np.zeros(box.shape, np.uint8)
            cv2.polylines(canvas, [points], False, 255, thickness, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003  cv2 takes flags by position
            left *= np.float32(1.0) - ink * canvas_to_alpha(canvas, self.width / MIN_STROKE_WIDTH)
        return Layer(box, np.float32(1.0) - left)

    def _line(self, stroke: HatchingStroke) -> np.ndarray:
        """Return points of the centre line of a stroke, complex (POINTS,), x + iy in pixels."""
        along = np.linspace(-0.5, 0.5, POINTS)
        heading = np.exp(1j * (self.bend * along + stroke.turn))
        line = np.cumsum(heading) * (stroke.length / (POINTS - 1))
        line += complex(stroke.shift, stroke.offset) - line[POINTS // 2]
        return np.asarray(line * complex(math.cos(self.angle), math.sin(self.angle)) + complex(self.x, self.y))

    def _streaks(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the dryness of the ink along the direction, float32 `shape`, in [0, 1]."""
        cells = fractal_noise(self.seed, octaves=NOISE_OCTAVES, gain=0.9)
        cell = max(0.12 * self.width, 1.0)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        right, down = np.arange(shape[1], dtype=np.float32)[None], np.arange(shape[0], dtype=np.float32)[:, None]
        along = (right * np.float32(cos) + down * np.float32(sin)) * np.float32(1.0 / (STREAK_LENGTH * cell))
        across = (down * np.float32(cos) - right * np.float32(sin)) * np.float32(1.0 / cell)
        noise = cv2.remap(cells, along, across, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP).reshape(shape)
        return np.clip(np.float32(0.45) + np.float32(0.5) * noise, 0.0, 1.0)
