"""Hazelnuts on a dark ground, with a brown, fibrous shell and a pale base.

Judged on rendered stand-ins only.
"""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.places.base import InsideObject
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.stray_print import StrayPrint
from defectsynth.transforms.structural.chipped_edge import ChippedEdge
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.drill_hole import DrillHole
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.pit import Pit
from defectsynth.transforms.surface.rupture import Rupture
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.split import Split


def crack() -> list[Any]:
    """Burst shell: a wide dark gap or a jagged crack, mostly from the outline inwards, or a missing piece.

    Drawn as a `Split` at the outline or inside it, a `Rupture` with pale rims, a `Crack` or a `ChippedEdge`.
    """
    return [
        Split(
            where="edge",
            length_range=(0.25, 0.7),
            width_range=(0.02, 0.08),
            bow_range=(-0.15, 0.15),
            uneven_range=(0.2, 0.8),
            grounds=("beneath", "background"),
            p=0.25,
        ),
        Rupture(
            where="object",
            length_range=(0.12, 0.4),
            width_range=(0.008, 0.035),
            arms_range=(1, 3),
            bend_range=(-40.0, 40.0),
            waviness_range=(6.0, 20.0),
            p=0.2,
        ),
        Split(where="object", length_range=(0.15, 0.45), width_range=(0.015, 0.05), uneven_range=(0.2, 0.8), p=0.15),
        Crack(
            where="edge",
            length_range=(0.15, 0.5),
            width_range=(0.008, 0.025),
            jaggedness_range=(6.0, 23.0),
            tones=("dark", "relief"),
            p=0.2,
        ),
        ChippedEdge(radius_range=(0.05, 0.13), through_range=(0.0, 0.6), contrast_range=(0.15, 0.4), p=0.2),
    ]


def cut() -> list[Any]:
    """Cut by a blade or a tool: a pale score or a dark groove.

    Drawn as a `Scratch` or a narrow `Split` with lips.
    """
    return [
        Scratch(
            where="object",
            length_range=(0.08, 0.35),
            width_range=(0.006, 0.02),
            tones=("bright", "relief"),
            contrast_range=(0.15, 0.45),
            p=0.6,
        ),
        Split(where="object", length_range=(0.08, 0.35), width_range=(0.006, 0.022), lip_range=(0.1, 0.35), p=0.4),
    ]


def hole() -> list[Any]:
    """Worm hole or drilled hole: small, round and dark, with pale crumbs of shell around it.

    Drawn inside the outline, mostly as a `DrillHole`, else as a `Hole` or one or two deep `Pit` marks.
    """
    inside = InsideObject(margin_range=(0.03, 0.06))
    return [
        DrillHole(where=inside, radius_range=(0.015, 0.045), rim_range=(0.004, 0.018), fresh_range=(0.05, 0.35), p=0.6),
        Hole(
            where=inside,
            radius_range=(0.018, 0.05),
            aspect_range=(0.7, 1.0),
            irregularity_range=(0.0, 0.3),
            softness_range=(0.0, 0.15),
            p=0.2,
        ),
        Pit(
            where=inside,
            radius_range=(0.018, 0.05),
            aspect_range=(0.7, 1.0),
            spots_range=(1, 2),
            contrast_range=(0.3, 0.6),
            p=0.2,
        ),
    ]


def print() -> list[Any]:  # noqa: A001  name of the type in the data set
    """Letters or smears of pale print on the shell.

    Mostly `StrayPrint`, else a pale tinted `FractalBlob`.
    """
    return [
        StrayPrint(where="object", height_range=(0.06, 0.18), palettes=("light", "gray"), p=0.7),
        FractalBlob(
            where="object",
            look=Color(palettes=("light", "gray"), tint_range=(0.2, 0.8)),
            radius_range=(0.04, 0.12),
            raggedness_range=(0.3, 0.8),
            opacity_range=(0.4, 0.8),
            p=0.3,
        ),
    ]


TYPES = defect_types(crack, cut, hole, print)
