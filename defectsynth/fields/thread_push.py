"""Displacement of threads across or along their direction."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.parameters import FRACTION, Pair, between, choice, span, visible_share
from defectsynth.fields.base import MAX_PUSH, Field
from defectsynth.fields.push import DrawnPush
from defectsynth.scene.orientation import measure_orientation
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class ThreadPush(Field):
    """Displaced threads: a section of neighbouring threads is pushed aside or along itself.

    Args:
        direction: aside or along.
        amount_range: displacement, in [0, 2], fraction of the thread spacing.
        length_range: length of the section, in [0, 2], fraction of min(H, W).
        width_range: number of threads that move, in [0, 20].
    """

    direction: str = choice("aside", "aside", "along")
    amount_range: Pair = span((0.5, 0.9), 0.0, 2.0, "fraction of the thread spacing")
    length_range: Pair = span((0.06, 0.2), 0.0, 2.0, FRACTION)
    width_range: Pair = span((2.0, 4.0), 0.0, 20.0, "threads")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnPush:
        """Return a random push, so wide that the field does not fold over itself."""
        share, length, width, side, crossing = rng.random(5).tolist()
        weave = measure_orientation(scene, place, crossing=crossing < 0.5)
        amount = between(self.amount_range, share) * weave.period * visible_share(severity)
        stretch = max(0.5 * between(self.length_range, length) * scene.side, 1.0)
        breadth = max(0.5 * between(self.width_range, width) * weave.period, 1.0)
        if self.direction == "aside":
            angle, along, across = weave.angle, stretch, breadth
        else:
            angle, along, across = weave.angle + 0.5 * math.pi, breadth, stretch
        return DrawnPush(
            x=place.x,
            y=place.y,
            angle=angle,
            amount=amount if side < 0.5 else -amount,
            along=along,
            across=max(across, amount / MAX_PUSH),
        )
