"""Wooden boards with a vertical grain."""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.presets import mixture
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.glue import Glue
from defectsynth.transforms.contamination.stain import Stain
from defectsynth.transforms.contamination.streak import Streak
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.split import Split


def color() -> list[Any]:
    """Spot or stroke of paint or ink through which the grain shows.

    Drawn as a tinted `ColorSpot`, `FractalBlob` or `Streak`.
    """
    return [
        ColorSpot(
            radius_range=(0.02, 0.08),
            palettes=("red", "blue", "dark", "any"),
            tint_range=(0.3, 1.0),
            opacity_range=(0.4, 0.95),
            p=0.4,
        ),
        FractalBlob(
            look=Color(palettes=("red", "blue", "dark", "any"), tint_range=(0.3, 1.0)),
            radius_range=(0.03, 0.14),
            opacity_range=(0.4, 0.95),
            p=0.4,
        ),
        Streak(length_range=(0.15, 0.5), width_range=(0.01, 0.028), films=("ink", "grime", "rust"), p=0.2),
    ]


def hole() -> list[Any]:
    """Drilled holes, worm holes or a missing knot.

    Drawn as one to three small dark `Hole` marks.
    """
    return [
        Hole(
            radius_range=(0.01, 0.045),
            aspect_range=(0.6, 1.0),
            irregularity_range=(0.0, 0.35),
            softness_range=(0.0, 0.2),
            contrast_range=(0.25, 0.6),
            count_range=(1, 3),
            p=1.0,
        )
    ]


def liquid() -> list[Any]:
    """Spilled liquid: a dark wet stain, or shiny drops on the surface.

    Drawn as a `Stain` or as clear spots of `Glue`.
    """
    return [
        Stain(
            radius_range=(0.05, 0.22),
            cover_range=(0.4, 0.75),
            raggedness_range=(0.1, 0.5),
            films=("water", "oil", "coffee"),
            inside_range=(0.4, 1.0),
            opacity_range=(0.45, 1.0),
            p=0.6,
        ),
        Glue(
            radius_range=(0.015, 0.07),
            spots_range=(1, 6),
            palettes=("same",),
            tint_range=(0.9, 1.0),
            opacity_range=(0.6, 1.0),
            p=0.4,
        ),
    ]


def scratch() -> list[Any]:
    """Scratched board: one or several long lines, or a narrow split.

    Mostly up to four parallel `Scratch` marks, else an `Abrasion` or a `Split`.
    """
    return [
        Scratch(
            length_range=(0.15, 0.9),
            width_range=(0.004, 0.018),
            strokes_range=(1, 4),
            spacing_range=(0.01, 0.08),
            contrast_range=(0.12, 0.4),
            p=0.6,
        ),
        Abrasion(length_range=(0.15, 0.5), width_range=(0.001, 0.003), spread_range=(0.01, 0.08), p=0.25),
        Split(length_range=(0.1, 0.4), width_range=(0.003, 0.012), uneven_range=(0.2, 0.8), p=0.15),
    ]


def combined() -> list[Any]:
    """Two defects of different types in one image."""
    return mixture.combined(SINGLE)


SINGLE = mixture.defect_types(color, hole, liquid, scratch)
TYPES = {**SINGLE, **mixture.defect_types(combined)}
