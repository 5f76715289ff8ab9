"""Planed oak with growth rings and pores, which fills the image."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from eval.sample_set.defects import Defect, break_away, groove
from eval.sample_set.deposits import drop, fray, ink, marker, oblong_blot, somewhere
from eval.sample_set.fields import Plane, as_field, bump, paint, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("color", "hole", "liquid", "scratch", "combined")
_PALE = (0.62, 0.47, 0.31)
_INKS = ((0.60, 0.05, 0.03), (0.05, 0.05, 0.28), (0.07, 0.05, 0.05), (0.30, 0.08, 0.35))


def _timber(plane: Plane, rng: np.random.Generator) -> Surface:
    """Return the board; its grain runs down the image."""
    size = plane.size
    lie = pose(plane, centre=(0.0, 0.0), angle=math.radians(rng.normal(0.0, 4.0)))
    bend = 0.03 * smooth_noise(rng, size=size, cell=0.7, stretch=0.6) * rng.uniform(0.2, 1.5)
    drift = 0.005 * smooth_noise(rng, size=size, cell=0.5, stretch=0.12)
    # A board that was sawn across its rings shows wide arches.
    arch = rng.uniform(0.0, 0.10) * np.square(lie.v - rng.uniform(-0.8, 0.8)) * np.sign(rng.normal())
    rings = (lie.u + bend + drift + arch) * rng.uniform(7.0, 20.0) + rng.uniform()
    phase = rings - np.floor(rings)
    late = ramp(as_field(phase), 0.1, 0.85) * ramp(as_field(phase), 1.0, 0.92)
    fibre = smooth_noise(rng, size=size, cell=0.25, stretch=0.012)
    streaks = smooth_noise(rng, size=size, cell=0.5, stretch=0.05)
    pores = ramp(as_field(smooth_noise(rng, size=size, cell=0.07, stretch=0.07) + 0.5 * late), 1.35, 2.0)
    cloud = smooth_noise(rng, size=size, cell=0.3)
    dye = np.array([0.44, 0.265, 0.14], dtype=np.float32) * rng.uniform(0.9, 1.12)
    dye *= np.exp(as_field(rng.normal(0.0, 0.015, 3)))
    light = 1.0 - rng.uniform(0.10, 0.30) * late + 0.05 * fibre + 0.06 * streaks + 0.04 * cloud
    albedo = as_field(light[..., None] * dye)
    albedo = paint(albedo, (0.15, 0.08, 0.045), as_field(rng.uniform(0.35, 0.75) * pores))
    if rng.uniform() < 0.3:  # a small knot
        distance = oblong_blot(lie, rng, at=somewhere(rng, reach=0.45), radius=rng.uniform(0.006, 0.016), oblong=1.5)
        albedo = paint(albedo, (0.10, 0.05, 0.03), ramp(distance, 0.006, -0.004))
    return Surface(
        height=as_field(0.0005 * fibre - 0.0012 * pores),
        albedo=albedo,
        metalness=np.zeros_like(fibre),
        roughness=as_field(0.55 + 0.1 * pores),
    )


def _coloured(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    """Smear ink across the grain, one to three times."""
    rng = defect.rng
    colour = _INKS[int(rng.integers(len(_INKS)))]
    for _ in range(int(rng.integers(1, 4))):
        alpha = marker(
            plane,
            rng,
            at=somewhere(rng),
            angle=rng.normal(0.0, 0.5),
            length=defect.graded(0.06, 0.16),
            width=rng.uniform(0.008, 0.020),
            strokes=int(rng.integers(2, 5)),
            dryness=rng.uniform(0.4, 0.8),
        )
        surface = ink(surface, as_field(defect.graded(0.45, 0.85) * alpha), colour=colour, opacity=0.7)
    return surface


def _drilled(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    """Drill one to three holes with torn, pale rims."""
    rng = defect.rng
    for _ in range(int(rng.integers(1, 4))):
        at, radius = somewhere(rng), defect.graded(0.009, 0.020) * rng.uniform(0.8, 1.2)
        surface = fray(
            surface,
            plane,
            rng,
            at=at,
            angle=rng.uniform(0.0, 6.28),
            spread=1.8,
            count=10,
            length=2.0 * radius,
            width=0.005,
            colour=_PALE,
        )
        surface = break_away(
            surface,
            plane,
            rng,
            at=at,
            radius=radius,
            floor=-0.05,
            roughness=0.9,
            colour=(0.03, 0.02, 0.015),
            irregularity=0.15,
        )
    return surface


def _wetted(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    rng = defect.rng
    distance = oblong_blot(
        plane,
        rng,
        at=somewhere(rng),
        radius=defect.graded(0.030, 0.065),
        oblong=rng.uniform(1.0, 4.0),
        irregularity=0.2,
    )
    shade = defect.graded(0.82, 0.64)
    return drop(surface, plane, distance, depth=0.03, rise=0.004, clear=(shade, 0.96 * shade, 0.96 * shade), veil=0.012)


def _scratched(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    """Scratch the board several times side by side."""
    rng = defect.rng
    at, angle = somewhere(rng, reach=0.30), rng.normal(0.0, 0.6)
    for _ in range(int(rng.integers(1, 7))):
        surface = groove(
            surface,
            plane,
            at=(at[0] + rng.normal(0.0, 0.02), at[1] + rng.normal(0.0, 0.02)),
            angle=angle + rng.normal(0.0, 0.05),
            length=defect.graded(0.08, 0.30) * rng.uniform(0.6, 1.0),
            width=defect.graded(0.0016, 0.0030),
            depth=0.004,
            bow=rng.uniform(-0.05, 0.05),
            fresh=_PALE,
            freshness=defect.graded(0.5, 0.9),
        )
    dust = as_field(0.5 * bump(as_field(np.hypot(plane.u - at[0], plane.v - at[1])), 0.03))
    specks = ramp(smooth_noise(rng, size=plane.size, cell=0.005), 1.2, 1.8)
    return replace(surface, albedo=paint(surface.albedo, _PALE, as_field(dust * specks)))


_DAMAGE = {"color": _coloured, "hole": _drilled, "liquid": _wetted, "scratch": _scratched}


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the board; grain and colour depend on `rng` alone, not on the defect."""
    surface = _timber(plane, rng)
    if defect is None:
        return surface
    kinds = tuple(_DAMAGE)
    chosen = defect.rng.permutation(kinds)[:2] if defect.kind == "combined" else (defect.kind,)
    for kind in chosen:
        surface = _DAMAGE[str(kind)](surface, plane, defect)
    return surface
