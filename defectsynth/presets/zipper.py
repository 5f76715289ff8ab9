"""Vertical zippers on a pale ground: teeth in the middle, woven tape on both sides."""

from __future__ import annotations

from typing import Any

from defectsynth.fields.swelling import Swelling
from defectsynth.places.in_frame import InFrame
from defectsynth.presets import mixture
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.bent_thread import BentThread, PatternShift
from defectsynth.transforms.deformation.squeeze import Pinch
from defectsynth.transforms.pasted.cut_paste import CutPasteScar
from defectsynth.transforms.pasted.shuffled_structure import ShuffledStructure
from defectsynth.transforms.structural.chipped_edge import TornEdge
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.missing_thread import BrokenThread
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.scuff import Scuff
from defectsynth.transforms.surface.split import Split
from defectsynth.transforms.warped import WarpedDefect

VERTICAL = (86.0, 94.0)  # direction of the zipper, degrees
SEAM = InFrame(x_range=(0.48, 0.52), angle_range=VERTICAL)
TEETH = InFrame(x_range=(0.44, 0.56), angle_range=VERTICAL)
BESIDE = InFrame(x_range=(0.36, 0.64), angle_range=VERTICAL)
TAPES = (InFrame(x_range=(0.26, 0.4)), InFrame(x_range=(0.6, 0.74)))
BORDERS = tuple(InFrame(x_range=pair, on="edge", foreground="whole") for pair in ((0.08, 0.34), (0.66, 0.92)))


def broken_teeth() -> list[Any]:
    """One or a few broken or crooked teeth.

    Drawn as a `BrokenThread`, a pasted scar, shuffled structure or a `BentThread` on the teeth.
    """
    return [
        BrokenThread(
            where=TEETH, length_range=(0.03, 0.09), width_range=(0.8, 2.5), contrast_range=(0.05, 0.2), p=0.35
        ),
        CutPasteScar(where=TEETH, length_range=(0.04, 0.12), width_range=(0.03, 0.1), p=0.25),
        ShuffledStructure(
            where=TEETH, tiles_range=(10, 24), extent_range=(0.06, 0.16), opacity_range=(0.8, 1.0), p=0.2
        ),
        BentThread(where=TEETH, amount_range=(0.6, 1.4), length_range=(0.06, 0.16), contrast_range=(0.0, 0.1), p=0.2),
    ]


def fabric_border() -> list[Any]:
    """Torn, frayed or folded border of the tape.

    Drawn at the left or right border as a `TornEdge`, `Split`, `BentEdge`, `Fiber` or `Scuff`.
    """
    return [
        transform
        for where in BORDERS
        for transform in (
            TornEdge(where=where, radius_range=(0.015, 0.05), p=0.25),
            Split(
                where=where,
                length_range=(0.06, 0.2),
                width_range=(0.008, 0.04),
                grounds=("light", "beneath"),
                p=0.15,
            ),
            BentEdge(where=where, amount_range=(0.01, 0.04), extent_range=(0.04, 0.12), p=0.3),
            Fiber(
                where=where,
                length_range=(0.06, 0.25),
                width_range=(0.003, 0.008),
                palettes=("gray", "dark"),
                count_range=(1, 3),
                p=0.2,
            ),
            Scuff(where=where, radius_range=(0.02, 0.07), contrast_range=(0.1, 0.3), p=0.1),
        )
    ]


def fabric_interior() -> list[Any]:
    """Worn, cut or punctured tape, or a pulled thread of it.

    Drawn on the left or right tape as a `Scuff`, `Split`, `Hole`, `Scratch` or `Fiber`.
    """
    return [
        transform
        for where in TAPES
        for transform in (
            Scuff(where=where, radius_range=(0.03, 0.1), contrast_range=(0.06, 0.25), p=0.3),
            Split(
                where=where,
                length_range=(0.05, 0.2),
                width_range=(0.005, 0.03),
                grounds=("beneath", "light", "gray"),
                p=0.25,
            ),
            Hole(where=where, radius_range=(0.012, 0.04), p=0.15),
            Scratch(where=where, length_range=(0.06, 0.25), tones=("bright", "relief"), p=0.15),
            Fiber(
                where=where, length_range=(0.06, 0.3), width_range=(0.003, 0.008), palettes=("same", "light"), p=0.15
            ),
        )
    ]


def rough() -> list[Any]:
    """Rough tape beside the teeth, with loose threads.

    Drawn as a `Scuff`, an `Abrasion` or several short `Fiber` marks.
    """
    return [
        Scuff(where=BESIDE, radius_range=(0.04, 0.14), aspect_range=(0.2, 0.7), contrast_range=(0.1, 0.3), p=0.45),
        Abrasion(where=BESIDE, length_range=(0.06, 0.2), spread_range=(0.01, 0.04), p=0.3),
        Fiber(
            where=BESIDE,
            length_range=(0.03, 0.12),
            width_range=(0.002, 0.005),
            palettes=("gray", "light"),
            count_range=(3, 8),
            p=0.25,
        ),
    ]


def split_teeth() -> list[Any]:
    """Rows of teeth that have come apart, so that the ground shows between them.

    Drawn as a wide, straight `Split` along the seam.
    """
    return [
        Split(
            where=SEAM,
            length_range=(0.2, 0.7),
            width_range=(0.03, 0.1),
            bow_range=(-0.02, 0.02),
            uneven_range=(0.0, 0.2),
            lip_range=(0.0, 0.05),
            grounds=("light", "gray", "beneath"),
            p=1.0,
        )
    ]


def squeezed_teeth() -> list[Any]:
    """Teeth that are pressed together or pulled out of line.

    Drawn as a `Pinch`, a `PatternShift` or a swelling field that narrows the row of teeth.
    """
    return [
        Pinch(where=TEETH, radius_range=(0.06, 0.16), contrast_range=(0.03, 0.14), p=0.4),
        PatternShift(where=TEETH, amount_range=(0.8, 1.8), length_range=(0.1, 0.3), contrast_range=(0.03, 0.14), p=0.3),
        WarpedDefect(
            where=TEETH,
            field=Swelling(
                axes="across",
                direction="in",
                amount_range=(0.2, 0.32),
                radius_range=(0.08, 0.2),
                aspect_range=(0.4, 1.0),
            ),
            min_visibility=0.03,
            p=0.3,
        ),
    ]


def combined() -> list[Any]:
    """Two defects of different types in one image."""
    return mixture.combined(SINGLE)


SINGLE = mixture.defect_types(broken_teeth, fabric_border, fabric_interior, rough, split_teeth, squeezed_teeth)
TYPES = {**SINGLE, **mixture.defect_types(combined)}
