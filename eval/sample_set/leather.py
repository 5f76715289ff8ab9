"""Grained leather that fills the image."""

from __future__ import annotations

import math

import cv2
import numpy as np

from eval.sample_set.defects import Defect, dent, groove, stain
from eval.sample_set.deposits import drop, ink, marker, oblong_blot
from eval.sample_set.fields import Field, Plane, as_field, blur, ramp, smooth_noise
from eval.sample_set.rendering import Surface

DEFECTS = ("color", "cut", "fold", "glue", "poke")
_CELLS = 28
_PAINTS = ((0.18, 0.20, 0.18), (0.20, 0.05, 0.03))


def _pebbles(rng: np.random.Generator, size: int) -> Field:
    """Return the distance to the nearest furrow between two pebbles of the grain, in fractions of the side."""
    spacing = size / _CELLS
    rows, columns = np.meshgrid(np.arange(-1, _CELLS + 1), np.arange(-1, _CELLS + 1), indexing="ij")
    jitter = rng.uniform(-0.42, 0.42, size=(2, *rows.shape))
    margin = round(2 * spacing)
    seeds = np.full((size + 2 * margin, size + 2 * margin), 255, dtype=np.uint8)
    at_row = np.rint((rows + 0.5 + jitter[0]) * spacing).astype(np.intp) + margin
    at_column = np.rint((columns + 0.5 + jitter[1]) * spacing).astype(np.intp) + margin
    seeds[at_row, at_column] = 0
    _, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    cells = labels.astype(np.float32)
    furrow = cv2.dilate(cells, np.ones((3, 3), dtype=np.uint8)) == cells
    distance = cv2.distanceTransform(furrow.astype(np.uint8), cv2.DIST_L2, 5)
    return as_field(distance[margin : margin + size, margin : margin + size] / size)


def _sway(rng: np.random.Generator, size: int) -> Field:
    """Return a displacement of the grain along one axis, which bends its furrows."""
    return as_field(0.0018 * smooth_noise(rng, size=size, cell=0.03) + 0.010 * smooth_noise(rng, size=size, cell=0.15))


def _hide(plane: Plane, rng: np.random.Generator) -> Surface:
    size = plane.size
    depth = _pebbles(rng, size)
    columns = as_field((plane.u + 0.5 + _sway(rng, size)) / plane.pixel - 0.5)
    rows = as_field((plane.v + 0.5 + _sway(rng, size)) / plane.pixel - 0.5)
    depth = as_field(cv2.remap(depth, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))
    relief = rng.uniform(0.85, 1.15)
    # Some furrows are shallow.
    shallow = np.clip(1.0 + 0.35 * smooth_noise(rng, size=size, cell=0.06), 0.3, 1.6)
    pebble = ramp(depth, -0.003, 0.0105)
    pores = smooth_noise(rng, size=size, cell=0.007)
    height = 0.0046 * relief * shallow * pebble + 0.0004 * pores + 0.003 * smooth_noise(rng, size=size, cell=0.25)
    cloud = 1.0 + 0.035 * smooth_noise(rng, size=size, cell=0.10) + 0.03 * pores
    dye = np.array([0.165, 0.072, 0.036], dtype=np.float32) * rng.uniform(0.9, 1.1)
    worn = (0.72 + 0.28 * pebble) * cloud
    return Surface(
        height=blur(as_field(height), 0.0018 / plane.pixel),
        albedo=as_field(dye * worn[..., None]),
        metalness=np.zeros_like(depth),
        roughness=as_field(0.42 - 0.06 * pebble + 0.02 * pores),
    )


def _damaged(surface: Surface, plane: Plane, defect: Defect) -> Surface:
    rng = defect.rng
    at = (rng.uniform(-0.32, 0.32), rng.uniform(-0.32, 0.32))
    angle = rng.uniform(0.0, math.pi)
    if defect.kind == "cut":
        return groove(
            surface,
            plane,
            at=at,
            angle=angle,
            length=defect.graded(0.07, 0.18),
            width=defect.graded(0.0040, 0.0062),
            depth=defect.graded(0.009, 0.014),
            bow=rng.uniform(-0.1, 0.1),
            fresh=(0.36, 0.27, 0.20),
            freshness=0.85,
        )
    if defect.kind == "poke":
        pushed = dent(
            surface,
            plane,
            at=at,
            radius=defect.graded(0.026, 0.040),
            depth=defect.graded(0.014, 0.026),
            angle=angle,
            oblong=rng.uniform(1.0, 1.4),
        )
        return stain(
            pushed,
            plane,
            rng,
            at=at,
            radius=defect.graded(0.011, 0.017),
            colour=(0.4, 0.4, 0.4),
            strength=0.6,
            roughness=0.7,
        )
    if defect.kind == "fold":
        return groove(
            surface,
            plane,
            at=at,
            angle=angle,
            length=defect.graded(0.20, 0.42),
            width=defect.graded(0.0090, 0.0130),
            depth=defect.graded(0.0110, 0.0170),
            bow=rng.uniform(-0.15, 0.15),
        )
    if defect.kind == "glue":
        radius = defect.graded(0.032, 0.060)
        distance = oblong_blot(plane, rng, at=at, radius=radius, oblong=rng.uniform(1.0, 1.5), irregularity=0.12)
        return drop(surface, plane, distance, depth=radius, rise=0.5 * radius, clear=(0.95, 0.85, 0.75), roughness=0.12)
    alpha = marker(
        plane,
        rng,
        at=at,
        angle=angle,
        length=defect.graded(0.07, 0.14),
        width=rng.uniform(0.014, 0.022),
        strokes=int(rng.integers(1, 4)),
        dryness=0.4,
    )
    return ink(surface, as_field(defect.graded(0.7, 1.0) * alpha), colour=_PAINTS[int(rng.integers(2))], opacity=0.9)


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the leather; grain and dye depend on `rng` alone, not on the defect."""
    surface = _hide(plane, rng)
    return surface if defect is None else _damaged(surface, plane, defect)
