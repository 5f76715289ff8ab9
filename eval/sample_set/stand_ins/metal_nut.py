"""Stamped metal nut with four swept prongs, a threaded bore and a brushed face, on a black table."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from eval.sample_set.defects import Defect, groove, lay_on_table
from eval.sample_set.deposits import ink, marker
from eval.sample_set.fields import (
    Field,
    Plane,
    as_field,
    blot,
    bump,
    inside,
    mix,
    paint,
    polar,
    pose,
    ramp,
    sample_profile,
    smooth_noise,
)
from eval.sample_set.rendering import Surface

DEFECTS = ("bent", "color", "flip", "scratch")
_PRONGS = 4
_BORE, _RING, _FACE = 0.125, 0.172, 0.305
_THICKNESS = 0.05
# Radius of the outline over one quarter turn: the back of a prong, its tip, its long flank, the notch.
_TURNS = (0.0, 0.05, 0.09, 0.14, 0.30, 0.47, 0.52, 0.62, 0.78, 0.93, 1.0)
_RADII = (0.318, 0.345, 0.425, 0.462, 0.470, 0.462, 0.445, 0.392, 0.343, 0.316, 0.318)
_INKS = ((0.45, 0.05, 0.12), (0.05, 0.045, 0.06), (0.06, 0.10, 0.40))


def _outline(angle: Field) -> Field:
    """Return the radius of the outline at every angle."""
    turn = angle / (2.0 * math.pi) * _PRONGS
    profile = np.interp(np.linspace(0.0, 1.0, 256), _TURNS, _RADII)
    return sample_profile(as_field(profile), as_field(turn - np.floor(turn)))


def _bend(part: Plane, defect: Defect) -> tuple[Field, Field, Field]:
    """Return where a prong is folded down, the signed distance to the flank that appears, and the fold's slope."""
    rng = defect.rng
    prong = 2.0 * math.pi * (int(rng.integers(_PRONGS)) + rng.uniform(0.12, 0.45)) / _PRONGS
    # Fold along a line across the direction `lean` from the prong's own.
    lean, reach = rng.normal(0.0, 0.45), float(_outline(as_field(np.array([[prong]])))[0, 0])
    turned = pose(part, centre=(0.0, 0.0), angle=prong + lean)
    start, aside = reach * math.cos(lean) - defect.graded(0.035, 0.085), -reach * math.sin(lean)
    beyond = as_field(turned.u - start)
    flank_middle = (start + 0.012, aside + rng.normal(0.0, 0.015))
    flank = blot(turned, rng, at=flank_middle, radius=defect.graded(0.030, 0.055), irregularity=0.3)
    near = as_field(np.abs(turned.v - aside) - 0.20)
    return as_field(np.maximum(-beyond, near)), as_field(np.maximum(flank, -beyond)), beyond


def _brushed(rng: np.random.Generator, radius: Field, angle: Field) -> Field:
    """Return streaks along circles, broken along the turn, with standard deviation near 1."""
    streaks = rng.standard_normal((90, 40), dtype=np.float32)
    streaks[:, -4:] = streaks[:, :4]
    rows, columns = as_field(radius / 0.6 * 89.0), as_field(angle / (2.0 * math.pi) * 35.0)
    return as_field(cv2.remap(streaks, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101) * 1.3)


