"""Stone tiles with a coarse speckle of pale and dark grains.

Judged by eye on real images. Recognised at a second look: oil, because real oil is brighter than the stone and its
glints are bundles of fine lines. No image of rough.
"""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.film_scrap import FilmScrap
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.pigment_mark import PigmentMark
from defectsynth.transforms.contamination.spill import Spill
from defectsynth.transforms.contamination.stain import Stain
from defectsynth.transforms.contamination.tape import Tape
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.rupture import Rupture
from defectsynth.transforms.surface.scuff import Scuff


def crack() -> list[Any]:
    """Broken tile: gaping cracks, nearly straight, that meet in one point and run out of the image.

    Mostly a `Rupture` with chipped rims, else a fine dark `Crack`.
    """
    return [
        Rupture(
            length_range=(0.35, 1.4),
            width_range=(0.005, 0.024),
            arms_range=(1, 3),
            chips_range=(0.004, 0.014),
            fresh_range=(0.08, 0.35),
            p=0.85,
        ),
        Crack(
            length_range=(0.3, 1.2),
            width_range=(0.005, 0.015),
            jaggedness_range=(3.0, 12.0),
            branches_range=(0, 2),
            tones=("dark",),
            contrast_range=(0.35, 0.8),
            p=0.15,
        ),
    ]


def glue_strip() -> list[Any]:
    """Strip of dried glue or clear tape, milky and creased, through which the speckle shows.

    Mostly a `FilmScrap`, else a translucent `Tape`.
    """
    return [
        FilmScrap(length_range=(0.15, 0.6), width_range=(0.06, 0.18), p=0.85),
        Tape(
            length_range=(0.25, 0.7),
            width_range=(0.05, 0.15),
            torn_range=(0.0, 0.4),
            palettes=("same", "light"),
            tint_range=(0.6, 1.0),
            shading_range=(0.02, 0.12),
            shadow_range=(0.05, 0.3),
            opacity_range=(0.45, 0.9),
            p=0.15,
        ),
    ]


def gray_stroke() -> list[Any]:
    """Smear of graphite or dark gray paint, granular, with bare places.

    Mostly a `PigmentMark` in ink, else an elongated gray `FractalBlob`.
    """
    return [
        PigmentMark(
            radius_range=(0.07, 0.24),
            aspect_range=(0.25, 0.75),
            cover_range=(0.45, 0.7),
            raggedness_range=(0.25, 0.55),
            softness_range=(0.2, 0.7),
            palettes=("ink",),
            tint_range=(0.1, 0.5),
            bare_range=(0.05, 0.4),
            follow_range=(-0.5, 0.3),
            opacity_range=(0.35, 1.0),
            p=0.8,
        ),
        FractalBlob(
            look=Color(palettes=("gray",), tint_range=(0.0, 0.4)),
            radius_range=(0.12, 0.3),
            aspect_range=(0.15, 0.4),
            cover_range=(0.5, 0.8),
            raggedness_range=(0.15, 0.5),
            opacity_range=(0.5, 0.95),
            p=0.2,
        ),
    ]


def oil() -> list[Any]:
    """Oil on the tile: a clear yellow pool with glints at its rim, or an area into which it has soaked.

    Mostly a `Spill` of oil, else a `Stain`.
    """
    return [
        Spill(
            radius_range=(0.08, 0.26),
            aspect_range=(0.4, 1.0),
            raggedness_range=(0.15, 0.4),
            softness_range=(0.3, 0.9),
            liquids=("oil",),
            depth_range=(0.3, 0.9),
            smoothing_range=(0.0, 0.3),
            haze_range=(0.05, 0.3),
            gloss_range=(0.3, 0.9),
            p=0.8,
        ),
        Stain(
            radius_range=(0.08, 0.26),
            cover_range=(0.4, 0.75),
            raggedness_range=(0.2, 0.6),
            softness_range=(0.1, 0.6),
            films=("oil", "water", "grime"),
            inside_range=(0.5, 1.0),
            opacity_range=(0.5, 1.0),
            p=0.2,
        ),
    ]


def rough() -> list[Any]:
    """Rough area without polish, paler and grainy.

    Drawn as a large `Scuff`, a pale granular `PigmentMark` or a pale tinted `FractalBlob`.
    """
    return [
        Scuff(radius_range=(0.12, 0.35), cover_range=(0.4, 0.75), contrast_range=(0.05, 0.3), p=0.5),
        PigmentMark(
            radius_range=(0.12, 0.35),
            palettes=("light", "gray"),
            tint_range=(0.6, 0.9),
            bare_range=(0.1, 0.5),
            follow_range=(-0.3, 0.6),
            opacity_range=(0.1, 0.45),
            p=0.3,
        ),
        FractalBlob(
            look=Color(palettes=("light", "gray"), tint_range=(0.2, 0.7)),
            radius_range=(0.12, 0.35),
            cover_range=(0.4, 0.75),
            raggedness_range=(0.3, 0.8),
            softness_range=(0.1, 0.6),
            opacity_range=(0.15, 0.6),
            p=0.2,
        ),
    ]


TYPES = defect_types(crack, glue_strip, gray_stroke, oil, rough)
