"""Cross section of a cable that fills the image: three insulated cores of copper strands inside a sheath.

Judged on real images by eye, measured on none.
"""

from __future__ import annotations

from typing import Any

import albumentations as A

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

STRANDS = OnInsert(on="core")
RIM = OnInsert(on="rim")
INSULATION = OnInsert(on="body")
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

    Drawn as dark `SplayedStrands` through a gap, a `CrushedPattern` at the rim of the strands or a `Split`.
    """
    return [
        A.Sequential(
            [
                Split(
                    where=RIM,
                    length_range=(0.1, 0.18),
                    width_range=(0.03, 0.06),
                    uneven_range=(0.2, 0.7),
                    p=1.0,
                ),
                SplayedStrands(
                    where=RIM,
                    length_range=(0.05, 0.12),
                    width_range=(0.011, 0.016),
                    strands_range=(8, 24),
                    fan_range=(25.0, 70.0),
                    root_range=(0.04, 0.1),
                    metals=("copper",),
                    gloss_range=(0.0, 0.4),
                    p=1.0,
                ),
            ],
            p=0.4,
        ),
        CrushedPattern(
            where=RIM,
            length_range=(0.08, 0.18),
            width_range=(0.06, 0.12),
            turmoil_range=(0.015, 0.04),
            cell_range=(0.015, 0.03),
            dark_range=(0.1, 0.4),
            glint_range=(0.0, 0.2),
            p=0.35,
        ),
        Split(where=INSULATION, length_range=(0.06, 0.16), width_range=(0.012, 0.035), uneven_range=(0.2, 0.7), p=0.25),
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
    """Insulation torn up by a pointed tool.

    Drawn on the insulation of a core as a `CrushedPattern`, a `Hole` or a short `Split`.
    """
    return [
        CrushedPattern(
            where=INSULATION,
            length_range=(0.04, 0.12),
            width_range=(0.03, 0.08),
            turmoil_range=(0.01, 0.03),
            dark_range=(0.2, 0.6),
            glint_range=(0.0, 0.3),
            p=0.4,
        ),
        Hole(
            where=INSULATION, radius_range=(0.01, 0.028), aspect_range=(0.4, 1.0), irregularity_range=(0.2, 0.6), p=0.35
        ),
        Split(where=INSULATION, length_range=(0.03, 0.08), width_range=(0.01, 0.025), lip_range=(0.1, 0.4), p=0.25),
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
