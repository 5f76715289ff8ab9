"""Woven carpet seen from above, with a pattern as fine as a hundredth of the image."""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.contamination import Contamination
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.streak import Streak
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.missing_thread import MissingThread
from defectsynth.transforms.surface.split import Split


def color() -> list[Any]:
    """Ink or paint that has soaked in: a spot or a stroke of another colour through which the weave shows.

    Drawn as a tinted `ColorSpot`, `FractalBlob` or `Streak`.
    """
    return [
        ColorSpot(
            radius_range=(0.025, 0.09),
            softness_range=(0.1, 0.6),
            palettes=("red", "blue", "rust", "any"),
            tint_range=(0.5, 1.0),
            opacity_range=(0.35, 0.85),
            p=0.4,
        ),
        FractalBlob(
            look=Color(palettes=("red", "blue", "any"), tint_range=(0.5, 1.0)),
            radius_range=(0.05, 0.15),
            raggedness_range=(0.3, 0.8),
            softness_range=(0.1, 0.5),
            opacity_range=(0.35, 0.85),
            p=0.4,
        ),
        Streak(length_range=(0.1, 0.35), width_range=(0.008, 0.02), films=("ink", "rust", "coffee"), p=0.2),
    ]


def cut() -> list[Any]:
    """Cut by a blade: a long, nearly straight slit that gapes a little, with frayed sides.

    Mostly a narrow `Split`, else a nearly straight dark `Crack` or a `MissingThread`.
    """
    return [
        Split(
            length_range=(0.08, 0.42),
            width_range=(0.006, 0.024),
            uneven_range=(0.2, 0.8),
            lip_range=(0.03, 0.2),
            p=0.6,
        ),
        Crack(
            length_range=(0.08, 0.35),
            width_range=(0.006, 0.016),
            jaggedness_range=(3.0, 14.0),
            branches_range=(0, 1),
            pinch_range=(0.2, 0.7),
            tones=("dark",),
            contrast_range=(0.2, 0.5),
            p=0.25,
        ),
        MissingThread(
            length_range=(0.08, 0.3), width_range=(0.5, 1.2), contrast_range=(0.12, 0.3), texture=0.3, p=0.15
        ),
    ]


def hole() -> list[Any]:
    """Roundish hole with a frayed rim, through which the dark backing shows.

    Drawn as a `Hole` of irregular outline.
    """
    return [Hole(radius_range=(0.022, 0.075), irregularity_range=(0.2, 0.6), softness_range=(0.0, 0.12), p=1.0)]


def metal_contamination() -> list[Any]:
    """Metal chips, shavings or bits of wire on the pile.

    Mostly glossy gray `Contamination`, else a stiff gray `Fiber`.
    """
    return [
        Contamination(
            radius_range=(0.012, 0.06),
            particles_range=(1, 3),
            aspect_range=(0.15, 0.9),
            palettes=("gray",),
            wall_range=(0.1, 0.6),
            gloss_range=(0.2, 0.9),
            p=0.7,
        ),
        Fiber(
            length_range=(0.06, 0.25),
            width_range=(0.005, 0.014),
            bend_range=(-57.0, 57.0),
            curl_range=(0.0, 23.0),
            palettes=("gray", "light"),
            shadow_range=(0.2, 0.5),
            p=0.3,
        ),
    ]


def thread() -> list[Any]:
    """Loose thread on the carpet or pulled out of it.

    Drawn as a long `Fiber` in the colour of the carpet or in a light, gray or dark one.
    """
    return [
        Fiber(
            length_range=(0.15, 0.7),
            width_range=(0.004, 0.011),
            palettes=("same", "light", "gray", "dark"),
            shadow_range=(0.1, 0.4),
            opacity_range=(0.7, 1.0),
            p=1.0,
        )
    ]


TYPES = defect_types(color, cut, hole, metal_contamination, thread)
