"""Tilted mesh of bent wires in front of a bright ground, which fills the image; its camera is monochrome."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from eval.sample_set.defects import Defect
from eval.sample_set.deposits import drop, fray, lay_rod, metal_chip, oblong_blot, somewhere
from eval.sample_set.fields import Field, Plane, as_field, bump, inside, mix, paint, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("bent", "broken", "glue", "metal_contamination", "thread")
_WIRE = (0.115, 0.115, 0.115)
_HEIGHT = 0.03


@dataclass(frozen=True)
class _Mesh:
    """Wires that run along `u`: distance and period of the wires, their swing and half width."""

    pitch: float
    period: float
    swing: float
    half_width: float
    phase: float


@dataclass(frozen=True)
class _Fault:
    """Wire `row` near `at`: `shift` across its course over `reach`, or no wire at all there."""

    row: int
    at: float
    reach: float
    shift: float
    is_gap: bool


def _swing(mesh: _Mesh, along: Field | float) -> tuple[Field, Field]:
    """Return how far even wires lie from their middle, and their slope; odd wires swing against them."""
    turn = 2.0 * math.pi / mesh.period
    cosine, sine = np.cos(np.asarray(along) * turn + mesh.phase), np.sin(np.asarray(along) * turn + mesh.phase)
    # Flat where two wires touch.
    course = mesh.swing * cosine * (1.25 - 0.25 * cosine * cosine)
    return as_field(course), as_field(-mesh.swing * turn * sine * (1.25 - 0.75 * cosine * cosine))


def _wires(part: Plane, mesh: _Mesh, faults: list[_Fault]) -> tuple[Field, Field]:
    """Return the signed distance to the wires, and the height of their upper sides."""
    nearest = np.full_like(part.u, 1.0)
    rows = math.ceil(0.85 / mesh.pitch)
    course, slope = _swing(mesh, part.u)
    steep = 1.0 / np.sqrt(1.0 + slope * slope)
    for row in range(-rows, rows + 1):
        off = part.v - row * mesh.pitch - (course if row % 2 == 0 else -course)
        across = np.abs(off) * steep
        for fault in faults:
            if fault.row != row:
                continue
            near = (part.u - fault.at) / fault.reach
            if fault.is_gap:
                across = across + ramp(as_field(np.abs(near)), 1.05, 0.95)
            else:
                fade = np.exp(-near * near)
                bend = fault.shift * (2.2 * np.cos(2.2 * near) - 2.0 * near * np.sin(2.2 * near)) * fade / fault.reach
                own = slope * (1.0 if row % 2 == 0 else -1.0) + bend
                across = np.abs(off - fault.shift * np.sin(2.2 * near) * fade) / np.sqrt(1.0 + own * own)
        np.minimum(nearest, across, out=nearest)
    top = mesh.half_width * np.sqrt(np.clip(1.0 - np.square(nearest / mesh.half_width), 0.0, 1.0))
    return as_field(nearest - mesh.half_width), as_field(top)


def _sample_faults(mesh: _Mesh, defect: Defect) -> list[_Fault]:
    rng = defect.rng
    if defect.kind not in {"bent", "broken"}:
        return []
    rows = math.floor(0.36 / mesh.pitch)
    return [
        _Fault(
            row=int(rng.integers(-rows, rows + 1)),
            at=rng.uniform(-0.36, 0.36),
            reach=mesh.period * (rng.uniform(0.13, 0.24) if defect.kind == "bent" else defect.graded(0.22, 0.42)),
            shift=float(rng.choice([-1.0, 1.0])) * mesh.pitch * defect.graded(0.35, 0.6),
            is_gap=defect.kind == "broken",
        )
        for _ in range(int(rng.integers(2, 5)))
    ]


def _damaged(surface: Surface, part: Plane, mesh: _Mesh, defect: Defect, faults: list[_Fault]) -> Surface:
    rng = defect.rng
    if defect.kind == "broken":  # the loose ends curl
        for fault in faults:
            for side in (-1.0, 1.0):
                end = fault.at + side * fault.reach
                swing = float(_swing(mesh, end)[0])
                across = fault.row * mesh.pitch + (swing if fault.row % 2 == 0 else -swing)
                surface = fray(
                    surface,
                    part,
                    rng,
                    at=(end, across),
                    angle=0.5 * math.pi * (1.0 + side) + rng.normal(0.0, 0.9),
                    spread=0.2,
                    count=1,
                    length=0.75 * fault.reach,
                    width=1.5 * mesh.half_width,
                    colour=_WIRE,
                    lift=_HEIGHT,
                    roughness=0.4,
                )
        return surface
    at = somewhere(rng)
    if defect.kind == "glue":
        distance = oblong_blot(part, rng, at=at, radius=defect.graded(0.035, 0.060), oblong=rng.uniform(1.0, 2.0))
        clear = (defect.graded(0.85, 0.62),) * 3
        return drop(surface, part, distance, depth=0.015, rise=0.012, clear=clear, veil=0.09, roughness=0.15)
    if defect.kind == "metal_contamination":
        return metal_chip(
            replace(surface, height=as_field(np.maximum(surface.height, 0.7 * _HEIGHT))),
            part,
            rng,
            at=at,
            radius=defect.graded(0.016, 0.028),
            oblong=rng.uniform(1.5, 3.0),
            bright=rng.uniform(0.25, 0.7),
        )
    return lay_rod(
        surface,
        part,
        at=at,
        angle=rng.uniform(0.0, math.pi),
        length=defect.graded(0.25, 0.50),
        width=defect.graded(0.008, 0.012),
        colour=(0.45, 0.45, 0.45) if rng.uniform() < 0.5 else (0.13, 0.13, 0.13),
        bow=rng.uniform(-0.3, 0.3),
        lift=_HEIGHT,
        roughness=0.9,
    )


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the mesh before its ground; pose and light depend on `rng` alone, not on the defect."""
    size = plane.size
    angle = math.radians(rng.uniform(-14.0, 14.0))
    part = pose(plane, centre=(rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1)), angle=angle)
    pitch = rng.uniform(0.072, 0.084)
    mesh = _Mesh(
        pitch=pitch,
        period=pitch * rng.uniform(2.5, 3.0),
        swing=pitch * rng.uniform(0.36, 0.40),
        half_width=pitch * rng.uniform(0.115, 0.145),
        phase=rng.uniform(0.0, 6.28),
    )
    bright = rng.uniform(0.36, 0.54)
    cloud, dirt = smooth_noise(rng, size=size, cell=0.4), smooth_noise(rng, size=size, cell=0.008)
    lines = smooth_noise(rng, size=size, cell=0.01)
    polish = rng.uniform(0.25, 0.5)
    faults = [] if defect is None else _sample_faults(mesh, defect)
    distance, dome = _wires(part, mesh, faults)
    wire = inside(distance, 1.5 * part.pixel)
    ground = bright * (1.0 + 0.06 * cloud + 0.02 * dirt) * (1.0 - 0.35 * bump(as_field(distance - 0.002), 0.010))
    albedo = as_field(ground[..., None] * np.ones(3, dtype=np.float32))
    surface = Surface(
        height=mix(np.zeros_like(wire), as_field(_HEIGHT + dome + 0.0003 * lines), wire),
        albedo=paint(albedo, _WIRE, wire),
        metalness=as_field(0.4 * wire),
        roughness=mix(np.full_like(wire, 0.9), as_field(polish + 0.05 * lines), wire),
    )
    return surface if defect is None else _damaged(surface, part, mesh, defect, faults)
