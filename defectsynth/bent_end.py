"""Bent ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.along_object import AlongObject, end_beyond
from defectsynth.composed import WarpedDefect
from defectsynth.displacement import DrawnField, Field
from defectsynth.layers import Array, Box, Floats, clip_box
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.values import Pair, between, span, visible_share

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.transform import Common

MOST = 1.0  # radians; beyond 1.1 the field would fold over itself
FULL, SIDE, NOTHING = 0.8, 1.15, 1.6  # distances from the hinge, as shares of the end's length: all of it, last, none
AHEAD, BEHIND = 0.5, 2.2  # radians from the end's direction up to which all of it turns, and from which on nothing
ENDLESS = 0.12  # length of an end where none is found, fraction of min(H, W)
FORWARD_STEPS = 150  # of the fixed-point iteration that follows a point forward; each leaves at most 0.89 of the error


@dataclass(frozen=True)
class Swing(Field):
    """What lies beyond the place, up to the end of the object, turned about the place in a smooth curve.

    Args:
        angle_range: how far the end turns, to either side, in [0, 1], radians.
    """

    angle_range: Pair = span((0.25, 0.9), 0.0, MOST, "radians, to either side")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnSwing:
        """Return the turn of the nearer end."""
        angle, side = rng.random(2).tolist()
        direction, length = end_beyond(scene, place) or (place.angle, ENDLESS * scene.side)
        turn = between(self.angle_range, angle) * visible_share(severity)
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


class BentEnd(WarpedDefect):
    """A bent end: the tip of a screw, a pin or a nail, the end of a rod bent aside.

    Lands near the thinner end of the object unless `where` says otherwise; what lies beyond the place, up to the nearer
    end of the object, is really turned about it, in a smooth curve that never folds over itself; nothing is painted.
    On a round object, or without one, a stretch in any direction turns. The mask marks what changed visibly.

    Args:
        angle_range: how far the end turns, to either side, in [0, 1], radians.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import BentEnd, synthesize
        >>> nail = np.full((128, 128), 220, np.uint8)
        >>> nail[46:84, 10:25], nail[60:70, 25:120] = 60, 60  # its head on the left
        >>> sample = synthesize(nail, BentEnd(), seed=0)
        >>> bool((sample.image[60:70, 112:120] > 150).any()), bool((sample.image[:, :60] == nail[:, :60]).all())
        (True, True)
    """

    kind: ClassVar[str] = "bent_end"

    def __init__(self, *, angle_range: Pair = (0.25, 0.9), **common: Unpack[Common]) -> None:
        common.setdefault("where", AlongObject(share_range=(0.8, 0.95), across_range=(0.0, 0.4)))
        super().__init__(field=Swing(angle_range=angle_range), **common)
