"""Leather with a fine grain, lit from one side.

Judged on real images by eye, measured on none. Recognised at a second look: poke, because a real one draws the grain
together around it.
"""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.places.in_frame import InFrame
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.clear_drop import ClearDrop
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.marker import MarkerStroke
from defectsynth.transforms.deformation.dent import Bulge
from defectsynth.transforms.surface.fold import Fold
from defectsynth.transforms.surface.tear import Tear


def color() -> list[Any]:
    """Spot of ink, dye or paint through which the grain shows.

    Drawn as a tinted `ColorSpot` or `FractalBlob`, or as a short `MarkerStroke`.
    """
    return [
        ColorSpot(
            radius_range=(0.012, 0.04),
            aspect_range=(0.4, 1.0),
            irregularity_range=(0.2, 0.6),
            softness_range=(0.1, 0.8),
            spots_range=(1, 2),
            palettes=("red", "blue", "dark", "gray"),
            tint_range=(0.7, 1.0),
            opacity_range=(0.35, 0.85),
            p=0.4,
        ),
        FractalBlob(
            look=Color(palettes=("red", "blue", "dark", "gray"), tint_range=(0.6, 1.0)),
            radius_range=(0.02, 0.06),
            opacity_range=(0.35, 0.85),
            p=0.3,
        ),
        MarkerStroke(
            where="anywhere",
            length_range=(0.03, 0.12),
            width_range=(0.005, 0.014),
            strokes_range=(1, 3),
            bend_range=(-60.0, 60.0),
            opacity_range=(0.5, 0.9),
            p=0.3,
        ),
    ]


def cut() -> list[Any]:
    """Short cut by a blade: a torn slit with pale flesh and a raised lip, in a soft hollow.

    Drawn as a `Tear`, mostly with much flesh.
    """
    return [
        Tear(length_range=(0.03, 0.1), width_range=(0.006, 0.016), flesh_range=(0.25, 0.6), p=0.75),
        Tear(length_range=(0.04, 0.14), width_range=(0.005, 0.012), flesh_range=(0.0, 0.3), p=0.25),
    ]


def fold() -> list[Any]:
    """Fold of the hide: a short ridge, lit on one side and in its own shadow on the other.

    Mostly a spindle-shaped `Bulge`, else a long `Fold`.
    """
    return [
        Bulge(
            where=InFrame(angle_range=(-45.0, 45.0)),
            amount_range=(0.05, 0.15),
            radius_range=(0.06, 0.13),
            aspect_range=(0.2, 0.35),
            contrast_range=(0.2, 0.5),
            crease_range=(0.0, 0.3),
            p=0.75,
        ),
        Fold(
            length_range=(0.2, 0.8),
            width_range=(0.01, 0.03),
            strokes_range=(1, 2),
            contrast_range=(0.16, 0.4),
            min_visibility=0.03,
            p=0.25,
        ),
    ]


def glue() -> list[Any]:
    """Clear drop of glue, domed and glossy, with the grain magnified beneath.

    Drawn as a `ClearDrop`, with or without a tint of amber.
    """
    return [
        ClearDrop(
            radius_range=(0.022, 0.07),
            irregularity_range=(0.0, 0.25),
            amber_range=(0.0, 0.35),
            rim_range=(0.4, 0.85),
            p=1.0,
        )
    ]


def poke() -> list[Any]:
    """Poke with a pointed tool: a small hole with torn lips in a soft hollow.

    Drawn as a very short `Tear` with little flesh.
    """
    return [
        Tear(
            length_range=(0.02, 0.045),
            width_range=(0.01, 0.02),
            flesh_range=(0.0, 0.4),
            pale_range=(0.3, 0.6),
            lip_range=(0.2, 0.5),
            hollow_range=(0.018, 0.045),
            depth_range=(0.15, 0.4),
            p=1.0,
        )
    ]


TYPES = defect_types(color, cut, fold, glue, poke)
