"""Coated tablets with specks and an engraving."""

from __future__ import annotations

from typing import Any

from defectsynth.blending.blend import Blend
from defectsynth.looks.color import Color
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

PIGMENTS = ("red", "yellow", "blue", "dark")
FAINT_VISIBILITY = 0.015  # `min_visibility` of defects that are hard to see


def color() -> list[Any]:
    """Foreign pigment: a dot with a soft rim, a row or cluster of dots, a pale stain, or a stain along the rim.

    Drawn as coloured particles, a small `ColorSpot`, a translucent spot or a thin coloured arc at the outline.
    """
    dots = Particles(
        radius_range=(0.004, 0.014),
        particles_range=(1, 9),
        spread_range=(0.012, 0.05),
        variety_range=(0.1, 0.7),
        aspect_range=(0.7, 1.0),
        angularity_range=(0.0, 0.4),
    )
    stain = Spots(
        radius_range=(0.015, 0.045), irregularity_range=(0.1, 0.4), softness_range=(0.2, 0.8), spots_range=(1, 3)
    )
    arc = EdgeStrip(length_range=(0.08, 0.45), width_range=(0.004, 0.025), softness_range=(0.0, 0.015))
    pigment = Color(palettes=PIGMENTS, tint_range=(0.0, 0.4))  # stronger than the specks
    pale = Color(palettes=("yellow", "red"), tint_range=(0.2, 0.6))
    blend = Blend(opacity_range=(0.5, 1.0), feather_range=(0.0, 0.008))
    translucent = Blend(opacity_range=(0.25, 0.8), feather_range=(0.0, 0.008))
    return [
        PaintedDefect(where="object", shape=dots, look=pigment, blend=blend, min_visibility=FAINT_VISIBILITY, p=0.35),
        ColorSpot(
            where="object",
            radius_range=(0.007, 0.025),
            palettes=PIGMENTS,
            softness_range=(0.2, 0.7),
            min_visibility=FAINT_VISIBILITY,
            p=0.25,
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
    """Broken rim: a missing piece with a shaded, granular fracture, or a crack line that starts at the rim.

    Most often a dark granular chip at the outline, else a dull `Fracture`, a `ChippedEdge` or a `Crack`.
    """
    chip = EdgeStrip(
        length_range=(0.06, 0.3),
        width_range=(0.02, 0.08),
        raggedness_range=(0.4, 1.0),
        softness_range=(0.0, 0.04),
    )
    shadow = Granular(
        contrast_range=(-0.45, -0.1),
        grit_range=(0.006, 0.025),
        cloud_range=(0.03, 0.09),
        grain_range=(0.002, 0.006),
        sparkle_range=(0.0, 0.05),
    )
    return [
        PaintedDefect(where="edge", shape=chip, look=shadow, blend=Blend(opacity_range=(0.4, 1.0)), p=0.45),
        Fracture(
            length_range=(0.06, 0.3),
            width_range=(0.02, 0.1),
            facet_range=(0.03, 0.09),
            contrast_range=(0.03, 0.1),
            level_range=(-0.32, -0.06),
            shine_range=(0.0, 0.0),
            ridge_range=(0.0, 0.1),
            texture_range=(0.1, 0.5),
            opacity_range=(0.5, 1.0),
            p=0.2,
        ),
        ChippedEdge(radius_range=(0.015, 0.05), through_range=(0.0, 0.6), p=0.15),
        CrackLine(
            where="edge", tones=("dark", "relief"), contrast_range=(0.08, 0.4), min_visibility=FAINT_VISIBILITY, p=0.2
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
