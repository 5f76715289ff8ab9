"""Wire mesh in front of a plain ground, with ten to twenty wires across the image.

Judged by eye on real images. Recognised at a second look: broken, because real ends are cut obliquely and the crossings
beside them shift; metal_contamination, because real shavings have torn ends. No image of thread.
"""

from __future__ import annotations

from typing import Any

from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.clear_drop import ClearDrop
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.glue import Glue
from defectsynth.transforms.contamination.shaving import Shaving
from defectsynth.transforms.deformation.bent_wire import BentWire, BrokenWire


def bent() -> list[Any]:
    """Bent wires: single wires that leave their course between two crossings and curl, often several in an image.

    Mostly one to four marks of `BentWire`, else of `BrokenWire` with long ends.
    """
    return [
        BentWire(
            length_range=(0.03, 0.09),
            bow_range=(0.12, 0.4),
            thinning_range=(0.5, 0.85),
            fold_range=(0.0, 0.8),
            glint_range=(0.0, 0.35),
            count_range=(1, 4),
            p=0.85,
        ),
        BrokenWire(
            length_range=(0.03, 0.09), stub_range=(0.6, 1.0), thinning_range=(0.5, 0.85), count_range=(1, 2), p=0.15
        ),
    ]


def broken() -> list[Any]:
    """Wires torn between two crossings, with their ends bent aside, often several in an image.

    Drawn as one to three marks of `BrokenWire`.
    """
    return [
        BrokenWire(
            length_range=(0.03, 0.1),
            stub_range=(0.4, 1.0),
            turn_range=(10.0, 100.0),
            thinning_range=(0.5, 0.85),
            count_range=(1, 3),
            p=1.0,
        ),
    ]


def glue() -> list[Any]:
    """Clear or cloudy drops of glue that hang between the wires.

    Mostly one or two spots of `ClearDrop` with dark rims, else of `Glue`.
    """
    return [
        ClearDrop(
            radius_range=(0.02, 0.055),
            aspect_range=(0.4, 1.0),
            irregularity_range=(0.0, 0.35),
            spread_range=(0.8, 2.0),
            magnify_range=(1.0, 1.6),
            rim_range=(0.35, 0.8),
            shadow_range=(0.0, 0.3),
            p=0.75,
        ),
        Glue(
            radius_range=(0.02, 0.065),
            spots_range=(1, 3),
            palettes=("same", "light", "gray"),
            tint_range=(0.4, 1.0),
            opacity_range=(0.5, 0.95),
            p=0.25,
        ),
    ]


def metal_contamination() -> list[Any]:
    """Metal shaving or a bit of another wire in the mesh.

    Mostly a `Shaving`, else a stiff `Fiber`.
    """
    return [
        Shaving(
            length_range=(0.04, 0.12),
            width_range=(0.01, 0.026),
            brightness_range=(0.25, 0.6),
            folds_range=(0, 4),
            p=0.8,
        ),
        Fiber(
            length_range=(0.04, 0.12),
            width_range=(0.006, 0.014),
            bend_range=(-57.0, 57.0),
            curl_range=(0.0, 23.0),
            palettes=("gray", "dark"),
            opacity_range=(0.9, 1.0),
            p=0.2,
        ),
    ]


def thread() -> list[Any]:
    """Thread or hair in the mesh.

    Drawn as a long thin `Fiber`.
    """
    return [
        Fiber(
            length_range=(0.12, 0.6),
            width_range=(0.002, 0.005),
            palettes=("light", "gray", "dark"),
            opacity_range=(0.6, 1.0),
            p=1.0,
        )
    ]


TYPES = defect_types(bent, broken, glue, metal_contamination, thread)