def _face(part: Plane, rng: np.random.Generator, *, is_flipped: bool) -> Surface:
    """Return one face of the nut, without its outline."""
    size = part.size
    radius, angle = polar(part)
    arcs = _brushed(rng, radius, angle)
    grit, cloud = smooth_noise(rng, size=size, cell=0.0045), smooth_noise(rng, size=size, cell=0.08)
    worn = ramp(smooth_noise(rng, size=size, cell=0.03), 0.2, 1.6)
    bright, relief = rng.uniform(0.30, 0.40), rng.uniform(0.7, 1.3)
    tone = np.array([0.90, 1.03, 0.95], dtype=np.float32) + as_field(rng.normal(0.0, 0.015, 3))
    groove_at = _FACE + rng.normal(0.0, 0.004)
    inner = ramp(radius, groove_at, groove_at - 0.012)
    height = _THICKNESS + relief * (0.0010 * grit * (0.4 + 0.6 * inner) + 0.0009 * arcs * (1.0 - inner))
    height += 0.0015 * cloud - 0.003 * bump(as_field(radius - groove_at), 0.004)
    level = 1.0 + 0.10 * arcs * (1.0 - inner) + 0.12 * grit * inner - 0.18 * inner + 0.25 * worn * (1.0 - inner)
    ring = inside(as_field(np.abs(radius - 0.5 * (_BORE + _RING)) - 0.5 * (_RING - _BORE)), 0.006)
    if is_flipped:  # a raised, turned collar, and a smooth face that falls away from it
        height += 0.030 * ramp(radius, 0.225, 0.180) - 0.010 * ramp(radius, 0.25, 0.46)
        level = 0.85 + 0.06 * arcs + 0.45 * ramp(radius, 0.182, 0.176) * (1.0 + 0.3 * arcs) + 0.1 * cloud
    else:
        height -= 0.014 * ring + 0.004 * np.sin((radius - _BORE) / 0.0075) * ring
        level = mix(as_field(level), as_field(0.75 + 0.3 * arcs), ring)
    albedo = as_field((bright * np.clip(level, 0.15, 2.2))[..., None] * tone)
    albedo = paint(albedo, as_field(np.array([0.42, 0.48, 0.58], dtype=np.float32) * bright), as_field(0.6 * ring))
    return Surface(
        height=as_field(height),
        albedo=albedo,
        metalness=np.full_like(radius, 0.9),
        roughness=as_field(0.40 + 0.06 * grit * inner + 0.04 * cloud),
    )


def _marked(surface: Surface, part: Plane, defect: Defect) -> Surface:
    """Draw on a prong with a pen, or scratch the face."""
    rng = defect.rng
    turn, distance = rng.uniform(0.0, 2.0 * math.pi), rng.uniform(0.20, 0.38)
    at = (distance * math.cos(turn), distance * math.sin(turn))
    angle = rng.uniform(0.0, math.pi)
    if defect.kind == "color":
        alpha = marker(
            part,
            rng,
            at=at,
            angle=angle,
            length=defect.graded(0.06, 0.16),
            width=rng.uniform(0.012, 0.022),
            strokes=int(rng.integers(2, 6)),
            dryness=0.4,
        )
        colour = _INKS[int(rng.integers(len(_INKS)))]
        return ink(surface, as_field(defect.graded(0.75, 1.0) * alpha), colour=colour, opacity=0.75)
    for _ in range(int(rng.integers(5, 14))):
        surface = groove(
            surface,
            part,
            at=(at[0] + rng.normal(0.0, 0.018), at[1] + rng.normal(0.0, 0.018)),
            angle=angle + rng.normal(0.0, 0.07),
            length=defect.graded(0.05, 0.15) * rng.uniform(0.5, 1.0),
            width=defect.graded(0.0018, 0.0028),
            depth=defect.graded(0.0018, 0.0035),
            bow=rng.uniform(-0.06, 0.06),
            fresh=(0.85, 0.82, 0.76),
            freshness=0.9,
        )
    return surface


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the nut on its table; pose and finish depend on `rng` alone, not on the defect."""
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.012), rng.normal(0.0, 0.012)),
        angle=rng.uniform(0.0, 2.0 * math.pi),
        scale=rng.normal(0.98, 0.012),
    )
    kind = None if defect is None else defect.kind
    seen = replace(part, u=as_field(-part.u)) if kind == "flip" else part
    surface = _face(seen, rng, is_flipped=kind == "flip")
    radius, angle = polar(seen)
    outline = as_field(radius - _outline(angle))
    # Rounded by the punch: the rim falls off and catches the light.
    rounding = ramp(outline, -0.014, 0.0)
    surface = replace(surface, height=as_field(surface.height - 0.016 * rounding))
    cover = as_field(inside(outline, 2.0 * part.pixel) * inside(as_field(_BORE - radius), 2.0 * part.pixel))
    if defect is not None and kind == "bent":
        folded, flank, beyond = _bend(part, defect)
        gone = inside(folded, 2.0 * part.pixel)
        slope = ramp(beyond, -0.05, 0.0) * inside(as_field(folded - 0.05), 0.01)
        side = inside(flank, 2.0 * part.pixel)
        tint = as_field(0.25 * surface.albedo + 0.02)
        surface = replace(
            surface,
            height=mix(as_field(surface.height - 0.012 * slope), as_field(0.02 - 0.12 * beyond), side),
            albedo=paint(surface.albedo, tint, side),
        )
        cover = as_field(np.maximum(cover * (1.0 - gone), side))
    elif defect is not None and kind in {"color", "scratch"}:
        surface = _marked(surface, part, defect)
    return lay_on_table(surface, cover, table=(0.012, 0.012, 0.016), rng=rng)
