"""Turned aluminium flange with hub, bore, six bolt holes and lathe marks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from eval.sample_set.defects import Defect, break_away, dent, groove, lay_on_table, on_circle
from eval.sample_set.fields import (
    Field,
    Plane,
    as_field,
    disc,
    grain,
    inside,
    mix,
    polar,
    pose,
    ramp,
    sample_profile,
    smooth_noise,
)
from eval.sample_set.rendering import Surface

DEFECTS = ("scratch", "dent", "chipped_rim", "blocked_hole")
_OUTER, _HUB, _BORE, _BOLT_CIRCLE, _BOLT = 0.40, 0.205, 0.115, 0.302, 0.036
_THICKNESS, _HUB_HEIGHT, _CHAMFER = 0.040, 0.030, 0.010
_HOLES = 6


def _lathe_marks(rng: np.random.Generator, radius: Field) -> Field:
    """Return the height of lathe marks by the radius: a fine irregular spiral and a few deeper lines."""
    fine = np.sin(np.linspace(0.0, 2.0 * math.pi * 68.0, 4096) + np.cumsum(rng.normal(0.0, 0.08, 4096)))
    rough = np.convolve(rng.standard_normal(4096), np.ones(14) / 14.0, mode="same")
    lines = np.repeat(rng.standard_normal(128) * (rng.uniform(size=128) < 0.2), 32)
    lines = np.convolve(lines, np.hanning(24) / 12.0, mode="same")
    profile = 0.00022 * fine * rng.uniform(0.7, 1.3) + 0.0005 * rough + 0.00028 * lines
    return sample_profile(as_field(profile), as_field(radius / 0.6))


def _bolt_hole(part: Plane, index: int) -> Field:
    """Return the signed distance to one bolt hole."""
    turn = 2.0 * math.pi * index / _HOLES
    return disc(part, at=(_BOLT_CIRCLE * math.cos(turn), _BOLT_CIRCLE * math.sin(turn)), radius=_BOLT)


def _damaged(surface: Surface, part: Plane, defect: Defect, solid: Field) -> Surface:
    rng = defect.rng
    if defect.kind == "scratch":
        return groove(
            surface,
            part,
            at=on_circle(rng, radius=rng.uniform(0.16, 0.35)),
            angle=rng.uniform(0.0, math.pi),
            length=defect.graded(0.09, 0.24),
            width=defect.graded(0.0016, 0.0026),
            depth=defect.graded(0.0014, 0.0030),
            bow=rng.uniform(-0.08, 0.08),
            fresh=(0.80, 0.80, 0.80),
            within=solid,
        )
    if defect.kind == "dent":
        return dent(
            surface,
            part,
            at=on_circle(rng, radius=rng.uniform(0.235, 0.365)),
            radius=defect.graded(0.014, 0.026),
            depth=defect.graded(0.0035, 0.0075),
            angle=rng.uniform(0.0, math.pi),
            oblong=rng.uniform(1.0, 1.6),
        )
    return break_away(
        surface,
        part,
        rng,
        at=on_circle(rng, radius=_OUTER + 0.014),
        radius=defect.graded(0.030, 0.048),
        floor=-0.06,
        roughness=0.5,
        colour=(0.45, 0.45, 0.46),
        ruggedness=0.003,
    )


def _blocked(surface: Surface, part: Plane, defect: Defect) -> tuple[Surface, Field]:
    """Leave a slug of metal in one bolt hole; return the surface and the coverage of the slug."""
    distance = _bolt_hole(part, int(defect.rng.integers(_HOLES)))
    plug = inside(distance, 2.0 * part.pixel)
    level = _THICKNESS * defect.graded(0.35, 0.8)
    rugged = smooth_noise(defect.rng, size=part.size, cell=0.015)
    return replace(
        surface,
        height=mix(surface.height, as_field(level + 0.0015 * rugged), plug),
        albedo=as_field(surface.albedo * (1.0 - 0.35 * plug[..., None])),
        roughness=mix(surface.roughness, 0.45, plug),
    ), plug


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the flange on its table; pose and finish depend on `rng` alone, not on the defect."""
    size = plane.size
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.008), rng.normal(0.0, 0.008)),
        angle=rng.uniform(0.0, 2.0 * math.pi),
        scale=rng.normal(1.0, 0.008),
    )
    radius, _ = polar(part)
    marks = _lathe_marks(rng, radius)
    bright, polish = rng.uniform(0.56, 0.66), rng.uniform(0.24, 0.32)
    cloud = smooth_noise(rng, size=size, cell=0.12)
    holes = np.minimum.reduce([_bolt_hole(part, index) for index in range(_HOLES)])
    bore = as_field(_BORE - radius)

    height = _THICKNESS + ramp(radius, _HUB + 0.012, _HUB - 0.004) * _HUB_HEIGHT
    height -= ramp(radius, _OUTER - _CHAMFER, _OUTER + 0.004) * 0.014
    height -= ramp(bore, -_CHAMFER, 0.0) * 0.010
    height -= ramp(holes, 0.009, 0.0) * 0.007
    height += marks * ramp(holes, 0.0, 0.012) + 0.00006 * grain(rng, size=size)
    solid = as_field(inside(as_field(-holes), 2.0 * part.pixel) * inside(bore, 2.0 * part.pixel))
    cover = as_field(inside(as_field(radius - _OUTER), 2.0 * part.pixel) * solid)
    tone = np.array([0.99, 1.0, 1.01], dtype=np.float32)
    surface = Surface(
        height=as_field(height),
        albedo=as_field((bright * (1.0 + 0.02 * cloud))[..., None] * tone),
        metalness=np.ones_like(radius),
        roughness=as_field(polish + 0.015 * cloud),
    )
    if defect is not None and defect.kind == "blocked_hole":
        surface, plug = _blocked(surface, part, defect)
        cover = as_field(np.maximum(cover, plug))
    elif defect is not None:
        surface = _damaged(surface, part, defect, solid)
    return lay_on_table(surface, cover, table=(0.17, 0.19, 0.22), rng=rng)
