"""Placement on an insert of the object, such as an insulated wire of a cable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.parameters import choice
from defectsynth.places.base import Where
from defectsynth.scene.inserts import Insert, find_inserts
from defectsynth.scene.place import Place, is_in_roi
from defectsynth.scene.scene import Scene

MAX_TRIES = 8  # random points before the whole object is searched
CORE_SHARE = 0.75  # of the radius of a core in which a place on it lies
RIM_SHARES = (0.8, 1.05)  # radius of a place on the rim of a core, in radii of the core
BODY_SHARES = (0.15, 0.85)  # distance of a place on the body from the core, share of the way to its outline


@dataclass(frozen=True)
class OnInsert(Where):
    """Place on an insert: a compact body of one colour with a detailed core, such as a wire in a cable.

    The direction of the place is outwards from the core. On an object without inserts it is anywhere on the object.
    Paint is not clipped to the object.

    Args:
        on: core; rim, the outline of the core; or body, between core and outline of the insert.
        foreground: method that finds the object, see `find_foreground`.
    """

    clips: ClassVar[bool] = False
    on: str = choice("core", "core", "rim", "body")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if the region of interest leaves no candidate."""
        inserts = find_inserts(scene.foreground(self.foreground))
        for _ in range(MAX_TRIES if inserts else 0):
            which, turn, share = rng.random(3).tolist()
            x, y = self._point(inserts[int(which * len(inserts))], 2.0 * math.pi * turn, share)
            if is_in_roi(scene, x, y):
                return Place(x, y, 2.0 * math.pi * turn)
        return super().sample(rng, scene)

    def _point(self, insert: Insert, angle: float, share: float) -> tuple[float, float]:
        """Return a point (x, y) of an insert in a direction from its core."""
        cos, sin = math.cos(angle), math.sin(angle)
        if self.on == "body":
            end = _outline_distance(insert, cos, sin)
            low, high = (insert.core + part * (end - insert.core) for part in BODY_SHARES)
        elif self.on == "rim":
            low, high = (part * insert.core for part in RIM_SHARES)
        else:
            low, high, share = 0.0, CORE_SHARE * insert.core, math.sqrt(share)
        distance = low + share * (high - low)
        return insert.core_x + distance * cos, insert.core_y + distance * sin

    def _cells(self, scene: Scene) -> Bytes:
        return scene.foreground(self.foreground).cells


def _outline_distance(insert: Insert, cos: float, sin: float) -> float:
    """Return the distance from the middle of the core to the outline of the insert in a direction, in pixels."""
    turn = complex(math.cos(insert.angle), -math.sin(insert.angle))
    start = complex(insert.core_x - insert.x, insert.core_y - insert.y) * turn
    step = complex(cos, sin) * turn
    start = complex(start.real / insert.along, start.imag / insert.across)
    step = complex(step.real / insert.along, step.imag / insert.across)
    a, b = abs(step) ** 2, (start * step.conjugate()).real
    return max((math.sqrt(max(b * b - a * (abs(start) ** 2 - 1.0), 0.0)) - b) / a, insert.core)
