"""Electrical commutators with a grainy gray surface and cracks in the plastic beside the metal bars."""

from __future__ import annotations

from typing import Any

from defectsynth.blending.blend import Blend
from defectsynth.looks.shade import Shade
from defectsynth.presets.mixture import defect_types
from defectsynth.shapes.branching_path import BranchingPath
from defectsynth.transforms.painted import PaintedDefect


def defect() -> list[Any]:
    """Crack of the plastic: dark, nearly straight, sharp or out of focus, often faint.

    Mostly a long thin line with at most one branch, else a shorter and wider one; both have a soft rim.
    """
    return [
        PaintedDefect(
            shape=BranchingPath(
                length_range=(0.25, 0.9),
                width_range=(0.008, 0.022),
                jaggedness_range=(4.5, 20.0),
                branches_range=(0, 1),
                branch_angle_range=(11.0, 46.0),
                pinch_range=(0.1, 0.8),
            ),
            look=Shade(tones=("dark",), contrast_range=(0.3, 0.8)),
            blend=Blend(opacity_range=(0.6, 1.0), feather_range=(0.002, 0.008)),
            p=0.8,
        ),
        PaintedDefect(
            shape=BranchingPath(
                length_range=(0.15, 0.45),
                width_range=(0.02, 0.05),
                jaggedness_range=(9.0, 34.0),
                branches_range=(0, 2),
                pinch_range=(0.3, 0.9),
            ),
            look=Shade(tones=("dark",), contrast_range=(0.3, 0.8)),
            blend=Blend(opacity_range=(0.5, 1.0), feather_range=(0.004, 0.012)),
            p=0.2,
        ),
    ]


TYPES = defect_types(defect)
