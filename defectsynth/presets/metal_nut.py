"""Shiny metal nuts with four bent claws on a dark ground, in any orientation.

Judged on real images by eye, measured on none. Recognised at a second look: flip, because the back of a nut has another
relief, with a raised collar around the bore.
"""

from __future__ import annotations

from typing import Any

import albumentations as A

from defectsynth.blending.blend import Blend
from defectsynth.looks.color import Color
from defectsynth.looks.filed import Filed
from defectsynth.looks.wear import Wear
from defectsynth.presets.mixture import defect_types
from defectsynth.shapes.hatching import Hatching
from defectsynth.shapes.silhouette import Silhouette
from defectsynth.shapes.stroke_bundle import StrokeBundle
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.marker import MarkerStroke
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.folded_corner import FoldedCorner
from defectsynth.transforms.painted import PaintedDefect
from defectsynth.transforms.structural.displaced_part import FlippedPart, RotatedPart
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.scratch import Scratch


def bent() -> list[Any]:
    """Claw that is bent over: its corner is gone, and its dark flank shows beyond the outline.

    Mostly a `FoldedCorner`, else a claw turned by `RotatedPart` or a `BentEdge`.
    """
    return [
        FoldedCorner(depth_range=(0.06, 0.15), p=0.8),
        RotatedPart(part_kinds=("lead",), angle_range=(9.0, 34.0), p=0.1),
        BentEdge(amount_range=(0.015, 0.045), extent_range=(0.05, 0.12), p=0.1),
    ]


def color() -> list[Any]:
    """Ink of a marker pen on the metal, which shows through.

    Drawn as `MarkerStroke` hatching or a single line of it, as a paler film of the same form, or as a small
    `ColorSpot`.
    """
    return [
        MarkerStroke(
            length_range=(0.1, 0.28),
            width_range=(0.006, 0.02),
            strokes_range=(3, 14),
            spacing_range=(0.6, 1.1),
            dry_range=(0.4, 0.9),
            opacity_range=(0.6, 1.0),
            p=0.4,
        ),
        PaintedDefect(
            where="object",
            shape=Hatching(
                length_range=(0.1, 0.28),
                width_range=(0.012, 0.03),
                strokes_range=(3, 9),
                spacing_range=(0.4, 0.9),
                dry_range=(0.3, 0.8),
            ),
            look=Color(palettes=("red", "blue"), tint_range=(0.5, 1.0)),
            p=0.3,
        ),
        MarkerStroke(length_range=(0.08, 0.25), width_range=(0.008, 0.02), strokes_range=(1, 1), p=0.15),
        ColorSpot(
            where="object",
            radius_range=(0.02, 0.05),
            irregularity_range=(0.2, 0.6),
            palettes=("dark", "red", "blue"),
            tint_range=(0.2, 1.0),
            opacity_range=(0.6, 1.0),
            p=0.15,
        ),
    ]


def flip() -> list[Any]:
    """Nut that lies the wrong way up: its claws point the other way round, and its face is out of focus.

    Drawn by mirroring the whole nut with `FlippedPart` and fading its fine detail.
    """
    out_of_focus = Wear(
        fade_range=(0.6, 0.9), detail_range=(0.02, 0.04), smear_range=(0.0, 0.0), haze_range=(0.0, 0.01)
    )
    return [
        A.Sequential(
            [
                FlippedPart(part_kinds=("object",), p=1.0),
                PaintedDefect(where="object", shape=Silhouette(), look=out_of_focus, min_visibility=0.0, p=1.0),
            ],
            p=1.0,
        )
    ]


def scratch() -> list[Any]:
    """Scored metal: a bundle or a whole field of fine, nearly parallel scratches that lay the bare metal open.

    Mostly a `StrokeBundle` in the colour of bare metal, else a matt band of fine strokes over a broad `Hatching`, a
    faint `Abrasion` or `Scratch` marks.
    """
    bundle = StrokeBundle(
        length_range=(0.12, 0.4),
        width_range=(0.0025, 0.006),
        strokes_range=(8, 64),
        spread_range=(0.012, 0.06),
        disorder_range=(1.0, 9.0),
        bend_range=(-15.0, 15.0),
    )
    swathe = Hatching(
        length_range=(0.12, 0.4),
        width_range=(0.008, 0.025),
        strokes_range=(4, 14),
        spacing_range=(0.4, 0.9),
        disorder_range=(0.0, 5.0),
        bend_range=(-12.0, 12.0),
        dry_range=(0.4, 0.9),
    )
    brushed = Filed(
        contrast_range=(0.0, 0.14),
        stroke_range=(0.05, 0.12),
        grain_range=(0.0012, 0.003),
        slope_range=(0.0, 0.1),
        stroke_angle_range=(-6.0, 6.0),
    )
    return [
        PaintedDefect(
            where="object",
            shape=bundle,
            look=Color(palettes=("metal",), tint_range=(0.0, 0.4), unlike=0.12),
            blend=Blend(opacity_range=(0.7, 1.0)),
            p=0.5,
        ),
        PaintedDefect(where="object", shape=swathe, look=brushed, blend=Blend(opacity_range=(0.6, 1.0)), p=0.25),
        Abrasion(
            where="object",
            length_range=(0.08, 0.3),
            width_range=(0.0015, 0.004),
            strokes_range=(30, 64),
            spread_range=(0.02, 0.06),
            disorder_range=(2.0, 12.0),
            contrast_range=(0.1, 0.3),
            p=0.15,
        ),
        Scratch(
            where="object",
            length_range=(0.08, 0.3),
            width_range=(0.003, 0.008),
            strokes_range=(2, 6),
            spacing_range=(0.006, 0.02),
            contrast_range=(0.1, 0.3),
            p=0.1,
        ),
    ]


TYPES = defect_types(bent, color, flip, scratch)
