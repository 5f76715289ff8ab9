"""A part pressed flat between two edges: straight flanks that meet in a sharp fold, and how they catch the light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import FRACTION, Pair, between, choices, span, visible_share
from defectsynth.fields.base import STEEPEST, DrawnField, Field
from defectsynth.fields.relief import Unevenness
from defectsynth.fields.swelling import FARTHEST, PEAK, STEEPEST_IN, STEEPEST_OUT
from defectsynth.scene.outline import object_thickness
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

DIRECTIONS = ("in", "out")
WIDEST = 1.0  # greatest half width of a part that is pressed as a whole, in flanks
BLUNT = 0.05  # half width of the fold, as a share of a flank
EDGE = 0.08  # width of the change from facet to facet, likewise
COARSE = 64  # sides from which on facets are computed for every other pixel


@dataclass(frozen=True)
class Crimping(Field):
    """A part pressed together from the sides (in), or flat from above (out), so that it gives way to the sides.

    The outline moves by an amount that falls in straight lines from the fold to both ends; of a part that is too wide
    for that only on one side.

    Args:
        directions: in, out; each draw takes one.
        amount_range: how far the outline moves, in [0, 0.7], fraction of half the part's width; outwards half of that.
        radius_range: length of a flank, in [0, 0.5], fraction of min(H, W).
        lean_range: by how much one flank is longer than the other, in [-0.8, 0.8], fraction of their mean.
    """

    directions: tuple[str, ...] = choices(DIRECTIONS, *DIRECTIONS)
    amount_range: Pair = span((0.15, 0.45), 0.0, 0.7, "fraction of half the part's width")
    radius_range: Pair = span((0.05, 0.16), 0.0, 0.5, FRACTION)
    lean_range: Pair = span((-0.5, 0.5), -0.8, 0.8, "fraction of the mean of both flanks")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnCrimping:
        """Return the crimping around the axis behind a place on the outline, in pixels."""
        share, radius, lean, choice = rng.random(4).tolist()
        inwards = self.directions[int(choice * len(self.directions))] == "in"
        along = max(between(self.radius_range, radius) * scene.side, 2.0)
        half = 0.5 * object_thickness(place, scene) if place.edge else 0.0
        both = 1.0 < half < WIDEST * along
        across = half / FARTHEST if both else along
        amount = between(self.amount_range, share) * visible_share(severity) * (half if both else along)
        steepest = STEEPEST if not both else STEEPEST_IN if inwards else STEEPEST_OUT
        amount = min(amount if inwards else 0.5 * amount, steepest * across)
        behind = half if both else 0.0
        return DrawnCrimping(
            x=place.x - behind * math.sin(place.angle),
            y=place.y + behind * math.cos(place.angle),
            angle=place.angle,
            amount=amount if inwards else -amount,
            along=along,
            across=across,
            lean=between(self.lean_range, lean),
            both=both,
        )


@dataclass(frozen=True)
class DrawnCrimping(DrawnField):
    """A displacement of `amount` pixels towards the axis of `angle` through (x, y), or into the object from there.

    `along` is the mean length of the flanks, `across` the reach to both sides, in pixels.
    """

    x: float
    y: float
    angle: float
    amount: float
    along: float
    across: float
    lean: float
    both: bool

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box of the turned rectangle."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        ends = [
            (self.x + along * cos - across * sin, self.y + along * sin + across * cos)
            for along in (-self.along * (1.0 + self.lean), self.along * (1.0 - self.lean))
            for across in (-self.across, self.across)
        ]
        columns, rows = zip(*ends, strict=True)
        return clip_box(min(columns), min(rows), max(columns), max(rows), size=size)

    @property
    def reach(self) -> float:
        """Greatest displacement in pixels."""
        return abs(self.amount)

    def frame(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return where pixels lie: u along, 1 at the end of either flank, and v across, 1 at the reach."""
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        x, y = x - np.float32(self.x), y - np.float32(self.y)
        u = (x * cos + y * sin) * np.float32(1.0 / self.along)
        u = u * np.where(u < 0.0, np.float32(1.0 / (1.0 + self.lean)), np.float32(1.0 / (1.0 - self.lean)))
        return u, (y * cos - x * sin) * np.float32(1.0 / self.across)

    def depth(self, u: Floats) -> Floats:
        """Return how deep the flanks lie, 1 at the fold and 0 from their ends on."""
        sharp = np.sqrt(u * u + np.float32(BLUNT**2)) - np.float32(BLUNT)
        return np.asarray(np.maximum(np.float32(1.0) - sharp, np.float32(0.0)), np.float32)

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement across the axis: the depth times v (1 - v^2)^2, or (1 - v^2)^2 from one side."""
        u, v = self.frame(x, y)
        bump = np.maximum(np.float32(1.0) - v * v, np.float32(0.0))
        bump *= bump * self.depth(u) * np.float32(-PEAK * self.amount if self.both else self.amount)
        if self.both:
            bump *= v
        return bump * np.float32(-math.sin(self.angle)), bump * np.float32(math.cos(self.angle))


@dataclass(frozen=True)
class Creases(Unevenness):
    """Flat facets between creases: two beside the fold, and a wedge at either end of it.

    Attributes:
        field: what was pressed.
        contrast: greatest change of brightness.
        crease: brightness of the fold.
        light: the direction the light comes from, in radians.
        method: how the object is found that is shaded; empty shades all.
    """

    field: DrawnCrimping
    contrast: float
    crease: float
    light: float
    method: str

    def shading(self, box: Box) -> Floats:
        """Return the change of brightness inside `box`, float32 (h, w)."""
        rows, columns = box.shape
        step = 1 if min(rows, columns) < COARSE else 2
        x = np.arange(box.x0 + 0.5 * (step - 1), box.x1, step, dtype=np.float32)[None, :]
        y = np.arange(box.y0 + 0.5 * (step - 1), box.y1, step, dtype=np.float32)[:, None]
        change = self._facets(x, y)
        if step == 1:
            return change
        size = (step * change.shape[1], step * change.shape[0])
        return cv2.resize(change, size, interpolation=cv2.INTER_LINEAR)[:rows, :columns]

    def _facets(self, x: Floats, y: Floats) -> Floats:
        u, v = self.field.frame(x, y)
        depth = self.field.depth(u)
        turned = self.light - self.field.angle
        edge = np.float32(FARTHEST if self.field.both else 1.0)
        beside = np.abs(u)
        wedge = np.clip((np.abs(v) * np.float32(0.5 / edge) - beside) * np.float32(1.0 / EDGE), 0.0, 1.0)
        flank = np.clip(u * np.float32(1.0 / EDGE), -1.0, 1.0) * np.float32(-math.cos(turned))
        side = np.clip(v * np.float32(1.5 / edge), -1.0, 1.0) * np.float32(-math.sin(turned))
        change = (flank + (side - flank) * wedge) * np.sqrt(depth) * np.float32(self.contrast)
        line = np.maximum(np.float32(1.0) - beside * np.float32(1.0 / BLUNT), np.float32(0.0))
        fading = np.maximum(np.float32(1.0) - v * v, np.float32(0.0))
        return np.asarray((change + line * np.float32(self.crease)) * fading, np.float32)
