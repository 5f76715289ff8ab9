"""Bottles seen from above, with broken or contaminated mouths."""

from __future__ import annotations

from typing import Any

from defectsynth.blending.blend import Blend
from defectsynth.core.parameters import Pair
from defectsynth.looks.cloudy import Cloudy
from defectsynth.places.base import EdgeRing
from defectsynth.places.on_core import OnCore
from defectsynth.presets.mixture import defect_types
from defectsynth.shapes.burst import Burst
from defectsynth.shapes.color_region import ColorRegion
from defectsynth.transforms.contamination.color_spot import ColorSpot
from defectsynth.transforms.contamination.fiber import Fiber
from defectsynth.transforms.contamination.tape import Tape
from defectsynth.transforms.painted import PaintedDefect
from defectsynth.transforms.surface.fracture import Fracture


def _broken(length: Pair, width: Pair, facet: Pair, shine: Pair, *, p: float) -> Fracture:
    """Return a fracture of the glass along the mouth, between its outer edge and the bore."""
    return Fracture(
        where=EdgeRing(depth_range=(0.06, 0.24)),
        length_range=length,
        depth_range=(0.06, 0.12),
        width_range=width,
        raggedness_range=(0.1, 0.4),
        facet_range=facet,
        contrast_range=(0.02, 0.11),
        level_range=(-0.1, 0.03),
        shine_range=shine,
        texture_range=(0.0, 0.15),
        p=p,
    )


def broken_large() -> list[Any]:
    """Large breakage of the mouth, with dark and reflecting facets of glass.

    Drawn as a long `Fracture`, mostly with large dull facets, else with small shiny ones.
    """
    return [
        _broken((0.7, 1.8), (0.09, 0.17), (0.03, 0.14), (0.0, 0.12), p=0.7),
        _broken((0.45, 1.0), (0.09, 0.16), (0.02, 0.06), (0.05, 0.25), p=0.3),
    ]


def broken_small() -> list[Any]:
    """Small breakage of the mouth, a chip of the glass.

    Drawn as a short `Fracture` with small facets, some of which mirror the lamp.
    """
    return [
        _broken((0.2, 0.6), (0.08, 0.18), (0.02, 0.06), (0.05, 0.3), p=0.75),
        _broken((0.12, 0.25), (0.05, 0.12), (0.012, 0.03), (0.1, 0.4), p=0.25),
    ]


def contamination() -> list[Any]:
    """Contamination of the bottle: liquid, paper, cloth or a drop in the bore, a strip or a thread over the mouth.

    Mostly a cloudy colour that fills a region of the bore or a ragged patch in it, else a `ColorSpot`, a `Tape` or a
    `Fiber`.
    """
    bore, mouth = OnCore(share_range=(0.55, 0.9)), OnCore(share_range=(0.05, 0.6))
    return [
        PaintedDefect(
            where=OnCore(share_range=(0.65, 0.95)),
            shape=ColorRegion(tolerance_range=(0.03, 0.045), softness_range=(0.004, 0.015)),
            look=Cloudy(palettes=("rust", "gray")),
            blend=Blend(opacity_range=(0.12, 0.9)),
            p=0.45,
        ),
        PaintedDefect(
            where=bore,
            shape=Burst(radius_range=(0.03, 0.14), aspect_range=(1.0, 1.8), cracks_range=(0, 0)),
            look=Cloudy(palettes=("gray", "rust", "light"), roughness_range=(0.6, 1.0)),
            blend=Blend(opacity_range=(0.1, 0.8), feather_range=(0.0, 0.01)),
            p=0.2,
        ),
        ColorSpot(
            where=bore,
            radius_range=(0.02, 0.07),
            softness_range=(0.2, 1.0),
            palettes=("gray", "light", "rust"),
            opacity_range=(0.15, 0.6),
            p=0.1,
        ),
        Tape(
            where=mouth,
            length_range=(0.08, 0.3),
            width_range=(0.008, 0.04),
            palettes=("light", "gray", "dark"),
            tint_range=(0.0, 0.2),
            p=0.12,
        ),
        Fiber(where=mouth, length_range=(0.1, 0.5), width_range=(0.002, 0.01), p=0.13),
    ]


TYPES = defect_types(broken_large, broken_small, contamination)
