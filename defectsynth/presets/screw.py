"""Screws on a plain ground, seen from the side.

Positions along the screw: the head is at 0, the shank ends at about 0.45, and the thread ends with the tip at 1.
"""

from __future__ import annotations

from typing import Any

from defectsynth.places.along_object import AlongObject
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.bent_end import BentEnd
from defectsynth.transforms.structural.chipped_edge import ChippedEdge
from defectsynth.transforms.structural.displaced_part import RotatedPart
from defectsynth.transforms.structural.filed_edge import FiledEdge
from defectsynth.transforms.structural.missing_part import CutPart
from defectsynth.transforms.surface.flattened_crest import FlattenedCrest
from defectsynth.transforms.surface.grind_mark import GrindMark
from defectsynth.transforms.surface.scratch import Scratch

HEAD = AlongObject(share_range=(0.015, 0.09))
SHANK = AlongObject(share_range=(0.16, 0.43), across_range=(0.0, 0.55))
THREAD = AlongObject(share_range=(0.48, 0.93), across_range=(0.0, 0.4))
THREAD_OUTLINE = AlongObject(share_range=(0.48, 0.9), on="outline")
TIP = AlongObject(share_range=(0.93, 1.0))
TIP_OUTLINE = AlongObject(share_range=(0.94, 1.0), on="outline")


def manipulated_front() -> list[Any]:
    """Manipulated tip: bent, broken off, cut short, chipped or filed.

    Drawn as a `BentEnd`, `ChippedEdge`, `CutPart` or `FiledEdge` near the tip.
    """
    return [
        BentEnd(where=AlongObject(share_range=(0.88, 0.96), across_range=(0.0, 0.4)), angle_range=(11.0, 57.0), p=0.35),
        CutPart(where=TIP, keep_range=(0.25, 0.75), p=0.2),
        ChippedEdge(where=TIP_OUTLINE, radius_range=(0.015, 0.04), through_range=(0.4, 1.0), p=0.25),
        CutPart(where=TIP_OUTLINE, part_kinds=("chunk",), chunk_range=(0.02, 0.05), keep_range=(0.0, 0.3), p=0.1),
        FiledEdge(
            where=AlongObject(share_range=(0.88, 0.98), on="outline"),
            length_range=(0.03, 0.08),
            depth_range=(0.008, 0.03),
            p=0.1,
        ),
    ]


def scratch_head() -> list[Any]:
    """Flat ground into the rim of the head, bare metal with fine parallel strokes; rarely a scratch.

    Mostly a `GrindMark` on the head, else a `Scratch`.
    """
    return [
        GrindMark(
            where=HEAD,
            radius_range=(0.022, 0.052),
            aspect_range=(0.35, 0.75),
            angle_range=(72.0, 109.0),
            unevenness_range=(0.03, 0.2),
            raggedness_range=(0.01, 0.06),
            contrast_range=(-0.04, 0.24),
            stroke_angle_range=(-29.0, 29.0),
            p=0.85,
        ),
        Scratch(where=HEAD, length_range=(0.03, 0.1), width_range=(0.002, 0.006), tones=("bright", "relief"), p=0.15),
    ]


def scratch_neck() -> list[Any]:
    """Flats ground into the shank, round or long, bright or dark; rarely a scratch.

    Mostly one or two `GrindMark` flats on the shank, else a `Scratch`.
    """
    common: dict[str, Any] = {"stroke_angle_range": (63.0, 115.0), "where": SHANK}
    return [
        GrindMark(
            **common,
            radius_range=(0.02, 0.045),
            aspect_range=(0.5, 1.0),
            raggedness_range=(0.01, 0.06),
            contrast_range=(-0.08, 0.26),
            slope_range=(0.0, 0.35),
            p=0.55,
        ),
        GrindMark(**common, radius_range=(0.018, 0.035), count_range=(2, 2), contrast_range=(-0.08, 0.26), p=0.12),
        GrindMark(
            **common,
            radius_range=(0.03, 0.06),
            aspect_range=(0.2, 0.4),
            raggedness_range=(0.06, 0.2),
            contrast_range=(-0.1, 0.1),
            stroke_range=(0.05, 0.12),
            grain_range=(0.003, 0.007),
            opacity_range=(0.6, 0.95),
            p=0.18,
        ),
        Scratch(where=SHANK, length_range=(0.03, 0.12), width_range=(0.002, 0.006), tones=("bright", "relief"), p=0.15),
    ]


def thread_side() -> list[Any]:
    """Thread crests that are filed off, sheared or pushed aside at the outline.

    Mostly a `FiledEdge`, else a turned chunk of the thread by `RotatedPart` or a `BentEdge`.
    """
    return [
        FiledEdge(
            where=THREAD_OUTLINE,
            length_range=(0.03, 0.16),
            depth_range=(0.007, 0.028),
            face_range=(0.004, 0.04),
            contrast_range=(0.04, 0.2),
            p=0.6,
        ),
        FiledEdge(
            where=THREAD_OUTLINE, length_range=(0.015, 0.04), depth_range=(0.006, 0.015), count_range=(1, 3), p=0.15
        ),
        RotatedPart(
            where=THREAD_OUTLINE, part_kinds=("chunk",), chunk_range=(0.012, 0.022), angle_range=(29.0, 80.0), p=0.15
        ),
        BentEdge(
            where=THREAD_OUTLINE,
            bends=("bend", "dent"),
            amount_range=(0.008, 0.016),
            extent_range=(0.012, 0.022),
            count_range=(1, 2),
            p=0.1,
        ),
    ]


def thread_top() -> list[Any]:
    """Thread crests ground flat on the side that faces the camera, often with the groove between them.

    Mostly a `FlattenedCrest` over one to three crests, else a small `GrindMark` on the thread.
    """
    return [
        FlattenedCrest(where=THREAD, ribs_range=(2, 2), length_range=(0.65, 1.05), groove_range=(0.25, 0.65), p=0.5),
        FlattenedCrest(where=THREAD, ribs_range=(1, 3), length_range=(0.5, 1.0), groove_range=(0.0, 0.3), p=0.25),
        FlattenedCrest(where=THREAD, ribs_range=(1, 2), length_range=(0.3, 0.7), contrast_range=(-0.03, 0.12), p=0.15),
        GrindMark(where=THREAD, radius_range=(0.012, 0.035), aspect_range=(0.5, 0.9), angle_range=(57.0, 120.0), p=0.1),
    ]


TYPES = defect_types(manipulated_front, scratch_head, scratch_neck, thread_side, thread_top)
