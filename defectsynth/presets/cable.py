"""Cross section of a cable that fills the image: three insulated cores of copper strands inside a sheath.

Judged on real images by eye, measured on none. Recognised at a second look: cable_swap, because the side of the former
core shows beneath the new one; cut_inner_insulation, because the insulation of a real one opens around its strands;
poke_insulation, because real flaps stand out of the surface.
"""

from __future__ import annotations

from typing import Any

from defectsynth.places.base import EdgeRing
from defectsynth.places.on_insert import OnInsert
from defectsynth.presets import mixture
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.deformation.splayed_strands import SplayedStrands
from defectsynth.transforms.structural.chipped_edge import ChippedEdge
from defectsynth.transforms.structural.inserts import MissingInsert, SwappedInserts
from defectsynth.transforms.surface.crushed_pattern import CrushedPattern
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.split import Split
from defectsynth.transforms.surface.tear import Tear

STRANDS = OnInsert(on="core")
RIM = OnInsert(on="rim")
INSULATION = OnInsert(on="body")
FILLER = EdgeRing(depth_range=(0.07, 0.16))
SHEATH = EdgeRing(depth_range=(0.0, 0.06))


def bent_wire() -> list[Any]:
    """Bent wire: glossy strands of copper fan out of a bundle over the insulation.

    Drawn as `SplayedStrands` that start in a core: mostly several, else one or two long ones.
    """
    return [
        SplayedStrands(
            where=STRANDS,
            length_range=(0.1, 0.26),
            width_range=(0.012, 0.019),
            strands_range=(5, 16),
            fan_range=(12.0, 40.0),
            root_range=(0.03, 0.08),
            metals=("copper",),
            p=0.7,
        ),
        SplayedStrands(
            where=RIM,
            length_range=(0.12, 0.32),
            width_range=(0.012, 0.019),
            strands_range=(2, 5),
            fan_range=(10.0, 50.0),
            root_range=(0.02, 0.05),
            metals=("copper",),
            p=0.3,
        ),
    ]


def cable_swap() -> list[Any]:
    """Swapped cores: a core has the place of another one, or the same core appears twice.

    Drawn as `SwappedInserts`, mostly a copy.
    """
    return [
        SwappedInserts(swaps=("copy",), turn_range=(-40.0, 40.0), p=0.7),
        SwappedInserts(swaps=("exchange",), turn_range=(-40.0, 40.0), p=0.3),
    ]


def cut_inner_insulation() -> list[Any]:
    """Cut in the insulation of a core, from which strands break out.

    Mostly many short, dark `SplayedStrands`, else a `CrushedPattern` over strands and insulation or a `Split`.
    """
    return [
        SplayedStrands(
            where=RIM,
            length_range=(0.06, 0.16),
            width_range=(0.008, 0.013),
            strands_range=(24, 48),
            fan_range=(14.0, 36.0),
            root_range=(0.03, 0.07),
            metals=("copper",),
            gloss_range=(0.2, 0.7),
            shadow_range=(0.7, 1.0),
            p=0.5,
        ),
        CrushedPattern(
            where=RIM,
            length_range=(0.12, 0.26),
            width_range=(0.08, 0.18),
            turmoil_range=(0.02, 0.05),
            cell_range=(0.02, 0.035),
            dark_range=(0.2, 0.6),
            glint_range=(0.0, 0.2),
            p=0.3,
        ),
        Split(where=INSULATION, length_range=(0.06, 0.16), width_range=(0.012, 0.035), uneven_range=(0.2, 0.7), p=0.15),
    ]


def cut_outer_insulation() -> list[Any]:
    """Cut through the sheath: a narrow dark slit or a piece that is missing.

    Mostly a `Split` from the outline inwards, else one in the ring of the sheath or a `ChippedEdge`.
    """
    return [
        Split(
            where="edge",
            length_range=(0.12, 0.3),
            width_range=(0.012, 0.04),
            uneven_range=(0.2, 0.6),
            grounds=("beneath", "dark"),
            p=0.5,
        ),
        Split(
            where=SHEATH,
            length_range=(0.08, 0.2),
            width_range=(0.012, 0.035),
            uneven_range=(0.2, 0.6),
            grounds=("beneath", "dark"),
            p=0.3,
        ),
        ChippedEdge(radius_range=(0.02, 0.06), through_range=(0.3, 1.0), p=0.2),
    ]


def missing_cable() -> list[Any]:
    """Missing cores, with dark cavities in their places.

    Drawn as one to three `MissingInsert` cavities.
    """
    return [MissingInsert(inserts_range=(1, 3), level_range=(0.02, 0.06), p=1.0)]


def missing_wire() -> list[Any]:
    """Missing strands of a core, with a dark gap in the copper.

    Drawn as one or several irregular, nearly black `ColorSpot` marks on the strands.
    """
    return [
        ColorSpot(
            where=STRANDS,
            radius_range=(0.03, 0.07),
            irregularity_range=(0.2, 0.6),
            softness_range=(0.1, 0.3),
            spots_range=(1, 3),
            spread_range=(0.5, 1.2),
            palettes=("dark",),
            tint_range=(0.0, 0.15),
            opacity_range=(0.85, 1.0),
            p=1.0,
        )
    ]


def poke_insulation() -> list[Any]:
    """Insulation or filler torn up by a pointed tool, with pale flaps.

    Drawn as a `CrushedPattern` or `Tear` on a core or in the filler, or as a `Hole` in a core.
    """
    torn = [
        transform
        for where in (INSULATION, FILLER)
        for transform in (
            CrushedPattern(
                where=where,
                length_range=(0.05, 0.14),
                width_range=(0.04, 0.1),
                turmoil_range=(0.012, 0.035),
                dark_range=(0.3, 0.7),
                glint_range=(0.1, 0.4),
                p=0.2,
            ),
            Tear(where=where, length_range=(0.04, 0.1), width_range=(0.012, 0.03), lip_range=(0.2, 0.5), p=0.2),
        )
    ]
    hole = Hole(
        where=INSULATION, radius_range=(0.01, 0.028), aspect_range=(0.4, 1.0), irregularity_range=(0.2, 0.6), p=0.2
    )
    return [*torn, hole]


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
