"""Shiny metal nuts with four bent claws on a dark ground, in any orientation."""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.streak import Streak
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.dent import Dent
from defectsynth.transforms.deformation.squeeze import Squeeze
from defectsynth.transforms.structural.displaced_part import FlippedPart, RotatedPart
from defectsynth.transforms.structural.missing_part import CutPart
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.scratch import Scratch


def bent() -> list[Any]:
    """Bent, dented or flattened claw or rim.

    Mostly a `BentEdge` or a claw turned by `RotatedPart`, else a `Dent` of the outline, a `Squeeze` or a `CutPart`.
    """
    return [
        BentEdge(amount_range=(0.012, 0.045), extent_range=(0.05, 0.12), p=0.35),
        RotatedPart(part_kinds=("lead",), angle_range=(9.0, 34.0), p=0.3),
        Dent(where="edge", amount_range=(0.1, 0.25), radius_range=(0.05, 0.12), contrast_range=(0.15, 0.45), p=0.15),
        Squeeze(radius_range=(0.05, 0.12), p=0.1),
        CutPart(keep_range=(0.3, 0.8), p=0.1),
    ]


def color() -> list[Any]:
    """Paint or marker on the metal, opaque or as a film.

    Drawn as a `ColorSpot`, `FractalBlob` or `Streak`.
    """
    return [
        ColorSpot(
            where="object",
            radius_range=(0.025, 0.09),
            palettes=("red", "blue", "rust", "any"),
            tint_range=(0.2, 1.0),
            opacity_range=(0.45, 1.0),
            p=0.45,
        ),
        FractalBlob(
            where="object",
            look=Color(palettes=("red", "blue", "rust", "any"), tint_range=(0.2, 1.0)),
            radius_range=(0.05, 0.15),
            opacity_range=(0.45, 1.0),
            p=0.35,
        ),
        Streak(where="object", length_range=(0.1, 0.4), width_range=(0.01, 0.024), films=("ink", "rust"), p=0.2),
    ]


def flip() -> list[Any]:
    """Nut that lies the wrong way up, so that its claws point the other way round.

    Drawn by mirroring the whole nut with `FlippedPart`.
    """
    return [FlippedPart(part_kinds=("object",), p=1.0)]


def scratch() -> list[Any]:
    """Scored metal: one or several scratches, or a rubbed area.

    Mostly up to four parallel `Scratch` marks, else an `Abrasion`.
    """
    return [
        Scratch(
            where="object",
            length_range=(0.08, 0.4),
            width_range=(0.004, 0.016),
            strokes_range=(1, 4),
            contrast_range=(0.12, 0.4),
            p=0.65,
        ),
        Abrasion(where="object", length_range=(0.08, 0.3), spread_range=(0.01, 0.05), p=0.35),
    ]


TYPES = defect_types(bent, color, flip, scratch)
