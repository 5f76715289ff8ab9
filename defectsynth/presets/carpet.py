"""Woven carpet seen from above, with a pattern as fine as a hundredth of the image.

Judged by eye on real images. Recognised at a second look: cut and hole, because real threads consist of plies and the
weave around them is pushed aside. No image of thread.
"""

from __future__ import annotations

from typing import Any

from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.pigment_mark import PigmentMark
from defectsynth.transforms.contamination.shaving import Shaving
from defectsynth.transforms.surface.frayed_cut import FrayedCut
from defectsynth.transforms.surface.split import Split


def color() -> list[Any]:
    """Ink or paint that has soaked in: a spot or a smear, mostly dark, through which the weave shows.

    Drawn as one or two marks of `PigmentMark` in ink, or in another colour.
    """
    return [
        _soaked("ink", most=2, p=0.7),
        _soaked("dark", "red", "blue", "rust", most=1, p=0.3),
    ]


def _soaked(*palettes: str, most: int, p: float) -> PigmentMark:
    """Return pigment that has soaked into the weave: dense, with a soft edge, in up to `most` spots."""
    return PigmentMark(
        radius_range=(0.03, 0.13),
        aspect_range=(0.3, 1.0),
        cover_range=(0.5, 0.8),
        raggedness_range=(0.15, 0.45),
        softness_range=(0.25, 0.8),
        palettes=palettes,
        tint_range=(0.25, 0.55),
        bare_range=(0.0, 0.08),
        follow_range=(-0.4, 0.4),
        opacity_range=(0.75, 1.0),
        count_range=(1, most),
        p=p,
    )


def cut() -> list[Any]:
    """Cut by a blade: a ragged opening with threads that are pulled out of its rim and curl.

    Mostly a long `FrayedCut`, else a `Split` into which threads stick out.
    """
    return [
        FrayedCut(
            length_range=(0.07, 0.2),
            aspect_range=(1.8, 5.0),
            fibers_range=(18, 36),
            fiber_range=(0.03, 0.08),
            width_range=(0.15, 0.4),
            curl_range=(5.0, 60.0),
            tone_range=(0.1, 0.25),
            p=0.6,
        ),
        Split(
            length_range=(0.08, 0.22),
            width_range=(0.015, 0.045),
            uneven_range=(0.0, 0.5),
            lip_range=(0.0, 0.08),
            reach_range=(2.2, 3.5),
            overhang_range=(0.008, 0.03),
            grounds=("dark",),
            p=0.4,
        ),
    ]


def hole() -> list[Any]:
    """Small roundish hole through which the dark backing shows, with a few threads pushed aside.

    Mostly a short `Split` that pushes threads aside, else a `FrayedCut`.
    """
    return [
        FrayedCut(
            length_range=(0.02, 0.09),
            aspect_range=(1.0, 1.8),
            fibers_range=(4, 14),
            fiber_range=(0.015, 0.045),
            width_range=(0.15, 0.4),
            curl_range=(10.0, 80.0),
            tone_range=(0.1, 0.25),
            contrast_range=(0.05, 0.2),
            p=0.4,
        ),
        Split(
            length_range=(0.035, 0.09),
            width_range=(0.014, 0.04),
            uneven_range=(0.0, 0.5),
            lip_range=(0.0, 0.08),
            reach_range=(2.5, 5.0),
            overhang_range=(0.004, 0.015),
            grounds=("dark",),
            p=0.6,
        ),
    ]


def metal_contamination() -> list[Any]:
    """Metal shaving or staple on the pile, gray, with a glint.

    Drawn as a small `Shaving`, or as a stiff gray `Fiber`.
    """
    return [
        Shaving(
            length_range=(0.015, 0.09),
            width_range=(0.005, 0.016),
            folds_range=(0, 3),
            brightness_range=(0.2, 0.85),
            p=0.85,
        ),
        Fiber(
            length_range=(0.04, 0.12),
            width_range=(0.005, 0.012),
            bend_range=(-57.0, 57.0),
            curl_range=(0.0, 23.0),
            palettes=("gray",),
            shadow_range=(0.2, 0.5),
            p=0.15,
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
