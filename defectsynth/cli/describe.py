"""`defectsynth list` and `defectsynth show NAME`."""

from __future__ import annotations

import inspect
import re
import shutil
import textwrap
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

import albumentations as A
import yaml

from defectsynth.cli.errors import UsageError
from defectsynth.engine.transform import DefectTransform
from defectsynth.places.base import PLACES, Where
from defectsynth.presets import CATEGORIES, PRESETS
from defectsynth.reference import REFERENCES
from defectsynth.registry import (
    argument_rules,
    meanings_of,
    named_defects,
    named_presets,
    preset_named,
    preset_summary,
    summary,
    unknown_name,
)

HEAD = ("argument", "default", "unit and bounds", "meaning")
_NARROWEST = 36  # characters of the last column
_OTHERS = {
    "where": f"one of {', '.join(PLACES)}, or a Where",
    "mask_value": "number above 0, or None",
    "p": "number in [0, 1]",
}


def list_names(_: Namespace) -> int:
    """Print the names of defects and presets, one line each."""
    defects = {name: summary(defect) for name, defect in named_defects().items()}
    presets = {name: summary(preset) for name, preset in (PRESETS | REFERENCES).items() if name not in CATEGORIES}
    presets |= {name: f"with -TYPE for one of {', '.join(types)}" for name, types in CATEGORIES.items()}
    width = max(map(len, [*defects, *presets]))
    for head, names in (("Defects (--defect NAME)", defects), ("Presets (--preset NAME)", presets)):
        print(head)
        for name, text in names.items():
            print(f"  {name:<{width}}  {text}")
    return 0


def show(arguments: Namespace) -> int:
    """Print what a defect takes, or a preset as YAML that `--preset FILE` reads again."""
    defects = named_defects()
    if arguments.name in defects:
        print(_defect(defects[arguments.name]))
    elif (preset := _preset_named(arguments.name)) is not None:
        print(_preset(arguments.name, preset))
    else:
        known = [*defects, *named_presets()]
        raise UsageError(f"NAME {unknown_name(arguments.name, known, 'defect or preset')}")
    return 0


def _preset_named(name: str) -> A.Compose | None:
    try:
        return preset_named(name)
    except ValueError as error:
        raise UsageError(f"NAME {name}: {error}") from error


def _preset(name: str, preset: A.Compose) -> str:
    plain = yaml.safe_dump(A.to_dict(preset), sort_keys=False, default_flow_style=None, width=100)
    return f"# {preset_summary(name)}\n{plain.rstrip()}"


def _defect(defect: type[DefectTransform]) -> str:
    text = inspect.getdoc(defect) or ""
    meanings = meanings_of(defect)
    example = defect()
    rules = rules_of(example)
    rows = [
        (name, _short(getattr(example, name)), rules.get(name, ""), meanings.get(name, ""))
        for name in defect.argument_names()
    ]
    return f"{defect.kind} ({defect.__name__})\n\n{_before_sections(text)}\n\n{_table(rows)}"


def rules_of(defect: DefectTransform) -> dict[str, str]:
    """Return unit and bounds of each argument in words."""
    return {**{name: rule.text for name, rule in argument_rules(defect).items()}, **_OTHERS}


def _before_sections(text: str) -> str:
    return re.split(r"\n+(?=[A-Z]\w+:\n)", text, maxsplit=1)[0].rstrip()


def _short(value: Any) -> str:
    if isinstance(value, Where):
        names = [name for name, place in PLACES.items() if value == place()]
        return names[0] if names else type(value).__name__
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_short, value))})"
    return value if isinstance(value, str) else repr(value)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [HEAD, *rows]) for column in range(3)]
    widths = [min(width, 44) for width in widths]
    last = max(shutil.get_terminal_size((140, 24)).columns - sum(widths) - 6, _NARROWEST)
    lines: list[str] = []
    for row in [HEAD, ["-" * width for width in [*widths, last]], *rows]:
        cells = [textwrap.wrap(text, width) or [""] for text, width in zip(row, [*widths, last], strict=True)]
        for index in range(max(map(len, cells))):
            parts = [cell[index] if index < len(cell) else "" for cell in cells]
            padded = [f"{part:<{width}}" for part, width in zip(parts, widths, strict=False)]
            lines.append("  ".join([*padded, parts[-1]]).rstrip())
    return "\n".join(lines)
