"""Round spots, single or in a cluster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, span, whole_between
from defectsynth.core.serialization import Value
from defectsynth.functional.raster import ANTIALIAS_RIM, MIN_STROKE_WIDTH, Doubles
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import polygon_layer, to_points

POINTS = 32  # of the outline of a spot


@dataclass(frozen=True)
class Spots(Shape):
    """Round spot or a cluster of several, sharp or diffuse.

    Args:
        radius_range: radius of the largest, in [0, 1], fraction of min(H, W).
        aspect_range: shorter by longer diameter, in [0.05, 1].
        irregularity_range: unevenness of the outline, in [0, 1], fraction of the radius.
        softness_range: width of the soft edge, in [0, 1], fraction of the radius; 0 is sharp.
        spots_range: number of spots, in [1, 32]; all but the first are smaller.
        spread_range: distance of the others from the first, in [0, 20], fraction of the radius.
    """

    radius_range: Pair = span((0.01, 0.035), 0.0, 1.0, FRACTION)
    aspect_range: Pair = span((0.5, 1.0), 0.05, 1.0, "shorter by longer diameter")
    irregularity_range: Pair = span((0.05, 0.3), 0.0, 1.0, "fraction of the radius")
    softness_range: Pair = span((0.0, 0.6), 0.0, 1.0, "fraction of the radius")
    spots_range: IntPair = count((1, 4), 1, 32, "spots")
    spread_range: Pair = span((1.2, 3.0), 0.0, 20.0, "fraction of the radius")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnSpots:
        """Return random spots."""
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
    """One spot: centre and radius in pixels, aspect, angle of the longer axis in radians, waves of the outline."""

    x: float
    y: float
    radius: float
    aspect: float
    angle: float
    amplitudes: tuple[float, float, float]
    phases: tuple[float, float, float]


@dataclass(frozen=True)
class DrawnSpots(DrawnShape):
    """Spots and the width of their soft edge in pixels."""

    spots: tuple[Spot, ...]
    softness: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        opacity = 2 * max(spot.radius for spot in self.spots) / MIN_STROKE_WIDTH
        pad = self.softness + 1 + margin
        return polygon_layer(self._outlines(), size, pad=pad, softness=self.softness, opacity=opacity)

    def _outlines(self) -> Doubles:
        """Return the outline of every spot, (spots, POINTS, 2) pixels."""
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
        return to_points(outline)


@lru_cache(maxsize=1)
def _circle() -> tuple[Array, Doubles]:
    """Return `POINTS` points x + iy of the unit circle, and cos and sin of 2 to 4 times their angle, (6, POINTS)."""
    theta = np.linspace(0.0, 2 * math.pi, POINTS, endpoint=False)
    return np.exp(1j * theta), np.concatenate([(np.cos(k * theta), np.sin(k * theta)) for k in (2, 3, 4)])
