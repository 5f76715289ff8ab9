"""Leather with a fine grain, lit from one side."""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.glue import Glue as GlueDrop
from defectsynth.transforms.surface.fold import Fold
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.pit import Pit
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.split import Split


def color() -> list[Any]:
    """Spot of ink, dye or paint through which the grain shows.

    Drawn as a tinted `ColorSpot` or `FractalBlob`.
    """
    return [
        ColorSpot(
            radius_range=(0.018, 0.07),
            softness_range=(0.05, 0.7),
            palettes=("red", "blue", "dark", "any"),
            tint_range=(0.4, 1.0),
            opacity_range=(0.35, 0.9),
            p=0.6,
        ),
        FractalBlob(
            look=Color(palettes=("red", "blue", "dark", "any"), tint_range=(0.4, 1.0)),
            radius_range=(0.03, 0.12),
            opacity_range=(0.35, 0.9),
            p=0.4,
        ),
    ]


def cut() -> list[Any]:
    """Cut by a blade: a thin slit with raised lips, straight or slightly curved.

    Mostly a narrow `Split`, else a single `Scratch`, dark or as a groove.
    """
    return [
        Split(length_range=(0.05, 0.28), width_range=(0.004, 0.018), lip_range=(0.05, 0.3), p=0.7),
        Scratch(
            length_range=(0.06, 0.25),
            width_range=(0.004, 0.01),
            strokes_range=(1, 1),
            tones=("dark", "relief"),
            contrast_range=(0.2, 0.45),
            p=0.3,
        ),
    ]


def fold() -> list[Any]:
    """Crease or fold across the hide: a long soft ridge or furrow.

    Drawn as one or two strokes of a `Fold`.
    """
    return [
        Fold(
            length_range=(0.25, 1.0),
            width_range=(0.01, 0.035),
            strokes_range=(1, 2),
            contrast_range=(0.16, 0.45),
            min_visibility=0.03,
            p=1.0,
        )
    ]


def glue() -> list[Any]:
    """Shiny drops or smears of glue, clear or whitish.

    Drawn as `Glue` in the colour of the leather or a light one.
    """
    return [
        GlueDrop(
            radius_range=(0.018, 0.065),
            palettes=("same", "light"),
            tint_range=(0.4, 1.0),
            opacity_range=(0.4, 0.95),
            p=1.0,
        )
    ]


def poke() -> list[Any]:
    """Poke with a pointed tool: a small hollow or hole.

    Drawn as one or two small `Pit` marks or as a `Hole` with a soft rim.
    """
    return [
        Pit(
            radius_range=(0.009, 0.026),
            spots_range=(1, 2),
            spread_range=(2.0, 6.0),
            contrast_range=(0.2, 0.5),
            wall_range=(0.5, 1.0),
            p=0.6,
        ),
        Hole(radius_range=(0.008, 0.02), irregularity_range=(0.0, 0.3), softness_range=(0.1, 0.4), p=0.4),
    ]


TYPES = defect_types(color, cut, fold, glue, poke)
