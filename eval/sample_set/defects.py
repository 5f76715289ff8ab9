"""Defects of any part: changes of its height map and of its material."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eval.sample_set.fields import (
    Colour,
    Field,
    Plane,
    as_field,
    blot,
    bump,
    inside,
    mix,
    paint,
    ramp,
    sample_profile,
    smooth_noise,
    stroke,
)
from eval.sample_set.rendering import Surface


@dataclass(frozen=True)
class Defect:
    """Defect to build into a part.

    Args:
        kind: one of the family's defects.
        rng: draws place, size and shape.
        severity: in [0, 1].
    """

    kind: str
    rng: np.random.Generator
    severity: float

    def graded(self, low: float, high: float) -> float:
        """Interpolate between `low` and `high` by the severity."""
        return low + (high - low) * self.severity


def dent(
    surface: Surface, plane: Plane, *, at: tuple[float, float], radius: float, depth: float, angle: float, oblong: float
) -> Surface:
    """Press the surface in, `oblong` times as long as wide, with a low raised rim."""
    across, along = stroke(plane, at=at, angle=angle, length=2.0 * radius * oblong)
    distance = np.sqrt(np.square(across / radius) + np.square(along))
    profile = bump(as_field(distance), 0.42) - 0.22 * bump(as_field(distance - 1.15), 0.22)
    return replace(surface, height=as_field(surface.height - depth * profile))


def groove(
    surface: Surface,
    plane: Plane,
    *,
    at: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    depth: float,
    bow: float = 0.0,
    fresh: Colour | None = None,
    freshness: float = 0.5,
    within: Field | None = None,
) -> Surface:
    """Cut a tapering groove with a burr on both sides.

    `fresh` is the colour of the exposed material, blended by `freshness`; `within` limits the cut to a region.
    """
    across, along = stroke(plane, at=at, angle=angle, length=length, bow=bow)
    taper = np.clip(1.0 - np.square(along), 0.0, 1.0)
    if within is not None:
        taper *= within
    core = bump(across, width)
    burr = bump(as_field(np.abs(across) - 2.2 * width), 0.8 * width)
    height = as_field(surface.height + depth * taper * (0.35 * burr - core))
    if fresh is None:
        return replace(surface, height=height)
    alpha = as_field(freshness * core * np.sqrt(taper))
    return replace(
        surface,
        height=height,
        albedo=paint(surface.albedo, fresh, alpha),
        roughness=mix(surface.roughness, 0.4, alpha),
    )


def break_away(
    surface: Surface,
    plane: Plane,
    rng: np.random.Generator,
    *,
    at: tuple[float, float],
    radius: float,
    floor: Field | float,
    roughness: float,
    colour: Colour,
    ruggedness: float = 0.006,
    irregularity: float = 0.3,
) -> Surface:
    """Break a piece out, down to a rugged `floor`, and expose the `colour` of the fracture."""
    distance = blot(plane, rng, at=at, radius=radius, irregularity=irregularity)
    size = plane.size
    rugged = smooth_noise(rng, size=size, cell=0.025) + 0.5 * smooth_noise(rng, size=size, cell=0.01)
    # The walls slope: the break is deepest in its middle.
    bowl = np.clip(distance / (-0.9 * radius), 0.0, 1.0)
    fracture = mix(surface.height, floor, as_field(bowl)) + ruggedness * rugged * np.sqrt(bowl)
    cut = inside(distance, 1.5 * plane.pixel)
    height = mix(surface.height, np.minimum(surface.height, as_field(fracture)), cut)
    alpha = as_field(cut * ramp(as_field(surface.height - height), 0.0005, 0.003))
    speckled = as_field(np.asarray(colour, dtype=np.float32) * (1.0 + 0.12 * rugged[..., None]))
    return Surface(
        height=height,
        albedo=paint(surface.albedo, speckled, alpha),
        metalness=surface.metalness,
        roughness=mix(surface.roughness, roughness, alpha),
    )


def stain(
    surface: Surface,
    plane: Plane,
    rng: np.random.Generator,
    *,
    at: tuple[float, float],
    radius: float,
    colour: Colour,
    strength: float,
    roughness: float,
    within: Field | None = None,
) -> Surface:
    """Stain the surface in a cloudy patch with a darker rim; `colour` is a factor of the albedo."""
    distance = blot(plane, rng, at=at, radius=radius, irregularity=0.35)
    cloud = 0.8 + 0.2 * smooth_noise(rng, size=plane.size, cell=0.03)
    rim = bump(as_field(distance + 0.08 * radius), 0.09 * radius)
    alpha = np.clip(inside(distance, 0.25 * radius) * cloud * strength + 0.35 * strength * rim, 0.0, 1.0)
    if within is not None:
        alpha *= within
    soaked = as_field(surface.albedo * np.asarray(colour, dtype=np.float32))
    return replace(
        surface,
        albedo=paint(surface.albedo, soaked, as_field(alpha)),
        roughness=mix(surface.roughness, roughness, as_field(alpha)),
    )


def on_circle(rng: np.random.Generator, *, radius: float) -> tuple[float, float]:
    """Draw a point on a circle around the part's middle."""
    turn = rng.uniform(0.0, 2.0 * np.pi)
    return radius * float(np.cos(turn)), radius * float(np.sin(turn))


def crack(
    surface: Surface,
    plane: Plane,
    rng: np.random.Generator,
    *,
    at: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    depth: float,
    within: Field | None = None,
    wander: float = 0.022,
) -> Surface:
    """Split the surface along a line that thins out at both ends and strays from its course by a share of `wander`."""
    across, along = stroke(plane, at=at, angle=angle, length=length)
    steps = np.convolve(rng.standard_normal(48), (0.5, 1.0, 0.5), mode="same")
    walk = np.cumsum(steps)
    walk -= np.linspace(walk[0], walk[-1], 48)
    across = as_field(across - wander * length * sample_profile(as_field(walk), as_field(0.5 + 0.5 * along)))
    taper = np.sqrt(np.clip(1.0 - np.square(along), 0.0, 1.0))
    if within is not None:
        taper *= within
    line = inside(as_field(np.abs(across) - 0.5 * width * taper), width) * np.clip(3.0 * taper, 0.0, 1.0)
    alpha = as_field(0.7 * line)
    # One side of a crack stands a little higher than the other.
    step = 0.25 * depth * taper * bump(across, 6.0 * width) * np.sign(across)
    return replace(
        surface,
        height=as_field(surface.height - depth * line + step),
        albedo=paint(surface.albedo, as_field(surface.albedo * 0.35), alpha),
    )


def lay_on_table(part: Surface, cover: Field, *, table: Colour, rng: np.random.Generator) -> Surface:
    """Place a part on a matt table of height 0 with slight dirt and unevenness.

    `cover` is the coverage of the part. The table is visible where the part is broken down to it.
    """
    size = cover.shape[0]
    cloud = 1.0 + 0.015 * smooth_noise(rng, size=size, cell=0.3) + 0.012 * smooth_noise(rng, size=size, cell=0.004)
    colour = as_field(np.asarray(table, dtype=np.float32) * cloud[..., None])
    cover = as_field(cover * ramp(part.height, 0.0, 0.002))
    return Surface(
        height=as_field(part.height * cover),
        albedo=paint(colour, part.albedo, cover),
        metalness=as_field(part.metalness * cover),
        roughness=mix(np.full_like(cover, 0.9), part.roughness, cover),
    )
