"""Moulded black chip package with two rows of gull-wing leads and a laser-marked code."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.sample_set.defects import Defect, break_away, lay_on_table
from eval.sample_set.fields import (
    Field,
    Plane,
    as_field,
    blot,
    box,
    disc,
    grain,
    inside,
    mix,
    paint,
    pose,
    ramp,
    sample_profile,
    smooth_noise,
)
from eval.sample_set.rendering import Surface

DEFECTS = ("bent_lead", "cut_lead", "chipped_case", "mould_void")
_HALF_WIDTH, _HALF_LENGTH, _BODY_HEIGHT = 0.180, 0.285, 0.060
_LEADS, _PITCH, _LEAD_WIDTH, _LEAD_LENGTH = 7, 0.076, 0.030, 0.098
_LETTERS = "ABCDEFGHKLMNPRSTUVWX"


@dataclass(frozen=True)
class _Leads:
    """Sideways shift of the tip, length and reflectance of each lead of both rows."""

    shift: NDArray[np.float32]
    length: NDArray[np.float32]
    reflectance: NDArray[np.float32]


def _sample_leads(rng: np.random.Generator) -> _Leads:
    count = 2 * _LEADS
    return _Leads(
        shift=as_field(rng.normal(0.0, 0.0009, count)),
        length=as_field(_LEAD_LENGTH + rng.normal(0.0, 0.0008, count)),
        reflectance=as_field(rng.uniform(0.62, 0.76, count)),
    )


def _damaged_leads(leads: _Leads, defect: Defect) -> _Leads:
    rng = defect.rng
    lead = int(rng.integers(2 * _LEADS))
    shift, length = leads.shift.copy(), leads.length.copy()
    if defect.kind == "bent_lead":
        shift[lead] += rng.choice([-1.0, 1.0]) * defect.graded(0.016, 0.028)
    if defect.kind == "cut_lead":
        length[lead] *= defect.graded(0.60, 0.25)
    return replace(leads, shift=shift, length=length)


def _lead_surface(part: Plane, leads: _Leads, shine: Field) -> tuple[Field, Field, Field]:
    """Return height, reflectance and coverage of all leads."""
    half = _LEADS // 2
    row = np.clip(np.rint(part.v / _PITCH), -half, half)
    lead = (row + half).astype(np.intp) + _LEADS * (part.u > 0.0)
    out = as_field(np.abs(part.u) - _HALF_WIDTH)
    reach = ramp(out, 0.015, _LEAD_LENGTH)
    across = np.abs(part.v - row * _PITCH - leads.shift[lead] * reach)
    # From the body over the shoulder down to the flat foot.
    profile = np.interp(np.linspace(0.0, 1.0, 256), (0.0, 0.24, 0.32, 0.56, 0.64, 1.0), (30, 29, 27, 9, 7, 6)) * 0.001
    profile = np.convolve(np.pad(profile, 8, mode="edge"), np.ones(17) / 17.0, mode="valid")
    # The root of a lead is wider than its foot.
    half_width = _LEAD_WIDTH / 2.0 + 0.005 * ramp(out, 0.024, 0.014)
    distance = as_field(np.maximum(across - half_width, out - leads.length[lead]))
    rounding = 0.004 * ramp(distance, -0.007, 0.0)
    height = sample_profile(as_field(profile), as_field(out / _LEAD_LENGTH)) - rounding
    return (
        as_field(height),
        as_field(leads.reflectance[lead] * (1.0 + 0.04 * shine)),
        inside(distance, 2.0 * part.pixel),
    )


def _marking(rng: np.random.Generator, part: Plane) -> Field:
    """Return the laser-marked lines along the body; the lot code differs between parts."""
    letters = [_LETTERS[index] for index in rng.integers(len(_LETTERS), size=3)]
    lot = f"{rng.integers(18, 26)}{rng.integers(1, 53):02d} {''.join(letters)}"
    canvas = np.zeros((360, 570), dtype=np.uint8)
    for text, line, size in (("DML4317", 150, 2.1), (lot, 225, 1.7), ("SG-E3", 295, 1.5)):
        cv2.putText(canvas, text, (120, line), cv2.FONT_HERSHEY_SIMPLEX, size, 255, 5, cv2.LINE_AA)
    # The text runs along the long side of the case.
    columns = as_field((_HALF_LENGTH - part.v) * (570.0 / (2.0 * _HALF_LENGTH)) + rng.normal(0.0, 5.0))
    rows = as_field((part.u + _HALF_WIDTH) * (360.0 / (2.0 * _HALF_WIDTH)) + rng.normal(0.0, 4.0))
    ink = as_field(cv2.remap(canvas, columns, rows, cv2.INTER_LINEAR)) / np.float32(255.0)
    return as_field(ink * rng.uniform(0.65, 1.0))


def _voids(surface: Surface, part: Plane, defect: Defect) -> Surface:
    """Make a cluster of open bubbles in the face of the case."""
    rng = defect.rng
    middle = (rng.uniform(-0.12, 0.12), rng.uniform(-0.22, 0.22))
    height, albedo = surface.height, surface.albedo
    for _ in range(int(rng.integers(1, 5))):
        at = (middle[0] + rng.normal(0.0, 0.014), middle[1] + rng.normal(0.0, 0.014))
        radius = defect.graded(0.014, 0.024) * rng.uniform(0.7, 1.15)
        hollow = ramp(blot(part, rng, at=at, radius=radius, irregularity=0.25), 0.15 * radius, -0.7 * radius)
        height = as_field(height - 1.1 * radius * hollow)
        albedo = paint(albedo, (0.10, 0.098, 0.094), as_field(0.55 * hollow))
    return replace(surface, height=height, albedo=albedo)


def _case(part: Plane, *, rng: np.random.Generator) -> Surface:
    """Return the moulded body: sloping sides, eroded skin, the dimple at pin 1 and the marking."""
    size = part.size
    edge = box(part, half=(_HALF_WIDTH, _HALF_LENGTH), corner=0.012)
    skin = 0.00035 * smooth_noise(rng, size=size, cell=0.006) + 0.00022 * grain(rng, size=size)
    dimple = disc(part, at=(-_HALF_WIDTH + 0.045, _HALF_LENGTH - 0.050), radius=0.019)
    ejector = disc(part, at=(0.100, -0.195), radius=0.034)
    smooth = np.maximum(inside(dimple, 0.004), 0.5 * inside(ejector, 0.004))
    height = 0.026 + (_BODY_HEIGHT - 0.026) * ramp(edge, 0.004, -0.024) + skin * (1.0 - 0.8 * smooth)
    height = height - 0.006 * ramp(dimple, 0.003, -0.012) - 0.0022 * ramp(ejector, 0.003, -0.003)
    black = rng.uniform(0.022, 0.034)
    cloud = smooth_noise(rng, size=size, cell=0.08)
    tone = np.array([1.0, 0.99, 0.98], dtype=np.float32)
    ink = as_field(_marking(rng, part) * np.clip(0.85 + 0.25 * smooth_noise(rng, size=size, cell=0.008), 0.0, 1.0))
    albedo = paint(as_field((black * (1.0 + 0.08 * cloud))[..., None] * tone), (0.21, 0.21, 0.20), ink)
    roughness = mix(np.full_like(edge, rng.uniform(0.44, 0.54)), 0.3, as_field(smooth))
    return Surface(as_field(height), albedo, np.zeros_like(edge), roughness)


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the package on its table; pose and finish depend on `rng` alone, not on the defect."""
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.010), rng.normal(0.0, 0.010)),
        angle=math.radians(rng.normal(0.0, 1.5)),
        scale=rng.normal(1.18, 0.009),
    )
    leads = _sample_leads(rng)
    if defect is not None:
        leads = _damaged_leads(leads, defect)
    case = _case(part, rng=rng)
    shine = smooth_noise(rng, size=plane.size, cell=0.01)
    lead_height, lead_bright, lead_cover = _lead_surface(part, leads, shine)
    body = inside(box(part, half=(_HALF_WIDTH, _HALF_LENGTH), corner=0.012), 2.0 * part.pixel)
    if defect is not None and defect.kind == "mould_void":
        case = _voids(case, part, defect)
    if defect is not None and defect.kind == "chipped_case":
        corner = defect.rng.choice([-1.0, 1.0], size=2)
        case = break_away(
            case,
            part,
            defect.rng,
            at=(float(corner[0]) * _HALF_WIDTH, float(corner[1]) * _HALF_LENGTH),
            radius=defect.graded(0.038, 0.062),
            floor=0.010,
            roughness=0.7,
            colour=(0.105, 0.102, 0.097),
        )
    tin = np.array([1.0, 0.985, 0.96], dtype=np.float32)
    whole = Surface(
        height=mix(lead_height, case.height, body),
        albedo=paint(as_field(lead_bright[..., None] * tin), case.albedo, body),
        metalness=as_field(1.0 - body),
        roughness=mix(as_field(0.26 + 0.02 * shine), case.roughness, body),
    )
    cover = as_field(np.maximum(lead_cover, body))
    return lay_on_table(whole, cover, table=(0.42, 0.45, 0.44), rng=rng)
