"""Presets for unknown categories: mixtures of all families of defects, not tuned to any category."""

from __future__ import annotations

from typing import Any

import albumentations as A

from defectsynth.transforms.contamination.clear_drop import ClearDrop
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.contamination import Contamination
from defectsynth.transforms.contamination.discoloration import Discoloration
from defectsynth.transforms.contamination.faded_print import FadedPrint
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.film_scrap import FilmScrap
from defectsynth.transforms.contamination.fractal_blob import FractalBlob
from defectsynth.transforms.contamination.glue import Glue
from defectsynth.transforms.contamination.marker import MarkerStroke
from defectsynth.transforms.contamination.pigment_mark import PigmentMark
from defectsynth.transforms.contamination.shaving import Shaving
from defectsynth.transforms.contamination.spatter import Spatter
from defectsynth.transforms.contamination.spill import Spill
from defectsynth.transforms.contamination.stain import Stain
from defectsynth.transforms.contamination.stray_print import StrayPrint
from defectsynth.transforms.contamination.streak import Streak
from defectsynth.transforms.contamination.tape import Tape
from defectsynth.transforms.deformation.bent_edge import BentEdge
from defectsynth.transforms.deformation.bent_end import BentEnd
from defectsynth.transforms.deformation.bent_thread import BentThread, PatternShift
from defectsynth.transforms.deformation.bent_wire import BentWire, BrokenWire
from defectsynth.transforms.deformation.dent import Bulge, Dent
from defectsynth.transforms.deformation.squeeze import Pinch, Squeeze
from defectsynth.transforms.pasted.cut_paste import CutPaste, CutPasteScar
from defectsynth.transforms.pasted.natural_synthetic import NaturalSynthetic
from defectsynth.transforms.pasted.patch_swap import PatchSwap
from defectsynth.transforms.pasted.shuffled_structure import ShuffledStructure
from defectsynth.transforms.pasted.texture_patch import TexturePatch
from defectsynth.transforms.structural.chipped_edge import ChippedEdge, TornEdge
from defectsynth.transforms.structural.displaced_part import DisplacedPart, FlippedPart, RotatedPart
from defectsynth.transforms.structural.filed_edge import FiledEdge
from defectsynth.transforms.structural.missing_part import CutPart, MissingPart
from defectsynth.transforms.structural.recolored_part import RecoloredPart
from defectsynth.transforms.structural.swapped_parts import DuplicatedPart, SwappedParts
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.bubble import Bubble
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.drill_hole import DrillHole
from defectsynth.transforms.surface.fold import Fold
from defectsynth.transforms.surface.frayed_cut import FrayedCut
from defectsynth.transforms.surface.grind_mark import GrindMark
from defectsynth.transforms.surface.hole import Hole
from defectsynth.transforms.surface.line import Line
from defectsynth.transforms.surface.missing_thread import BrokenThread, MissingThread
from defectsynth.transforms.surface.pit import Pit
from defectsynth.transforms.surface.rupture import Rupture
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.scuff import Scuff
from defectsynth.transforms.surface.split import Split
from defectsynth.transforms.surface.tear import Tear


def generic_object() -> A.Compose:
    """Return a preset that draws one defect on a part in front of a background, for an unknown category.

    The defects range from faint to obvious: damage of the surface, contamination, discoloration, bends and dents,
    chipped, missing and misplaced parts, and pasted patches. They lie on the part or at its outline.

    Returns:
        A composition that draws one defect.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import synthesize
        >>> part = np.full((96, 96, 3), 40, np.uint8)
        >>> part[24:72, 16:80] = 170
        >>> len(synthesize(part, generic_object(), seed=1).defects)
        1
    """
    return A.Compose(
        [
            A.OneOf(
                [
                    A.OneOf(_damage("object"), p=0.26),
                    A.OneOf(_contamination("object"), p=0.12),
                    A.OneOf([*_discoloration("object"), RecoloredPart(share_range=(0.02, 0.6), p=0.08)], p=0.18),
                    A.OneOf(
                        [
                            BentEdge(p=0.5),
                            BentEnd(p=0.15),
                            Dent(p=0.15),
                            Squeeze(p=0.15),
                            Bulge(p=0.1),
                            Pinch(p=0.15),
                        ],
                        p=0.2,
                    ),
                    A.OneOf(
                        [
                            ChippedEdge(p=0.3),
                            TornEdge(p=0.1),
                            FiledEdge(p=0.12),
                            CutPart(p=0.1),
                            MissingPart(p=0.15),
                            DisplacedPart(p=0.1),
                            RotatedPart(p=0.1),
                            FlippedPart(p=0.05),
                            SwappedParts(p=0.05),
                            DuplicatedPart(p=0.05),
                        ],
                        p=0.14,
                    ),
                    A.OneOf(_pasted("object"), p=0.1),
                ],
                p=1,
            )
        ]
    )


