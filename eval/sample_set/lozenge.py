"""Glossy two-layer lozenge with a white and a coloured half, a score line and an embossed imprint."""

from __future__ import annotations

import math

import cv2
import numpy as np

from eval.sample_set.defects import Defect, break_away, crack, lay_on_table, stain
from eval.sample_set.fields import Field, Plane, as_field, blot, blur, bump, inside, paint, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("chipped_edge", "crack", "discoloured_patch", "faulty_imprint")
_HALF_LENGTH, _HALF_WIDTH = 0.385, 0.250
_WALL, _DOME = 0.030, 0.062
_IMPRINT_DEPTH = 0.0075


def _imprint(part: Plane) -> Field:
    """Return the depth of the imprint, in [0, 1], with soft walls."""
    canvas = np.zeros((320, 512), dtype=np.uint8)
    for text, column in (("DS", 84), ("40", 300)):
        cv2.putText(canvas, text, (column, 198), cv2.FONT_HERSHEY_DUPLEX, 3.0, 255, 11, cv2.LINE_AA)
    columns = as_field((part.u + 0.4) * (512.0 / 0.8))
    rows = as_field((part.v + 0.25) * (320.0 / 0.5))
    pressed = cv2.remap(as_field(canvas) / np.float32(255.0), columns, rows, cv2.INTER_LINEAR)
    return blur(as_field(pressed), 0.0035 / part.pixel)


def _fill_imprint(pressed: Field, part: Plane, defect: Defect) -> Field:
    """Fill part of the imprint with powder."""
    rng = defect.rng
    at = (float(rng.choice([-1.0, 1.0])) * rng.uniform(0.09, 0.20), rng.uniform(-0.04, 0.04))
    region = blot(part, rng, at=at, radius=defect.graded(0.035, 0.075), irregularity=0.3)
    return as_field(pressed * (1.0 - defect.graded(0.75, 1.0) * inside(region, 0.03)))


def _colours(rng: np.random.Generator, part: Plane) -> Field:
    """Return the albedo of two layers that meet at the score line, with specks."""
    size = part.size
    seam = part.u + 0.0022 * smooth_noise(rng, size=size, cell=0.06)
    shade = rng.uniform(0.92, 1.08)
    white = np.array([0.62, 0.605, 0.56], dtype=np.float32) * rng.uniform(0.95, 1.03)
    tinted = np.array([0.34, 0.075, 0.052], dtype=np.float32) * shade
    cloud = 1.0 + 0.015 * smooth_noise(rng, size=size, cell=0.05) + 0.012 * smooth_noise(rng, size=size, cell=0.008)
    albedo = paint(as_field(white * cloud[..., None]), as_field(tinted * cloud[..., None]), ramp(seam, -0.006, 0.006))
    specks = smooth_noise(rng, size=size, cell=0.014) + 0.5 * smooth_noise(rng, size=size, cell=0.006)
    threshold = rng.uniform(2.6, 3.0)
    alpha = as_field(0.45 * ramp(specks, threshold, threshold + 0.9))
    return paint(albedo, as_field(albedo * np.array([0.72, 0.55, 0.45], dtype=np.float32)), alpha)


def _damaged(surface: Surface, part: Plane, defect: Defect) -> Surface:
    rng = defect.rng
    turn = rng.uniform(0.0, 2.0 * math.pi)
    if defect.kind == "chipped_edge":
        side = float(rng.choice([0.0, math.pi])) + rng.normal(0.0, 0.7)
        return break_away(
            surface,
            part,
            rng,
            at=(1.08 * _HALF_LENGTH * math.cos(side), 1.08 * _HALF_WIDTH * math.sin(side)),
            radius=defect.graded(0.056, 0.086),
            floor=-0.05,
            roughness=0.9,
            colour=(0.62, 0.58, 0.51) if math.cos(side) < 0.0 else (0.40, 0.17, 0.13),
            ruggedness=0.0025,
            irregularity=0.2,
        )
    share = rng.uniform(0.1, 0.7)
    at = (share * _HALF_LENGTH * math.cos(turn), share * _HALF_WIDTH * math.sin(turn))
    if defect.kind == "crack":
        return crack(
            surface,
            part,
            rng,
            at=at,
            angle=rng.uniform(0.0, math.pi),
            length=defect.graded(0.10, 0.26),
            width=defect.graded(0.0022, 0.0034),
            depth=defect.graded(0.004, 0.008),
        )
    if defect.kind == "discoloured_patch":
        return stain(
            surface,
            part,
            rng,
            at=at,
            radius=defect.graded(0.032, 0.060),
            colour=(0.86, 0.74, 0.50) if at[0] < 0.0 else (0.55, 0.60, 0.62),
            strength=defect.graded(0.55, 0.9),
            roughness=0.35,
        )
    return surface


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the lozenge on a dark tray; pose and finish depend on `rng` alone, not on the defect."""
    size = plane.size
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.010), rng.normal(0.0, 0.010)),
        angle=math.radians(rng.normal(0.0, 4.0)),
        scale=rng.normal(1.0, 0.010),
    )
    radius = as_field(np.hypot(part.u / _HALF_LENGTH, part.v / _HALF_WIDTH))
    distance = as_field((radius - 1.0) * _HALF_WIDTH)
    pressed = _imprint(part)
    if defect is not None and defect.kind == "faulty_imprint":
        pressed = _fill_imprint(pressed, part, defect)
    depth = _IMPRINT_DEPTH * rng.uniform(0.85, 1.1)
    dome = np.sqrt(np.clip(1.0 - np.square(radius / 1.02), 0.0, 1.0))
    height = _WALL + _DOME * dome - depth * pressed
    height -= 0.013 * bump(part.u, 0.009) * ramp(radius, 1.0, 0.9)
    height += 0.0003 * smooth_noise(rng, size=size, cell=0.05) + 0.00008 * smooth_noise(rng, size=size, cell=0.010)
    surface = Surface(
        height=as_field(height),
        albedo=_colours(rng, part),
        metalness=np.zeros_like(radius),
        roughness=as_field(rng.uniform(0.11, 0.16) + 0.01 * smooth_noise(rng, size=size, cell=0.02)),
    )
    if defect is not None:
        surface = _damaged(surface, part, defect)
    return lay_on_table(surface, inside(distance, 2.0 * part.pixel), table=(0.030, 0.034, 0.045), rng=rng)
