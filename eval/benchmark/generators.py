"""What draws the defects of a cell: a preset, a mode of the literature, one type of defect, one kind, or a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import albumentations as A

from defectsynth.presets import CATEGORIES, PRESETS
from defectsynth.reference import REFERENCES
from defectsynth.registry import WITHOUT, load_preset, make_defects, named_defects, named_presets

OWN = "category"  # stands for the preset with the name of the category
EACH = "leave_one_out"  # stands for all of REST, one after the other
TYPE = "CATEGORY-TYPE"  # how the preset of one type of defect is called, such as screw-thread_top
REST = f"CATEGORY{WITHOUT}TYPE"  # the preset of a category but for one type of defect
BEST, SEARCH = "best.yaml", "tune.json"  # what `python -m eval tune` writes
KNOWN = (*PRESETS, *REFERENCES, TYPE, REST, OWN)


def generators_of(names: Sequence[str], *, category: str) -> list[str]:
    """Return names of generators, `leave_one_out` replaced by those that it stands for, without repetitions.

    Raises:
        ValueError: if it is among them and the category has no preset with several types of defect.
    """
    given: list[str] = []
    for name in names:
        if name != EACH:
            given.append(name)
            continue
        types = CATEGORIES.get(category, {})
        if len(types) < 2:
            raise ValueError(f"generator must not be {EACH} for {category}: it has no preset of several types")
        given += [f"{category}{WITHOUT}{each}" for each in types]
    return list(dict.fromkeys(given))


def left_out(name: str | None) -> str | None:
    """Return the type of defect that CATEGORY-without-TYPE does without; None of another generator."""
    return (name or "").partition(WITHOUT)[2] or None


def generator_named(name: str, *, category: str) -> Any:
    """Return what draws the defects.

    Args:
        name: a preset, a mode of the literature, CATEGORY-TYPE such as screw-thread_top, CATEGORY-without-TYPE,
            "category" for the preset with the category's own name, a kind of defect, or a YAML or JSON file that
            `A.save` wrote.
        category: the name of the category that is trained on.

    Raises:
        ValueError: if there is no such name or file, the category has no preset, or the file holds something else.
    """
    if name == OWN:
        if category not in CATEGORIES:
            raise ValueError(
                f"generator must not be {OWN} for {category}: only {', '.join(CATEGORIES)} have presets of their own"
            )
        return PRESETS[category]()
    if name in named_defects():
        return make_defects([name], {})
    if name not in named_presets() and left_out(name) is None and not Path(name).suffix:
        whose, _, kind = name.partition("-")
        if kind and whose in CATEGORIES:
            raise ValueError(f"generator must be {whose}-TYPE with {', '.join(CATEGORIES[whose])}, got {name!r}")
        known = ", ".join([*KNOWN, *named_defects()])
        raise ValueError(f"generator must be one of {known} or a .yaml or .json file, got {name!r}")
    return load_preset(name, option="generator")


def known_to(name: str, *, category: str) -> tuple[str, ...]:
    """Return the test images, DEFECT/FILE, that the search of a tuned preset has seen; none of another generator.

    Args:
        name: see `generator_named`; best.yaml of a search, still beside its tune.json.
        category: that is tested on.

    Raises:
        ValueError: if tune.json is broken.
    """
    search = Path(name).with_name(SEARCH)
    if Path(name).name != BEST or not search.is_file():
        return ()
    try:
        found = json.loads(search.read_text(encoding="utf-8"))
        return tuple(map(str, found["known"])) if found["settings"]["category"] == category else ()
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{search} must say which images the search has seen: {error!r}") from error


def digest_of(generator: Any) -> str:
    """Return a text that is equal for generators with equal arguments."""
    description = A.to_dict(generator)
    description.pop("__version__", None)
    return hashlib.sha256(json.dumps(description, sort_keys=True, default=str).encode()).hexdigest()[:16]


def words_of(generator: str, *, category: str) -> list[str]:
    """Return how `defectsynth preview` and `generate` are told the same generator."""
    if generator in named_defects():
        return ["--defect", generator]
    return ["--preset", category if generator == OWN else generator]
