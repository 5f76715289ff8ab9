"""Scattered particles: angular grains or round drops of many sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, count, span, whole_between
from defectsynth.functional.raster import ANTIALIAS_RIM, MIN_STROKE_WIDTH, Doubles
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape, Shape
from defectsynth.shapes.outline import polygon_layer, to_points

POINTS = 20  # of the outline of a particle
MIN_RADIUS = 0.6  # pixels
SEEDS = 1 << 62  # number of seeds of the outlines


@dataclass(frozen=True)
class Particles(Shape):
    """Scattered particles, angular like grit or round like drops; the largest lies at the place.

    Args:
        radius_range: radius of the largest, in [0, 0.5], fraction of min(H, W).
        particles_range: number of particles, in [1, 128].
        spread_range: standard deviation of their distance from the largest, in [0, 0.5], fraction of min(H, W).
        variety_range: variation of the sizes, in [0, 3]; higher values give fewer large and more small particles.
        aspect_range: shorter by longer diameter, in [0.05, 1].
        angularity_range: in [0, 1]; 0 is round, 1 an uneven polygon of 4 to 7 corners.
        row_range: width of the scatter by its length along the direction of the place, in [0, 1]; 1 is a round cluster,
            0 a row.
    """

    radius_range: Pair = span((0.008, 0.03), 0.0, 0.5, FRACTION)
    particles_range: IntPair = count((1, 6), 1, 128, "particles")
    spread_range: Pair = span((0.02, 0.06), 0.0, 0.5, FRACTION)
    variety_range: Pair = span((0.5, 1.5), 0.0, 3.0, "higher values give fewer large ones")
    aspect_range: Pair = span((0.4, 1.0), 0.05, 1.0, "shorter by longer diameter")
    angularity_range: Pair = span((0.6, 1.0), 0.0, 1.0, "0 is round")
    row_range: Pair = span((1.0, 1.0), 0.0, 1.0, "0 is a row")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnParticles:
        """Return random particles."""
        number, radius, spread, variety, angular = rng.random(5).tolist()
        seed = int(rng.integers(SEEDS))
        return DrawnParticles(
            x=place.x,
            y=place.y,
            radius=max(between(self.radius_range, radius) * scene.side, MIN_RADIUS),
            particles=whole_between(self.particles_range, number),
            spread=between(self.spread_range, spread) * scene.side,
            variety=between(self.variety_range, variety),
            aspects=self.aspect_range,
            angularity=between(self.angularity_range, angular),
            seed=seed,
            row=between(self.row_range, seed / SEEDS),  # not another random number: looks are drawn after shapes
            angle=place.angle,
        )


@dataclass(frozen=True)
class DrawnParticles(DrawnShape):
    """Particles around (x, y); radius of the largest and spread in pixels, seed of the outlines, angle in radians."""

    x: float
    y: float
    radius: float
    particles: int
    spread: float
    variety: float
    aspects: Pair
    angularity: float
    seed: int
    row: float = 1.0
    angle: float = 0.0

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        opacity = 2 * self.radius / MIN_STROKE_WIDTH
        return polygon_layer(to_points(self.outlines()), size, pad=1 + margin, opacity=opacity)

    def outlines(self) -> Doubles:
        """Return the outline of every particle, complex (particles, POINTS), x + iy in pixels."""
        rng = np.random.default_rng(self.seed)
        number = self.particles
        smaller, turn, aspect, corners, start = rng.random((5, number))
        offset = rng.standard_normal((2, number)) * self.spread
        smaller[0], offset[:, 0] = 0.0, 0.0
        radii = self.radius * np.exp(-self.variety * (smaller + 0.7 * smaller**3))
        radii = np.maximum(radii, MIN_RADIUS) - 0.5 * ANTIALIAS_RIM
        theta, sides, waves = _circle()
        first, turned = start * (math.pi / POINTS), turn * (2 * math.pi)  # angles of the first corner and the particle
        angles = [first + turned, turned - first, first + 6.3 * corners, 3 * first + 6.3 * aspect]
        terms = np.exp(1j * np.array(angles))
        longer = 0.5 + 0.5 * (self.aspects[0] + (self.aspects[1] - self.aspects[0]) * aspect)
        terms *= np.array([longer, 1.0 - longer, 0.3 * rng.standard_normal(number), np.full(number, 0.15)])
        step = 2 * math.pi / np.floor(4 + 4 * corners)[:, None]  # angle between two corners
        phase = (theta + first[:, None]) / step
        phase += turn[:, None]
        phase -= np.floor(phase)
        phase -= 0.5
        phase *= step
        radial = (terms[2:].T @ waves).real + 1.0
        np.clip(radial, 0.4, 1.6, out=radial)
        radial *= np.cos(0.5 * step) / np.cos(phase)  # a polygon in the unit circle, 1 at its corners
        radial -= 1.0
        radial *= self.angularity * radii[:, None]
        radial += radii[:, None]
        outline = terms[:2].T @ sides
        outline *= radial
        away = offset[0] + 1j * offset[1]
        if self.row < 1.0:
            away = (offset[0] + 1j * self.row * offset[1]) * complex(math.cos(self.angle), math.sin(self.angle))
        outline += (away + complex(self.x, self.y))[:, None]
        return outline


@lru_cache(maxsize=1)
def _circle() -> tuple[Doubles, Doubles, Doubles]:
    """Return `POINTS` angles θ and, complex (2, POINTS) each, e^iθ and e^-iθ, and e^iθ and e^3iθ."""
    theta = np.arange(POINTS) * (2 * math.pi / POINTS)
    return theta, np.exp([1j * theta, -1j * theta]), np.exp([1j * theta, 3j * theta])
