"""A wire mesh in front of a plain ground, some ten to twenty wires across the picture."""

from __future__ import annotations

from typing import Any

from defectsynth.presets.mixture import named
from defectsynth.transforms.contamination.contamination import Contamination
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.glue import Glue
from defectsynth.transforms.deformation.bent_thread import BentThread, PatternShift
from defectsynth.transforms.surface.missing_thread import BrokenThread


def bent() -> list[Any]:
    """Wires are pushed aside, the meshes beside them gape and crowd."""
    return [
        BentThread(
            amount_range=(0.25, 0.7),
            length_range=(0.1, 0.3),
            width_range=(1.2, 3.0),
            contrast_range=(0.0, 0.02),
            p=0.7,
        ),
        PatternShift(
            amount_range=(0.25, 0.7),
            length_range=(0.1, 0.3),
            width_range=(1.5, 3.5),
            contrast_range=(0.0, 0.02),
            p=0.3,
        ),
    ]


def broken() -> list[Any]:
    """A wire is interrupted between two crossings."""
    return [BrokenThread(length_range=(0.03, 0.1), width_range=(0.25, 0.5), p=1.0)]


def glue() -> list[Any]:
    """A clear or cloudy drop of glue hangs in the mesh."""
    return [
        Glue(
            radius_range=(0.02, 0.065),
            spots_range=(1, 3),
            palettes=("same", "light", "gray"),
            tint_range=(0.4, 1.0),
            opacity_range=(0.5, 0.95),
            p=1.0,
        )
    ]


def metal_contamination() -> list[Any]:
    """A chip or a shaving of metal hangs in the mesh."""
    return [
        Contamination(
            radius_range=(0.01, 0.04),
            particles_range=(1, 3),
            aspect_range=(0.15, 0.9),
            palettes=("gray", "dark"),
            wall_range=(0.1, 0.6),
            gloss_range=(0.2, 0.9),
            p=0.7,
        ),
        Fiber(
            length_range=(0.04, 0.15),
            width_range=(0.005, 0.012),
            bend_range=(-57.0, 57.0),
            curl_range=(0.0, 23.0),
            palettes=("gray", "light", "dark"),
            opacity_range=(0.9, 1.0),
            p=0.3,
        ),
    ]


def thread() -> list[Any]:
    """A thread or a hair hangs in the mesh."""
    return [
        Fiber(
            length_range=(0.12, 0.6),
            width_range=(0.002, 0.007),
            palettes=("light", "gray", "dark"),
            opacity_range=(0.6, 1.0),
            p=1.0,
        )
    ]


TYPES = named(bent, broken, glue, metal_contamination, thread)
