"""Pages of the transforms and of the presets."""

from __future__ import annotations

import inspect
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np

import defectsynth as ds
from defectsynth.engine.compat import leaves
from defectsynth.engine.transform import DefectTransform
from defectsynth.presets import CATEGORIES, category_preset
from defectsynth.registry import named_defects, public_transforms, summary
from examples.gallery.entries import Chapter, chapters
from examples.gallery.page import row, write_sheet

FAMILIES = {
    "surface": "Surface",
    "contamination": "Contamination",
    "deformation": "Deformation",
    "structural": "Structure",
    "pasted": "Pasted",
    "": "Your own",
}


def family_of(kind: type[DefectTransform]) -> str:
    """Return the family of a transform: the folder of its module."""
    parts = kind.__module__.split(".")
    return parts[2] if parts[2] in FAMILIES else ""


def transforms_by_family() -> dict[str, list[type[DefectTransform]]]:
    """Return the public transforms by the title of their family."""
    found: dict[str, list[type[DefectTransform]]] = {title: [] for title in FAMILIES.values()}
    for kind in public_transforms():
        found[FAMILIES[family_of(kind)]].append(kind)
    return found


@cache
def types_drawn_with() -> dict[str, list[str]]:
    """Return for each transform the types of real defects, CATEGORY-TYPE, that a preset draws with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for category, types in CATEGORIES.items():
        for name in types:
            for leaf in leaves(category_preset(category, defect=name)):
                found[type(leaf).__name__].add(f"{category}-{name}")
    return {kind: sorted(names) for kind, names in found.items()}


def transform_page(kind: type[DefectTransform]) -> str:
    """Return the page of a transform."""
    name = kind.__name__
    types = [f"[{each}](../presets/{each.split('-')[0]}.md)" for each in types_drawn_with().get(name, ())]
    stands_for = f"## Real defects\n\nPresets draw with it: {', '.join(types)}.\n\n" if types else ""
    commands = (
        "## On your images\n\n"
        f"```sh\ndefectsynth preview INPUT SHEET.png --defect {kind.kind}\n"
        f"defectsynth generate INPUT OUTPUT --defect {kind.kind} --count 100\n```\n\n"
        if kind.kind in named_defects() and kind.kind != "real_defect"
        else ""
    )
    return (
        f"# {name}\n\n![{name} on rendered parts, each beside its mask](../images/{name}.jpg)\n\n"
        f"::: {kind.__module__}.{name}\n"
        "    options:\n      show_root_heading: false\n      show_root_toc_entry: false\n      show_bases: false\n\n"
        "`common` stands for the arguments of [every transform](DefectTransform.md).\n\n"
        f"{stands_for}{commands}"
    )


def base_page() -> str:
    """Return the page of the base class, with the arguments that all transforms take."""
    return (
        "# Every transform\n\n"
        f"::: {DefectTransform.__module__}.DefectTransform\n"
        "    options:\n      show_root_heading: false\n      members: [draw]\n"
    )


def list_page() -> str:
    """Return the page that lists all transforms, by families."""
    lines = ["# Transforms", "", "Arguments that all of them take: [every transform](DefectTransform.md).", ""]
    for title, kinds in transforms_by_family().items():
        lines += [f"## {title}", "", "| | defect |", "| --- | --- |"]
        lines += [f"| [`{kind.__name__}`]({kind.__name__}.md) | {summary(kind)} |" for kind in kinds]
        lines += [""]
    return "\n".join(lines)


def preset_page(category: str) -> str:
    """Return the page of the preset of a category: each type with what it is drawn with."""
    module = sys.modules[f"defectsynth.presets.{category}"]
    lines = [f"# {category}", "", inspect.getdoc(module) or "", ""]
    lines += [f"![Each type of defect on rendered parts, beside its mask](../images/preset_{category}.jpg)", ""]
    lines += ["```sh", f"defectsynth preview INPUT SHEET.png --preset {category}", "```", ""]
    for name, make in CATEGORIES[category].items():
        kinds = sorted({type(leaf).__name__ for leaf in leaves(category_preset(category, defect=name))})
        links = ", ".join(f"[`{kind}`](../transforms/{kind}.md)" for kind in kinds)
        lines += [f"## {name}", "", inspect.getdoc(make) or "", "", f"Drawn with {links}.", ""]
    return "\n".join(lines)


def preset_list() -> str:
    """Return the page that lists the presets."""
    lines = ["# Presets by category", "", "| category | types of defect |", "| --- | --- |"]
    lines += [f"| [{category}]({category}.md) | {', '.join(types)} |" for category, types in CATEGORIES.items()]
    return "\n".join([*lines, "", f"`generic_object`: {summary(ds.presets.generic_object)}", ""]) + (
        f"\n`generic_texture`: {summary(ds.presets.generic_texture)}\n"
    )


def write_images(folder: Path, *, size: int) -> None:
    """Draw a sheet for each transform and for each preset of a category.

    Args:
        folder: where NAME.jpg and preset_CATEGORY.jpg go.
        size: side of the rendered parts in pixels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for chapter in chapters():
        if chapter.name.startswith("transforms"):
            for entry in chapter.entries:
                write_sheet(folder / f"{entry.name}.jpg", [row(entry, size=size, side=150, labelled=False)])
        elif chapter.name.startswith("preset_"):
            write_sheet(folder / f"{chapter.name}.jpg", _rows(chapter, size))


def _rows(chapter: Chapter, size: int) -> list[np.ndarray]:
    return [row(entry, size=size, side=120) for entry in chapter.entries]
