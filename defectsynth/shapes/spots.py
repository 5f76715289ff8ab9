"""Roundish blobs, one or several, sharp or diffuse."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Layer, clip_box
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, span, whole_between
from defectsynth.core.serialization import Value
from defectsynth.functional.raster import (
    ANTIALIAS_RIM,
    MIN_STROKE_WIDTH,
    SUBPIXEL,
    Doubles,
    canvas_to_alpha,
    fixed_point,
)
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape


@dataclass(frozen=True)
class Spots(Shape):
    """One roundish blob or a cluster of several, sharp or diffuse.

    Args:
        radius_range: in [0, 1], fraction of min(H, W).
        aspect_range: shorter by longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        softness_range: width of the soft rim, in [0, 1], fraction of the radius; 0 is sharp.
        spots_range: number of blobs, in [1, 32]; all but the first are smaller.
        spread_range: distance of the others from the first, in [0, 20], radii.
    """

    radius_range: Pair = span((0.01, 0.035), 0.0, 1.0, FRACTION)
    aspect_range: Pair = span((0.5, 1.0), 0.05, 1.0, "shorter by longer diameter")
    irregularity_range: Pair = span((0.05, 0.3), 0.0, 1.0, "fraction of the radius")
    softness_range: Pair = span((0.0, 0.6), 0.0, 1.0, "fraction of the radius")
    spots_range: IntPair = count((1, 4), 1, 32, "blobs")
    spread_range: Pair = span((1.2, 3.0), 0.0, 20.0, "radii")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnSpots:
        """Return the blobs in pixels."""
        number, size, softness = rng.random(3).tolist()
        radius = max(between(self.radius_range, size) * scene.side, 0.5)
        spots = []
        for index in range(whole_between(self.spots_range, number)):
            turn, smaller, aspect, away, waves, *lobes = rng.random(11).tolist()
            distance = between(self.spread_range, away) * radius if index else 0.0
            uneven = between(self.irregularity_range, waves)
            spots.append(
                Spot(
                    x=place.x + distance * math.cos(2 * math.pi * turn),
                    y=place.y + distance * math.sin(2 * math.pi * turn),
                    radius=radius * (0.25 + 0.5 * smaller * smaller if index else 1.0),
                    aspect=between(self.aspect_range, aspect),
                    angle=place.angle + (math.pi * turn if index else 0.0),
                    amplitudes=(uneven * lobes[0], 0.6 * uneven * lobes[1], 0.4 * uneven * lobes[2]),
                    phases=(6.3 * lobes[3], 6.3 * lobes[4], 6.3 * lobes[5]),
                )
            )
        return DrawnSpots(spots=tuple(spots), softness=between(self.softness_range, softness) * radius)


@dataclass(frozen=True)
class Spot(Value):
    """One blob: centre, radius in pixels, aspect, direction of the longer axis in radians, waves of the outline."""

    x: float
    y: float
    radius: float
    aspect: float
    angle: float
    amplitudes: tuple[float, float, float]
    phases: tuple[float, float, float]


@dataclass(frozen=True)
class DrawnSpots(DrawnShape):
    """Blobs and the width of their soft rim in pixels."""

    spots: tuple[Spot, ...]
    softness: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        points = self._outlines()
        x, y = points[..., 0], points[..., 1]
        pad = self.softness + 1 + margin
        box = clip_box(x.min() - pad, y.min() - pad, x.max() + pad, y.max() + pad, size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        for outline in fixed_point(points - box[:2]):
            cv2.fillPoly(canvas, [outline], 255, cv2.LINE_AA, SUBPIXEL)
        reach = 2 * round(self.softness / 2) + 1
        if reach > 1:
            canvas = cv2.blur(cv2.blur(canvas, (reach, reach)), (reach, reach))
        return Layer(box, canvas_to_alpha(canvas, 2 * max(spot.radius for spot in self.spots) / MIN_STROKE_WIDTH))

    def _outlines(self) -> Doubles:
        """Return the closed outline of every blob, (spots, 32, 2) pixels."""
        circle, waves = _circle()
        lobes = [
            [
                part
                for amplitude, phase in zip(spot.amplitudes, spot.phases, strict=True)
                for part in (amplitude * math.cos(phase), -amplitude * math.sin(phase))
            ]
            for spot in self.spots
        ]
        radii = 1.0 + np.array(lobes) @ waves
        axes = np.array([(spot.radius, spot.radius * spot.aspect) for spot in self.spots]).T[:, :, None]
        axes = np.maximum(axes - ANTIALIAS_RIM, 0.1)
        centre = np.array([complex(spot.x, spot.y) for spot in self.spots])[:, None]
        turn = np.exp(1j * np.array([spot.angle for spot in self.spots]))[:, None]
        outline = centre + turn * (radii * (axes[0] * circle.real + 1j * (axes[1] * circle.imag)))
        return outline.view(np.float64).reshape(*outline.shape, 2)


@lru_cache(maxsize=1)
def _circle() -> tuple[Array, Doubles]:
    """Return 32 points x + iy of the unit circle, and cos and sin of 2, 3 and 4 times their angle, (6, 32)."""
    theta = np.linspace(0.0, 2 * math.pi, 32, endpoint=False)
    return np.exp(1j * theta), np.concatenate([(np.cos(k * theta), np.sin(k * theta)) for k in (2, 3, 4)])
