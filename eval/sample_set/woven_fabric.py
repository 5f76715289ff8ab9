"""Plain-weave cloth of two shades of yarn that fills the image."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from eval.sample_set.defects import Defect, groove, stain
from eval.sample_set.fields import Plane, as_field, grain, mix, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface
from eval.sample_set.weave import NO_YARN, Layer, Yarns, interlace, layer, sample_yarns, sway

DEFECTS = ("missing_thread", "weave_slip", "foreign_fibre", "oil_stain")
_PITCH = 1.0 / 27.0
_YARNS = 44
_WARP, _WEFT = (0.215, 0.245, 0.285), (0.150, 0.185, 0.235)


def _sample_yarns(rng: np.random.Generator) -> Yarns:
    return sample_yarns(rng, count=_YARNS, offset=0.035, spread=0.016, shade=0.035)


def _displace_yarns(cloth: Plane, defect: Defect) -> Plane:
    """Displace the yarns around one place: dense on one side, open on the other."""
    rng = defect.rng
    at = (rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3))
    radius = defect.graded(0.035, 0.070)
    distance = np.square(cloth.u - at[0]) + np.square(cloth.v - at[1])
    push = defect.graded(0.75, 1.2) * _PITCH * np.exp(-distance / (2.0 * radius * radius))
    turn = rng.uniform(0.0, 2.0 * math.pi)
    return replace(cloth, u=as_field(cloth.u - push * math.cos(turn)), v=as_field(cloth.v - push * math.sin(turn)))


def _remove_thread(warp: Layer, weft: Layer, cloth: Plane, defect: Defect) -> tuple[Layer, Layer]:
    """Remove one yarn over a few crossings, with frayed ends."""
    rng = defect.rng
    is_warp, row = bool(rng.integers(2)), int(rng.integers(-9, 9))
    across, along = (cloth.u, cloth.v) if is_warp else (cloth.v, cloth.u)
    middle = rng.uniform(-0.26, 0.26)
    half = defect.graded(0.055, 0.170)
    frayed = 0.006 * smooth_noise(rng, size=cloth.size, cell=0.006)
    gone = ramp(as_field(np.abs(along - middle) + frayed), half + 0.004, half - 0.004)
    gone = as_field(gone * (np.floor(across / _PITCH) == row))
    if is_warp:
        return replace(warp, height=mix(warp.height, NO_YARN, gone)), weft
    return warp, replace(weft, height=mix(weft.height, NO_YARN, gone))


def _soil(surface: Surface, cloth: Plane, defect: Defect) -> Surface:
    """Add a stray fibre or an oil stain."""
    rng = defect.rng
    at = (rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3))
    if defect.kind == "oil_stain":
        return stain(
            surface,
            cloth,
            rng,
            at=at,
            radius=defect.graded(0.035, 0.080),
            colour=(0.62, 0.60, 0.52),
            strength=defect.graded(0.70, 0.95),
            roughness=0.6,
        )
    width = defect.graded(0.0034, 0.0048)
    laid = groove(
        surface,
        cloth,
        at=at,
        angle=rng.uniform(0.0, math.pi),
        length=defect.graded(0.10, 0.24),
        width=width,
        depth=-1.5 * width,
        bow=rng.uniform(-0.25, 0.25),
        fresh=(0.42, 0.40, 0.36) if rng.uniform() < 0.5 else (0.05, 0.045, 0.045),
        freshness=0.85,
    )
    return replace(laid, roughness=surface.roughness)


def _cloth(plane: Plane, rng: np.random.Generator) -> Plane:
    """Return coordinates along the slightly wavy yarns."""
    lie = pose(
        plane,
        centre=(rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1)),
        angle=math.radians(rng.normal(0.0, 2.0)),
        scale=rng.normal(1.0, 0.012),
    )
    return sway(lie, rng, by=0.10 * _PITCH)


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the cloth; pose and yarns depend on `rng` alone, not on the defect."""
    size = plane.size
    cloth = _cloth(plane, rng)
    warp_yarns, weft_yarns = _sample_yarns(rng), _sample_yarns(rng)
    slubs = [smooth_noise(rng, size=size, cell=0.05) for _ in range(2)]
    fuzz, fine = smooth_noise(rng, size=size, cell=0.004), grain(rng, size=size)
    dye = rng.uniform(0.93, 1.07)
    kind = None if defect is None else defect.kind
    if defect is not None and kind == "weave_slip":
        cloth = _displace_yarns(cloth, defect)
    u, v = as_field(cloth.u / _PITCH), as_field(cloth.v / _PITCH)
    warp = layer(u, v, warp_yarns, first=1.0, slub=slubs[0])
    weft = layer(v, u, weft_yarns, first=-1.0, slub=slubs[1])
    if defect is not None and kind == "missing_thread":
        warp, weft = _remove_thread(warp, weft, cloth, defect)
    surface = interlace(warp, weft, colours=(_WARP, _WEFT), pitch=_PITCH, fuzz=fuzz, fine=fine, dye=dye)
    if defect is not None and kind in {"foreign_fibre", "oil_stain"}:
        surface = _soil(surface, cloth, defect)
    return surface
