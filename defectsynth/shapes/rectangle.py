"""Rectangles: by area and aspect, by their sides, and with gamma-distributed sides."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.core.layer import Layer, clip_box
from defectsynth.core.parameters import FRACTION, Pair, between, number, radians_between, span
from defectsynth.functional.raster import ANTIALIAS_RIM
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import polygon_layer


@dataclass(frozen=True)
class Rectangle(Shape):
    """Upright rectangle by area and aspect, moved to lie within the image.

    Args:
        area_range: area, in [0, 1], fraction of the image area.
        aspect_range: width by height, in [0.02, 50]; if the range contains 1, half of the samples lie above it.
    """

    area_range: Pair = span((0.005, 0.03), 0.0, 1.0, "fraction of the image area")
    aspect_range: Pair = span((0.3, 3.3), 0.02, 50.0, "width by height")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnRectangle:
        """Return the rectangle in pixels."""
        size, half, share = rng.random(3).tolist()
        area = between(self.area_range, size) * scene.size[0] * scene.size[1]
        low, high = self.aspect_range
        if low < 1.0 < high:
            low, high = (low, 1.0) if half < 0.5 else (1.0, high)
        aspect = between((low, high), share)
        return fit_rectangle(scene, place, width=math.sqrt(area * aspect), height=math.sqrt(area / aspect))


@dataclass(frozen=True)
class RotatedRectangle(Shape):
    """Rotated rectangle by its sides, moved to lie within the image.

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        angle_range: rotation from upright, in [-360, 360], degrees.
    """

    length_range: Pair = span((0.04, 0.1), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.008, 0.06), 0.0, 1.0, FRACTION)
    angle_range: Pair = span((-45.0, 45.0), -360.0, 360.0, "degrees")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnRectangle:
        """Return a random rectangle."""
        length, width, turn = rng.random(3).tolist()
        return fit_rectangle(
            scene,
            place,
            width=between(self.width_range, width) * scene.side,
            height=between(self.length_range, length) * scene.side,
            turn=radians_between(self.angle_range, turn),
        )


@dataclass(frozen=True)
class GammaRectangle(Shape):
    """Upright rectangle with gamma-distributed sides, mostly small, moved to lie within the image.

    Width and height are sampled separately: the smallest side plus a gamma variate of shape 2, cut at the greatest.

    Args:
        size_range: smallest and greatest side, in [0, 2], fraction of min(H, W).
        spread: scale of the gamma distribution, in [0, 1], fraction of min(H, W); its mean is twice the scale.
    """

    size_range: Pair = span((0.06, 0.8), 0.0, 2.0, FRACTION)
    spread: float = number(0.1, 0.0, 1.0, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnRectangle:
        """Return the rectangle in pixels."""
        low, high = self.size_range
        sides = np.minimum(low + rng.gamma(2.0, self.spread, 2), high) * scene.side
        return fit_rectangle(scene, place, width=float(sides[0]), height=float(sides[1]))


@dataclass(frozen=True)
class DrawnRectangle(DrawnShape):
    """Rectangle centred at (x, y), `width` by `height` pixels, rotated by `turn` radians."""

    x: float
    y: float
    width: float
    height: float
    turn: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer; an upright rectangle covers whole pixels."""
        if self.turn == 0.0:
            return self._upright(size, margin)
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        half = np.array([self.width, self.height]) / 2
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.maximum(half - ANTIALIAS_RIM, 0.1)
        corners = corners @ np.array([[cos, sin], [-sin, cos]]) + (self.x, self.y)
        return polygon_layer([corners], size, pad=1 + margin)

    def _upright(self, size: tuple[int, int], margin: int) -> Layer | None:
        x0, y0 = round(self.x - self.width / 2 + 0.5), round(self.y - self.height / 2 + 0.5)
        x1, y1 = x0 + max(round(self.width), 1), y0 + max(round(self.height), 1)
        inner = clip_box(x0, y0, x1 - 1, y1 - 1, size=size)
        box = clip_box(x0 - margin, y0 - margin, x1 - 1 + margin, y1 - 1 + margin, size=size)
        if box is None or inner is None:
            return None
        alpha = np.zeros(box.shape, np.float32)
        alpha[inner.y0 - box.y0 : inner.y1 - box.y0, inner.x0 - box.x0 : inner.x1 - box.x0] = 1.0
        return Layer(box, alpha)


def fit_rectangle(scene: Scene, place: Place, *, width: float, height: float, turn: float = 0.0) -> DrawnRectangle:
    """Return a rectangle at a place, moved so that the border of the image does not cut it if it can fit."""
    width, height = max(width, 1.0), max(height, 1.0)
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    x = _fit_position(place.x, width * cos + height * sin, scene.size[1])
    y = _fit_position(place.y, width * sin + height * cos, scene.size[0])
    return DrawnRectangle(x=x, y=y, width=width, height=height, turn=turn)


def _fit_position(position: float, extent: float, size: int) -> float:
    """Return the nearest position at which `extent` around it fits into [-0.5, size - 0.5]; the middle if it cannot."""
    if not -0.5 <= position <= size - 0.5:
        return position
    room = max(size - extent, 0.0) / 2
    middle = (size - 1) / 2
    return min(max(position, middle - room), middle + room)
