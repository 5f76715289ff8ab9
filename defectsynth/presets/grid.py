"""Wire mesh in front of a plain ground, with ten to twenty wires across the image."""

from __future__ import annotations

from typing import Any

from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.contamination import Contamination
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.glue import Glue
from defectsynth.transforms.deformation.bent_thread import BentThread, PatternShift
from defectsynth.transforms.surface.missing_thread import BrokenThread


def bent() -> list[Any]:
    """Bent wires: some meshes are wider and their neighbours narrower.

    Mostly a `BentThread`, else a `PatternShift` along the wires.
    """
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
    """Wire that is interrupted between two crossings.

    Drawn as a `BrokenThread`.
    """
    return [BrokenThread(length_range=(0.03, 0.1), width_range=(0.25, 0.5), p=1.0)]


def glue() -> list[Any]:
    """Clear or cloudy drops of glue in the mesh.

    Drawn as one to three spots of `Glue`.
    """
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
    """Metal chip or shaving in the mesh.

    Mostly glossy gray or dark `Contamination`, else a stiff `Fiber`.
    """
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
    """Thread or hair in the mesh.

    Drawn as a long thin `Fiber`.
    """
    return [
        Fiber(
            length_range=(0.12, 0.6),
            width_range=(0.002, 0.007),
            palettes=("light", "gray", "dark"),
            opacity_range=(0.6, 1.0),
            p=1.0,
        )
    ]


TYPES = defect_types(bent, broken, glue, metal_contamination, thread)
