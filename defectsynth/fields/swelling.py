"""Pinch, squeeze and swelling: pixels are drawn towards a point or an axis, or pushed away from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.parameters import FRACTION, Pair, between, choice, span, visible_share
from defectsynth.fields.base import DrawnEllipseField, Field
from defectsynth.scene.outline import object_thickness
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

PEAK_SCALE = 3.4938562148434216  # 1 / max of v (1 - v^2)^2, so that `amount` is the greatest displacement
PEAK_POSITION = 1 / math.sqrt(5)  # v at that maximum
MAX_HALF_WIDTH = 1.6  # of a part that is squeezed from both sides, in radii along it
MAX_AMOUNT_IN, MAX_AMOUNT_OUT = 0.32, 0.26  # fraction of the radius; beyond it the field would fold over itself


@dataclass(frozen=True)
class Swelling(Field):
    """Pinch (in) or swelling (out) around a point or an axis.

    Args:
        axes: both, towards or away from a point; across, towards or away from an axis, so that the part gets thinner
            or thicker. The axis runs along the outline of the object; for a place on the outline, through the middle
            of the part.
        direction: in or out.
        amount_range: greatest displacement, in [0, 0.32], fraction of the radius; outwards it is cut at 0.26.
        radius_range: radius of the field, in [0, 0.5], fraction of min(H, W).
        aspect_range: radius across by radius along, in [0.2, 1].
    """

    axes: str = choice("both", "both", "across")
    direction: str = choice("in", "in", "out")
    amount_range: Pair = span((0.1, 0.25), 0.0, MAX_AMOUNT_IN, "fraction of the radius")
    radius_range: Pair = span((0.04, 0.1), 0.0, 0.5, FRACTION)
    aspect_range: Pair = span((0.6, 1.0), 0.2, 1.0, "radius across by radius along")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnSwelling:
        """Return a random field; one across a thin part is so wide that both sides of the part move."""
        share, radius, aspect = rng.random(3).tolist()
        along = max(between(self.radius_range, radius) * scene.side, 2.0)
        across = max(along * between(self.aspect_range, aspect), 2.0)
        x, y = place.x, place.y
        if self.axes == "across" and place.edge:
            half = 0.5 * object_thickness(place, scene)
            if 1.0 < half < MAX_HALF_WIDTH * along:
                across = half / PEAK_POSITION
                x, y = x - half * math.sin(place.angle), y + half * math.cos(place.angle)
        amount = between(self.amount_range, share) * min(along, across) * visible_share(severity)
        out = self.direction == "out"
        amount = min(amount, (MAX_AMOUNT_OUT if out else MAX_AMOUNT_IN) * min(along, across))
        return DrawnSwelling(
            x=x,
            y=y,
            angle=place.angle,
            amount=amount if out else -amount,
            along=along,
            across=across,
            both=self.axes == "both",
        )


@dataclass(frozen=True)
class DrawnSwelling(DrawnEllipseField):
    """Displacement away from (x, y), or from the axis of `angle` through it; towards it if `amount` is negative.

    Attributes:
        both: True for the point, False for the axis.
    """

    both: bool

    @property
    def max_offset(self) -> float:
        """Upper bound of the displacement in pixels."""
        return abs(self.amount) * (math.sqrt(2.0) if self.both else 1.0)

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement: v (1 - u^2 - v^2)^2 across the axis and, if `both`, u (1 - u^2 - v^2)^2 along it."""
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        x, y = x - np.float32(self.x), y - np.float32(self.y)
        u = (x * cos + y * sin) * np.float32(1.0 / self.along)
        v = (y * cos - x * sin) * np.float32(1.0 / self.across)
        bump = np.maximum(np.float32(1.0) - u * u - v * v, np.float32(0.0))
        bump *= bump * np.float32(PEAK_SCALE * self.amount)
        v *= bump
        if not self.both:
            return v * -sin, v * cos
        u *= bump
        return u * cos - v * sin, u * sin + v * cos
