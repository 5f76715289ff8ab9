"""Head of a toothbrush from above: coloured bristles in tufts, on black."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.sample_set.defects import Defect, lay_on_table
from eval.sample_set.deposits import fray
from eval.sample_set.fields import Colour, Plane, as_field, box, inside, mix, paint, pose, ramp, smooth_noise
from eval.sample_set.rendering import Surface
from eval.sample_set.scatter import nearest, packed

DEFECTS = ("defective",)
_HALF = (0.185, 0.385)
_COLUMNS, _ROWS, _STEP_U, _STEP_V = 4, 10, 0.080, 0.069
_TUFT, _SPACING, _TIP = 0.031, 0.0125, 0.0054
_PLATE, _TOP = 0.03, 0.10
_SCHEMES: tuple[tuple[Colour, Colour, Colour], ...] = (  # outer tufts, inner tufts, first rows
    ((0.62, 0.64, 0.62), (0.10, 0.28, 0.55), (0.62, 0.64, 0.62)),
    ((0.12, 0.45, 0.30), (0.62, 0.63, 0.58), (0.12, 0.45, 0.30)),
    ((0.60, 0.58, 0.55), (0.62, 0.20, 0.16), (0.58, 0.50, 0.12)),
)


@dataclass(frozen=True)
class _Bristles:
    """Tip of each bristle, the number of its tuft, its height and its shade."""

    tips: NDArray[np.float32]
    tuft: NDArray[np.intp]
    height: NDArray[np.float32]
    shade: NDArray[np.float32]


def _is_inner(tuft: int) -> bool:
    return tuft % _COLUMNS in {1, 2}


def _roots() -> NDArray[np.float32]:
    """Return where the tufts are set into the head, row by row; the rows at both ends are narrower."""
    rows, columns = np.divmod(np.arange(_COLUMNS * _ROWS), _COLUMNS)
    v = (rows - 0.5 * (_ROWS - 1)) * _STEP_V
    u = (columns - 0.5 * (_COLUMNS - 1)) * _STEP_U * np.where((rows == 0) | (rows == _ROWS - 1), 0.72, 1.0)
    return as_field(np.stack([u, v], axis=1))


def _sample_bristles(rng: np.random.Generator) -> _Bristles:
    tips, tufts, heights, shades = [], [], [], []
    for number, root in enumerate(_roots()):
        own = packed(rng, spacing=_SPACING, radius=_TUFT, jitter=0.22)
        lean = rng.normal(0.0, 0.004, 2) + 0.05 * root * rng.uniform(0.6, 1.4)
        spread = rng.uniform(1.05, 1.25)
        tips.append(root + spread * own + lean)
        tufts.append(np.full(len(own), number, dtype=np.intp))
        heights.append(
            _TOP + rng.normal(0.0, 0.004) + rng.normal(0.0, 0.003, len(own)) - 1.5 * np.square(own).sum(axis=1)
        )
        shades.append(np.exp(rng.normal(0.0, 0.06) + rng.normal(0.0, 0.12, len(own))))
    return _Bristles(
        as_field(np.concatenate(tips)),
        np.concatenate(tufts),
        as_field(np.concatenate(heights)),
        as_field(np.concatenate(shades)),
    )


def _damaged(bristles: _Bristles, defect: Defect, tuft: int) -> _Bristles:
    """Splay a tuft, pull it out in part, or press two neighbours flat."""
    rng = defect.rng
    tips, height = bristles.tips.copy(), bristles.height.copy()
    hit = np.flatnonzero(bristles.tuft == tuft)
    root, turn = tips[hit].mean(axis=0), rng.uniform(0.0, 2.0 * math.pi)
    towards = as_field(np.array([math.cos(turn), math.sin(turn)]))
    way = int(rng.integers(3))
    if way == 0:  # splayed
        tips[hit] += (tips[hit] - root) * defect.graded(0.9, 1.6) + towards * defect.graded(0.020, 0.040)
        height[hit] -= 0.012
    elif way == 1:  # bristles are missing
        gone = rng.permutation(hit)[: math.ceil(defect.graded(0.75, 1.0) * len(hit))]
        kept = np.setdiff1d(np.arange(len(tips)), gone)
        return _Bristles(tips[kept], bristles.tuft[kept], height[kept], bristles.shade[kept])
    else:  # pressed to one side
        near = np.hypot(*(tips - root).T) < defect.graded(0.075, 0.12)
        tips[near] += towards * defect.graded(0.026, 0.042) + as_field(rng.normal(0.0, 0.004, (int(near.sum()), 2)))
        height[near] -= 0.020
    return _Bristles(tips, bristles.tuft, height, bristles.shade)


def build(plane: Plane, *, rng: np.random.Generator, defect: Defect | None) -> Surface:
    """Return the brush on its table; pose and bristles depend on `rng` alone, not on the defect."""
    part = pose(
        plane,
        centre=(rng.normal(0.0, 0.010), rng.normal(0.0, 0.012)),
        angle=math.radians(rng.normal(0.0, 2.0)),
        scale=rng.normal(1.2, 0.015),
    )
    scheme = _SCHEMES[int(rng.integers(len(_SCHEMES)))]
    bristles = _sample_bristles(rng)
    cloud = smooth_noise(rng, size=plane.size, cell=0.05)
    plastic = (rng.uniform(0.35, 0.5), rng.uniform(0.40, 0.5), rng.uniform(0.45, 0.55))
    tuft = 0
    if defect is not None:
        tuft = int(defect.rng.integers(_COLUMNS * _ROWS))
        bristles = _damaged(bristles, defect, tuft)
    colours = np.array(
        [scheme[2] if number // _COLUMNS == 0 else scheme[int(_is_inner(number))] for number in range(len(_roots()))],
        dtype=np.float32,
    )
    edge = box(part, half=_HALF, corner=_HALF[0] - 0.005)
    plate = inside(edge, 2.0 * part.pixel)
    tip = nearest(part, bristles.tips)
    end = as_field(tip.distance - _TIP)
    cover = inside(end, 2.0 * part.pixel)
    # Between two tips one looks down into the tuft.
    depth = as_field(np.maximum(tip.distance - _TIP, 0.0))
    inner = ramp(depth, 0.016, 0.0)
    own = colours[bristles.tuft[tip.number]] * bristles.shade[tip.number][..., None]
    dark = as_field(own * (0.20 + 0.10 * inner)[..., None])
    albedo = np.broadcast_to(np.array(plastic, dtype=np.float32), (*edge.shape, 3))
    albedo = paint(as_field(albedo * (0.5 + 0.03 * cloud)[..., None]), dark, inner)
    albedo = paint(albedo, as_field(own), cover)
    tops = bristles.height[tip.number] + 0.003 * ramp(end, 0.0, -_TIP)
    height = _PLATE - 0.01 * ramp(edge, -0.02, 0.0) + (_TOP - 0.03 - _PLATE) * inner
    surface = Surface(
        height=mix(as_field(height), as_field(tops), cover),
        albedo=albedo,
        metalness=np.zeros_like(edge),
        roughness=mix(np.full_like(edge, 0.4), 0.35, cover),
    )
    whole = as_field(np.maximum(plate, np.maximum(cover, 0.999 * inside(as_field(depth - 0.010), 0.004))))
    if defect is not None and defect.rng.uniform() < 0.7:  # single bristles stick out
        root = _roots()[tuft]
        surface = fray(
            surface,
            part,
            defect.rng,
            at=(float(root[0]), float(root[1])),
            angle=defect.rng.uniform(0.0, 2.0 * math.pi),
            spread=0.5,
            count=int(defect.rng.integers(3, 8)),
            length=defect.graded(0.08, 0.14),
            width=1.2 * _TIP,
            colour=scheme[int(_is_inner(tuft))],
            lift=0.012,
            roughness=0.3,
        )
    return lay_on_table(surface, whole, table=(0.020, 0.020, 0.022), rng=rng)
