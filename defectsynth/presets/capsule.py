"""Filled capsules of two halves, with damage of the shell and of the print."""

from __future__ import annotations

from typing import Any

from defectsynth.blending.blend import Blend
from defectsynth.looks.cloudy import Cloudy
from defectsynth.looks.elsewhere import Elsewhere
from defectsynth.looks.wear import Wear
from defectsynth.places.base import EdgeRing
from defectsynth.places.on_print import OnPrint
from defectsynth.places.on_seam import OnSeam
from defectsynth.presets.mixture import defect_types
from defectsynth.shapes.burst import Burst
from defectsynth.shapes.fractal import Fractal
from defectsynth.shapes.particles import Particles
from defectsynth.shapes.stroke_bundle import StrokeBundle
from defectsynth.transforms.deformation.crimp import Crimp
from defectsynth.transforms.deformation.dent import Dent
from defectsynth.transforms.deformation.squeeze import Pinch, Squeeze
from defectsynth.transforms.painted import PaintedDefect
from defectsynth.transforms.structural.missing_part import MissingPart
from defectsynth.transforms.surface.abrasion import Abrasion
from defectsynth.transforms.surface.crack import Crack
from defectsynth.transforms.surface.puncture import Puncture
from defectsynth.transforms.surface.scratch import Scratch

POWDER = Cloudy(palettes=("light", "gray"), contrast_range=(0.02, 0.15), roughness_range=(0.7, 1.0))
FAINT_VISIBILITY = 0.015  # `min_visibility` of defects that are hard to see


def crack() -> list[Any]:
    """Cracked shell: a broken sleeve at the seam, a white chip or crack of the wall, powder, or a fine crack line.

    Drawn as a copy of the other half across the seam, as white powdery chips, cracks and crumbs, or as a thin `Crack`.
    """
    rim, split = EdgeRing(depth_range=(0.0, 0.03)), Burst(radius_range=(0.005, 0.014), aspect_range=(2.0, 8.0))
    crumbs = Particles(radius_range=(0.003, 0.01), particles_range=(5, 40), spread_range=(0.01, 0.03))
    chip = Fractal(
        radius_range=(0.025, 0.1), aspect_range=(0.12, 0.4), cover_range=(0.3, 0.6), raggedness_range=(0.5, 1.0)
    )
    return [
        PaintedDefect(
            where=OnSeam(),
            shape=Burst(radius_range=(0.02, 0.06), cracks_range=(0, 2), reach_range=(0.2, 0.8)),
            look=Elsewhere(distance_range=(0.12, 0.16), direction="across"),
            p=0.25,
        ),
        PaintedDefect(where="edge", shape=chip, look=POWDER, blend=Blend(opacity_range=(0.3, 1.0)), p=0.2),
        PaintedDefect(where="object", shape=split, look=POWDER, blend=Blend(opacity_range=(0.15, 0.8)), p=0.15),
        PaintedDefect(where=rim, shape=crumbs, look=POWDER, blend=Blend(opacity_range=(0.3, 1.0)), p=0.1),
        Crack(
            where="object",
            length_range=(0.06, 0.25),
            width_range=(0.002, 0.006),
            branches_range=(0, 2),
            contrast_range=(0.1, 0.35),
            min_visibility=FAINT_VISIBILITY,
            p=0.3,
        ),
    ]


def faulty_imprint() -> list[Any]:
    """Faulty print: scored, rubbed off or missing.

    Mostly fading of the print in a bundle of strokes or in a ragged region, else an `Abrasion` across the print or
    one to three missing letters.
    """
    scores = StrokeBundle(
        length_range=(0.04, 0.16),
        width_range=(0.003, 0.009),
        strokes_range=(5, 16),
        spread_range=(0.008, 0.025),
        disorder_range=(3.0, 46.0),
    )
    cloud = Fractal(radius_range=(0.03, 0.09), cover_range=(0.3, 0.7), raggedness_range=(0.4, 1.0))
    worn = Wear(fade_range=(0.75, 1.0), detail_range=(0.08, 0.15), haze_range=(0.0, 0.07))
    return [
        PaintedDefect(where=OnPrint(), shape=scores, look=worn, min_visibility=FAINT_VISIBILITY, p=0.45),
        PaintedDefect(where=OnPrint(), shape=cloud, look=worn, min_visibility=FAINT_VISIBILITY, p=0.2),
        MissingPart(part_kinds=("mark",), count_range=(1, 3), min_visibility=FAINT_VISIBILITY, p=0.15),
        Abrasion(
            where=OnPrint(),
            length_range=(0.04, 0.16),
            contrast_range=(0.08, 0.3),
            min_visibility=FAINT_VISIBILITY,
            p=0.2,
        ),
    ]


def poke() -> list[Any]:
    """Punctured shell: a small torn opening with flaps and cracks, or powder that leaks out.

    Mostly a `Puncture`, else a pale powdery blob.
    """
    cloud = Fractal(radius_range=(0.015, 0.06), aspect_range=(0.3, 0.9), cover_range=(0.3, 0.6))
    return [
        Puncture(where="object", p=0.75),
        PaintedDefect(where="object", shape=cloud, look=POWDER, blend=Blend(opacity_range=(0.2, 0.9)), p=0.25),
    ]


def scratch() -> list[Any]:
    """Scratched or rubbed shell, in fine lines brighter than the shell.

    Drawn as one to five thin `Scratch` marks side by side, or as an `Abrasion`.
    """
    return [
        Scratch(
            where="object",
            length_range=(0.08, 0.5),
            width_range=(0.0015, 0.004),
            bend_range=(-69.0, 69.0),
            strokes_range=(1, 5),
            spacing_range=(0.008, 0.03),
            tones=("bright", "relief"),
            contrast_range=(0.03, 0.2),
            min_visibility=FAINT_VISIBILITY,
            p=0.45,
        ),
        Abrasion(
            where="object",
            length_range=(0.06, 0.35),
            spread_range=(0.008, 0.04),
            disorder_range=(3.0, 52.0),
            tones=("bright",),
            contrast_range=(0.04, 0.25),
            min_visibility=FAINT_VISIBILITY,
            p=0.55,
        ),
    ]


def squeeze() -> list[Any]:
    """Squeezed shell: pressed in from the side, at an end or around the middle, with folds.

    Most often a `Crimp`, else a `Dent` of the outline, a `Pinch` or a `Squeeze`.
    """
    return [
        Crimp(radius_range=(0.07, 0.25), amount_range=(0.12, 0.42), p=0.5),
        Squeeze(radius_range=(0.07, 0.2), amount_range=(0.1, 0.3), contrast_range=(0.06, 0.3), p=0.1),
        Dent(where="edge", radius_range=(0.06, 0.16), amount_range=(0.12, 0.32), contrast_range=(0.08, 0.35), p=0.2),
        Pinch(where="object", radius_range=(0.08, 0.16), contrast_range=(0.06, 0.22), p=0.2),
    ]


TYPES = defect_types(crack, faulty_imprint, poke, scratch, squeeze)
