"""Hazelnut in its shell, lying on a black table at any angle."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from eval.sample_set.defects import Defect, break_away, crack, groove, lay_on_table
from eval.sample_set.fields import Field, Plane, as_field, inside, mix, paint, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("crack", "cut", "hole", "print")
_RADIUS, _DEPTH = 0.345, 0.24
_KERNEL = (0.62, 0.50, 0.34)
_LETTERS = ("0K", "H7", "2B", "LOT", "A1", "N")


def _outline(part: Plane, waves: np.ndarray) -> Field:
    """Return the radius over the outline's: 0 in the middle, 1 at the border; `u` points to the tip."""
    radius, angle = np.hypot(part.u, part.v), np.arctan2(part.v, part.u)
    border = _RADIUS * (1.0 + 0.045 * np.cos(2.0 * angle) + 0.05 * np.exp(-np.square(angle / 0.28)))
    for order, (wave, phase) in enumerate(waves, start=2):
        border = border * (1.0 + wave / order * np.cos(order * angle + phase))
    return as_field(radius / border)


def _shell(part: Plane, rng: np.random.Generator) -> tuple[Surface, Field]:
    """Return the nut, and the signed distance to its outline."""
    size = part.size
    waves = np.stack([rng.normal(0.0, 0.022, 4), rng.uniform(0.0, 6.28, 4)], axis=1)
    reach = _outline(part, waves)
    rise = np.sqrt(np.clip(1.0 - reach * reach, 0.0, 1.0))
    # Stripes run along the shell from the base to the tip.
    around = np.arcsin(
        np.clip(part.v / (_RADIUS * np.sqrt(np.clip(1.02 - np.square(part.u / 0.40), 0.03, 1.0))), -1, 1)
    )
    stripes = rng.standard_normal((6, 70), dtype=np.float32)
    columns = as_field((around / math.pi + 0.5) * 69.0)
    rows = as_field((part.u / 0.8 + 0.5) * 5.0)
    stripe = as_field(cv2.remap(stripes, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101) * 1.3)
    cloud, fine = smooth_noise(rng, size=size, cell=0.09), smooth_noise(rng, size=size, cell=0.006)
    base_at = -rng.uniform(0.12, 0.20)
    base = ramp(as_field(part.u + 0.02 * cloud + 0.008 * stripe), base_at, base_at - 0.025)
    pale = ramp(as_field(part.u + 0.03 * cloud + 0.02 * stripe), 0.30, 0.18)
    dye = np.array([0.250, 0.118, 0.052], dtype=np.float32) * rng.uniform(0.9, 1.1)
    dye *= np.exp(as_field(rng.normal(0.0, 0.02, 3)))
    albedo = as_field(dye * (1.0 + 0.16 * stripe + 0.10 * cloud + 0.04 * fine + 0.35 * (1.0 - pale))[..., None])
    cap = np.array([0.300, 0.195, 0.115], dtype=np.float32) * rng.uniform(0.85, 1.15)
    albedo = paint(albedo, as_field(cap * (1.0 + 0.13 * fine + 0.12 * cloud)[..., None]), base)
    specks = ramp(smooth_noise(rng, size=size, cell=0.012), 1.9, 2.5)
    albedo = paint(albedo, (0.09, 0.05, 0.03), as_field(rng.uniform(0.2, 0.7) * specks))
    height = 0.01 + _DEPTH * rise + 0.0016 * stripe * (1.0 - base) + 0.0013 * fine * base - 0.003 * base
    surface = Surface(
        height=as_field(height),
        albedo=albedo,
        metalness=np.zeros_like(reach),
        roughness=as_field(np.clip(rng.uniform(0.42, 0.55) + 0.3 * base + 0.05 * cloud, 0.2, 1.0)),
    )
    return surface, as_field((reach - 1.0) * _RADIUS)


def _printed(surface: Surface, part: Plane, defect: Defect, at: tuple[float, float], shell: Field) -> Surface:
    """Print letters on the shell."""
    rng = defect.rng
    word = _LETTERS[int(rng.integers(len(_LETTERS)))]
    canvas = np.zeros((200, 400), dtype=np.uint8)
    cv2.putText(canvas, word, (90, 145), cv2.FONT_HERSHEY_SIMPLEX, 4.0, 255, 16, cv2.LINE_AA)
    frame = pose(part, centre=at, angle=rng.uniform(0.0, 2.0 * math.pi))
    scale = 400.0 / defect.graded(0.28, 0.42)
    columns, rows = as_field(frame.u * scale + 200.0), as_field(frame.v * scale + 100.0)
    letters = as_field(cv2.remap(canvas, columns, rows, cv2.INTER_LINEAR)) / np.float32(255.0)
    worn = np.clip(0.75 + 0.4 * smooth_noise(rng, size=part.size, cell=0.01), 0.0, 1.0)
    alpha = as_field(letters * worn * shell * defect.graded(0.65, 0.95))
    colour = (0.55, 0.54, 0.52) if rng.uniform() < 0.6 else (0.035, 0.03, 0.035)
    return replace(surface, albedo=paint(surface.albedo, colour, alpha), roughness=mix(surface.roughness, 0.5, alpha))


def _damaged(surface: Surface, part: Plane, defect: Defect, shell: Field) -> Surface:
    rng = defect.rng
    turn, reach = rng.uniform(0.0, 2.0 * math.pi), 0.25 * math.sqrt(rng.uniform())
    at = (reach * math.cos(turn), reach * math.sin(turn))
    if defect.kind == "print":
        return _printed(surface, part, defect, at, shell)
    if defect.kind == "crack":
        return crack(
            surface,
            part,
            rng,
            at=at,
            angle=rng.normal(0.0, 0.6),
            length=defect.graded(0.25, 0.50),
            width=defect.graded(0.007, 0.014),
            depth=0.03,
            within=shell,
            wander=0.010,
        )
    if defect.kind == "cut":
        for _ in range(int(rng.integers(1, 4))):
            surface = groove(
                surface,
                part,
                at=(at[0] + rng.normal(0.0, 0.02), at[1] + rng.normal(0.0, 0.02)),
                angle=rng.uniform(0.0, math.pi),
                length=defect.graded(0.14, 0.28),
                width=defect.graded(0.005, 0.009),
                depth=0.012,
                bow=rng.uniform(-0.08, 0.08),
                fresh=_KERNEL,
                freshness=defect.graded(0.5, 0.85),
                within=shell,
            )
        return surface
    radius = defect.graded(0.022, 0.040)
    floor = as_field(surface.height - 0.06)
    rim = inside(as_field(np.abs(np.hypot(part.u - at[0], part.v - at[1]) - 1.15 * radius) - 0.15 * radius), 0.006)
    surface = replace(surface, albedo=paint(surface.albedo, _KERNEL, as_field(0.35 * rim)))
    return break_away(
        surface,
        part,
        rng,
        at=at,
        radius=radius,
        floor=floor,
        roughness=0.9,
        colour=(0.03, 0.02, 0.015),
        irregularity=0.2,
    )


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the nut on its table; pose and shell depend on `rng` alone, not on the defect."""
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.015), rng.normal(0.0, 0.015)),
        angle=rng.uniform(0.0, 2.0 * math.pi),
        scale=rng.normal(1.0, 0.03),
    )
    surface, outline = _shell(part, rng)
    shell = inside(as_field(outline + 0.01), 0.02)
    if defect is not None:
        surface = _damaged(surface, part, defect, shell)
    return lay_on_table(surface, inside(outline, 2.0 * part.pixel), table=(0.016, 0.016, 0.018), rng=rng)
