"""Toothbrush heads seen from the side of the bristles, in front of a dark ground.

Judged on rendered stand-ins only.
"""

from __future__ import annotations

from typing import Any

from defectsynth.looks.color import Color
from defectsynth.places.on_print import OnPrint
from defectsynth.presets.mixture import defect_types
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.bent_thread import BentThread
from defectsynth.transforms.deformation.splayed_strands import SplayedStrands
from defectsynth.transforms.deformation.squeeze import Pinch
from defectsynth.transforms.pasted.natural_synthetic import NaturalSynthetic
from defectsynth.transforms.pasted.shuffled_structure import ShuffledStructure
from defectsynth.transforms.structural.chipped_edge import ChippedEdge
from defectsynth.transforms.surface.hole import Hole


def defective() -> list[Any]:
    """Bent, tangled, splayed or missing bristles, or foreign material between them.

    Drawn as one of ten defects: bends and bulges of the outline, splayed, bent, pinched, shuffled or copied bristles, a
    hole, a missing piece of the head, a fibre or a coloured blob.
    """
    bristles = OnPrint()
    return [
        BentEdge(bends=("bulge", "bend"), amount_range=(0.012, 0.04), extent_range=(0.03, 0.09), p=0.16),
        BentThread(
            where=bristles, amount_range=(0.5, 1.2), length_range=(0.08, 0.25), contrast_range=(0.0, 0.08), p=0.1
        ),
        SplayedStrands(
            where=bristles,
            length_range=(0.06, 0.18),
            width_range=(0.006, 0.014),
            strands_range=(8, 24),
            metals=("same",),
            p=0.16,
        ),
        Pinch(where="object", radius_range=(0.05, 0.17), contrast_range=(0.02, 0.12), p=0.14),
        ShuffledStructure(
            where=bristles, tiles_range=(10, 24), extent_range=(0.08, 0.24), opacity_range=(0.8, 1.0), p=0.04
        ),
        NaturalSynthetic(where="object", size_range=(0.05, 0.2), spread=0.03, position="object", p=0.12),
        Hole(
            where=bristles, radius_range=(0.02, 0.06), irregularity_range=(0.2, 0.6), softness_range=(0.1, 0.6), p=0.08
        ),
        ChippedEdge(radius_range=(0.03, 0.07), through_range=(0.6, 1.0), p=0.08),
        Fiber(
            where="object",
            length_range=(0.08, 0.35),
            width_range=(0.004, 0.01),
            palettes=("same", "light", "gray", "any"),
            p=0.1,
        ),
        FractalBlob(
            where="object",
            look=Color(palettes=("any", "dark"), tint_range=(0.5, 1.0)),
            radius_range=(0.03, 0.08),
            opacity_range=(0.4, 0.9),
            p=0.06,
        ),
    ]


TYPES = defect_types(defective)
