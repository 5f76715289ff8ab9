"""Coarse cloth of mottled yarns, which fills the image."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from eval.sample_set.defects import Defect, break_away
from eval.sample_set.deposits import fray, ink, lay_rod, metal_chip, oblong_blot, somewhere
from eval.sample_set.fields import Field, Plane, as_field, bump, grain, inside, pose, smooth_noise
from eval.sample_set.rendering import Surface
from eval.sample_set.weave import Layer, interlace, layer, sample_yarns, sway

DEFECTS = ("color", "cut", "hole", "metal_contamination", "thread")
_PITCH = 1.0 / 48.0
_YARNS = 80
_COLOURS = ((0.235, 0.225, 0.205), (0.165, 0.155, 0.150))
_STAINS = ((0.045, 0.048, 0.065), (0.12, 0.05, 0.05), (0.06, 0.07, 0.14))
_FIBRE = (0.42, 0.39, 0.35)


def _gather(cloth: Plane, at: tuple[float, float], *, by: float, radius: float) -> Plane:
    """Push the yarns away from a point."""
    du, dv = cloth.u - at[0], cloth.v - at[1]
    distance = np.hypot(du, dv) + 1e-6
    pull = by * bump(as_field(distance), radius) / distance
    return replace(cloth, u=as_field(cloth.u - pull * du), v=as_field(cloth.v - pull * dv))


def _mottle(yarns: Layer, tint: Field) -> Layer:
    return replace(yarns, shade=as_field(yarns.shade * np.exp(0.22 * tint)))


def _torn(surface: Surface, plane: Plane, defect: Defect, at: tuple[float, float]) -> Surface:
    """Cut or pierce the cloth, with loose fibres around the wound."""
    rng = defect.rng
    is_cut = defect.kind == "cut"
    radius = defect.graded(0.026, 0.042) if is_cut else defect.graded(0.017, 0.029)
    wound = break_away(
        surface,
        plane,
        rng,
        at=at,
        radius=radius,
        floor=-0.035,
        roughness=0.9,
        colour=(0.035, 0.033, 0.032),
        irregularity=0.55 if is_cut else 0.25,
    )
    angle = rng.uniform(0.0, 2.0 * math.pi)
    for turn in (angle, angle + math.pi) if is_cut else (angle, angle + 2.1, angle + 4.2):
        root = (at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn))
        wound = fray(
            wound,
            plane,
            rng,
            at=root,
            angle=turn + (0.5 * math.pi if is_cut else 0.0),
            spread=0.7,
            count=6 if is_cut else 3,
            length=defect.graded(0.035, 0.07) if is_cut else defect.graded(0.018, 0.03),
            width=0.006,
            colour=_FIBRE,
            roughness=0.9,
        )
    return wound


def _soiled(surface: Surface, plane: Plane, defect: Defect, at: tuple[float, float]) -> Surface:
    rng = defect.rng
    if defect.kind == "color":
        distance = oblong_blot(
            plane, rng, at=at, radius=defect.graded(0.040, 0.090), oblong=rng.uniform(1.0, 2.5), irregularity=0.15
        )
        alpha = as_field(defect.graded(0.70, 0.95) * inside(distance, 0.03))
        return ink(surface, alpha, colour=_STAINS[int(rng.integers(len(_STAINS)))], opacity=0.85)
    if defect.kind == "metal_contamination":
        for _ in range(int(rng.integers(1, 4))):
            place = (float(at[0] + rng.normal(0.0, 0.015)), float(at[1] + rng.normal(0.0, 0.015)))
            surface = metal_chip(
                surface, plane, rng, at=place, radius=defect.graded(0.010, 0.017), oblong=rng.uniform(1.5, 4.0)
            )
        return surface
    for _ in range(int(rng.integers(1, 3))):
        surface = lay_rod(
            surface,
            plane,
            at=(float(at[0] + rng.normal(0.0, 0.03)), float(at[1] + rng.normal(0.0, 0.03))),
            angle=rng.uniform(0.0, math.pi),
            length=defect.graded(0.22, 0.50),
            width=defect.graded(0.009, 0.012),
            colour=_FIBRE if rng.uniform() < 0.6 else (0.09, 0.085, 0.085),
            bow=rng.uniform(-0.35, 0.35),
            lift=0.003,
            roughness=0.9,
        )
    return surface


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the cloth; pose and yarns depend on `rng` alone, not on the defect."""
    size = plane.size
    lie = pose(
        plane,
        centre=(rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1)),
        angle=math.radians(rng.normal(0.0, 2.0)),
        scale=rng.uniform(0.96, 1.07),
    )
    cloth = sway(lie, rng, by=0.22 * _PITCH)
    warp_yarns, weft_yarns = (sample_yarns(rng, count=_YARNS, offset=0.07, spread=0.03, shade=0.16) for _ in range(2))
    slubs = [smooth_noise(rng, size=size, cell=0.03) for _ in range(2)]
    # Each yarn is spun from light and dark fibres: its shade changes along it.
    mottles = (
        smooth_noise(rng, size=size, cell=0.05, stretch=0.28),
        smooth_noise(rng, size=size, cell=0.014, stretch=3.6),
    )
    fuzz, fine = smooth_noise(rng, size=size, cell=0.005), grain(rng, size=size)
    dye = rng.uniform(0.94, 1.06)
    at = (0.0, 0.0)
    if defect is not None:
        at = somewhere(defect.rng)
        if defect.kind in {"cut", "hole"}:
            cloth = _gather(cloth, at, by=0.008, radius=0.03)
    u, v = as_field(cloth.u / _PITCH), as_field(cloth.v / _PITCH)
    surface = interlace(
        _mottle(layer(u, v, warp_yarns, first=1.0, slub=slubs[0]), mottles[0]),
        _mottle(layer(v, u, weft_yarns, first=-1.0, slub=slubs[1]), mottles[1]),
        colours=_COLOURS,
        pitch=_PITCH,
        fuzz=fuzz,
        fine=fine,
        dye=dye,
    )
    if defect is None:
        return surface
    damage = _torn if defect.kind in {"cut", "hole"} else _soiled
    # Places are those of the cloth, which lies a little turned in the image.
    return damage(surface, lie, defect, at)
