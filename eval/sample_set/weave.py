"""Plain weave: yarns of two directions that pass over and under each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.sample_set.fields import Colour, Field, Plane, as_field, mix, paint, ramp, smooth_noise
from eval.sample_set.rendering import Surface

NO_YARN, GROUND = -0.45, -0.32  # heights in pitches


@dataclass(frozen=True)
class Yarns:
    """Offset and half width in pitches, and shade, of each yarn."""

    offset: NDArray[np.float32]
    half_width: NDArray[np.float32]
    shade: NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """All yarns of one direction: height in pitches, and brightness."""

    height: Field
    shade: Field


def sample_yarns(rng: np.random.Generator, *, count: int, offset: float, spread: float, shade: float) -> Yarns:
    """Draw `count` yarns; `offset`, `spread` of the half width, and `shade` are standard deviations."""
    return Yarns(
        offset=as_field(rng.normal(0.0, offset, count)),
        half_width=as_field(rng.normal(0.475, spread, count)),
        shade=as_field(np.exp(rng.normal(0.0, shade, count))),
    )


def layer(across: Field, along: Field, yarns: Yarns, *, first: float, slub: Field) -> Layer:
    """Return parallel yarns: `across` counts yarns, `along` counts crossings; yarn 0 is on top at 0 if `first` is 1."""
    count = yarns.offset.size
    row = np.floor(across)
    index = np.clip(row + count // 2, 0, count - 1).astype(np.intp)
    middle = across - row - 0.5 - yarns.offset[index]
    half_width = yarns.half_width[index] * (1.0 + 0.05 * slub)
    round_top = np.sqrt(np.clip(1.0 - np.square(middle / half_width), 0.0, 1.0))
    wave = np.cos(math.pi * (along - 0.5)) * np.where(row % 2.0 < 0.5, first, -first)
    # A yarn is flat on top of a crossing and steep between crossings.
    wave *= 1.5 - 0.5 * wave * wave
    ply = np.sin(2.0 * math.pi * (along * 2.2 + first * middle * 2.0))
    height = 0.30 * round_top + 0.17 * wave + 0.018 * ply * round_top
    height = np.where(round_top > 0.0, height, NO_YARN)
    return Layer(as_field(height), as_field(yarns.shade[index] * (1.0 + 0.05 * ply)))


def sway(plane: Plane, rng: np.random.Generator, *, by: float) -> Plane:
    """Return coordinates along slightly wavy yarns, which leave their straight course by about `by`."""
    return Plane(
        as_field(plane.u + by * smooth_noise(rng, size=plane.size, cell=0.22)),
        as_field(plane.v + by * smooth_noise(rng, size=plane.size, cell=0.22)),
        plane.pixel,
    )


def interlace(
    warp: Layer, weft: Layer, *, colours: tuple[Colour, Colour], pitch: float, fuzz: Field, fine: Field, dye: float
) -> Surface:
    """Interlace two layers; the higher one is visible. `colours` are those of warp and weft."""
    on_top = ramp(as_field(warp.height - weft.height), -0.03, 0.03)
    top = np.maximum(warp.height, weft.height)
    gap = ramp(top, -0.05, -0.30)
    warp_colour, weft_colour = np.array(colours, dtype=np.float32) * np.float32(dye)
    albedo = paint(as_field(np.broadcast_to(weft_colour, (*gap.shape, 3))), as_field(warp_colour), on_top)
    light = mix(weft.shade, warp.shade, on_top) * (1.0 + 0.08 * fuzz) * (1.0 - 0.75 * gap)
    return Surface(
        height=as_field(np.maximum(top, GROUND) * pitch + 0.0006 * fuzz + 0.00035 * fine),
        albedo=as_field(albedo * light[..., None]),
        metalness=np.zeros_like(gap),
        roughness=np.full_like(gap, 0.85),
    )
