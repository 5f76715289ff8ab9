"""The defects and presets that have names, found from what the library exports."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import Any

import albumentations as A

from defectsynth import fields, looks, places, shapes, transforms
from defectsynth.blending.blend import Blend
from defectsynth.core.messages import did_you_mean, short_repr
from defectsynth.core.parameters import Component, Rule
from defectsynth.core.plain_data import PARSERS
from defectsynth.engine.compat import leaves
from defectsynth.engine.saved_compositions import load_composition
from defectsynth.engine.transform import COMMON_RULES, DefectTransform
from defectsynth.presets import CATEGORIES, PRESETS, category_preset
from defectsynth.reference import REFERENCES

WITHOUT = "-without-"  # in CATEGORY-without-TYPE, the preset of a category but for one type of defect
_FREE = (transforms.PaintedDefect, transforms.WarpedDefect)  # their components come from the caller


def public_transforms() -> tuple[type[DefectTransform], ...]:
    """Return every public transform class, sorted by name."""
    return tuple(_exported(transforms, DefectTransform))


def public_components(kind: type[Component] = Component) -> tuple[type[Component], ...]:
    """Return every public place, shape, look, field and blend of a kind, bases left out."""
    found = [entry for module in (places, shapes, looks, fields) for entry in _exported(module, kind)]
    return (*found, Blend) if issubclass(Blend, kind) else tuple(found)


def _exported(module: Any, kind: type[Any]) -> Iterator[Any]:
    bases = (fields.Field, looks.Look, shapes.Shape, places.Where)
    for name in module.__all__:
        entry = getattr(module, name)
        if isinstance(entry, type) and issubclass(entry, kind) and entry not in bases:
            yield entry


def named_defects() -> dict[str, type[DefectTransform]]:
    """Return every public defect by its kind."""
    defects = (defect for defect in public_transforms() if defect not in _FREE)
    return {defect.kind: defect for defect in sorted(defects, key=lambda defect: defect.kind)}


def named_presets() -> dict[str, Callable[[], A.Compose]]:
    """Return every preset, every reference mode of the literature and every CATEGORY-TYPE by its name."""
    types = {
        f"{category}-{name}": partial(category_preset, category, defect=name)
        for category, names in CATEGORIES.items()
        for name in names
    }
    return PRESETS | REFERENCES | types


def presets_without_a_type(category: str) -> list[str]:
    """Return the names CATEGORY-without-TYPE of a category; none if its preset has fewer than two types."""
    types = CATEGORIES.get(category, {})
    return [f"{category}{WITHOUT}{each}" for each in types] if len(types) > 1 else []


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
    """Return the first line of a docstring; of a preset only what it draws."""
    line = (documented.__doc__ or "").strip().partition("\n")[0]
    drawn = line.removeprefix("Return a preset that ")
    return drawn[:1].upper() + drawn[1:]


def argument_rules(defect: DefectTransform) -> dict[str, Rule]:
    """Return the rule of each argument that has one."""
    rules: dict[str, Rule] = dict(COMMON_RULES)
    for part in reversed(defect.components):  # the first component that has a name holds the argument
        rules.update(part.rules())
    return rules


def meanings_of(kind: type[DefectTransform]) -> dict[str, str]:
    """Return what the docstrings say of each argument of a defect."""
    return {**arguments_in(inspect.getdoc(DefectTransform) or ""), **arguments_in(inspect.getdoc(kind) or "")}


def arguments_in(text: str) -> dict[str, str]:
    r"""Return what the Args section of a docstring says of each argument.

    Examples:
        >>> arguments_in("A.\n\nArgs:\n    size: in [0, 1],\n        a share.\n    p: chance.\n\nRaises:\n    X: y.")
        {'size': 'in [0, 1], a share.', 'p': 'chance.'}
    """
    section = re.search(r"^Args:\n((?: {4}.*\n?|\n)+)", text, re.MULTILINE)
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section[1] if section else "", re.MULTILINE)
    return {name: " ".join(meaning.split()) for name, meaning in found}


def preset_summary(name: str) -> str:
    """Return one line on a preset of `named_presets`."""
    category, left_out, kind = name.partition(WITHOUT)
    if left_out:
        others = [each for each in CATEGORIES[category] if each != kind]
        return f"Draws one defect of {category}: one of {', '.join(others)}."
    category, _, kind = name.partition("-")
    if category not in CATEGORIES:
        return summary(named_presets()[name])
    types = CATEGORIES[category]
    return summary(types[kind]) if kind else f"Draws one defect of {category}: one of {', '.join(types)}."


_FIXED = {
    "p": "every output image gets a defect",
    "mask_kind": "masks are written as 0 and 255",
    "mask_value": "masks are written as 0 and 255",
}


def make_defects(names: Sequence[str], given: Mapping[str, Any], *, option: str = "") -> Any:
    """Return one defect, or a composition that draws one of several for each image.

    Args:
        names: kinds of defect.
        given: arguments; each goes to every defect that takes it.
        option: prefix of the names of arguments in errors, such as "--".

    Raises:
        ValueError: if a name or an argument is unknown or breaks its rule.
    """
    known = named_defects()
    for name in names:
        if name not in known:
            raise ValueError(f"{option}defect {unknown_name(name, known, 'defect')}")
    if len(set(names)) != len(names):
        raise ValueError(f"{option}defect must name different defects, got {', '.join(names)}")
    taken = {name: known[name].argument_names() for name in names}
    for argument in given:
        if argument in _FIXED:
            raise ValueError(f"{option}set {argument} is not possible: {_FIXED[argument]}")
        if not any(argument in possible for possible in taken.values()):
            every = dict.fromkeys(entry for possible in taken.values() for entry in possible if entry not in _FIXED)
            hint = did_you_mean(argument, every)
            takes = "" if hint else f" ({', '.join(every)})"
            raise ValueError(
                f"{option}set must name an argument of {', '.join(names)}{takes}, got {short_repr(argument)}{hint}"
            )
    defects = []
    for name in names:
        mine = {argument: value for argument, value in given.items() if argument in taken[name]}
        try:
            defects.append(known[name](**mine, p=1.0))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{option}defect {name}: {error}") from error
    return defects[0] if len(defects) == 1 else A.Compose([A.OneOf(defects, p=1.0)])


def unknown_name(name: str, known: Iterable[str], noun: str, more: str = "") -> str:
    """Return the rest of an error message for a name that is not known: close names, or all if none is close."""
    hint = did_you_mean(name, known := list(known))
    allowed = f"the name of a {noun}" if hint else f"one of {', '.join(known)}"
    return f"must be {allowed}{more}, got {short_repr(name)}{hint}"


def load_preset(name: str, *, option: str = "preset") -> Any:
    """Return a preset given its name or the file that `A.save` wrote.

    Args:
        name: see `named_presets`, or the path of a YAML or JSON file.
        option: what errors call the argument.

    Raises:
        ValueError: if there is no such preset, or the file cannot be read or holds something else than defects.
    """
    try:
        if (known := preset_named(name)) is not None:
            return known
    except ValueError as error:
        raise ValueError(f"{option} {name}: {error}") from error
    path = Path(name)
    if path.suffix.lower() not in PARSERS:
        raise ValueError(f"{option} {unknown_name(name, named_presets(), 'preset', ' or a .yaml or .json file')}")
    try:
        preset = load_composition(path)
    except ValueError as error:
        raise ValueError(f"{option} must be a file that A.save wrote, got {name!r}: {error}") from error
    return preset if isinstance(preset, (DefectTransform, A.Compose)) else A.Compose([preset])
