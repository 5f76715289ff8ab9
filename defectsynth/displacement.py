"""Geometric defects: a displacement field over the defect's box moves what is there, nothing is painted.

A `Field` holds ranges; `sample` draws from them; `DrawnField.offsets` is a pure function of the box.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.layers import Array, Box, Floats, channels_of, ellipse_box
from defectsynth.placement import Place, thickness_behind
from defectsynth.scene import Scene
from defectsynth.values import Pair, Part, Value, between, choices, span, visible_share

STEEPEST = 0.6  # greatest amount as a share of the field's reach; at 0.65 the field would fold over itself
FORWARD_STEPS = 150  # of the fixed-point iteration that follows a point forward; each leaves at most 0.93 of the error


class DrawnField(Value):
    """A displacement in pixels: what is seen at p afterwards stood at p - offset(p) before."""

    @abstractmethod
    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the pixels that move in a picture of `size` (height, width), None if none do."""

    @property
    @abstractmethod
    def reach(self) -> float:
        """Greatest displacement in pixels."""

    @abstractmethod
    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return (dx, dy) in pixels at columns `x` and rows `y`; the two broadcast against each other."""

    def forward(self, points: Array) -> Array:
        """Return where points (N, 2) in pixels stand afterwards."""
        moved = points.astype(np.float64)
        for _ in range(FORWARD_STEPS):
            dx, dy = self.offsets(moved[:, 0].astype(np.float32), moved[:, 1].astype(np.float32))
            moved = points + np.stack([dx, dy], axis=1)
        return moved


class Field(Part):
    """Ranges from which a displacement is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnField:
        """Return a displacement at `place`."""


BENDS = ("dent", "bulge", "bend")


@dataclass(frozen=True)
class Push(Field):
    """The outline pushed in (dent), pushed out (bulge), or a whole thin part pushed aside (bend).

    Args:
        bends: dent, bulge, bend; each draw takes one.
        amount_range: how far the outline moves, in [0, 0.5], fraction of min(H, W).
        extent_range: half the length of outline that moves, in [0, 1], fraction of min(H, W).
    """

    bends: tuple[str, ...] = choices(BENDS, *BENDS)
    amount_range: Pair = span((0.01, 0.035), 0.0, 0.5, "fraction of min(H, W)")
    extent_range: Pair = span((0.03, 0.08), 0.0, 1.0, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnPush:
        """Return the push; a bend reaches through the part, so that both of its sides move together."""
        choice, share, extent, side = rng.random(4).tolist()
        bend = self.bends[int(choice * len(self.bends))]
        amount = between(self.amount_range, share) * scene.side * visible_share(severity)
        along = max(between(self.extent_range, extent) * scene.side, amount / STEEPEST, 1.0)
        across = max(amount / STEEPEST, 0.6 * along)
        inwards = 0.0
        if bend == "bend" and place.edge:
            inwards = min(0.5 * thickness_behind(place, scene), 0.1 * scene.side)
            across = max(inwards + 1.3 * amount / STEEPEST, 1.0)
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
class DrawnPush(DrawnField):
    """A push of `amount` pixels along the normal of `angle`, fading to nothing at an ellipse; half axes in pixels."""

    x: float
    y: float
    angle: float
    amount: float
    along: float
    across: float

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box of the turned ellipse."""
        return ellipse_box(self.x, self.y, self.angle, self.along, self.across, size=size)

    @property
    def reach(self) -> float:
        """Greatest displacement in pixels."""
        return abs(self.amount)

    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement: a smooth bump over an ellipse, (1 - u^2 - v^2)^2 in the turned frame."""
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


def displaced(
    image: Array, field: DrawnField, box: Box, *, nearest: bool = False, origin: tuple[int, int] = (0, 0)
) -> Array:
    """Return the pixels of `box` after the displacement.

    Args:
        image: (H, W) or (H, W, C), any dtype cv2.remap takes; the picture or a part of it.
        field: the displacement.
        box: the part of the image to compute; pixels from outside it are read where the field asks for them.
        nearest: True for labels, which must not be mixed; else bilinear.
        origin: (x, y) of the first pixel of `image` in the picture.

    Returns:
        (h, w) or (h, w, C), dtype as given.
    """
    dx, dy = field.offsets(
        np.arange(box.x0, box.x1, dtype=np.float32)[None, :], np.arange(box.y0, box.y1, dtype=np.float32)[:, None]
    )
    reach = math.ceil(field.reach) + 2
    x0, y0 = max(origin[0], box.x0 - reach), max(origin[1], box.y0 - reach)
    rows, columns = slice(y0 - origin[1], box.y1 + reach - origin[1]), slice(x0 - origin[0], box.x1 + reach - origin[0])
    source = np.ascontiguousarray(image[rows, columns])
    map_x = np.subtract(np.arange(box.x0 - x0, box.x1 - x0, dtype=np.float32)[None, :], dx, out=dx)
    map_y = np.subtract(np.arange(box.y0 - y0, box.y1 - y0, dtype=np.float32)[:, None], dy, out=dy)
    mode = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    if source.ndim == 2 or source.shape[2] <= 4:
        moved = cv2.remap(source, map_x, map_y, mode, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved.reshape(*box.shape, *source.shape[2:]))
    planes = [cv2.remap(plane, map_x, map_y, mode, borderMode=cv2.BORDER_REPLICATE) for plane in channels_of(source)]
    return np.stack(planes, axis=-1)
