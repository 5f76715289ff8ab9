"""Crimp: a part pressed between two edges, with straight flanks that meet in a sharp fold, and its shading."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import FRACTION, Pair, between, choices, span, visible_share
from defectsynth.fields.base import MAX_PUSH, DrawnField, Field
from defectsynth.fields.shading import SurfaceShading
from defectsynth.fields.swelling import MAX_AMOUNT_IN, MAX_AMOUNT_OUT, PEAK_POSITION, PEAK_SCALE
from defectsynth.scene.outline import object_thickness
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

DIRECTIONS = ("in", "out")
MAX_HALF_WIDTH = 1.0  # of a part that is pressed from both sides, in flank lengths
FOLD_HALF_WIDTH = 0.05  # fraction of a flank
FACET_TRANSITION = 0.08  # width of the transition between two facets, fraction of a flank
HALF_RESOLUTION_SIDE = 64  # pixels; boxes with no shorter side are shaded at half the resolution


@dataclass(frozen=True)
class Crimping(Field):
    """Crimp: a part pressed together from its sides (in), or flattened so that it spreads sideways (out).

    The displacement of the outline falls linearly from the fold to both ends. On a part that is too wide, only one
    side moves.

    Args:
        directions: in, out; one is taken for each sample.
        amount_range: displacement of the outline, in [0, 0.7], fraction of half the part's width; halved outwards.
        radius_range: length of a flank, in [0, 0.5], fraction of min(H, W).
        lean_range: asymmetry of the flanks, in [-0.8, 0.8]: their lengths are 1 - lean and 1 + lean times the mean.
    """

    directions: tuple[str, ...] = choices(DIRECTIONS, *DIRECTIONS)
    amount_range: Pair = span((0.15, 0.45), 0.0, 0.7, "fraction of half the part's width")
    radius_range: Pair = span((0.05, 0.16), 0.0, 0.5, FRACTION)
    lean_range: Pair = span((-0.5, 0.5), -0.8, 0.8, "fraction of the mean of both flanks")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnCrimping:
        """Return a random crimp around the axis of the part behind a place on its outline."""
        share, radius, lean, choice = rng.random(4).tolist()
        inwards = self.directions[int(choice * len(self.directions))] == "in"
        along = max(between(self.radius_range, radius) * scene.side, 2.0)
        half = 0.5 * object_thickness(place, scene) if place.edge else 0.0
        both = 1.0 < half < MAX_HALF_WIDTH * along
        across = half / PEAK_POSITION if both else along
        amount = between(self.amount_range, share) * visible_share(severity) * (half if both else along)
        max_amount = MAX_PUSH if not both else MAX_AMOUNT_IN if inwards else MAX_AMOUNT_OUT
        amount = min(amount if inwards else 0.5 * amount, max_amount * across)
        inset = half if both else 0.0
        return DrawnCrimping(
            x=place.x - inset * math.sin(place.angle),
            y=place.y + inset * math.cos(place.angle),
            angle=place.angle,
            amount=amount if inwards else -amount,
            along=along,
            across=across,
            lean=between(self.lean_range, lean),
            both=both,
        )


@dataclass(frozen=True)
class DrawnCrimping(DrawnField):
    """Crimp: lengths in pixels, angles in radians.

    Attributes:
        x: fold, pixels to the right.
        y: fold, pixels down.
        angle: direction of the axis through (x, y).
        amount: displacement towards the axis at the fold; negative away from it.
        along: mean length of the flanks.
        across: distance from the axis at which the displacement ends.
        lean: asymmetry of the flanks, see `Crimping`.
        both: True if both sides of the part move, False if only the side at (x, y) does.
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
        """Return the bounding box of the rotated rectangle."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        ends = [
            (self.x + along * cos - across * sin, self.y + along * sin + across * cos)
            for along in (-self.along * (1.0 + self.lean), self.along * (1.0 - self.lean))
            for across in (-self.across, self.across)
        ]
        columns, rows = zip(*ends, strict=True)
        return clip_box(min(columns), min(rows), max(columns), max(rows), size=size)

    @property
    def max_offset(self) -> float:
        """Upper bound of the displacement in pixels."""
        return abs(self.amount)

    def local_coordinates(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return u along the axis, 1 at the end of either flank, and v across it, 1 where the displacement ends."""
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        x, y = x - np.float32(self.x), y - np.float32(self.y)
        u = (x * cos + y * sin) * np.float32(1.0 / self.along)
        u = u * np.where(u < 0.0, np.float32(1.0 / (1.0 + self.lean)), np.float32(1.0 / (1.0 - self.lean)))
        return u, (y * cos - x * sin) * np.float32(1.0 / self.across)

    def depth(self, u: Floats) -> Floats:
        """Return the depth of the flanks at u, 1 at the fold and 0 beyond their ends."""
        sharp = np.sqrt(u * u + np.float32(FOLD_HALF_WIDTH**2)) - np.float32(FOLD_HALF_WIDTH)
        return np.asarray(np.maximum(np.float32(1.0) - sharp, np.float32(0.0)), np.float32)

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement across the axis: the depth times v (1 - v^2)^2, or (1 - v^2)^2 if one side moves."""
        u, v = self.local_coordinates(x, y)
        bump = np.maximum(np.float32(1.0) - v * v, np.float32(0.0))
        bump *= bump * self.depth(u) * np.float32(-PEAK_SCALE * self.amount if self.both else self.amount)
        if self.both:
            bump *= v
        return bump * np.float32(-math.sin(self.angle)), bump * np.float32(math.cos(self.angle))


@dataclass(frozen=True)
class CreaseShading(SurfaceShading):
    """Shading of a crimp: flat facets between creases, two beside the fold and a wedge at either end of it.

    Attributes:
        field: the crimp.
        contrast: greatest change of brightness.
        crease: change of brightness on the fold.
        light: direction that the light comes from, radians.
        method: method that finds the object that is shaded; empty shades everything.
    """

    field: DrawnCrimping
    contrast: float
    crease: float
    light: float
    method: str

    def shading(self, box: Box) -> Floats:
        """Return the change of brightness inside `box`, float32 (h, w)."""
        rows, columns = box.shape
        step = 1 if min(rows, columns) < HALF_RESOLUTION_SIDE else 2
        x = np.arange(box.x0 + 0.5 * (step - 1), box.x1, step, dtype=np.float32)[None, :]
        y = np.arange(box.y0 + 0.5 * (step - 1), box.y1, step, dtype=np.float32)[:, None]
        change = self._facets(x, y)
        if step == 1:
            return change
        size = (step * change.shape[1], step * change.shape[0])
        return cv2.resize(change, size, interpolation=cv2.INTER_LINEAR)[:rows, :columns]

    def _facets(self, x: Floats, y: Floats) -> Floats:
        u, v = self.field.local_coordinates(x, y)
        depth = self.field.depth(u)
        turned = self.light - self.field.angle
        edge = np.float32(PEAK_POSITION if self.field.both else 1.0)
        distance, sharpness = np.abs(u), np.float32(1.0 / FACET_TRANSITION)
        wedge = np.clip((np.abs(v) * np.float32(0.5 / edge) - distance) * sharpness, 0.0, 1.0)
        flank = np.clip(u * sharpness, -1.0, 1.0) * np.float32(-math.cos(turned))
        side = np.clip(v * np.float32(1.5 / edge), -1.0, 1.0) * np.float32(-math.sin(turned))
        change = (flank + (side - flank) * wedge) * np.sqrt(depth) * np.float32(self.contrast)
        line = np.maximum(np.float32(1.0) - distance * np.float32(1.0 / FOLD_HALF_WIDTH), np.float32(0.0))
        fading = np.maximum(np.float32(1.0) - v * v, np.float32(0.0))
        return np.asarray((change + line * np.float32(self.crease)) * fading, np.float32)
