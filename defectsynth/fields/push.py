"""Push of the outline of the object: dent, bulge or bend."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.parameters import Pair, between, choices, span, visible_share
from defectsynth.fields.base import MAX_PUSH, DrawnEllipseField, Field
from defectsynth.scene.outline import object_thickness
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

BENDS = ("dent", "bulge", "bend")


@dataclass(frozen=True)
class Push(Field):
    """Dent (the outline is pushed in), bulge (pushed out) or bend (a thin part is pushed sideways as a whole).

    Args:
        bends: dent, bulge, bend; one is taken for each sample.
        amount_range: displacement of the outline, in [0, 0.5], fraction of min(H, W).
        extent_range: half the length of outline that moves, in [0, 1], fraction of min(H, W).
    """

    bends: tuple[str, ...] = choices(BENDS, *BENDS)
    amount_range: Pair = span((0.01, 0.035), 0.0, 0.5, "fraction of min(H, W)")
    extent_range: Pair = span((0.03, 0.08), 0.0, 1.0, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnPush:
        """Return a random push; a bend is so wide that both sides of the part move together."""
        choice, share, extent, side = rng.random(4).tolist()
        bend = self.bends[int(choice * len(self.bends))]
        amount = between(self.amount_range, share) * scene.side * visible_share(severity)
        along = max(between(self.extent_range, extent) * scene.side, amount / MAX_PUSH, 1.0)
        across = max(amount / MAX_PUSH, 0.6 * along)
        inwards = 0.0
        if bend == "bend" and place.edge:
            inwards = min(0.5 * object_thickness(place, scene), 0.1 * scene.side)
            across = max(inwards + 1.3 * amount / MAX_PUSH, 1.0)
        direction = 1.0 if bend == "dent" or (bend == "bend" and side < 0.5) else -1.0
        normal = (-math.sin(place.angle), math.cos(place.angle))  # into the object
        return DrawnPush(
            x=place.x + inwards * normal[0],
            y=place.y + inwards * normal[1],
            angle=place.angle,
            amount=direction * amount,
            along=along,
            across=across,
        )


@dataclass(frozen=True)
class DrawnPush(DrawnEllipseField):
    """Push of `amount` pixels along the normal of `angle`."""

    @property
    def max_offset(self) -> float:
        """Upper bound of the displacement in pixels."""
        return abs(self.amount)

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement: a smooth bump over the ellipse, (1 - u^2 - v^2)^2 in its own axes."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        along, across = self.along**-2, self.across**-2
        x, y = x - np.float32(self.x), y - np.float32(self.y)
        bump = (1.0 - x * x * np.float32(cos * cos * along + sin * sin * across)) - y * y * np.float32(
            sin * sin * along + cos * cos * across
        )
        bump -= (x * np.float32(2.0 * sin * cos * (along - across))) * y
        np.maximum(bump, np.float32(0.0), out=bump)
        bump *= bump
        return bump * np.float32(-sin * self.amount), bump * np.float32(cos * self.amount)
