"""The defects and presets that have names, found from what the library exports."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Any

import albumentations as A

import defectsynth
from defectsynth.composed import PaintedDefect, WarpedDefect
from defectsynth.host import leaves
from defectsynth.presets import CATEGORIES, PRESETS, category_preset
from defectsynth.reference import REFERENCES
from defectsynth.transform import DefectTransform

WITHOUT = "-without-"  # in CATEGORY-without-TYPE, the preset of a category but for one type of defect
_FREE = (PaintedDefect, WarpedDefect)  # put together by the caller, so they have no look of their own


def named_defects() -> dict[str, type[DefectTransform]]:
    """Return every public defect by its kind."""
    public = (getattr(defectsynth, name) for name in defectsynth.__all__)
    defects = [
        entry
        for entry in public
        if isinstance(entry, type) and issubclass(entry, DefectTransform) and entry not in _FREE
    ]
    return {defect.kind: defect for defect in sorted(defects, key=lambda defect: defect.kind)}


def named_presets() -> dict[str, Callable[[], A.Compose]]:
    """Return every preset, every reference mode of the literature and every CATEGORY-TYPE by its name."""
    types = {
        f"{category}-{name}": partial(category_preset, category, defect=name)
        for category, names in CATEGORIES.items()
        for name in names
    }
    return PRESETS | REFERENCES | types


def preset_named(name: str) -> A.Compose | None:
    """Return the preset of `named_presets` with that name, or CATEGORY-without-TYPE; None if it is neither.

    Raises:
        ValueError: if the category or the type of CATEGORY-without-TYPE is unknown.
    """
    if name in (presets := named_presets()):
        return presets[name]()
    category, found, kind = name.partition(WITHOUT)
    return category_preset(category, without=kind) if found and not PurePath(name).suffix else None


def types_of(transform: Any) -> list[str]:
    """Return the types of defect that a transform can draw, sorted."""
    return sorted({leaf.defect_type or leaf.kind for leaf in leaves(transform)})


def summary(documented: Any) -> str:
    """Return the first line of a docstring."""
    return (documented.__doc__ or "").strip().partition("\n")[0]
