"""Generators of synthetic defects by name: presets, reference modes of the literature, kinds of defect, and files."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import albumentations as A

from defectsynth.cli.fingerprints import source_files
from defectsynth.core.messages import did_you_mean
from defectsynth.fitting.saving import fitted_images
from defectsynth.presets import CATEGORIES, PRESETS
from defectsynth.reference import REFERENCES
from defectsynth.registry import (
    WITHOUT,
    load_preset,
    make_defects,
    named_defects,
    named_presets,
    presets_without_a_type,
)
from eval.data.folders import files_digest

OWN = "category"  # the preset with the name of the category
EACH = "leave_one_out"  # all presets of the form REST of the category
TYPE = "CATEGORY-TYPE"  # the preset of one type of defect, such as screw-thread_top
REST = f"CATEGORY{WITHOUT}TYPE"  # the preset of a category without one type of defect
KNOWN = (*PRESETS, *REFERENCES, TYPE, REST, OWN)


class NoTypesWarning(UserWarning):
    """A category has no preset of several types, each of which could be left out."""


def expand_generators(names: Sequence[str], *, category: str) -> list[str]:
    """Return names of generators without repetitions, with `leave_one_out` replaced by the names it stands for.

    These are none, with a `NoTypesWarning`, if the category has no preset with several types of defect.
    """
    expanded: list[str] = []
    for name in names:
        if name != EACH:
            expanded.append(name)
            continue
        if not (parts := presets_without_a_type(category)):
            warnings.warn(
                f"{category} has no preset of several types: {EACH} is left out", NoTypesWarning, stacklevel=2
            )
        expanded += parts
    return list(dict.fromkeys(expanded))


def excluded_type(name: str | None) -> str | None:
    """Return TYPE of the generator CATEGORY-without-TYPE; None for any other generator, such as a file."""
    return None if Path(name or "").suffix else (name or "").partition(WITHOUT)[2] or None


def knows_category(name: str | None, *, category: str) -> bool:
    """Return whether a generator was made for a category: its preset, one of its types, or a file, as a fitted one."""
    return name is not None and (name == OWN or bool(Path(name).suffix) or name.partition("-")[0] == category)


def generator_path(name: str) -> str:
    """Return the absolute path of a generator's file; another name as it is."""
    return str(Path(name).resolve()) if Path(name).suffix else name


def make_generator(name: str, *, category: str) -> Any:
    """Return the transform with a name.

    Args:
        name: a preset, a reference mode of the literature, CATEGORY-TYPE such as screw-thread_top,
            CATEGORY-without-TYPE, "category" for the preset with the category's own name, a kind of defect, or a YAML
            or JSON file that `A.save` wrote.
        category: name of the category that is trained on.

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
    if name not in named_presets() and excluded_type(name) is None and not Path(name).suffix:
        prefix, _, kind = name.partition("-")
        if kind and prefix in CATEGORIES:
            raise ValueError(f"generator must be {prefix}-TYPE with {', '.join(CATEGORIES[prefix])}, got {name!r}")
        known = ", ".join([*KNOWN, *named_defects()])
        hint = did_you_mean(name, [*named_presets(), *named_defects(), OWN])
        raise ValueError(f"generator must be one of {known} or a .yaml or .json file, got {name!r}{hint}")
    return load_preset(name, option="generator")


def tuning_images(name: str, *, category: str) -> tuple[str, ...]:
    """Return the test images, DEFECT/FILE, that a preset was fitted to; empty for other generators.

    Args:
        name: see `make_generator`; `defectsynth fit` writes a file .fit.json beside a preset.
        category: name of the category that is tested on.

    Raises:
        ValueError: if the file beside the preset is broken.
    """
    home, images = fitted_images(Path(name)) if Path(name).suffix else ("", ())
    if images and not home:
        warnings.warn(
            f"{name} was fitted to {len(images)} images of a folder other than CATEGORY/test and CATEGORY/test/TYPE: "
            "where they are test images, they are not left out",
            stacklevel=2,
        )
    return images if home == category else ()


def generator_digest(generator: Any) -> str:
    """Return a digest of all arguments of a generator, and of the image files that it takes pixels from."""
    description = A.to_dict(generator)
    description.pop("__version__", None)
    if files := source_files(generator):
        home = Path(os.path.commonpath(files)).parent
        description["sources"] = files_digest(map(Path, files), home=home)
    return hashlib.sha256(json.dumps(description, sort_keys=True, default=str).encode()).hexdigest()[:16]


def cli_arguments(generator: str, *, category: str) -> list[str]:
    """Return the arguments that select a generator in `defectsynth preview` and `defectsynth generate`."""
    if generator in named_defects():
        return ["--defect", generator]
    return ["--preset", category if generator == OWN else generator]
