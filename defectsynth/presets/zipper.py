"""Vertical zippers on a pale ground: teeth in the middle, woven tape on both sides.

Measured on real images without masks, and judged by eye on them and on a few others. Recognised at a second look:
fabric_border, because real threads are tangled and matted; broken_teeth, because real teeth break off in one piece.
"""

from __future__ import annotations

from typing import Any

from defectsynth.places.in_frame import InFrame
from defectsynth.presets import mixture
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.bent_thread import BentThread
from defectsynth.transforms.deformation.squeeze import Squeeze
from defectsynth.transforms.structural.frayed_edge import FrayedEdge
from defectsynth.transforms.surface.crushed_pattern import CrushedPattern
from defectsynth.transforms.surface.scuff import Scuff
from defectsynth.transforms.surface.split import Split

VERTICAL = (86.0, 94.0)  # direction of the zipper, degrees
SEAM_WINDOW = (0.495, 0.505)
SEAM = InFrame(x_range=SEAM_WINDOW, angle_range=VERTICAL)
TEETH = InFrame(x_range=(0.43, 0.55), angle_range=VERTICAL)
TAPES = (InFrame(x_range=(0.16, 0.42)), InFrame(x_range=(0.58, 0.84)))
BORDERS = tuple(InFrame(x_range=pair, on="edge", foreground="whole") for pair in ((0.08, 0.34), (0.66, 0.92)))


def broken_teeth() -> list[Any]:
    """Teeth that are broken, missing or crumbled in place.

    Drawn as a `CrushedPattern` over a few teeth, or as a `BentThread`.
    """
    return [
        CrushedPattern(
            where=TEETH,
            length_range=(0.04, 0.13),
            width_range=(0.04, 0.1),
            turmoil_range=(0.006, 0.024),
            cell_range=(0.01, 0.022),
            dark_range=(0.1, 0.6),
            glint_range=(0.0, 0.2),
            p=0.7,
        ),
        CrushedPattern(
            where=TEETH,
            length_range=(0.03, 0.1),
            width_range=(0.03, 0.06),
            turmoil_range=(0.004, 0.016),
            cell_range=(0.01, 0.02),
            dark_range=(0.0, 0.3),
            glint_range=(0.3, 0.9),
            p=0.2,
        ),
        BentThread(where=TEETH, amount_range=(0.6, 1.4), length_range=(0.06, 0.16), contrast_range=(0.0, 0.1), p=0.1),
    ]


def fabric_border() -> list[Any]:
    """Torn or frayed border of the tape, from which threads hang.

    Drawn at the left or right border, mostly as a `FrayedEdge` with a nick and short curls, else with one or two long
    threads, or as a `BentEdge`.
    """
    return [
        transform
        for where in BORDERS
        for transform in (
            FrayedEdge(
                where=where,
                length_range=(0.012, 0.05),
                width_range=(0.003, 0.005),
                strands_range=(14, 48),
                fan_range=(25.0, 80.0),
                bend_range=(-200.0, 200.0),
                root_range=(0.015, 0.05),
                nick_range=(0.008, 0.025),
                worn_range=(0.015, 0.045),
                dark_range=(0.1, 0.5),
                p=0.7,
            ),
            FrayedEdge(
                where=where,
                length_range=(0.03, 0.1),
                width_range=(0.004, 0.012),
                strands_range=(1, 2),
                fan_range=(5.0, 25.0),
                worn_range=(0.02, 0.05),
                p=0.1,
            ),
            BentEdge(where=where, amount_range=(0.01, 0.03), extent_range=(0.03, 0.1), p=0.2),
        )
    ]


def fabric_interior() -> list[Any]:
    """Rubbed or singed tape: a dark, fuzzy patch in which the weave is lost, or a pulled thread.

    Drawn on the left or right tape as a `CrushedPattern` or dark `ColorSpot`, rarely as a `Scuff` or `Fiber`.
    """
    return [
        transform
        for where in TAPES
        for transform in (
            CrushedPattern(
                where=where,
                length_range=(0.05, 0.14),
                width_range=(0.04, 0.1),
                turmoil_range=(0.004, 0.014),
                cell_range=(0.006, 0.02),
                dark_range=(0.3, 0.75),
                glint_range=(0.0, 0.1),
                min_visibility=0.02,
                p=0.5,
            ),
            ColorSpot(
                where=where,
                radius_range=(0.025, 0.07),
                irregularity_range=(0.2, 0.6),
                softness_range=(0.6, 1.0),
                spots_range=(1, 2),
                palettes=("dark",),
                tint_range=(0.3, 0.8),
                opacity_range=(0.5, 1.0),
                min_visibility=0.02,
                p=0.3,
            ),
            Scuff(where=where, radius_range=(0.02, 0.06), contrast_range=(0.06, 0.2), p=0.1),
            Fiber(
                where=where, length_range=(0.03, 0.15), width_range=(0.002, 0.005), palettes=("same", "light"), p=0.1
            ),
        )
    ]


def rough() -> list[Any]:
    """Rough teeth: crests that are scraped and glint.

    Drawn as a `CrushedPattern` with strong glints and little displacement.
    """
    return [
        CrushedPattern(
            where=TEETH,
            length_range=(0.03, 0.14),
            width_range=(0.03, 0.08),
            turmoil_range=(0.0, 0.008),
            cell_range=(0.008, 0.02),
            dark_range=(0.0, 0.15),
            glint_range=(0.4, 1.0),
            p=1.0,
        ),
    ]


def split_teeth() -> list[Any]:
    """Rows of teeth that have come apart: both bow outwards, their teeth end freely over a dark gap.

    Drawn as a `Split` along the seam with a long reach and overhanging teeth.
    """
    return [
        Split(
            where=SEAM,
            length_range=(0.12, 0.35),
            width_range=(0.016, 0.05),
            bow_range=(-0.02, 0.02),
            uneven_range=(0.0, 0.4),
            lip_range=(0.0, 0.05),
            reach_range=(3.0, 6.0),
            overhang_range=(0.004, 0.016),
            grounds=("dark",),
            p=1.0,
        ),
    ]


def squeezed_teeth() -> list[Any]:
    """Teeth that are pressed together, so that the row has a waist, or one side of it is pushed in.

    Drawn as a `Squeeze` at the seam, less often beside it.
    """
    return [
        Squeeze(
            where=InFrame(x_range=window, angle_range=VERTICAL),
            amount_range=(0.15, 0.32),
            radius_range=(0.06, 0.13),
            aspect_range=(0.7, 1.0),
            contrast_range=(0.03, 0.08),
            crease_range=(0.0, 0.2),
            min_visibility=0.03,
            p=share,
        )
        for window, share in ((SEAM_WINDOW, 0.65), ((0.46, 0.54), 0.35))
    ]


def combined() -> list[Any]:
    """Two defects of different types in one image."""
    return mixture.combined(SINGLE)


SINGLE = mixture.defect_types(broken_teeth, fabric_border, fabric_interior, rough, split_teeth, squeezed_teeth)
TYPES = {**SINGLE, **mixture.defect_types(combined)}
