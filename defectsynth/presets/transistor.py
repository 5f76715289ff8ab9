"""Transistors with a black case and leads on a perforated board, seen from above."""

from __future__ import annotations

from typing import Any

from defectsynth.looks.granular import Granular
from defectsynth.places.base import InsideObject
from defectsynth.presets.mixture import defect_types
from defectsynth.shapes.fractal import Fractal
from defectsynth.shapes.ground_flat import GroundFlat
from defectsynth.transforms.painted import PaintedDefect
from defectsynth.transforms.structural.chipped_edge import ChippedEdge
from defectsynth.transforms.structural.displaced_part import MisplacedObject, RotatedPart
from defectsynth.transforms.structural.missing_part import CutPart, MissingPart
from defectsynth.transforms.surface.scratch import Scratch

CASE = InsideObject(margin_range=(0.05, 0.08))  # more than half the width of a lead, so that leads are excluded
CASE_RIM = InsideObject(margin_range=(0.045, 0.065))


def bent_lead() -> list[Any]:
    """Bent lead, turned about its root.

    Drawn by `RotatedPart`, mostly by a large angle, else by a small one.
    """
    return [
        RotatedPart(part_kinds=("lead",), angle_range=(11.0, 52.0), p=0.8),
        RotatedPart(part_kinds=("lead",), angle_range=(6.0, 17.0), p=0.2),
    ]


def cut_lead() -> list[Any]:
    """One or two leads that are cut short or missing.

    Mostly a `CutPart`, else a `MissingPart`.
    """
    return [
        CutPart(part_kinds=("lead",), keep_range=(0.0, 0.5), p=0.6),
        CutPart(part_kinds=("lead",), keep_range=(0.0, 0.4), count_range=(2, 2), p=0.15),
        MissingPart(part_kinds=("lead",), p=0.25),
    ]


def damaged_case() -> list[Any]:
    """Damaged case: a piece is broken out of its face or its edge; rarely a scratch.

    Mostly a gray, granular fracture inside or near the rim of the case, else a `ChippedEdge` or a `Scratch`.
    """
    grainy = Granular(
        contrast_range=(0.03, 0.13),
        grit_range=(0.012, 0.045),
        cloud_range=(0.02, 0.06),
        grain_range=(0.0015, 0.005),
        sparkle_range=(0.05, 0.3),
    )
    return [
        PaintedDefect(
            where=CASE,
            shape=Fractal(
                radius_range=(0.05, 0.18),
                aspect_range=(0.35, 1.0),
                cover_range=(0.35, 0.75),
                raggedness_range=(0.15, 0.5),
                softness_range=(0.0, 0.1),
            ),
            look=grainy,
            p=0.35,
        ),
        PaintedDefect(
            where=CASE_RIM,
            shape=GroundFlat(
                radius_range=(0.06, 0.15),
                aspect_range=(0.4, 0.9),
                angle_range=(-90.0, 90.0),
                unevenness_range=(0.1, 0.3),
                raggedness_range=(0.03, 0.12),
            ),
            look=grainy,
            p=0.4,
        ),
        ChippedEdge(where="edge", radius_range=(0.03, 0.08), through_range=(0.0, 0.5), p=0.1),
        Scratch(where=CASE, length_range=(0.05, 0.25), tones=("bright",), contrast_range=(0.08, 0.25), p=0.15),
    ]


def misplaced() -> list[Any]:
    """Transistor that is missing, displaced, rotated or the wrong way round.

    Drawn as a `MisplacedObject` or a `MissingPart`.
    """
    return [
        MisplacedObject(distance_range=(0.04, 0.25), angle_range=(3.0, 90.0), p=0.45),
        MisplacedObject(distance_range=(0.0, 0.1), angle_range=(150.0, 183.0), p=0.15),
        MissingPart(part_kinds=("object",), p=0.4),
    ]


TYPES = defect_types(bent_lead, cut_lead, damaged_case, misplaced)
