"""Wooden boards with a vertical grain.

Judged by eye on real images. Recognised at a second look: liquid, because real runs have waves inside; hole, because
real rims stand up in splinters. No image of scratch.
"""

from __future__ import annotations

from typing import Any

from defectsynth.presets import mixture
from defectsynth.transforms.contamination.clear_drop import ClearDrop
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.marker import MarkerStroke
from defectsynth.transforms.contamination.pigment_mark import PigmentMark
from defectsynth.transforms.contamination.spill import Spill
from defectsynth.transforms.contamination.stain import Stain
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.drill_hole import DrillHole
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.scratch import Scratch


def color() -> list[Any]:
    """Marks of ink, crayon or lipstick, one or several, that catch on the grain.

    Mostly marks of `PigmentMark`, pale or dense, else strokes of `MarkerStroke` or spots of `ColorSpot`.
    """
    return [
        PigmentMark(
            radius_range=(0.03, 0.12),
            aspect_range=(0.15, 0.9),
            raggedness_range=(0.2, 0.5),
            softness_range=(0.3, 1.0),
            palettes=("red", "ink", "blue"),
            tint_range=(0.5, 0.95),
            bare_range=(0.1, 0.6),
            follow_range=(-0.2, 0.8),
            opacity_range=(0.25, 0.9),
            count_range=(1, 3),
            p=0.55,
        ),
        PigmentMark(
            radius_range=(0.015, 0.06),
            aspect_range=(0.15, 0.6),
            palettes=("ink", "red", "blue"),
            tint_range=(0.2, 0.7),
            bare_range=(0.0, 0.15),
            softness_range=(0.1, 0.6),
            opacity_range=(0.7, 1.0),
            count_range=(1, 3),
            p=0.15,
        ),
        MarkerStroke(
            where="anywhere",
            length_range=(0.03, 0.12),
            width_range=(0.008, 0.022),
            strokes_range=(1, 2),
            dry_range=(0.1, 0.8),
            count_range=(1, 4),
            p=0.15,
        ),
        ColorSpot(
            radius_range=(0.01, 0.05),
            palettes=("red", "blue", "dark", "any"),
            tint_range=(0.3, 1.0),
            opacity_range=(0.4, 0.95),
            p=0.15,
        ),
    ]


def hole() -> list[Any]:
    """Drilled holes with a torn, pale rim, worm holes or a missing knot.

    Mostly one to three marks of `DrillHole`, else of `Hole`.
    """
    return [
        DrillHole(radius_range=(0.008, 0.032), rim_range=(0.006, 0.024), count_range=(1, 3), p=0.8),
        Hole(
            radius_range=(0.01, 0.04),
            aspect_range=(0.6, 1.0),
            irregularity_range=(0.0, 0.35),
            softness_range=(0.0, 0.2),
            contrast_range=(0.25, 0.6),
            count_range=(1, 3),
            p=0.2,
        ),
    ]


def liquid() -> list[Any]:
    """Spilled liquid: drops or a run that hides the fine grain, reddish or dark, with thin glints.

    Mostly one or two marks of `Spill`, else drops that stand as a `ClearDrop`, or a `Stain`.
    """
    return [
        Spill(
            radius_range=(0.04, 0.3),
            aspect_range=(0.12, 0.55),
            raggedness_range=(0.2, 0.5),
            softness_range=(0.0, 0.12),
            liquids=("varnish", "water"),
            depth_range=(0.1, 0.5),
            smoothing_range=(0.4, 1.0),
            haze_range=(0.3, 0.7),
            gloss_range=(0.1, 0.5),
            count_range=(1, 2),
            p=0.55,
        ),
        ClearDrop(
            radius_range=(0.02, 0.08),
            aspect_range=(0.3, 1.0),
            amber_range=(0.0, 0.3),
            glow_range=(0.0, 0.3),
            rim_range=(0.1, 0.5),
            gloss_range=(0.0, 0.6),
            p=0.3,
        ),
        Stain(
            radius_range=(0.05, 0.22),
            cover_range=(0.4, 0.75),
            raggedness_range=(0.1, 0.5),
            films=("water", "oil", "coffee"),
            inside_range=(0.4, 1.0),
            opacity_range=(0.45, 1.0),
            p=0.15,
        ),
    ]


def scratch() -> list[Any]:
    """Scratched board: one or several long lines, or a pale scrape with dust that lies on the grain.

    Mostly up to four parallel `Scratch` marks, else an `Abrasion` or a pale `PigmentMark`.
    """
    return [
        Scratch(
            length_range=(0.15, 0.9),
            width_range=(0.004, 0.018),
            strokes_range=(1, 4),
            spacing_range=(0.01, 0.08),
            contrast_range=(0.12, 0.4),
            p=0.5,
        ),
        Abrasion(length_range=(0.15, 0.5), width_range=(0.001, 0.003), spread_range=(0.01, 0.08), p=0.25),
        PigmentMark(
            radius_range=(0.05, 0.2),
            aspect_range=(0.08, 0.5),
            raggedness_range=(0.3, 0.7),
            palettes=("light",),
            tint_range=(0.5, 0.9),
            bare_range=(0.3, 0.75),
            follow_range=(0.2, 0.9),
            p=0.25,
        ),
    ]


def combined() -> list[Any]:
    """Two defects of different types in one image."""
    return mixture.combined(SINGLE)


SINGLE = mixture.defect_types(color, hole, liquid, scratch)
TYPES = {**SINGLE, **mixture.defect_types(combined)}
