"""Cross section of a cable that fills the image: three insulated cores of copper strands inside a sheath."""

from __future__ import annotations

from typing import Any

from defectsynth.places.base import EdgeRing, InsideObject
from defectsynth.places.on_print import OnPrint
from defectsynth.presets import mixture
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.deformation.bent_thread import BentThread
from defectsynth.transforms.structural.chipped_edge import ChippedEdge
from defectsynth.transforms.structural.displaced_part import FlippedPart
from defectsynth.transforms.structural.recolored_part import RecoloredPart
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.pit import Pit
from defectsynth.transforms.surface.split import Split

COPPER = OnPrint()  # the strands are the part of the image with most detail
INSIDE = InsideObject(margin_range=(0.08, 0.12))
SHEATH = EdgeRing(depth_range=(0.0, 0.06))


def bent_wire() -> list[Any]:
    """Bent wire: a strand of copper sticks out over the insulation, or strands are bent aside.

    Mostly a short stiff `Fiber` in the colour of the copper or of rust, else a `BentThread` in the strands.
    """
    return [
        Fiber(
            where=COPPER,
            length_range=(0.08, 0.24),
            width_range=(0.012, 0.026),
            bend_range=(-69.0, 69.0),
            curl_range=(0.0, 34.0),
            palettes=("same", "rust"),
            shadow_range=(0.2, 0.5),
            opacity_range=(0.9, 1.0),
            p=0.75,
        ),
        BentThread(where=COPPER, amount_range=(0.5, 1.0), length_range=(0.08, 0.2), contrast_range=(0.0, 0.1), p=0.25),
    ]


def cable_swap() -> list[Any]:
    """Swapped cores: the insulation of a core has the colour of another one.

    Mostly a `RecoloredPart` inside the cable, else the whole cross section mirrored by `FlippedPart`.
    """
    return [
        RecoloredPart(where=INSIDE, share_range=(0.02, 0.25), palettes=("other",), p=0.85),
        FlippedPart(part_kinds=("object",), p=0.15),
    ]


def cut_inner_insulation() -> list[Any]:
    """Cut or nick in the insulation of a core.

    Drawn inside the cable, mostly as a `Split` that gapes, else as an irregular `Hole`.
    """
    return [
        Split(where=INSIDE, length_range=(0.06, 0.2), width_range=(0.01, 0.035), uneven_range=(0.2, 0.7), p=0.7),
        Hole(where=INSIDE, radius_range=(0.012, 0.04), aspect_range=(0.3, 0.8), irregularity_range=(0.2, 0.6), p=0.3),
    ]


def cut_outer_insulation() -> list[Any]:
    """Cut or nick in the sheath, or a missing piece of it.

    Drawn as a `Split` in the ring of the sheath or from its outline inwards, or as a `ChippedEdge`.
    """
    return [
        Split(
            where=SHEATH,
            length_range=(0.08, 0.28),
            width_range=(0.012, 0.05),
            uneven_range=(0.2, 0.7),
            grounds=("beneath", "background"),
            p=0.35,
        ),
        Split(
            where="edge",
            length_range=(0.12, 0.3),
            width_range=(0.015, 0.06),
            uneven_range=(0.2, 0.7),
            grounds=("beneath", "background"),
            p=0.35,
        ),
        ChippedEdge(radius_range=(0.03, 0.09), through_range=(0.3, 1.0), p=0.3),
    ]


def missing_cable() -> list[Any]:
    """Missing core, with a large dark cavity in its place.

    Drawn as one large, round, dark `ColorSpot` in the middle of a core.
    """
    return [
        ColorSpot(
            where=OnPrint(gather=0.15),
            radius_range=(0.13, 0.19),
            aspect_range=(0.85, 1.0),
            irregularity_range=(0.0, 0.12),
            softness_range=(0.0, 0.08),
            spots_range=(1, 1),
            palettes=("dark",),
            tint_range=(0.0, 0.2),
            opacity_range=(0.9, 1.0),
            p=1.0,
        ),
    ]


def missing_wire() -> list[Any]:
    """Missing strands of a core, with a dark gap in the copper.

    Drawn as one or two irregular dark `ColorSpot` marks on the strands.
    """
    return [
        ColorSpot(
            where=COPPER,
            radius_range=(0.02, 0.06),
            irregularity_range=(0.1, 0.5),
            softness_range=(0.0, 0.2),
            spots_range=(1, 2),
            palettes=("dark",),
            tint_range=(0.0, 0.3),
            opacity_range=(0.8, 1.0),
            p=1.0,
        )
    ]


def poke_insulation() -> list[Any]:
    """Puncture of an insulation by a pointed tool.

    Drawn inside the cable as a small `Hole` or `Pit`.
    """
    return [
        Hole(where=INSIDE, radius_range=(0.01, 0.028), aspect_range=(0.6, 1.0), irregularity_range=(0.0, 0.4), p=0.6),
        Pit(where=INSIDE, radius_range=(0.01, 0.028), spots_range=(1, 2), contrast_range=(0.25, 0.6), p=0.4),
    ]


def combined() -> list[Any]:
    """Two defects of different types in one image."""
    return mixture.combined(SINGLE)


SINGLE = mixture.defect_types(
    bent_wire,
    cable_swap,
    cut_inner_insulation,
    cut_outer_insulation,
    missing_cable,
    missing_wire,
    poke_insulation,
)
TYPES = {**SINGLE, **mixture.defect_types(combined)}
