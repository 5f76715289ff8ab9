"""Families of defects that a fit chooses from: all named transforms, and combinations that presets use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from defectsynth.blending.blend import Blend
from defectsynth.engine.transform import DefectTransform
from defectsynth.fitting.surface import Surface
from defectsynth.looks.cloudy import Cloudy
from defectsynth.looks.color import Color
from defectsynth.looks.elsewhere import Elsewhere
from defectsynth.looks.granular import Granular
from defectsynth.looks.shade import Shade
from defectsynth.looks.wear import Wear
from defectsynth.parts.detection import parts_of_kind, whole_object
from defectsynth.registry import named_defects
from defectsynth.shapes.branching_path import BranchingPath
from defectsynth.shapes.burst import Burst
from defectsynth.shapes.color_region import ColorRegion
from defectsynth.shapes.edge_strip import EdgeStrip
from defectsynth.shapes.fractal import Fractal
from defectsynth.shapes.ground_flat import GroundFlat
from defectsynth.shapes.particles import Particles
from defectsynth.shapes.spots import Spots
from defectsynth.shapes.stroke_bundle import StrokeBundle
from defectsynth.transforms.painted import PaintedDefect

WHOLE_OBJECT = ("misplaced_object", "wrong_variety")
NOT_CHOSEN = ("real_defect", "interpolated_patch", "line")  # real defects have a share of their own
WHOLE_SHARE = 0.15  # of the object, from which on a real defect may be one of the whole object
FAINT = 0.015  # `min_visibility` of every family: real defects may be hard to see
MOVED = ("missing_part", "cut_part", "displaced_part", "rotated_part", "flipped_part")


@dataclass(frozen=True)
class Family:
    """A family of defects.

    Attributes:
        name: what reports call it.
        base: a transform of the family with its usual ranges.
        anchored: True if the place belongs to the family: at the outline, on a part, at the end of the object.
    """

    name: str
    base: DefectTransform
    anchored: bool


ANCHORED = (
    *("bent_edge", "bent_end", "chipped_edge", "torn_edge", "filed_edge", "crimp", "squeeze", "fracture"),
    *("flattened_crest", "faded_print", *WHOLE_OBJECT),
)


def families(surfaces: Sequence[Surface], *, share: float) -> list[Family]:
    """Return every family that can be drawn on the good parts, sorted by name.

    Args:
        surfaces: the good parts, in which parts are looked for.
        share: largest area of a real defect, as a share of the object; small ones rule out families that change all of
            the object.
    """
    kinds = [kind for kind in part_kinds(surfaces) if kind != "object" or share >= WHOLE_SHARE]
    found: list[Family] = []
    for name, kind in named_defects().items():
        if name in NOT_CHOSEN or (name in WHOLE_OBJECT and share < WHOLE_SHARE):
            continue
        if name in MOVED:
            found += [
                Family(f"{name} ({part})", kind(part_kinds=(part,), min_visibility=FAINT, p=1.0), anchored=False)
                for part in kinds
            ]
        else:
            found.append(Family(name, kind(min_visibility=FAINT, p=1.0), anchored=name in ANCHORED))
    return sorted([*found, *_painted()], key=lambda family: family.name)


def part_kinds(surfaces: Sequence[Surface]) -> list[str]:
    """Return the kinds of parts that most of the good parts have."""
    kinds = ("body", "end", "lead", "mark")
    shown = (surface.scene.foreground("auto") for surface in surfaces)
    counts = Counter(kind for found in shown for kind in kinds if parts_of_kind(found, kind))
    counts["object"] = sum(whole_object(surface.scene, "auto") is not None for surface in surfaces)
    return ["chunk", *(kind for kind in sorted(counts) if kind != "chunk" and 2 * counts[kind] > len(surfaces))]


def _painted() -> list[Family]:
    granular = Granular(
        contrast_range=(-0.4, 0.2), grit_range=(0.006, 0.045), cloud_range=(0.02, 0.09), sparkle_range=(0.0, 0.2)
    )
    powder = Cloudy(palettes=("light", "gray", "rust"), contrast_range=(0.02, 0.15), roughness_range=(0.3, 1.0))
    pigment = Color(palettes=("red", "yellow", "blue", "dark", "light"), tint_range=(0.0, 0.5))
    soft = Blend(opacity_range=(0.3, 1.0), feather_range=(0.0, 0.008))
    strip = EdgeStrip(raggedness_range=(0.1, 1.0), softness_range=(0.0, 0.03))
    cloud = Fractal(aspect_range=(0.2, 1.0), raggedness_range=(0.2, 0.9))
    made = {
        "granular strip along the edge": (strip, granular, soft, True),
        "coloured strip along the edge": (strip, pigment, soft, True),
        "granular patch": (cloud, granular, soft, False),
        "granular flat": (GroundFlat(angle_range=(-90.0, 90.0)), granular, soft, False),
        "powder": (cloud, powder, soft, False),
        "powder along a split": (Burst(aspect_range=(1.0, 8.0)), powder, soft, False),
        "filled region": (ColorRegion(tolerance_range=(0.03, 0.1)), powder, soft, False),
        "coloured grains": (Particles(), pigment, soft, False),
        "coloured spots": (Spots(), pigment, soft, False),
        "worn in strokes": (StrokeBundle(width_range=(0.002, 0.009), disorder_range=(3.0, 46.0)), Wear(), soft, False),
        "worn patch": (cloud, Wear(), soft, False),
        "surface of another place": (Burst(cracks_range=(0, 2)), Elsewhere(), soft, False),
        "soft crack": (
            BranchingPath(width_range=(0.003, 0.03), jaggedness_range=(4.5, 34.0)),
            Shade(contrast_range=(0.15, 0.8)),
            soft,
            False,
        ),
        "shaded patch": (cloud, Shade(contrast_range=(0.05, 0.4)), soft, False),
        "shaded flat": (GroundFlat(angle_range=(-90.0, 90.0)), Shade(contrast_range=(0.05, 0.4)), soft, False),
    }
    return [
        Family(
            name,
            PaintedDefect(
                shape=shape, look=look, blend=blend, where="edge" if anchored else "object", min_visibility=FAINT, p=1.0
            ),
            anchored=anchored,
        )
        for name, (shape, look, blend, anchored) in made.items()
    ]
