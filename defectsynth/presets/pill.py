"""Coated tablets with specks and an engraving.

Recognised at a second look: crack, because real chips are streaky.
"""

from __future__ import annotations

from typing import Any

from defectsynth.blending.blend import Blend
from defectsynth.looks.color import Color
from defectsynth.looks.color_shift import ColorShift
from defectsynth.looks.granular import Granular
from defectsynth.places.on_print import OnPrint
from defectsynth.presets import mixture
from defectsynth.shapes.edge_strip import EdgeStrip
from defectsynth.shapes.particles import Particles
from defectsynth.shapes.spots import Spots
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.contamination import Contamination
from defectsynth.transforms.contamination.wrong_variety import WrongVariety
from defectsynth.transforms.painted import PaintedDefect
from defectsynth.transforms.structural.chipped_edge import ChippedEdge
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.crack import Crack as CrackLine
from defectsynth.transforms.surface.fracture import Fracture
from defectsynth.transforms.surface.scratch import Scratch
from defectsynth.transforms.surface.scuff import Scuff

PIGMENTS = ("red", "yellow", "blue")
FAINT_VISIBILITY = 0.015  # `min_visibility` of defects that are hard to see


def color() -> list[Any]:
    """Foreign pigment: a dot, a cluster or row of dots, a pale stain, or a thin stain along the rim.

    Drawn as coloured particles, a small `ColorSpot`, translucent spots or a thin coloured arc at the outline.
    """
    dots, row = (
        Particles(
            radius_range=(0.005, 0.014),
            particles_range=number,
            spread_range=spread,
            variety_range=(0.0, 0.5),
            aspect_range=(0.7, 1.0),
            angularity_range=(0.0, 0.4),
            row_range=across,
        )
        for number, spread, across in (((1, 6), (0.012, 0.04), (1.0, 1.0)), ((3, 10), (0.03, 0.09), (0.0, 0.15)))
    )
    stain = Spots(
        radius_range=(0.012, 0.045), irregularity_range=(0.05, 0.25), softness_range=(0.1, 0.3), spots_range=(1, 3)
    )
    arc = EdgeStrip(length_range=(0.08, 0.45), width_range=(0.004, 0.016), softness_range=(0.004, 0.012))
    pigment = Color(palettes=PIGMENTS, tint_range=(0.0, 0.3))  # stronger than the specks
    pale = Color(palettes=("yellow", "red"), tint_range=(0.2, 0.5))
    blend = Blend(opacity_range=(0.75, 1.0), feather_range=(0.002, 0.006))
    translucent = Blend(opacity_range=(0.35, 0.9), feather_range=(0.002, 0.008))
    return [
        PaintedDefect(where="object", shape=dots, look=pigment, blend=blend, min_visibility=FAINT_VISIBILITY, p=0.3),
        PaintedDefect(where="object", shape=row, look=pigment, blend=blend, min_visibility=FAINT_VISIBILITY, p=0.15),
        ColorSpot(
            where="object",
            radius_range=(0.007, 0.02),
            palettes=PIGMENTS,
            softness_range=(0.15, 0.4),
            spots_range=(1, 2),
            min_visibility=FAINT_VISIBILITY,
            p=0.15,
        ),
        PaintedDefect(where="object", shape=stain, look=pale, blend=translucent, p=0.2),
        PaintedDefect(where="edge", shape=arc, look=pigment, blend=blend, p=0.1),
        PaintedDefect(where="edge", shape=arc, look=pale, blend=translucent, p=0.1),
    ]


def contamination() -> list[Any]:
    """Crumbs of tablets or of foreign material on the surface, with a faint shadow.

    Mostly `Contamination` in the colour of the tablet, else small rusty or gray particles.
    """
    return [
        Contamination(
            where="object",
            radius_range=(0.03, 0.09),
            particles_range=(1, 2),
            aspect_range=(0.35, 0.9),
            palettes=("same",),
            shading_range=(0.02, 0.15),
            wall_range=(0.1, 0.6),
            roughness_range=(0.0, 0.15),
            shadow_range=(0.08, 0.4),
            p=0.7,
        ),
        Contamination(where="object", radius_range=(0.01, 0.04), palettes=("same", "rust", "gray"), p=0.3),
    ]


