"""Honed stone tile with dark speckles and pale veins, which fills the image."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from eval.sample_set.defects import Defect, crack
from eval.sample_set.deposits import drop, ink, marker, oblong_blot, somewhere
from eval.sample_set.fields import Field, Plane, as_field, bump, grain, inside, mix, paint, ramp, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("crack", "glue_strip", "gray_stroke", "oil", "rough")


def _speckles(rng: np.random.Generator, size: int) -> Field:
    """Return the coverage of dark grains of two sizes."""
    spread = rng.uniform(0.93, 1.08)
    coarse = smooth_noise(rng, size=size, cell=0.016 * spread)
    fine = smooth_noise(rng, size=size, cell=0.0075 * spread)
    crowd = 0.25 * smooth_noise(rng, size=size, cell=0.10)
    level = rng.uniform(0.24, 0.40)
    return as_field(
        np.maximum(ramp(as_field(coarse + 0.35 * fine + crowd), level, level + 0.45), 0.8 * ramp(fine, 1.5, 1.9))
    )


def _stone(plane: Plane, rng: np.random.Generator) -> Surface:
    size = plane.size
    dark = _speckles(rng, size)
    cloud = smooth_noise(rng, size=size, cell=0.2)
    vein = bump(as_field(smooth_noise(rng, size=size, cell=0.33) + 0.3 * smooth_noise(rng, size=size, cell=0.05)), 0.03)
    bright = rng.uniform(0.37, 0.43)
    tone = np.array([0.97, 1.03, 1.0], dtype=np.float32) + as_field(rng.normal(0.0, 0.01, 3))
    albedo = as_field((bright * (1.0 + 0.05 * cloud + 0.10 * rng.uniform() * vein))[..., None] * tone)
    albedo = paint(albedo, as_field(np.float32(rng.uniform(0.055, 0.085)) * tone), as_field(0.93 * dark))
    pits = smooth_noise(rng, size=size, cell=0.005)
    height = 0.0006 * dark + 0.00035 * pits + 0.0001 * grain(rng, size=size)
    return Surface(
        height=as_field(height),
        albedo=albedo,
        metalness=np.zeros_like(dark),
        roughness=as_field(0.42 + 0.1 * dark),
    )


def _cracked(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    """Break the tile along one line with up to two branches."""
    rng = defect.rng
    at, angle = somewhere(rng, reach=0.25), rng.uniform(0.0, math.pi)
    width, length = defect.graded(0.006, 0.013), defect.graded(0.6, 1.4)
    for number in range(1 + int(rng.integers(3))):
        turn = angle if number == 0 else angle + rng.choice([-1.0, 1.0]) * rng.uniform(0.6, 1.2)
        own = length if number == 0 else length * rng.uniform(0.3, 0.7)
        aside = 0.0 if number == 0 else 0.5 * own
        place = (at[0] + aside * math.cos(turn), at[1] + aside * math.sin(turn))
        surface = crack(surface, plane, rng, at=place, angle=turn, length=own, width=width, depth=0.012, wander=0.008)
    return surface


def _strip(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    """Leave a strip of dried glue: milky, thin, with ragged borders that catch the light."""
    rng = defect.rng
    distance = oblong_blot(
        plane, rng, at=somewhere(rng, reach=0.30), radius=defect.graded(0.045, 0.075), oblong=rng.uniform(2.0, 3.5)
    )
    distance = as_field(distance + 0.006 * smooth_noise(rng, size=plane.size, cell=0.012))
    veil = defect.graded(0.20, 0.30)
    film = drop(surface, plane, distance, depth=0.006, rise=0.003, clear=(0.42, 0.42, 0.43), veil=veil, roughness=0.35)
    wrinkles = smooth_noise(rng, size=plane.size, cell=0.02)
    cover = inside(distance, 0.004)
    edge = bump(distance, 0.003)
    return replace(
        film,
        height=as_field(film.height + 0.0016 * cover * wrinkles),
        albedo=paint(
            film.albedo, (0.62, 0.63, 0.64), as_field(np.clip(0.6 * edge + 0.06 * cover * wrinkles, 0.0, 1.0))
        ),
    )


def _oiled(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    rng = defect.rng
    distance = oblong_blot(
        plane,
        rng,
        at=somewhere(rng, reach=0.30),
        radius=defect.graded(0.08, 0.14),
        oblong=rng.uniform(1.0, 1.7),
        irregularity=0.15,
    )
    yellow = (defect.graded(0.88, 0.76), defect.graded(0.82, 0.66), defect.graded(0.60, 0.24))
    return drop(surface, plane, distance, depth=0.02, rise=0.004, clear=yellow, roughness=0.12)


def _roughened(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    """Take the polish off a patch: paler, matt and uneven."""
    rng = defect.rng
    distance = oblong_blot(
        plane, rng, at=somewhere(rng, reach=0.30), radius=defect.graded(0.09, 0.15), oblong=rng.uniform(1.0, 2.0)
    )
    torn = smooth_noise(rng, size=plane.size, cell=0.006)
    cover = as_field(
        inside(distance, 0.03) * np.clip(0.75 + 0.5 * smooth_noise(rng, size=plane.size, cell=0.015), 0.0, 1.0)
    )
    return replace(
        surface,
        height=as_field(surface.height + defect.graded(0.0010, 0.0022) * cover * torn),
        albedo=paint(surface.albedo, as_field(0.6 * surface.albedo + 0.15), cover),
        roughness=mix(surface.roughness, 0.9, cover),
    )


def _stroked(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    rng = defect.rng
    alpha = marker(
        plane,
        rng,
        at=somewhere(rng, reach=0.32),
        angle=rng.uniform(0.0, math.pi),
        length=defect.graded(0.14, 0.26),
        width=0.028,
        strokes=int(rng.integers(2, 6)),
        dryness=0.3,
    )
    return ink(surface, as_field(0.9 * alpha), colour=(0.060, 0.063, 0.072), opacity=0.9)


_DAMAGE = {"crack": _cracked, "glue_strip": _strip, "gray_stroke": _stroked, "oil": _oiled, "rough": _roughened}


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the tile; stone and speckles depend on `rng` alone, not on the defect."""
    surface = _stone(plane, rng)
    return surface if defect is None else _DAMAGE[defect.kind](surface, plane, defect)
