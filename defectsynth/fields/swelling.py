"""Displacements that draw what is there together or apart: pinch, squeeze and swelling."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Box, ellipse_box
from defectsynth.core.parameters import FRACTION, Pair, between, choice, span, visible_share
from defectsynth.fields.base import DrawnField, Field
from defectsynth.scene.outline import object_thickness
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

PEAK = 3.4938562148434216  # 1 / max of v (1 - v^2)^2, so that `amount` is the greatest displacement
FARTHEST = 1 / math.sqrt(5)  # the v where that is
WIDEST = 1.6  # greatest half width of a part that is squeezed as a whole, in reaches along it
STEEPEST_IN, STEEPEST_OUT = 0.32, 0.26  # greatest amount as a share of the reach; beyond the field would fold


@dataclass(frozen=True)
class Swelling(Field):
    """What is there drawn towards a point or an axis, or pushed away from it.

    Args:
        axes: both, towards or from a point; across, towards or from the axis along the outline of the object (from its
            middle, where the place lies on the outline): the part gets thinner or thicker.
        direction: in, out.
        amount_range: greatest displacement, in [0, 0.32], fraction of the reach; outwards at most 0.26.
        radius_range: reach, in [0, 0.5], fraction of min(H, W).
        aspect_range: reach across by along, in [0.2, 1].
    """

    axes: str = choice("both", "both", "across")
    direction: str = choice("in", "in", "out")
    amount_range: Pair = span((0.1, 0.25), 0.0, STEEPEST_IN, "fraction of the reach")
    radius_range: Pair = span((0.04, 0.1), 0.0, 0.5, FRACTION)
    aspect_range: Pair = span((0.6, 1.0), 0.2, 1.0, "reach across by along")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnSwelling:
        """Return the swelling; one across a part is as wide as the part, so that both of its sides move."""
        share, radius, aspect = rng.random(3).tolist()
        along = max(between(self.radius_range, radius) * scene.side, 2.0)
        across = max(along * between(self.aspect_range, aspect), 2.0)
        x, y = place.x, place.y
        if self.axes == "across" and place.edge:
            half = 0.5 * object_thickness(place, scene)
            if 1.0 < half < WIDEST * along:
                across = half / FARTHEST
                x, y = x - half * math.sin(place.angle), y + half * math.cos(place.angle)
        amount = between(self.amount_range, share) * min(along, across) * visible_share(severity)
        out = self.direction == "out"
        amount = min(amount, (STEEPEST_OUT if out else STEEPEST_IN) * min(along, across))
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
class DrawnSwelling(DrawnField):
    """A displacement of at most `amount` pixels away from (x, y), or from the axis of `angle` through it.

    It grows with the distance and fades to nothing at an ellipse with the half axes `along` and `across`, in pixels.
    """

    x: float
    y: float
    angle: float
    amount: float
    along: float
    across: float
    both: bool

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box of the turned ellipse."""
        return ellipse_box(self.x, self.y, self.angle, self.along, self.across, size=size)

    @property
    def reach(self) -> float:
        """Greatest displacement in pixels."""
        return abs(self.amount) * (math.sqrt(2.0) if self.both else 1.0)

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement: v (1 - u^2 - v^2)^2 across the axis and, where both, the like of u along it."""
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        x, y = x - np.float32(self.x), y - np.float32(self.y)
        u = (x * cos + y * sin) * np.float32(1.0 / self.along)
        v = (y * cos - x * sin) * np.float32(1.0 / self.across)
        bump = np.maximum(np.float32(1.0) - u * u - v * v, np.float32(0.0))
        bump *= bump * np.float32(PEAK * self.amount)
        v *= bump
        if not self.both:
            return v * -sin, v * cos
        u *= bump
        return u * cos - v * sin, u * sin + v * cos