def generic_texture() -> A.Compose:
    """Return a preset that draws one defect on a surface that fills the image, for an unknown category.

    The defects range from faint to obvious: damage of the surface, contamination, discoloration, missing, broken, bent
    and shifted threads, folds and dents, and pasted patches. They lie anywhere.

    Returns:
        A composition that draws one defect.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import synthesize
        >>> surface = np.random.default_rng(0).integers(90, 130, (96, 96), np.uint8)
        >>> len(synthesize(surface, generic_texture(), seed=1).defects)
        1
    """
    return A.Compose(
        [
            A.OneOf(
                [
                    A.OneOf([*_damage("anywhere"), Hole(p=0.15), Rupture(p=0.1), FrayedCut(p=0.1)], p=0.26),
                    A.OneOf([*_contamination("anywhere"), Tape(p=0.06), FilmScrap(p=0.06)], p=0.18),
                    A.OneOf(_discoloration("anywhere"), p=0.22),
                    A.OneOf(
                        [
                            MissingThread(p=0.2),
                            BrokenThread(p=0.2),
                            BrokenWire(p=0.1),
                            BentWire(p=0.15),
                            BentThread(p=0.2),
                            PatternShift(p=0.15),
                        ],
                        p=0.14,
                    ),
                    A.OneOf(
                        [
                            Fold(p=0.4),
                            Pinch(where="anywhere", p=0.3),
                            Bulge(where="anywhere", p=0.15),
                            Dent(where="anywhere", p=0.15),
                        ],
                        p=0.08,
                    ),
                    A.OneOf([*_pasted("anywhere"), PatchSwap(p=0.1)], p=0.12),
                ],
                p=1,
            )
        ]
    )


def _damage(where: str) -> list[Any]:
    """Return transforms that scratch, crack, split, pit or rub the surface, from faint to obvious."""
    return [
        Scratch(
            where=where, length_range=(0.03, 0.45), width_range=(0.002, 0.014), contrast_range=(0.06, 0.45), p=0.35
        ),
        Crack(where=where, length_range=(0.05, 0.6), contrast_range=(0.15, 0.7), p=0.15),
        Split(where=where, length_range=(0.05, 0.35), width_range=(0.004, 0.03), p=0.15),
        Pit(where=where, radius_range=(0.006, 0.04), contrast_range=(0.1, 0.5), p=0.15),
        DrillHole(where=where, p=0.06),
        GrindMark(where=where, p=0.08),
        Tear(where=where, p=0.06),
        Abrasion(where=where, contrast_range=(0.08, 0.4), p=0.1),
        Scuff(where=where, radius_range=(0.03, 0.2), contrast_range=(0.06, 0.3), p=0.1),
    ]


def _contamination(where: str) -> list[Any]:
    """Return transforms that put foreign material on the surface."""
    return [
        Contamination(where=where, gloss_range=(0.0, 0.6), p=0.2),
        Shaving(where=where, p=0.08),
        Stain(where=where, radius_range=(0.03, 0.2), p=0.12),
        Spill(where=where, radius_range=(0.03, 0.2), p=0.1),
        ClearDrop(where=where, p=0.06),
        Fiber(where=where, p=0.15),
        Glue(where=where, p=0.1),
        Streak(where=where, p=0.1),
        Spatter(where=where, p=0.08),
        Bubble(where=where, p=0.08),
        Line(where=where, length_range=(0.02, 0.25), width_range=(0.003, 0.03), p=0.08),
    ]


def _discoloration(where: str) -> list[Any]:
    """Return transforms that change colours: specks, clouds, faded and stray print."""
    return [
        ColorSpot(where=where, radius_range=(0.008, 0.08), opacity_range=(0.3, 1.0), p=0.22),
        PigmentMark(where=where, radius_range=(0.02, 0.15), p=0.1),
        MarkerStroke(where=where, p=0.06),
        Discoloration(where=where, radius_range=(0.03, 0.14), amount_range=(0.3, 1.1), p=0.22),
        Discoloration(where=where, radius_range=(0.14, 0.35), amount_range=(0.25, 0.7), p=0.1),
        FractalBlob(where=where, opacity_range=(0.2, 1.0), p=0.2),
        FadedPrint(p=0.1),
        StrayPrint(where=where, p=0.08),
    ]


def _pasted(where: str) -> list[Any]:
    """Return transforms that paste patches of the image or foreign textures."""
    return [
        NaturalSynthetic(where=where, size_range=(0.04, 0.4), spread=0.06, p=0.4),
        CutPasteScar(where=where, length_range=(0.04, 0.16), p=0.15),
        CutPaste(where=where, area_range=(0.002, 0.04), p=0.15),
        ShuffledStructure(where=where, extent_range=(0.08, 0.3), p=0.15),
        TexturePatch(where=where, extent_range=(0.06, 0.25), p=0.15),
    ]
