"""Stone tiles with a coarse speckle of pale and dark grains."""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.discoloration import Discoloration
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.stain import Stain
from defectsynth.transforms.contamination.tape import Tape
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.scuff import Scuff


def crack() -> list[Any]:
    """Cracked tile: a long, dark, jagged line with branches.

    Drawn as a dark `Crack` with up to four branches.
    """
    return [
        Crack(
            length_range=(0.3, 1.2),
            width_range=(0.006, 0.022),
            jaggedness_range=(4.5, 20.0),
            branches_range=(0, 4),
            tones=("dark",),
            contrast_range=(0.35, 0.8),
            p=1.0,
        )
    ]


def glue_strip() -> list[Any]:
    """Strip of glue or clear tape through which the speckle shows.

    Drawn as a translucent `Tape`.
    """
    return [
        Tape(
            length_range=(0.25, 0.8),
            width_range=(0.05, 0.15),
            torn_range=(0.0, 0.4),
            palettes=("same", "light"),
            tint_range=(0.6, 1.0),
            shading_range=(0.02, 0.12),
            shadow_range=(0.05, 0.3),
            opacity_range=(0.45, 0.9),
            p=1.0,
        )
    ]


def gray_stroke() -> list[Any]:
    """Broad stroke of gray paint with ragged ends.

    Drawn as a torn gray `Tape` without shadow or as an elongated gray `FractalBlob`.
    """
    return [
        Tape(
            length_range=(0.25, 0.8),
            width_range=(0.04, 0.11),
            torn_range=(0.3, 1.0),
            palettes=("gray",),
            tint_range=(0.0, 0.4),
            shading_range=(0.0, 0.03),
            shadow_range=(0.0, 0.0),
            opacity_range=(0.5, 0.95),
            p=0.5,
        ),
        FractalBlob(
            look=Color(palettes=("gray",), tint_range=(0.0, 0.4)),
            radius_range=(0.15, 0.38),
            aspect_range=(0.12, 0.3),
            cover_range=(0.5, 0.8),
            raggedness_range=(0.15, 0.5),
            opacity_range=(0.5, 0.95),
            p=0.5,
        ),
    ]


def oil() -> list[Any]:
    """Oil that has soaked in: a large stain, darker or browner than the stone.

    Drawn as a `Stain` or a `Discoloration`.
    """
    return [
        Stain(
            radius_range=(0.08, 0.26),
            cover_range=(0.4, 0.75),
            raggedness_range=(0.2, 0.6),
            softness_range=(0.1, 0.6),
            films=("oil", "water", "grime"),
            inside_range=(0.5, 1.0),
            opacity_range=(0.5, 1.0),
            p=0.6,
        ),
        Discoloration(
            radius_range=(0.08, 0.26),
            cover_range=(0.4, 0.75),
            raggedness_range=(0.15, 0.6),
            softness_range=(0.1, 0.6),
            shifts=("dirt", "yellowing", "burn"),
            p=0.4,
        ),
    ]


def rough() -> list[Any]:
    """Rough area without polish, paler and grainy.

    Drawn as a large `Scuff` or as a pale tinted `FractalBlob`.
    """
    return [
        Scuff(radius_range=(0.12, 0.35), cover_range=(0.4, 0.75), contrast_range=(0.1, 0.32), p=0.6),
        FractalBlob(
            look=Color(palettes=("light", "gray"), tint_range=(0.2, 0.7)),
            radius_range=(0.12, 0.35),
            cover_range=(0.4, 0.75),
            raggedness_range=(0.3, 0.8),
            softness_range=(0.1, 0.6),
            opacity_range=(0.3, 0.7),
            p=0.4,
        ),
    ]


TYPES = defect_types(crack, glue_strip, gray_stroke, oil, rough)
