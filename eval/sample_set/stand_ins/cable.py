"""Cross-section of a cable: three insulated wires with copper strands in a filled sheath, on speckled paper."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eval.sample_set.defects import Defect, break_away, groove, lay_on_table
from eval.sample_set.deposits import COPPER, fray
from eval.sample_set.fields import (
    Colour,
    Field,
    Plane,
    as_field,
    bump,
    disc,
    grain,
    inside,
    mix,
    paint,
    pose,
    ramp,
    smooth_noise,
)
from eval.sample_set.rendering import Surface
from eval.sample_set.scatter import nearest, packed

DEFECTS = (
    "bent_wire",
    "cable_swap",
    "cut_inner_insulation",
    "cut_outer_insulation",
    "missing_cable",
    "missing_wire",
    "poke_insulation",
    "combined",
)
_OUTER, _INNER, _SEAT = 0.445, 0.368, 0.186
_WIRE, _BUNDLE, _STRAND = 0.152, 0.086, 0.0205
_TOP = 0.06
_INSULATION = ((0.30, 0.34, 0.10), (0.20, 0.175, 0.15), (0.075, 0.165, 0.46))  # above, right, left
_HOLLOW = (0.010, 0.009, 0.012)


@dataclass(frozen=True)
class _Wire:
    """One insulated wire: place, colour and its strands, with the light that the end of each sends back."""

    at: tuple[float, float]
    radius: float
    colour: Colour
    strands: NDArray[np.float32]
    shine: NDArray[np.float32]


def _sample_wires(rng: np.random.Generator) -> list[_Wire]:
    wires = []
    for number, colour in enumerate(_INSULATION):
        turn = math.radians(-90.0 + 120.0 * number + rng.normal(0.0, 2.5))
        reach = _SEAT + rng.normal(0.0, 0.005)
        strands = packed(rng, spacing=_STRAND, radius=_BUNDLE * rng.uniform(0.92, 1.0), jitter=0.10)
        # Ends that were cut at the same slant mirror the lamp together.
        slant = rng.normal(0.0, 1.0, 2) * 9.0
        shine = rng.uniform(-0.6, 0.9) + strands @ slant + rng.normal(0.0, 0.35, len(strands))
        wires.append(
            _Wire(
                at=(reach * math.cos(turn), reach * math.sin(turn)),
                radius=_WIRE * rng.normal(1.0, 0.015),
                colour=colour,
                strands=as_field(strands + rng.normal(0.0, 0.005, 2)),
                shine=as_field(np.clip(shine, 0.0, 1.0)),
            )
        )
    return wires


def _sheath(part: Plane, rng: np.random.Generator, seats: list[Field]) -> Surface:
    """Return sheath and filler; the filler reaches further out between two wires."""
    size = part.size
    radius = np.hypot(part.u, part.v)
    cloud, specks = smooth_noise(rng, size=size, cell=0.06), smooth_noise(rng, size=size, cell=0.008)
    marks = smooth_noise(rng, size=size, cell=0.012, stretch=9.0)
    nearest_seat = np.minimum.reduce(seats)
    border = as_field(np.minimum(np.maximum(radius - _INNER, nearest_seat - 0.055), radius - _INNER + 0.05))
    filler = inside(as_field(border + 0.004 * cloud), 0.014)
    albedo = np.broadcast_to(np.array([0.50, 0.66, 0.70], dtype=np.float32), (size, size, 3))
    albedo = paint(as_field(albedo), (0.23, 0.285, 0.30), filler)
    albedo = as_field(albedo * (1.0 + 0.05 * cloud + 0.04 * marks)[..., None])
    albedo = paint(albedo, (0.12, 0.11, 0.09), as_field(0.5 * ramp(specks, 2.0, 2.6)))
    height = _TOP - 0.012 * filler + 0.0012 * marks + 0.0008 * specks
    height = height - 0.020 * ramp(as_field(radius), _OUTER - 0.022, _OUTER)
    return Surface(as_field(height), albedo, np.zeros_like(filler), np.full_like(filler, 0.45))


def _insert(surface: Surface, part: Plane, wire: _Wire, cloud: Field) -> Surface:
    """Put one wire into the sheath, without its strands."""
    edge = disc(part, at=wire.at, radius=wire.radius)
    cover = inside(edge, 2.0 * part.pixel)
    level = _TOP - 0.004 - 0.022 * ramp(edge, -0.022, 0.0) + 0.0015 * cloud
    shade = as_field(1.0 + 0.07 * cloud)
    height = mix(as_field(surface.height - 0.05 * bump(edge, 0.008)), as_field(level), cover)
    albedo = paint(surface.albedo, as_field(np.asarray(wire.colour, dtype=np.float32) * shade[..., None]), cover)
    hollow = inside(disc(part, at=wire.at, radius=_BUNDLE + 0.006), 0.010)
    height = mix(height, _TOP - 0.05, hollow)
    albedo = paint(albedo, _HOLLOW, hollow)
    return replace(surface, height=height, albedo=albedo)


def _fill(surface: Surface, part: Plane, wires: list[_Wire], filled: list[float]) -> Surface:
    """Put the strands into their wires; `filled` is the share of those of each wire that are there."""
    places = [wire.strands + as_field(np.asarray(wire.at)) for wire in wires]
    strand = nearest(part, np.concatenate(places))
    end = as_field(strand.distance - 0.46 * _STRAND)
    shine = np.concatenate([wire.shine for wire in wires])[strand.number]
    kept = [np.arange(len(each)) < share * len(each) for each, share in zip(places, filled, strict=True)]
    metal = as_field(inside(end, 2.0 * part.pixel) * np.concatenate(kept)[strand.number])
    brown = np.array([0.115, 0.058, 0.040], dtype=np.float32)
    white = np.array([0.88, 0.80, 0.74], dtype=np.float32)
    ends = as_field(brown + (white - brown) * (shine * (1.0 - 0.5 * ramp(end, -0.006, 0.0)))[..., None])
    dome = _TOP - 0.004 + 0.004 * shine - 0.25 * np.maximum(end + 0.006, 0.0)
    return Surface(
        height=mix(surface.height, as_field(dome), metal),
        albedo=paint(surface.albedo, ends, metal),
        metalness=as_field(0.25 * metal),
        roughness=mix(surface.roughness, 0.35, metal),
    )


def _fan(surface: Surface, part: Plane, defect: Defect, wire: _Wire) -> Surface:
    """Bend some strands out of the bundle, over the insulation."""
    rng = defect.rng
    turn = rng.uniform(0.0, 2.0 * math.pi)
    root = (wire.at[0] + 0.05 * math.cos(turn), wire.at[1] + 0.05 * math.sin(turn))
    return fray(
        surface,
        part,
        rng,
        at=root,
        angle=turn,
        spread=0.35,
        count=int(rng.integers(3, 9)),
        length=defect.graded(0.09, 0.18),
        width=0.85 * _STRAND,
        colour=COPPER,
        lift=0.012,
        metalness=0.9,
        roughness=0.25,
    )


def _cut_inner(surface: Surface, part: Plane, defect: Defect, wire: _Wire) -> Surface:
    """Cut a piece out of the insulation of a wire, and bare its strands."""
    rng = defect.rng
    turn = rng.uniform(0.0, 2.0 * math.pi)
    return break_away(
        surface,
        part,
        rng,
        at=(wire.at[0] + 0.125 * math.cos(turn), wire.at[1] + 0.125 * math.sin(turn)),
        radius=defect.graded(0.038, 0.060),
        floor=_TOP - 0.045,
        roughness=0.6,
        colour=(0.6 * wire.colour[0], 0.6 * wire.colour[1], 0.6 * wire.colour[2]),
        irregularity=0.3,
    )


def _cut_outer(surface: Surface, part: Plane, defect: Defect, wire: _Wire) -> Surface:
    """Cut through the sheath, roughly along a radius, outside of a wire."""
    rng = defect.rng
    turn = math.atan2(wire.at[1], wire.at[0]) + rng.normal(0.0, 0.6)
    reach = 0.5 * (_INNER + _OUTER) - 0.01
    return groove(
        surface,
        part,
        at=(reach * math.cos(turn), reach * math.sin(turn)),
        angle=turn + rng.normal(0.0, 0.35),
        length=defect.graded(0.14, 0.24),
        width=defect.graded(0.0035, 0.0085),
        depth=0.045,
        fresh=(0.05, 0.06, 0.065),
        freshness=0.9,
    )


def _poke(surface: Surface, part: Plane, defect: Defect, wire: _Wire) -> Surface:
    """Pierce sheath, filler or the insulation of a wire, two to five times in one place."""
    rng = defect.rng
    turn, reach = math.atan2(wire.at[1], wire.at[0]) + rng.normal(0.0, 0.6), rng.uniform(0.29, 0.42)
    for _ in range(int(rng.integers(2, 6))):
        at = (reach * math.cos(turn) + rng.normal(0.0, 0.018), reach * math.sin(turn) + rng.normal(0.0, 0.018))
        radius = defect.graded(0.010, 0.018)
        surface = break_away(
            surface,
            part,
            rng,
            at=at,
            radius=radius,
            floor=0.01,
            roughness=0.8,
            colour=(0.07, 0.08, 0.08),
            irregularity=0.6,
        )
    return surface


_Damage = Callable[[Surface, Plane, Defect, _Wire], Surface]
_DAMAGE: dict[str, _Damage] = {
    "bent_wire": _fan,
    "cut_inner_insulation": _cut_inner,
    "cut_outer_insulation": _cut_outer,
    "poke_insulation": _poke,
}


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the cable on its paper; pose and strands depend on `rng` alone, not on the defect."""
    size = plane.size
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.012), rng.normal(0.0, 0.012)),
        angle=math.radians(rng.normal(0.0, 5.0)),
        scale=rng.normal(1.0, 0.015),
    )
    wires = _sample_wires(rng)
    clouds = [smooth_noise(rng, size=size, cell=0.02, stretch=3.0) for _ in wires]
    seats = [disc(part, at=wire.at, radius=wire.radius) for wire in wires]
    surface = _sheath(part, rng, seats)
    mottle = smooth_noise(rng, size=size, cell=0.012) + 0.4 * grain(rng, size=size)
    hit, kind = 0, None if defect is None else defect.kind
    filled, missing = [1.0] * len(wires), set[int]()
    if defect is not None:
        hit = int(defect.rng.integers(len(wires)))
        if kind == "cable_swap":
            wires[hit] = replace(wires[hit], colour=wires[(hit + int(defect.rng.integers(1, 3))) % 3].colour)
        if kind == "missing_cable":
            missing = {hit} if defect.rng.uniform() < 0.7 else set(range(len(wires)))
        if kind == "missing_wire":
            filled[hit] = float(defect.rng.choice([0.0, 0.0, 0.2, 0.5]))
    for number, (wire, cloud) in enumerate(zip(wires, clouds, strict=True)):
        if number in missing:
            hole = inside(seats[number], 0.010)
            filled[number] = 0.0
            surface = replace(
                surface, height=mix(surface.height, 0.002, hole), albedo=paint(surface.albedo, _HOLLOW, hole)
            )
        else:
            surface = _insert(surface, part, wire, cloud)
    surface = _fill(surface, part, wires, filled)
    if defect is not None:
        kinds = defect.rng.permutation(tuple(_DAMAGE))[:2] if kind == "combined" else (kind,)
        for each in kinds:
            if str(each) in _DAMAGE:
                surface = _DAMAGE[str(each)](surface, part, defect, wires[hit])
    cover = inside(disc(part, at=(0.0, 0.0), radius=_OUTER), 2.0 * part.pixel)
    laid = lay_on_table(surface, cover, table=(0.085, 0.125, 0.175), rng=rng)
    paper = as_field(laid.albedo * (1.0 + 0.16 * mottle)[..., None])
    return replace(laid, albedo=paint(paper, laid.albedo, cover))
