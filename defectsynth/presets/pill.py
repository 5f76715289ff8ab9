"""Coated tablets with specks and an engraving: stained, soiled, chipped, scored, mistaken for another sort."""

from __future__ import annotations

from typing import Any

from defectsynth.blending.blend import Blend
from defectsynth.looks.color import Color
from defectsynth.looks.granular import Granular
from defectsynth.places.on_print import OnPrint
from defectsynth.presets.mixture import combined, named
from defectsynth.shapes.particles import Particles
from defectsynth.shapes.rim import Rim
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
FAINT = 0.015  # least contrast of a defect that is hardly seen


def color() -> list[Any]:
    """Drops of foreign pigment, one, a row or a cluster, or a stain along the rim."""
    drops = Particles(
        radius_range=(0.006, 0.016),
        particles_range=(2, 10),
        spread_range=(0.012, 0.05),
        variety_range=(0.1, 0.7),
        aspect_range=(0.7, 1.0),
        angularity_range=(0.0, 0.4),
    )
    stain = Rim(length_range=(0.08, 0.45), width_range=(0.004, 0.02), softness_range=(0.0, 0.01))
    pigment = Color(palettes=PIGMENTS, tint_range=(0.0, 0.4))  # stronger than that of the specks
    blend = Blend(opacity_range=(0.7, 1.0), feather_range=(0.0, 0.006))
    return [
        PaintedDefect(where="object", shape=drops, look=pigment, blend=blend, p=0.4),
        ColorSpot(where="object", radius_range=(0.008, 0.03), palettes=PIGMENTS, softness_range=(0.1, 0.5), p=0.4),
        PaintedDefect(where="edge", shape=stain, look=pigment, blend=blend, p=0.2),
    ]


def contamination() -> list[Any]:
    """Crumbs of tablets on the surface, flat or in lumps, with a faint shadow, or of something else."""
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
    """A piece is broken off the rim: its face in shadow, sharp or softly running out; or a line runs in from there."""
    chip = Rim(
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
        CrackLine(where="edge", tones=("dark", "relief"), contrast_range=(0.08, 0.4), min_visibility=FAINT, p=0.2),
    ]


def faulty_imprint() -> list[Any]:
    """The engraving is crumbled, scored over or filled."""
    return [
        Scuff(where=OnPrint(), radius_range=(0.06, 0.18), contrast_range=(0.02, 0.13), min_visibility=FAINT, p=0.5),
        Abrasion(
            where=OnPrint(),
            width_range=(0.002, 0.006),
            tones=("relief", "bright"),
            contrast_range=(0.06, 0.25),
            min_visibility=FAINT,
            p=0.25,
        ),
        Scratch(where=OnPrint(), length_range=(0.08, 0.3), tones=("relief",), min_visibility=FAINT, p=0.25),
    ]


def pill_type() -> list[Any]:
    """A tablet of another sort: its ground, the colour, size and number of its specks are others."""
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
    """The coating is gouged, in a short groove, or rubbed rough."""
    return [
        Scratch(
            where="object",
            length_range=(0.06, 0.35),
            width_range=(0.004, 0.025),
            tones=("relief",),
            contrast_range=(0.04, 0.25),
            min_visibility=FAINT,
            p=0.5,
        ),
        Scuff(where="object", radius_range=(0.05, 0.2), contrast_range=(0.02, 0.1), min_visibility=FAINT, p=0.35),
        Abrasion(where="object", width_range=(0.002, 0.006), tones=("relief", "bright"), min_visibility=FAINT, p=0.15),
    ]


def both() -> list[Any]:
    """Two different defects at once."""
    return combined({each.__name__: each for each in (color, contamination, crack, faulty_imprint, scratch)})


TYPES = {**named(color), "combined": both, **named(contamination, crack, faulty_imprint, pill_type, scratch)}
