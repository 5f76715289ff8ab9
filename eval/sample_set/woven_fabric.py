"""Plain-weave cloth of two shades of yarn that fills the image."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eval.sample_set.defects import Defect, groove, stain
from eval.sample_set.fields import Field, Plane, as_field, grain, mix, paint, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("missing_thread", "weave_slip", "foreign_fibre", "oil_stain")
_PITCH = 1.0 / 27.0
_YARNS = 44
_NO_YARN, _GROUND = -0.45, -0.32
_WARP, _WEFT = (0.215, 0.245, 0.285), (0.150, 0.185, 0.235)


@dataclass(frozen=True)
class _Yarns:
    """Offset and half width in pitches, and shade, of each yarn."""

    offset: NDArray[np.float32]
    half_width: NDArray[np.float32]
    shade: NDArray[np.float32]


@dataclass(frozen=True)
class _Layer:
    """All yarns of one direction: height in pitches, and brightness."""

    height: Field
    shade: Field


def _sample_yarns(rng: np.random.Generator) -> _Yarns:
    return _Yarns(
        offset=as_field(rng.normal(0.0, 0.035, _YARNS)),
        half_width=as_field(rng.normal(0.475, 0.016, _YARNS)),
        shade=as_field(np.exp(rng.normal(0.0, 0.035, _YARNS))),
    )


def _layer(across: Field, along: Field, yarns: _Yarns, *, first: float, slub: Field) -> _Layer:
    """Return parallel yarns: `across` counts yarns, `along` counts crossings; yarn 0 is on top at 0 if `first` is 1."""
    row = np.floor(across)
    index = np.clip(row + _YARNS // 2, 0, _YARNS - 1).astype(np.intp)
    middle = across - row - 0.5 - yarns.offset[index]
    half_width = yarns.half_width[index] * (1.0 + 0.05 * slub)
    round_top = np.sqrt(np.clip(1.0 - np.square(middle / half_width), 0.0, 1.0))
    wave = np.cos(math.pi * (along - 0.5)) * np.where(row % 2.0 < 0.5, first, -first)
    # A yarn is flat on top of a crossing and steep between crossings.
    wave *= 1.5 - 0.5 * wave * wave
    ply = np.sin(2.0 * math.pi * (along * 2.2 + first * middle * 2.0))
    height = 0.30 * round_top + 0.17 * wave + 0.018 * ply * round_top
    height = np.where(round_top > 0.0, height, _NO_YARN)
    return _Layer(as_field(height), as_field(yarns.shade[index] * (1.0 + 0.05 * ply)))


def _displace_yarns(cloth: Plane, defect: Defect) -> Plane:
    """Displace the yarns around one place: dense on one side, open on the other."""
    rng = defect.rng
    at = (rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3))
    radius = defect.graded(0.035, 0.070)
    distance = np.square(cloth.u - at[0]) + np.square(cloth.v - at[1])
    push = defect.graded(0.75, 1.2) * _PITCH * np.exp(-distance / (2.0 * radius * radius))
    turn = rng.uniform(0.0, 2.0 * math.pi)
    return replace(cloth, u=as_field(cloth.u - push * math.cos(turn)), v=as_field(cloth.v - push * math.sin(turn)))


def _remove_thread(warp: _Layer, weft: _Layer, cloth: Plane, defect: Defect) -> tuple[_Layer, _Layer]:
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
        return replace(warp, height=mix(warp.height, _NO_YARN, gone)), weft
    return warp, replace(weft, height=mix(weft.height, _NO_YARN, gone))


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
    sway = 0.10 * _PITCH
    return replace(
        lie,
        u=as_field(lie.u + sway * smooth_noise(rng, size=plane.size, cell=0.22)),
        v=as_field(lie.v + sway * smooth_noise(rng, size=plane.size, cell=0.22)),
    )


def _interlace(warp: _Layer, weft: _Layer, *, fuzz: Field, fine: Field, dye: float) -> Surface:
    """Interlace the two layers; the higher one is visible."""
    on_top = ramp(as_field(warp.height - weft.height), -0.03, 0.03)
    top = np.maximum(warp.height, weft.height)
    gap = ramp(top, -0.05, -0.30)
    colours = np.array([_WEFT, _WARP], dtype=np.float32) * np.float32(dye)
    albedo = paint(as_field(np.broadcast_to(colours[0], (*gap.shape, 3))), colours[1], on_top)
    light = mix(weft.shade, warp.shade, on_top) * (1.0 + 0.08 * fuzz) * (1.0 - 0.75 * gap)
    return Surface(
        height=as_field(np.maximum(top, _GROUND) * _PITCH + 0.0006 * fuzz + 0.00035 * fine),
        albedo=as_field(albedo * light[..., None]),
        metalness=np.zeros_like(gap),
        roughness=np.full_like(gap, 0.85),
    )


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
    warp = _layer(u, v, warp_yarns, first=1.0, slub=slubs[0])
    weft = _layer(v, u, weft_yarns, first=-1.0, slub=slubs[1])
    if defect is not None and kind == "missing_thread":
        warp, weft = _remove_thread(warp, weft, cloth, defect)
    surface = _interlace(warp, weft, fuzz=fuzz, fine=fine, dye=dye)
    if defect is not None and kind in {"foreign_fibre", "oil_stain"}:
        surface = _soil(surface, cloth, defect)
    return surface
