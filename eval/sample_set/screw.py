"""Zinc-plated countersunk wood screw, lying on its side at any angle."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from eval.sample_set.defects import Defect, groove, lay_on_table, stain
from eval.sample_set.fields import Field, Plane, as_field, grain, inside, pose, ramp, sample_profile, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("flattened_thread", "scratched_shank", "bent_tip", "rust_spot")
_HEAD, _NECK, _THREAD, _TAPER, _TIP = -0.385, -0.280, -0.060, 0.290, 0.385
_HEAD_RADIUS, _SHANK_RADIUS, _CREST, _CORE = 0.108, 0.049, 0.062, 0.038
_PITCH = 0.050


@dataclass(frozen=True)
class _Flat:
    """Crushed part of the thread: place and length along the axis, side across it in [-1, 1], and share removed."""

    at: float
    length: float
    side: float
    crushed: float


def _radius(u: Field) -> tuple[Field, Field]:
    """Return the radius of the body without its thread, and that of the thread's crest, along the axis."""
    stations = np.linspace(-0.5, 0.5, 1024)
    marks = (_HEAD, _HEAD + 0.012, _HEAD + 0.020, _NECK, _THREAD - 0.01, _THREAD + 0.015, _TAPER, _TIP)
    body = (_HEAD_RADIUS - 0.004, _HEAD_RADIUS, _HEAD_RADIUS - 0.006, _SHANK_RADIUS, _SHANK_RADIUS, _CORE, _CORE, 0.001)
    crest = (0.0, 0.0, 0.0, 0.0, _SHANK_RADIUS - 0.002, _CREST, _CREST, 0.010)
    along = as_field(u + 0.5)
    return (
        sample_profile(as_field(np.interp(stations, marks, body)), along),
        sample_profile(as_field(np.interp(stations, marks, crest)), along),
    )


def _shape(part: Plane, *, phase: float, flat: _Flat | None) -> tuple[Field, Field]:
    """Return the height of the screw's upper side, and the signed distance to its outline."""
    body, crest = _radius(part.u)
    widest = np.maximum(np.maximum(body, crest), 0.002)
    around = np.arcsin(np.clip(part.v / widest, -1.0, 1.0)) / (2.0 * math.pi)
    turn = part.u / _PITCH - around + phase
    off_crest = (turn - np.rint(turn)) * _PITCH
    ridge = as_field(np.clip(1.0 - np.abs(off_crest) / (0.30 * _PITCH), 0.0, 1.0))
    rise = np.maximum(crest - body, 0.0)
    if flat is not None:
        near = ramp(np.abs(part.u - flat.at), flat.length, 0.7 * flat.length)
        near *= ramp(np.abs(part.v / _CREST - flat.side), 0.75, 0.45)
        rise *= 1.0 - flat.crushed * near
    radius = as_field(body + rise * np.sqrt(ridge))
    axis = _CREST + 0.004
    height = axis + np.sqrt(np.clip(np.square(radius) - np.square(part.v), 0.0, None))
    outline = np.maximum(np.abs(part.v) - radius, np.maximum(_HEAD - part.u, part.u - _TIP))
    return as_field(height), as_field(outline)


def _sample_flat(defect: Defect) -> _Flat:
    rng = defect.rng
    return _Flat(
        at=rng.uniform(_THREAD + 0.06, _TAPER - 0.03),
        length=defect.graded(0.050, 0.080),
        side=float(rng.choice([-0.9, 0.0, 0.9])),
        crushed=defect.graded(0.70, 1.0),
    )


def _damaged(surface: Surface, part: Plane, defect: Defect) -> Surface:
    rng = defect.rng
    if defect.kind == "scratched_shank":
        return groove(
            surface,
            part,
            at=(rng.uniform(_NECK + 0.03, _THREAD - 0.03), rng.uniform(-0.6, 0.6) * _SHANK_RADIUS),
            angle=rng.uniform(-1.2, 1.2),
            length=defect.graded(0.07, 0.16),
            width=defect.graded(0.0034, 0.0052),
            depth=defect.graded(0.0040, 0.0070),
            bow=rng.uniform(-0.1, 0.1),
            fresh=(0.78, 0.77, 0.74),
        )
    along = rng.uniform(_HEAD + 0.03, _TAPER)
    return stain(
        surface,
        part,
        rng,
        at=(along, rng.uniform(-0.5, 0.5) * (_SHANK_RADIUS if along < _THREAD else _CREST)),
        radius=defect.graded(0.024, 0.040),
        colour=(0.62, 0.36, 0.20),
        strength=defect.graded(0.75, 1.0),
        roughness=0.75,
    )


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the screw on its table; pose and finish depend on `rng` alone, not on the defect."""
    size = plane.size
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.012), rng.normal(0.0, 0.012)),
        angle=rng.uniform(0.0, 2.0 * math.pi),
        scale=rng.normal(1.0, 0.010),
    )
    phase, bright = rng.uniform(), rng.uniform(0.36, 0.46)
    flat = None
    shaped = part
    if defect is not None and defect.kind == "flattened_thread":
        flat = _sample_flat(defect)
    if defect is not None and defect.kind == "bent_tip":
        sideways = float(defect.rng.choice([-1.0, 1.0])) * defect.graded(0.050, 0.085)
        shaped = replace(part, v=as_field(part.v - sideways * np.square(ramp(part.u, 0.22, 0.42))))
    height, outline = _shape(shaped, phase=phase, flat=flat)
    # Drawn wire has fine lines along its axis; plating is cloudy.
    lines = sample_profile(as_field(rng.standard_normal(160)), as_field(part.v / 0.24 + 0.5))
    cloud = smooth_noise(rng, size=size, cell=0.03)
    height = height + 0.00025 * lines * ramp(part.u, _THREAD, _THREAD - 0.03) + 0.00012 * grain(rng, size=size)
    surface = Surface(
        height=as_field(height),
        albedo=as_field((bright * (1.0 + 0.06 * cloud))[..., None] * np.array([1.0, 0.99, 0.97], dtype=np.float32)),
        metalness=np.ones_like(outline),
        roughness=as_field(rng.uniform(0.26, 0.34) + 0.03 * cloud),
    )
    if defect is not None and defect.kind in {"scratched_shank", "rust_spot"}:
        surface = _damaged(surface, part, defect)
    return lay_on_table(surface, inside(outline, 2.0 * part.pixel), table=(0.52, 0.52, 0.51), rng=rng)
