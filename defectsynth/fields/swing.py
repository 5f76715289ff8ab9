"""Taken out of bent_end.py."""

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

MOST = 1.0  # radians; beyond 1.1 the field would fold over itself
FULL, SIDE, NOTHING = 0.8, 1.15, 1.6  # distances from the hinge, as shares of the end's length: all of it, last, none
AHEAD, BEHIND = 0.5, 2.2  # radians from the end's direction up to which all of it turns, and from which on nothing
ENDLESS = 0.12  # length of an end where none is found, fraction of min(H, W)
FORWARD_STEPS = 150  # of the fixed-point iteration that follows a point forward; each leaves at most 0.89 of the error


@dataclass(frozen=True)
class Swing(Field):
    """What lies beyond the place, up to the end of the object, turned about the place in a smooth curve.

    Args:
        angle_range: how far the end turns, to either side, in [0, 60], degrees.
    """

    angle_range: Pair = span((14.0, 52.0), 0.0, 60.0, "degrees, to either side")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnSwing:
        """Return the turn of the nearer end."""
        angle, side = rng.random(2).tolist()
        direction, length = nearest_end(scene, place) or (place.angle, ENDLESS * scene.side)
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
    """A turn by `turn` radians about (x, y) of what lies in the direction `angle`, up to `length` pixels away."""

    x: float
    y: float
    angle: float
    turn: float
    length: float

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the square around the circle within which something turns."""
        far = NOTHING * self.length
        return clip_box(self.x - far, self.y - far, self.x + far, self.y + far, size=size)

    @property
    def reach(self) -> float:
        """Greatest displacement in pixels."""
        return 2.0 * math.sin(0.5 * abs(self.turn)) * NOTHING * self.length

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement: a rotation whose angle depends on distance and direction."""
        dx, dy = x - np.float32(self.x), y - np.float32(self.y)
        turn = self._turn(np.hypot(dx, dy), np.arctan2(dy, dx))
        cos, sin = np.cos(turn) - np.float32(1.0), np.sin(turn)
        return -(dx * cos + dy * sin), dx * sin - dy * cos

    def forward(self, points: Array) -> Array:
        """Return where points (N, 2) in pixels stand afterwards; their distance from the hinge stays."""
        dx, dy = points[:, 0] - self.x, points[:, 1] - self.y
        distance, start = np.hypot(dx, dy), np.arctan2(dy, dx)
        direction = start
        for _ in range(FORWARD_STEPS):
            direction = start + self._turn(distance, direction)
        return np.stack([self.x + distance * np.cos(direction), self.y + distance * np.sin(direction)], axis=1)

    def _turn(self, distance: Floats, direction: Floats) -> Floats:
        """Return the angle by which what is seen at polar coordinates about the hinge has turned."""
        share = distance * np.float32(1.0 / self.length)
        off = direction - np.float32(self.angle)
        off = np.abs(off - np.rint(off * np.float32(0.5 / math.pi)) * np.float32(2.0 * math.pi))
        grown = _smooth(share * np.float32(1.0 / FULL))
        left = _smooth((np.float32(NOTHING) - share) * np.float32(1.0 / (NOTHING - SIDE)))
        ahead = _smooth((np.float32(BEHIND) - off) * np.float32(1.0 / (BEHIND - AHEAD)))
        return np.asarray(grown * left * ahead * np.float32(self.turn))


def _smooth(share: Floats) -> Floats:
    """Return a share clipped to [0, 1] with soft ends."""
    share = np.clip(share, np.float32(0.0), np.float32(1.0))
    return np.asarray(share * share * (np.float32(3.0) - np.float32(2.0) * share))
