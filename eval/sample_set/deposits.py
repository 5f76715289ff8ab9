"""Foreign matter on a part: fibres and wires, drops, ink of a marker, chips of metal."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from eval.sample_set.fields import (
    Colour,
    Field,
    Plane,
    as_field,
    blot,
    blur,
    inside,
    mix,
    paint,
    pose,
    ramp,
    smooth_noise,
    stroke,
)
from eval.sample_set.rendering import Surface

COPPER = (0.80, 0.42, 0.27)
STEEL = (0.62, 0.63, 0.65)


def somewhere(rng: np.random.Generator, *, reach: float = 0.36) -> tuple[float, float]:
    """Draw a point of a texture, at most `reach` from the middle along each axis."""
    return float(rng.uniform(-reach, reach)), float(rng.uniform(-reach, reach))


def oblong_blot(
    plane: Plane,
    rng: np.random.Generator,
    *,
    at: tuple[float, float],
    radius: float,
    oblong: float = 1.0,
    irregularity: float = 0.3,
) -> Field:
    """Return the approximate signed distance to a blot `oblong` times as long as wide, in any direction."""
    frame = pose(plane, centre=at, angle=rng.uniform(0.0, math.pi))
    longer = Plane(as_field(frame.u / oblong), frame.v, frame.pixel)
    return blot(longer, rng, at=(0.0, 0.0), radius=radius, irregularity=irregularity)


def lay_rod(
    surface: Surface,
    plane: Plane,
    *,
    at: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    colour: Colour,
    bow: float = 0.0,
    lift: float = 0.0,
    metalness: float = 0.0,
    roughness: float = 0.6,
) -> Surface:
    """Lay a round fibre or wire, bent into an arc by `bow`, on the surface, `lift` above it."""
    across, along = stroke(plane, at=at, angle=angle, length=length, bow=bow)
    end = (np.abs(along) - 1.0) * (0.5 * length)
    distance = as_field(np.maximum(np.abs(across) - 0.5 * width, end))
    cover = inside(distance, 1.5 * plane.pixel)
    dome = 0.5 * width * np.sqrt(np.clip(1.0 - np.square(2.0 * across / width), 0.0, 1.0))
    base = blur(surface.height, 0.008 / plane.pixel)
    return Surface(
        height=mix(surface.height, as_field(base + lift + dome), cover),
        albedo=paint(surface.albedo, colour, cover),
        metalness=mix(surface.metalness, metalness, cover),
        roughness=mix(surface.roughness, roughness, cover),
    )


def fray(
    surface: Surface,
    plane: Plane,
    rng: np.random.Generator,
    *,
    at: tuple[float, float],
    angle: float,
    spread: float,
    count: int,
    length: float,
    width: float,
    colour: Colour,
    lift: float = 0.0,
    metalness: float = 0.0,
    roughness: float = 0.6,
) -> Surface:
    """Lay `count` fibres or wires that start near `at` and fan out around the direction `angle` by `spread` radians."""
    for _ in range(count):
        turn, own = angle + spread * rng.normal(), length * rng.uniform(0.5, 1.0)
        start = rng.normal(0.0, 0.12 * length, 2)
        middle = (
            float(at[0] + start[0] + 0.5 * own * math.cos(turn)),
            float(at[1] + start[1] + 0.5 * own * math.sin(turn)),
        )
        shade = rng.uniform(0.7, 1.15)
        surface = lay_rod(
            surface,
            plane,
            at=middle,
            angle=turn,
            length=own,
            width=width * rng.uniform(0.8, 1.2),
            colour=(colour[0] * shade, colour[1] * shade, colour[2] * shade),
            bow=rng.uniform(-0.2, 0.2),
            lift=lift,
            metalness=metalness,
            roughness=roughness,
        )
    return surface


def drop(
    surface: Surface,
    plane: Plane,
    distance: Field,
    *,
    depth: float,
    rise: float,
    clear: Colour,
    veil: float = 0.0,
    roughness: float = 0.15,
) -> Surface:
    """Cover a region with a clear liquid that fills the furrows and domes.

    Args:
        surface: surface below.
        plane: coordinates of the image.
        distance: signed distance to the region.
        depth: distance from the border at which the drop is `rise` high.
        rise: height of the drop.
        clear: factor of the albedo below.
        veil: white light that the liquid scatters.
        roughness: of the liquid.
    """
    cover = inside(distance, max(0.004, 1.5 * plane.pixel))
    inward = np.clip(-distance / depth, 0.0, 1.0)
    dome = np.sqrt(np.clip(1.0 - np.square(1.0 - inward), 0.0, 1.0))
    level = blur(surface.height, 0.012 / plane.pixel) + rise * dome
    seen = as_field(surface.albedo * np.asarray(clear, dtype=np.float32) + veil)
    return replace(
        surface,
        height=mix(surface.height, as_field(np.maximum(surface.height, level)), as_field(0.92 * cover)),
        albedo=paint(surface.albedo, seen, as_field(0.92 * cover)),
        roughness=mix(surface.roughness, roughness, cover),
    )


def marker(
    plane: Plane,
    rng: np.random.Generator,
    *,
    at: tuple[float, float],
    angle: float,
    length: float,
    width: float,
    strokes: int,
    dryness: float,
) -> Field:
    """Return the coverage of `strokes` strokes of a pen side by side; a dry pen leaves gaps along them."""
    whole = np.zeros_like(plane.u)
    for number in range(strokes):
        aside = (number - 0.5 * (strokes - 1)) * 0.75 * width + rng.normal(0.0, 0.15 * width)
        shift = rng.normal(0.0, 0.08 * length)
        place = (
            float(at[0] - aside * math.sin(angle) + shift * math.cos(angle)),
            float(at[1] + aside * math.cos(angle) + shift * math.sin(angle)),
        )
        own = length * rng.uniform(0.7, 1.05)
        across, along = stroke(
            plane, at=place, angle=angle + rng.normal(0.0, 0.05), length=own, bow=rng.uniform(-0.06, 0.06)
        )
        # The tip of the pen leaves streaks of its own along the whole stroke.
        tip = np.interp(across / width, np.linspace(-0.6, 0.6, 13), rng.uniform(1.0 - 1.6 * dryness, 1.0, 13))
        ends = ramp(as_field(np.abs(along)), 1.0, 0.85)
        line = inside(as_field(np.abs(across) - 0.5 * width), 0.35 * width) * ends * np.clip(tip, 0.0, 1.0)
        np.maximum(whole, line, out=whole)
    gaps = np.clip(1.2 - dryness * (0.6 + 0.9 * smooth_noise(rng, size=plane.size, cell=0.006)), 0.0, 1.0)
    return as_field(whole * gaps)


def ink(surface: Surface, alpha: Field, *, colour: Colour, opacity: float) -> Surface:
    """Cover a surface with ink of a colour; the less its opacity, the more of the surface is seen through it."""
    tint = np.asarray(colour, dtype=np.float32)
    soaked = as_field(opacity * tint + (1.0 - opacity) * surface.albedo * tint / tint.max())
    return replace(
        surface,
        albedo=paint(surface.albedo, soaked, alpha),
        metalness=mix(surface.metalness, 0.0, as_field(opacity * alpha)),
        roughness=mix(surface.roughness, 0.5, as_field(0.5 * alpha)),
    )


def metal_chip(
    surface: Surface,
    plane: Plane,
    rng: np.random.Generator,
    *,
    at: tuple[float, float],
    radius: float,
    oblong: float,
    bright: float = 1.0,
) -> Surface:
    """Drop a small, tilted, shiny chip of metal on the surface."""
    distance = oblong_blot(plane, rng, at=at, radius=radius, oblong=oblong, irregularity=0.5)
    cover = inside(distance, 1.5 * plane.pixel)
    tilt = rng.uniform(-0.7, 0.7, 2)
    slope = tilt[0] * (plane.u - at[0]) + tilt[1] * (plane.v - at[1])
    curl = 0.25 * radius * np.sin((plane.u - at[0]) / radius * rng.uniform(1.0, 3.0) + rng.uniform(0.0, 6.0))
    level = blur(surface.height, 0.01 / plane.pixel) + 0.8 * radius + slope + curl
    return Surface(
        height=mix(surface.height, as_field(level), cover),
        albedo=paint(surface.albedo, (STEEL[0] * bright, STEEL[1] * bright, STEEL[2] * bright), cover),
        metalness=mix(surface.metalness, 1.0, cover),
        roughness=mix(surface.roughness, 0.3, cover),
    )
