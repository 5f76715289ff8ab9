"""Electrical commutators: cracks in the plastic beside the metal bars, a grainy gray surface."""

from __future__ import annotations

from typing import Any

from defectsynth.blending.blend import Blend
from defectsynth.looks.shade import Shade
from defectsynth.presets.mixture import named
from defectsynth.shapes.branches import Branches
from defectsynth.transforms.painted import PaintedDefect


def defect() -> list[Any]:
    """A dark crack, nearly straight, a fifth to nearly all of the picture long, sharp or out of focus, often faint."""
    return [
        PaintedDefect(
            shape=Branches(
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
            shape=Branches(
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


TYPES = named(defect)
