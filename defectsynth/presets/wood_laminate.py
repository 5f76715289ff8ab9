"""Laminate boards with a printed or embossed wood grain in any direction.

Measured on real images with masks, and judged by eye on them. Recognised at a second look: nails and screws, because
real heads have a slot; chips, where the grain is too faint to give its direction.
"""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.contamination import Contamination
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.pigment_mark import PigmentMark
from defectsynth.transforms.deformation.dent import Dent
from defectsynth.transforms.surface.chipped_veneer import ChippedVeneer
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.drill_hole import DrillHole
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.pit import Pit
from defectsynth.transforms.surface.rupture import Rupture
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.scuff import Scuff
from defectsynth.transforms.surface.split import Split


def crack() -> list[Any]:
    """Cracked board: a dark, jagged line with branches, fine or gaping.

    Drawn as a `Crack`, a `Rupture` with chipped rims or a `Split`.
    """
    return [
        Crack(
            length_range=(0.15, 0.8),
            width_range=(0.004, 0.018),
            jaggedness_range=(8.0, 32.0),
            branches_range=(0, 4),
            tones=("dark",),
            contrast_range=(0.2, 0.7),
            p=0.6,
        ),
        Rupture(
            length_range=(0.1, 0.6),
            width_range=(0.005, 0.025),
            bend_range=(-40.0, 40.0),
            waviness_range=(6.0, 25.0),
            p=0.2,
        ),
        Split(length_range=(0.1, 0.6), width_range=(0.006, 0.03), uneven_range=(0.2, 0.8), p=0.2),
    ]


def hole() -> list[Any]:
    """Holes of drill, nail or screw, several in an image, some with the head in them.

    Mostly marks of `DrillHole`, else glossy heads, drawn as `Contamination`, or a round `Hole`.
    """
    return [
        DrillHole(
            radius_range=(0.008, 0.035),
            rim_range=(0.002, 0.014),
            fresh_range=(-0.1, 0.3),
            count_range=(1, 4),
            p=0.6,
        ),
        Contamination(
            radius_range=(0.01, 0.03),
            particles_range=(1, 3),
            aspect_range=(0.8, 1.0),
            palettes=("gray", "dark"),
            gloss_range=(0.2, 0.9),
            p=0.25,
        ),
        Hole(radius_range=(0.008, 0.04), irregularity_range=(0.0, 0.2), count_range=(1, 3), p=0.15),
    ]


def scratch() -> list[Any]:
    """Scratches and strokes across the grain: grooves, a worn stripe, marks of paint or pencil.

    Drawn as `Scratch` marks, a `PigmentMark`, a tinted `FractalBlob` or a `ColorSpot`.
    """
    return [
        Scratch(
            length_range=(0.08, 0.8),
            width_range=(0.004, 0.018),
            strokes_range=(1, 3),
            contrast_range=(0.1, 0.4),
            p=0.4,
        ),
        PigmentMark(
            radius_range=(0.03, 0.16),
            aspect_range=(0.08, 0.5),
            palettes=("rust", "dark", "red", "ink", "light"),
            tint_range=(0.3, 0.9),
            p=0.25,
        ),
        FractalBlob(
            look=Color(palettes=("rust", "dark"), tint_range=(0.4, 0.95)),
            radius_range=(0.06, 0.28),
            aspect_range=(0.08, 0.35),
            raggedness_range=(0.1, 0.4),
            opacity_range=(0.35, 0.9),
            p=0.25,
        ),
        ColorSpot(radius_range=(0.008, 0.05), palettes=("any", "dark"), opacity_range=(0.4, 1.0), p=0.1),
    ]


def chip() -> list[Any]:
    """Chipped decor: the printed layer is broken off along the grain and shows the fibrous core, or burnt through.

    Mostly a `ChippedVeneer`, else scattered black islands of a `FractalBlob` or a `Scuff`.
    """
    return [
        ChippedVeneer(cores=("fiberboard", "wood"), p=0.6),
        FractalBlob(
            look=Color(palettes=("dark",), tint_range=(0.0, 0.1)),
            radius_range=(0.04, 0.2),
            aspect_range=(0.15, 0.6),
            raggedness_range=(0.5, 0.85),
            gain_range=(0.55, 0.8),
            softness_range=(0.0, 0.1),
            opacity_range=(0.85, 1.0),
            p=0.25,
        ),
        Scuff(radius_range=(0.04, 0.18), cover_range=(0.4, 0.75), contrast_range=(0.1, 0.35), p=0.15),
    ]


def dent() -> list[Any]:
    """Dent of a dropped tool: a shallow hollow, or a small deep one.

    Drawn as a `Dent` or a `Pit`.
    """
    return [
        Dent(where="anywhere", p=0.4),
        Pit(radius_range=(0.008, 0.05), aspect_range=(0.3, 1.0), contrast_range=(0.15, 0.5), p=0.6),
    ]


TYPES = defect_types(crack, hole, scratch, chip, dent)
