"""Cracks: a jagged path with branches, and gaping cracks that meet in one point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, radians_between, span, whole_between
from defectsynth.core.serialization import Value
from defectsynth.functional.raster import (
    ANTIALIAS_RIM,
    MIN_STROKE_OPACITY,
    MIN_STROKE_WIDTH,
    SUBPIXEL,
    Doubles,
    canvas_to_alpha,
    fill_strip,
    fixed_point,
    line_normals,
)
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import points_box, to_points

STEP = 4.0  # pixels between two turns of a path; less for short paths
MAX_STEPS = 64
ARM_POINTS = 33  # of an arm of a rift
DRIFT = 0.3  # standard deviation of the lasting change of direction at a step, as a share of the jaggedness


@dataclass(frozen=True)
class BranchingPath(Shape):
    """Crack: a jagged path that thins out towards its end, with branches that do the same.

    Args:
        length_range: distance from end to end of the main path, in [0, 2], fraction of min(H, W).
        width_range: greatest thickness, in [0, 0.1], fraction of min(H, W).
        jaggedness_range: standard deviation of the turn at every step, in [0, 60], degrees.
        branches_range: number of branches, in [0, 12].
        branch_angle_range: angle between a branch and its parent, in [0, 90], degrees.
        pinch_range: variation of the thickness along a path, in [0, 1]; at 1 the path closes in places.
    """

    length_range: Pair = span((0.08, 0.35), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.002, 0.007), 0.0, 0.1, FRACTION)
    jaggedness_range: Pair = span((17.0, 40.0), 0.0, 60.0, "degrees at every step")
    branches_range: IntPair = count((0, 3), 0, 12, "branches")
    branch_angle_range: Pair = span((23.0, 57.0), 0.0, 90.0, "degrees")
    pinch_range: Pair = span((0.3, 0.9), 0.0, 1.0, "1 closes the path in places")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnBranchingPath:
        """Return a random crack; at the outline of the object it starts there and runs inwards."""
        length, width, jagged, branches, spread, pinch, aside = rng.random(7).tolist()
        inwards = place.angle + math.pi / 2 + 1.2 * (aside - 0.5)
        return DrawnBranchingPath(
            x=place.x,
            y=place.y,
            angle=inwards if place.edge else place.angle,
            length=between(self.length_range, length) * scene.side,
            width=between(self.width_range, width) * scene.side,
            jaggedness=radians_between(self.jaggedness_range, jagged),
            branches=whole_between(self.branches_range, branches),
            spread=radians_between(self.branch_angle_range, spread),
            pinch=between(self.pinch_range, pinch),
            from_middle=not place.edge,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnBranchingPath(DrawnShape):
    """Crack; lengths in pixels, angles in radians, seed of the turns; (x, y) is its middle or its start."""

    x: float
    y: float
    angle: float
    length: float
    width: float
    jaggedness: float
    branches: int
    spread: float
    pinch: float
    from_middle: bool
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        paths = self.paths()
        every = to_points(np.concatenate([points for points, _ in paths]))
        box = points_box(every, self.width / 2 + 1 + margin, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        for points, widths in reversed(paths):  # the main path last: wide over thin
            _draw_path(canvas, points - complex(box.x0, box.y0), widths, min_width=min(MIN_STROKE_WIDTH, self.width))
        return Layer(box, canvas_to_alpha(canvas, self.width / MIN_STROKE_WIDTH))

    def paths(self) -> list[tuple[Array, Doubles]]:
        """Return the points x + iy of the main path and of each branch, and the widths there, in pixels."""
        rng = np.random.default_rng(self.seed)
        points, widths = self._path(rng, complex(self.x, self.y), self.angle, self.length, self.width)
        if self.from_middle:
            points += points[0] - points[len(points) // 2]
            widths *= np.minimum(np.linspace(0.1, 3.0, len(points)), 1.0)
        paths = [(points, widths)]
        for parent, along, side, share in rng.random((self.branches, 4)).tolist():
            points, widths = paths[int(parent * parent * len(paths))]  # most branches leave the main path
            node = int((0.1 + 0.7 * along) * (len(points) - 1))
            ahead = points[min(node + 2, len(points) - 1)] - points[max(node - 2, 0)]
            turn = self.spread * (0.7 + 0.6 * abs(side - 0.5)) * (1.0 if side < 0.5 else -1.0)
            left = (len(points) - 1 - node) / (len(points) - 1) * abs(points[-1] - points[0])
            reach = left * (0.25 + 0.5 * share)
            heading = math.atan2(float(ahead.imag), float(ahead.real)) + turn
            paths.append(self._path(rng, points[node], heading, reach, 0.75 * float(widths[node])))
        return paths

    def _path(
        self, rng: np.random.Generator, start: complex, angle: float, length: float, width: float
    ) -> tuple[Array, Doubles]:
        """Return points and widths of a random path from `start` in the direction `angle`."""
        steps = int(min(max(length / STEP, 6.0), MAX_STEPS))
        along, taper = _positions(steps)
        turns, drift, uneven, share = rng.standard_normal((4, steps + 1))
        walk = drift.cumsum()
        heading = angle + self.jaggedness * (turns + DRIFT * (walk - along * walk[-1]))
        sections = np.exp(1j * heading) * (0.4 + np.abs(share))
        points = np.cumsum(sections) - sections[0]
        points *= length / max(abs(points[-1]), 1e-9)
        uneven[1:] += uneven[:-1]
        pinched = 1.0 - self.pinch * np.minimum(np.maximum(0.5 + 0.4 * uneven, 0.0), 1.0)
        return start + points, width * taper * pinched


@lru_cache(maxsize=64)
def _positions(steps: int) -> tuple[Doubles, Doubles]:
    """Return positions along a path in [0, 1], and the share of the full width there."""
    along = np.linspace(0.0, 1.0, steps + 1)
    return along, np.sqrt(1.0 - along)


def _draw_path(canvas: Array, points: Array, widths: Doubles, *, min_width: float) -> None:
    """Draw a path, from its thin end, as a strip of quadrangles; those thinner than `min_width` are fainter."""
    tangent = points[2:] - points[:-2]
    tangent = np.concatenate([points[1:2] - points[:1], tangent, points[-1:] - points[-2:-1]])
    normal = 1j * tangent / np.maximum(np.abs(tangent), 1e-9)
    half = np.maximum(0.5 * widths - ANTIALIAS_RIM, 0.05)
    sides = np.stack([points - normal * half, points + normal * half], axis=1)  # (N, 2)
    corners = fixed_point(sides.view(np.float64).reshape(-1, 2, 2))
    quads = np.concatenate([corners[:-1], corners[1:, ::-1]], axis=1)  # (N - 1, 4, 2)
    strengths = 0.5 * (widths[:-1] + widths[1:]) / max(min_width, 1e-9)
    shades = (255.0 * np.clip(strengths, 0.6 * MIN_STROKE_OPACITY, 1.0)).tolist()
    for quad, shade in zip(quads[::-1], shades[::-1], strict=True):
        cv2.fillConvexPoly(canvas, quad, shade, cv2.LINE_AA, SUBPIXEL)


@dataclass(frozen=True)
class Rift(Shape):
    """Gaping cracks that meet in one point: long, nearly straight arms that hardly taper.

    Args:
        length_range: length of an arm, in [0, 2], fraction of min(H, W); what lies outside the image is cut off.
        width_range: width of the widest arm, in [0, 0.1], fraction of min(H, W).
        arms_range: number of arms, in [1, 6]; two form one line.
        bend_range: change of direction of an arm from end to end, in [-90, 90], degrees.
        waviness_range: standard deviation of the random change of direction along an arm, in [0, 45], degrees.
    """

    length_range: Pair = span((0.3, 1.4), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.005, 0.025), 0.0, 0.1, FRACTION)
    arms_range: IntPair = count((2, 3), 1, 6, "arms")
    bend_range: Pair = span((-15.0, 15.0), -90.0, 90.0, "degrees from end to end")
    waviness_range: Pair = span((2.0, 9.0), 0.0, 45.0, "degrees")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnRift:
        """Return random arms; at the outline of the object the first one runs inwards."""
        number, width, waviness = rng.random(3).tolist()
        arms = whole_between(self.arms_range, number)
        widest = max(between(self.width_range, width) * scene.side, 1.0)
        heading = place.angle + (0.5 * math.pi if place.edge else 0.0)
        drawn = []
        for index in range(arms):
            turn, length, bend, thin = rng.random(4).tolist()
            drawn.append(
                RiftArm(
                    angle=heading + 2 * math.pi * (index + 0.45 * (turn - 0.5)) / arms,
                    length=max(between(self.length_range, length) * scene.side, 2.0),
                    bend=radians_between(self.bend_range, bend),
                    width=widest * (1.0 if index == 0 else 0.35 + 0.65 * thin),
                )
            )
        return DrawnRift(
            x=place.x,
            y=place.y,
            arms=tuple(drawn),
            waviness=radians_between(self.waviness_range, waviness),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class RiftArm(Value):
    """One arm: direction and bend in radians, length and width in pixels."""

    angle: float
    length: float
    bend: float
    width: float


@dataclass(frozen=True)
class DrawnRift(DrawnShape):
    """Arms that meet at (x, y); lengths in pixels, angles in radians, seed of their waves."""

    x: float
    y: float
    arms: tuple[RiftArm, ...]
    waviness: float
    seed: int

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        paths = self._paths()
        widest = max(arm.width for arm in self.arms)
        box = points_box(np.concatenate([line for line, _ in paths]), 0.5 * widest + 1 + margin, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        for line, half in paths:
            fill_strip(canvas, line - box[:2], line_normals(line), half, 255)
        return Layer(box, canvas_to_alpha(canvas, widest / MIN_STROKE_WIDTH))

    def _paths(self) -> list[tuple[Doubles, Doubles]]:
        """Return the points (N, 2) of each arm and half its width there, in pixels."""
        rng = np.random.default_rng(self.seed)
        share = np.linspace(0.0, 1.0, ARM_POINTS)
        paths = []
        for arm in self.arms:
            turns, uneven = rng.standard_normal((2, ARM_POINTS))
            drift = np.cumsum(turns) * (self.waviness / math.sqrt(ARM_POINTS))
            heading = arm.angle + arm.bend * share + drift + 0.7 * self.waviness * turns
            steps = np.exp(1j * heading[:-1]) * (arm.length / (ARM_POINTS - 1))
            line = np.concatenate([[0j], np.cumsum(steps)]) + complex(self.x, self.y)
            swell = 1.0 + 0.12 * np.clip(np.cumsum(uneven) / math.sqrt(ARM_POINTS) * 2.0, -2.5, 2.5)
            fade = np.minimum(1.0, np.sqrt(np.maximum(4.0 * (1.0 - share), 0.02)))
            paths.append((np.stack([line.real, line.imag], axis=1), 0.5 * arm.width * swell * fade))
        return paths