def crack() -> list[Any]:
    """Broken rim: a shallow chip with a sharp, uneven border, grayish, its specks still to be seen, or a short crack.

    Mostly a chip in a cool, dull shade of the surface or a granular one, else a dull `Fracture`, a `ChippedEdge` or a
    `Crack` that starts at the rim.
    """
    chip = EdgeStrip(
        length_range=(0.05, 0.25),
        width_range=(0.012, 0.06),
        raggedness_range=(0.5, 1.0),
        softness_range=(0.001, 0.006),
    )
    cool, dull = (
        ColorShift(shifts=(shift,), amount_range=amount)
        for shift, amount in (("ash", (0.6, 1.2)), ("dirt", (0.7, 1.2)))
    )
    rough = Granular(
        contrast_range=(-0.4, -0.1),
        grit_range=(0.004, 0.015),
        cloud_range=(0.04, 0.1),
        grain_range=(0.003, 0.012),
        sparkle_range=(0.0, 0.05),
    )
    return [
        PaintedDefect(where="ring", shape=chip, look=cool, blend=Blend(opacity_range=(0.6, 1.0)), p=0.35),
        PaintedDefect(where="ring", shape=chip, look=dull, blend=Blend(opacity_range=(0.6, 1.0)), p=0.12),
        PaintedDefect(where="ring", shape=chip, look=rough, blend=Blend(opacity_range=(0.4, 0.9)), p=0.2),
        Fracture(
            length_range=(0.06, 0.3),
            width_range=(0.02, 0.08),
            facet_range=(0.02, 0.05),
            stretch_range=(2.0, 6.0),
            contrast_range=(0.03, 0.08),
            level_range=(-0.28, -0.08),
            shine_range=(0.0, 0.0),
            ridge_range=(0.0, 0.1),
            texture_range=(0.3, 0.8),
            opacity_range=(0.5, 0.9),
            p=0.15,
        ),
        ChippedEdge(radius_range=(0.015, 0.04), through_range=(0.0, 0.4), p=0.08),
        CrackLine(
            where="edge",
            length_range=(0.03, 0.15),
            width_range=(0.002, 0.005),
            branches_range=(0, 1),
            tones=("dark", "relief"),
            contrast_range=(0.08, 0.4),
            min_visibility=FAINT_VISIBILITY,
            p=0.12,
        ),
    ]


def faulty_imprint() -> list[Any]:
    """Crumbled or scored engraving.

    Drawn as a `Scuff`, an `Abrasion` or a `Scratch` on the engraving.
    """
    return [
        Scuff(
            where=OnPrint(),
            radius_range=(0.06, 0.18),
            contrast_range=(0.02, 0.13),
            min_visibility=FAINT_VISIBILITY,
            p=0.5,
        ),
        Abrasion(
            where=OnPrint(),
            width_range=(0.002, 0.006),
            tones=("relief", "bright"),
            contrast_range=(0.06, 0.25),
            min_visibility=FAINT_VISIBILITY,
            p=0.25,
        ),
        Scratch(where=OnPrint(), length_range=(0.08, 0.3), tones=("relief",), min_visibility=FAINT_VISIBILITY, p=0.25),
    ]


def pill_type() -> list[Any]:
    """Tablet of another type, with another base colour and other specks or none.

    Drawn as a `WrongVariety` with dots, with fine grain or plain.
    """
    return [
        WrongVariety(
            patterns=("dots",),
            tint_range=(-0.07, 0.03),
            palettes=("yellow", "rust"),
            size_range=(0.01, 0.025),
            strength_range=(0.6, 1.0),
            p=0.4,
        ),
        WrongVariety(
            patterns=("grain",), tint_range=(-0.07, 0.03), palettes=("rust", "gray"), size_range=(0.003, 0.01), p=0.4
        ),
        WrongVariety(patterns=("plain",), p=0.2),
    ]


def scratch() -> list[Any]:
    """Scratched coating: a short groove or a rubbed, rough area.

    Most often a `Scratch` with relief, else a `Scuff` or an `Abrasion`.
    """
    return [
        Scratch(
            where="object",
            length_range=(0.06, 0.35),
            width_range=(0.004, 0.025),
            tones=("relief",),
            contrast_range=(0.04, 0.25),
            min_visibility=FAINT_VISIBILITY,
            p=0.5,
        ),
        Scuff(
            where="object",
            radius_range=(0.05, 0.2),
            contrast_range=(0.02, 0.1),
            min_visibility=FAINT_VISIBILITY,
            p=0.35,
        ),
        Abrasion(
            where="object",
            width_range=(0.002, 0.006),
            tones=("relief", "bright"),
            min_visibility=FAINT_VISIBILITY,
            p=0.15,
        ),
    ]


def combined() -> list[Any]:
    """Two defects of different types in one image."""
    return mixture.combined(mixture.defect_types(color, contamination, crack, faulty_imprint, scratch))


TYPES = mixture.defect_types(color, combined, contamination, crack, faulty_imprint, pill_type, scratch)
