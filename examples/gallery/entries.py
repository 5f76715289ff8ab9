"""Entries of the gallery: every public transform, every mode of the literature, every type of every preset."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np

import defectsynth as ds
from defectsynth.engine.transform import DefectTransform
from defectsynth.presets import CATEGORIES, category_preset, generic_object, generic_texture
from defectsynth.reference import REFERENCES
from defectsynth.registry import public_transforms, summary
from defectsynth.transforms.structural.base import PartDefect
from eval.sample_set import STAND_INS, render_part

PARTS = ("flange", "chip_package", "lozenge", "screw", "leather", "woven_fabric")
OBJECTS, SURFACES = PARTS[:4], ("woven_fabric", "leather")
WITH_PARTS = ("chip_package", "lozenge", "chip_package")  # rendered parts that consist of object parts
WOVEN = (ds.MissingThread, ds.BrokenThread, ds.BentThread, ds.PatternShift, ds.Hole)
OWN_PARTS: dict[type[DefectTransform], str] = {
    ds.SplayedStrands: "cable",
    ds.BentWire: "grid",
    ds.BrokenWire: "grid",
    ds.FrayedCut: "carpet",
    ds.Rupture: "tile",
    ds.FilmScrap: "tile",
    ds.DrillHole: "wood",
    ds.ChippedVeneer: "wood",
    ds.Spill: "wood",
    ds.SwappedInserts: "cable",
    ds.MissingInsert: "cable",
    ds.FoldedCorner: "metal_nut",
    ds.FrayedEdge: "zipper",
    ds.CrushedPattern: "zipper",
    ds.ClearDrop: "leather",
    ds.Tear: "leather",
}
PART_OF = {  # the rendered part that a category's defects are drawn on
    **{name: name for name in STAND_INS},
    "bottle": "flange",
    "capsule": "lozenge",
    "electrical_commutator": "flange",
    "pill": "lozenge",
    "screw": "screw",
    "transistor": "chip_package",
    "wood_laminate": "wood",
}


class Entry(NamedTuple):
    """Row of a sheet: name, summary, transform and the rendered parts that it is drawn on."""

    name: str
    summary: str
    transform: Any
    parts: tuple[str, ...]


class Chapter(NamedTuple):
    """Sheet and section of the page."""

    name: str
    title: str
    entries: tuple[Entry, ...]


@cache
def part(family: str, size: int, number: int) -> np.ndarray:
    """Return a rendered part, uint8 (H, W, 3), read-only."""
    image = render_part(family, size=size, seed=6 + number)[0]
    image.flags.writeable = False
    return image


def chapters() -> Iterator[Chapter]:
    """Yield all chapters in the order of the page."""
    kinds = list(public_transforms())
    parts = [kind for kind in kinds if issubclass(kind, PartDefect)]
    kinds = [kind for kind in kinds if kind not in parts]
    third = -(-len(kinds) // 3)
    for number, start in enumerate(range(0, len(kinds), third)):
        entries = tuple(map(_of_transform, kinds[start : start + third], range(start, start + third)))
        title = f"Transforms, {entries[0].name} to {entries[-1].name}"
        yield Chapter(f"transforms_{number + 1}", title, entries)
    yield Chapter(
        "transforms_of_parts", "Transforms that remove or move object parts", tuple(map(_of_transform, parts))
    )
    yield Chapter("modes", "Modes of the literature", tuple(_of_preset(*mode) for mode in REFERENCES.items()))
    generic = {"generic_object": generic_object, "generic_texture": generic_texture}
    yield Chapter("generic", "Presets for unknown parts", tuple(_of_preset(*preset) for preset in generic.items()))
    for category, types in CATEGORIES.items():
        parts_of = (PART_OF[category],) * 3
        entries = tuple(
            Entry(name, summary(make), category_preset(category, defect=name), parts_of) for name, make in types.items()
        )
        yield Chapter(f"preset_{category}", f"Preset {category}", entries)


def _of_transform(kind: type[DefectTransform], number: int = 0) -> Entry:
    transform = kind()
    if isinstance(transform.where, ds.places.Anywhere):
        transform = kind(where="object")
    if issubclass(kind, PartDefect):
        parts = WITH_PARTS
    elif kind in OWN_PARTS:
        parts = (OWN_PARTS[kind],) * 3
    elif kind is ds.FadedPrint:
        parts = ("chip_package", "lozenge", "chip_package")
    elif kind in WOVEN:
        parts = ("woven_fabric", "leather", "woven_fabric")
    else:
        parts = tuple(PARTS[(number + step) % len(PARTS)] for step in (0, 2, 4))
    return Entry(kind.__name__, summary(kind), transform, parts)


def _of_preset(name: str, make: Callable[[], Any]) -> Entry:
    parts = ("woven_fabric", "leather", "woven_fabric") if "texture" in name else ("flange", "lozenge", "chip_package")
    return Entry(name, summary(make), make(), parts)
