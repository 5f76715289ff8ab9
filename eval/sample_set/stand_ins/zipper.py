"""Closed coil zipper on black tape in front of a bright ground; its camera is monochrome."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eval.sample_set.defects import Defect, break_away
from eval.sample_set.deposits import fray, metal_chip
from eval.sample_set.fields import Field, Plane, as_field, bump, grain, inside, mix, paint, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface
from eval.sample_set.weave import interlace, layer, sample_yarns

DEFECTS = (
    "broken_teeth",
    "fabric_border",
    "fabric_interior",
    "rough",
    "split_teeth",
    "squeezed_teeth",
    "combined",
)
_HALF, _THICKNESS, _GROUND = 0.405, 0.03, (1.35, 1.35, 1.35)
_PITCH, _TEETH = 0.0335, 48
_REACH, _OVERLAP, _RADIUS = 0.062, 0.016, 0.0105
_YARN = 1.0 / 60.0
_CLOTH, _PLASTIC = ((0.062, 0.062, 0.062), (0.046, 0.046, 0.046)), (0.095, 0.095, 0.095)
_FIBRE = (0.10, 0.10, 0.10)


@dataclass(frozen=True)
class _Teeth:
    """Shift along the tape, shift across it and size of each tooth of both sides; a size of 0 is a missing tooth."""

    along: NDArray[np.float32]
    across: NDArray[np.float32]
    scale: NDArray[np.float32]


def _sample_teeth(rng: np.random.Generator) -> _Teeth:
    shape = (2, _TEETH)
    return _Teeth(
        along=as_field(rng.normal(0.0, 0.0009, shape)),
        across=as_field(rng.normal(0.0, 0.0012, shape)),
        scale=as_field(rng.normal(1.0, 0.03, shape)),
    )


def _damaged_teeth(teeth: _Teeth, kind: str, defect: Defect) -> _Teeth:
    """Break a few teeth, or push those of a stretch out of line."""
    rng = defect.rng
    along, across, scale = teeth.along.copy(), teeth.across.copy(), teeth.scale.copy()
    first = int(rng.integers(12, _TEETH - 18))
    if kind == "broken_teeth":
        side, count = int(rng.integers(2)), int(rng.integers(1, 4))
        scale[side, first : first + count] *= as_field(rng.uniform(0.0, 0.45, count))
        along[:, first - 1 : first + count + 1] += as_field(rng.normal(0.0, 0.004, (2, count + 2)))
    if kind == "rough":
        count = int(rng.integers(4, 12))
        along[:, first : first + count] += as_field(rng.normal(0.0, defect.graded(0.003, 0.006), (2, count)))
        across[:, first : first + count] += as_field(rng.normal(0.0, defect.graded(0.005, 0.010), (2, count)))
        scale[:, first : first + count] *= as_field(rng.uniform(0.7, 1.15, (2, count)))
    return _Teeth(along, across, scale)


def _deformed(part: Plane, kind: str, defect: Defect) -> tuple[Plane, Field]:
    """Return the coordinates of a chain that is pulled open or squeezed, and half the width of the gap."""
    rng = defect.rng
    middle, reach = rng.uniform(-0.36, 0.36), defect.graded(0.05, 0.10)
    if kind == "split_teeth":
        gap = as_field(defect.graded(0.030, 0.050) * ramp(bump(as_field(part.v - middle), reach), 0.15, 1.0))
        aside = gap * ramp(as_field(np.abs(part.u)), 0.30, 0.10)
        moved = np.sign(part.u) * (np.abs(part.u) - aside)
        return replace(part, u=as_field(moved)), gap
    near = bump(as_field(part.v - middle), 0.6 * reach)
    shift = float(rng.choice([-1.0, 1.0])) * defect.graded(0.018, 0.034) * near
    narrow = 1.0 + defect.graded(0.25, 0.5) * near * ramp(as_field(np.abs(part.u)), 0.12, 0.04)
    pressed = defect.graded(0.008, 0.014) * np.sin((part.v - middle) / (0.5 * reach)) * near
    fade = ramp(as_field(np.abs(part.u)), 0.22, 0.06)
    return (
        replace(part, u=as_field((part.u - shift * fade) * narrow), v=as_field(part.v + pressed * fade)),
        np.zeros_like(part.u),
    )


def _chain(part: Plane, teeth: _Teeth, seam: Field) -> tuple[Field, Field]:
    """Return the signed distance to the teeth, and their height above the tape.

    `seam` is the distance from the seam, on the side of the teeth that are on the right.
    """
    distances, heights = [], []
    for side, sign in enumerate((-1.0, 1.0)):
        turn = part.v / _PITCH - 0.5 * side + _TEETH // 2
        number = np.clip(np.rint(turn), 0, _TEETH - 1).astype(np.intp)
        scale = teeth.scale[side, number]
        out = sign * part.u - teeth.across[side, number]
        # The wire of the coil slants a little.
        off = (turn - np.rint(turn)) * _PITCH - teeth.along[side, number] + 0.10 * out
        half = 0.5 * (_REACH + _OVERLAP) * scale
        beyond = np.maximum(np.abs(out - _REACH + half) - half + _RADIUS, 0.0)
        distance = np.hypot(beyond, off) - _RADIUS * np.minimum(scale, 1.0)
        distance = np.where((scale < 0.15) | (sign * seam < -_OVERLAP), 1.0, distance)
        dome = np.sqrt(np.clip(1.0 - np.square(1.0 + np.minimum(distance, 0.0) / _RADIUS), 0.0, 1.0))
        distances.append(distance)
        heights.append(_RADIUS * dome * (1.4 - 0.5 * np.clip(out / _REACH, 0.0, 1.0)))
    return as_field(np.minimum(*distances)), as_field(np.maximum(*heights))


def _torn(surface: Surface, plane: Plane, kind: str, defect: Defect) -> Surface:
    """Tear or chafe the tape, inside or at its border, with loose fibres."""
    rng = defect.rng
    side, v = float(rng.choice([-1.0, 1.0])), rng.uniform(-0.40, 0.40)
    is_border = kind == "fabric_border"
    at = (side * (_HALF + 0.004) if is_border else side * rng.uniform(0.12, 0.34), v)
    radius = defect.graded(0.014, 0.026) if is_border else defect.graded(0.018, 0.034)
    surface = break_away(
        surface,
        plane,
        rng,
        at=at,
        radius=radius,
        floor=0.0 if is_border else 0.016,
        roughness=0.95,
        colour=_GROUND if is_border else (0.014, 0.014, 0.014),
        ruggedness=0.004,
        irregularity=0.5,
    )
    outwards = 0.0 if side > 0.0 else math.pi
    return fray(
        surface,
        plane,
        rng,
        at=at,
        angle=outwards if is_border else rng.uniform(0.0, 6.28),
        spread=0.9 if is_border else 2.5,
        count=9 if is_border else 12,
        length=defect.graded(0.022, 0.045),
        width=0.0042,
        colour=_FIBRE if is_border else (0.022, 0.022, 0.022),
        lift=0.002,
        roughness=0.95,
    )


def _crumbs(surface: Surface, plane: Plane, defect: Defect, hurt: Field) -> Surface:
    """Leave pale splinters of plastic where teeth broke; `hurt` is the coverage of the teeth that are gone."""
    rng = defect.rng
    where = np.argwhere(hurt > 0.5)
    for _ in range(int(rng.integers(2, 6)) if len(where) else 0):
        row, column = where[int(rng.integers(len(where)))]
        at = (float(plane.u[row, column]), float(plane.v[row, column]))
        surface = metal_chip(surface, plane, rng, at=at, radius=0.005, oblong=1.6, bright=defect.graded(0.3, 0.7))
    return surface


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the zipper; pose, tape and teeth depend on `rng` alone, not on the defect."""
    size = plane.size
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.012), rng.uniform(-0.5, 0.5) * _PITCH),
        angle=math.radians(rng.normal(0.0, 0.8)),
        scale=rng.uniform(0.96, 1.10),
    )
    teeth = _sample_teeth(rng)
    yarns = [sample_yarns(rng, count=100, offset=0.06, spread=0.02, shade=0.07) for _ in range(2)]
    slub, fuzz = smooth_noise(rng, size=size, cell=0.03), smooth_noise(rng, size=size, cell=0.006)
    edge = 0.004 * smooth_noise(rng, size=size, cell=0.15) + 0.0014 * smooth_noise(rng, size=size, cell=0.014)
    lint = ramp(smooth_noise(rng, size=size, cell=0.005), 2.6, 3.1)
    fine, dye, shine = grain(rng, size=size), rng.uniform(0.85, 1.15), rng.uniform(0.30, 0.45)
    kinds: tuple[str, ...] = () if defect is None else (defect.kind,)
    if defect is not None and defect.kind == "combined":
        kinds = tuple(map(str, defect.rng.permutation(DEFECTS[:-1])[:2]))
    seen, gap, damaged = part, np.zeros_like(part.u), teeth
    if defect is not None:
        for kind in kinds:
            damaged = _damaged_teeth(damaged, kind, defect)
            if kind in {"split_teeth", "squeezed_teeth"}:
                seen, own = _deformed(seen, kind, defect)
                gap = as_field(np.maximum(gap, own))

    u, v = as_field(seen.u / _YARN + 0.15 * slub), as_field(seen.v / _YARN)
    surface = interlace(
        layer(u, v, yarns[0], first=1.0, slub=slub),
        layer(v, u, yarns[1], first=-1.0, slub=slub),
        colours=_CLOTH,
        pitch=_YARN,
        fuzz=fuzz,
        fine=fine,
        dye=dye,
    )
    seam = part.u if "split_teeth" in kinds else seen.u
    distance, dome = _chain(seen, damaged, seam)
    bed = bump(as_field(np.abs(seen.u) - 0.055), 0.03)
    tooth = inside(distance, 1.5 * seen.pixel)
    albedo = paint(as_field(surface.albedo * (1.0 - 0.3 * bed)[..., None]), (0.25, 0.25, 0.25), as_field(0.5 * lint))
    surface = Surface(
        height=mix(as_field(surface.height + _THICKNESS), as_field(_THICKNESS + 0.002 + dome), tooth),
        albedo=paint(albedo, as_field(np.asarray(_PLASTIC, dtype=np.float32) * dye), tooth),
        metalness=surface.metalness,
        roughness=mix(surface.roughness, shine, tooth),
    )
    if defect is not None and "broken_teeth" in kinds:
        whole, _ = _chain(seen, teeth, seam)
        surface = _crumbs(surface, seen, defect, as_field(inside(whole, 0.002) * (1.0 - tooth)))
    outside = as_field(np.maximum(np.abs(seen.u) - _HALF + edge, 0.9 * gap - np.abs(part.u)))
    open_air = as_field(1.0 - inside(outside, 2.0 * part.pixel))
    open_air = as_field(open_air * (1.0 - tooth))
    surface = replace(
        surface,
        height=mix(surface.height, 0.0, open_air),
        albedo=paint(surface.albedo, _GROUND, open_air),
        roughness=mix(surface.roughness, 0.95, open_air),
    )
    if defect is not None:
        for kind in kinds:
            if kind.startswith("fabric"):
                surface = _torn(surface, part, kind, defect)
    return surface
