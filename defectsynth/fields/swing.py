"""Bend of the end of an object about a hinge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import Pair, radians_between, span, visible_share
from defectsynth.fields.base import DrawnField, Field
from defectsynth.scene.axis import nearest_end
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

MAX_TURN = 1.0  # radians; beyond 1.1 the field would fold over itself
FULL_FROM, FULL_UNTIL, ZERO_FROM = 0.8, 1.15, 1.6  # distances from the hinge, fraction of the length of the end
FULL_SECTOR, ZERO_SECTOR = 0.5, 2.2  # radians off the direction of the end: full turn within, none beyond
DEFAULT_LENGTH = 0.12  # of the end where none is detected, fraction of min(H, W)
FORWARD_STEPS = 150  # fixed-point iterations that invert the field for a point; each leaves at most 0.89 of the error


@dataclass(frozen=True)
class Swing(Field):
    """Bent end: the part of the object beyond the place turns about the place in a smooth curve.

    Args:
        angle_range: angle by which the end turns, to either side, in [0, 60], degrees.
    """

    angle_range: Pair = span((14.0, 52.0), 0.0, 60.0, "degrees, to either side")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnSwing:
        """Return a random turn of the nearer end."""
        angle, side = rng.random(2).tolist()
        direction, length = nearest_end(scene, place) or (place.angle, DEFAULT_LENGTH * scene.side)
        turn = radians_between(self.angle_range, angle) * visible_share(severity)
        return DrawnSwing(
            x=place.x,
            y=place.y,
            angle=direction,
            turn=turn if side < 0.5 else -turn,
            length=max(length, 2.0),
        )


@dataclass(frozen=True)
class DrawnSwing(DrawnField):
    """Turn by `turn` radians about (x, y) of the end that lies in the direction `angle`, `length` pixels long."""

    x: float
    y: float
    angle: float
    turn: float
    length: float

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box of the circle within which pixels move."""
        radius = ZERO_FROM * self.length
        return clip_box(self.x - radius, self.y - radius, self.x + radius, self.y + radius, size=size)

    @property
    def max_offset(self) -> float:
        """Upper bound of the displacement in pixels."""
        return 2.0 * math.sin(0.5 * abs(self.turn)) * ZERO_FROM * self.length

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement: a rotation whose angle depends on the distance and direction from the hinge."""
        dx, dy = x - np.float32(self.x), y - np.float32(self.y)
        turn = self._turn(np.hypot(dx, dy), np.arctan2(dy, dx))
        cos, sin = np.cos(turn) - np.float32(1.0), np.sin(turn)
        return -(dx * cos + dy * sin), dx * sin - dy * cos

    def forward(self, points: Array) -> Array:
        """Return the positions of points (N, 2) in pixels after the warp; their distance from the hinge stays."""
        dx, dy = points[:, 0] - self.x, points[:, 1] - self.y
        distance, start = np.hypot(dx, dy), np.arctan2(dy, dx)
        direction = start
        for _ in range(FORWARD_STEPS):
            direction = start + self._turn(distance, direction)
        return np.stack([self.x + distance * np.cos(direction), self.y + distance * np.sin(direction)], axis=1)

    def _turn(self, distance: Floats, direction: Floats) -> Floats:
        """Return the angle of rotation, radians, at polar coordinates about the hinge."""
        share = distance * np.float32(1.0 / self.length)
        off = direction - np.float32(self.angle)
        off = np.abs(off - np.rint(off * np.float32(0.5 / math.pi)) * np.float32(2.0 * math.pi))
        near = _smoothstep(share * np.float32(1.0 / FULL_FROM))
        far = _smoothstep((np.float32(ZERO_FROM) - share) * np.float32(1.0 / (ZERO_FROM - FULL_UNTIL)))
        ahead = _smoothstep((np.float32(ZERO_SECTOR) - off) * np.float32(1.0 / (ZERO_SECTOR - FULL_SECTOR)))
        return np.asarray(near * far * ahead * np.float32(self.turn))


def _smoothstep(share: Floats) -> Floats:
    """Return the smoothstep 3 s^2 - 2 s^3 of a share clipped to [0, 1]."""
    share = np.clip(share, np.float32(0.0), np.float32(1.0))
    return np.asarray(share * share * (np.float32(3.0) - np.float32(2.0) * share))
