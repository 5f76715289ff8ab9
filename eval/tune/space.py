"""Search space of a preset: factors that scale its weights and ranges, and the preset scaled by them.

There is a factor for the weight of every alternative of every choice. For each type of defect there are factors for its
lengths (arguments in fractions of min(H, W)), its contrast (opacity and changes of brightness or colour) and its
severity. The places of defects do not change. With all factors 1 the preset is unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, log
from typing import Any

import albumentations as A

from defectsynth.core.parameters import Rule, Span
from defectsynth.core.serialization import VALUE_TYPES
from defectsynth.engine.compat import leaves
from defectsynth.engine.transform import DefectTransform

WEIGHT, SIZE, CONTRAST, SEVERITY = "weight", "size", "contrast", "severity"
BOUNDS = {  # lowest and highest factor of each kind
    WEIGHT: (1 / 8, 8.0),
    SIZE: (0.5, 2.0),
    CONTRAST: (0.5, 2.0),
    SEVERITY: (0.4, 1.0),
}
_LENGTH_UNIT, _CHANGE_UNIT = "fraction of min(H, W)", "change"  # parts of the units of arguments
_DIGITS = 4  # significant digits of scaled arguments

Factors = Mapping[str, float]
"""Factors by name, such as "size thread_top"; a missing one is 1."""


def factor_bounds(transform: Any) -> dict[str, tuple[float, float]]:
    """Return the bounds of each factor of a preset by its name, such as "weight thread_top/2 GrindMark".

    Raises:
        TypeError: if the transform cannot be written as YAML.
    """
    scaler = _PresetScaler({})
    scaler.scale(transform)
    return {name: BOUNDS[name.split(maxsplit=1)[0]] for name in scaler.names}


def scale_preset(transform: Any, factors: Factors) -> Any:
    """Return a preset with its weights and ranges scaled.

    Args:
        transform: the preset; it is not changed.
        factors: see `Factors`.

    Raises:
        TypeError: if the transform cannot be written as YAML.
    """
    return A.from_dict(_PresetScaler(factors).scale(transform))


def variety(transform: Any) -> float:
    """Return the effective number of transforms of a preset: the exponential of the entropy of their shares."""
    shares = [share for share in _shares(transform, 1.0) if share > 0]
    return exp(-sum(share * log(share) for share in shares))


def _shares(node: Any, whole: float) -> Iterator[float]:
    if not isinstance(node, A.BaseCompose):
        yield whole
        return
    chosen = isinstance(node, A.OneOf)
    total = sum(inner.p for inner in node.transforms) if chosen else len(node.transforms)
    for inner in node.transforms:
        yield from _shares(inner, whole * (inner.p if chosen else 1.0) / (total or 1.0))


class _PresetScaler:
    """Scales the serialized preset while it walks through the preset, and collects the names of the factors."""

    def __init__(self, factors: Factors) -> None:
        self.factors = factors
        self.names: list[str] = []

    def scale(self, transform: Any) -> dict[str, Any]:
        """Return the serialized preset, scaled."""
        data: dict[str, Any] = A.to_dict(transform)
        node, plain = transform, data["transform"]
        while isinstance(node, A.BaseCompose) and len(node.transforms) == 1:
            node, plain = node.transforms[0], plain["transforms"][0]
        if isinstance(node, A.OneOf):
            names = _names(node.transforms)
            self._scale_weights(names, plain["transforms"])
            for name, inner, own in zip(names, node.transforms, plain["transforms"], strict=True):
                self._scale_type(name, inner, own)
        else:
            self._scale_type(_names([node])[0], node, plain)
        return data

    def _scale_type(self, name: str, node: Any, plain: dict[str, Any]) -> None:
        """Scale one type of defect."""
        self._scale_choices(name, node, plain)
        for leaf, own in _pairs(node, plain):
            if isinstance(leaf, DefectTransform):
                self._scale_arguments(name, own, _rules(leaf))
                own["severity"] = _rounded(own["severity"] * self._factor(f"{SEVERITY} {name}"))

    def _scale_choices(self, name: str, node: Any, plain: dict[str, Any]) -> None:
        if not isinstance(node, A.BaseCompose):
            return
        names = [f"{name}/{number} {_name(inner)}" for number, inner in enumerate(node.transforms, 1)]
        if isinstance(node, A.OneOf) and len(names) > 1:
            self._scale_weights(names, plain["transforms"])
        for own, inner, data in zip(names, node.transforms, plain["transforms"], strict=True):
            self._scale_choices(own if len(names) > 1 else name, inner, data)

    def _scale_weights(self, names: list[str], plain: list[dict[str, Any]]) -> None:
        weights = [data["p"] * self._factor(f"{WEIGHT} {name}") for name, data in zip(names, plain, strict=True)]
        whole = max(sum(weights), 1e-9)
        for data, weight in zip(plain, weights, strict=True):
            data["p"] = min(_rounded(weight / whole), 1.0)

    def _scale_arguments(self, name: str, plain: dict[str, Any], rules: Mapping[str, Rule]) -> None:
        for argument, value in plain.items():
            if argument != "where" and isinstance(value, dict) and value.get("type") in VALUE_TYPES:
                self._scale_arguments(name, value, getattr(VALUE_TYPES[value["type"]], "rules", dict)())
            rule = rules.get(argument)
            kind = _factor_kind(argument, rule)
            if kind and isinstance(rule, Span) and any(value):
                factor = self._factor(f"{kind} {name}")
                plain[argument] = [min(max(_rounded(entry * factor), rule.low), rule.high) for entry in value]

    def _factor(self, name: str) -> float:
        if name not in self.names:
            self.names.append(name)
        return self.factors.get(name, 1.0)


def _factor_kind(argument: str, rule: Rule | None) -> str:
    """Return the kind of the factor that scales an argument; empty for none."""
    if not isinstance(rule, Span):
        return ""
    if _LENGTH_UNIT in rule.unit:
        return SIZE
    return CONTRAST if _CHANGE_UNIT in rule.unit or argument in {"contrast_range", "opacity_range"} else ""


def _rules(leaf: DefectTransform) -> dict[str, Rule]:
    """Return the rules of the arguments of a defect; an argument of two components has the rule of the first."""
    found: dict[str, Rule] = {}
    for component in leaf.components:
        if component is not leaf.where:
            found = {**component.rules(), **found}
    return found


def _pairs(node: Any, plain: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield each leaf with its serialized form."""
    if not isinstance(node, A.BaseCompose):
        yield node, plain
        return
    for inner, own in zip(node.transforms, plain["transforms"], strict=True):
        yield from _pairs(inner, own)


def _names(nodes: list[Any]) -> list[str]:
    """Return distinct names of alternatives; equal names get their number in front."""
    names = [_name(node) for node in nodes]
    return [name if names.count(name) == 1 else f"{number} {name}" for number, name in enumerate(names, 1)]


def _name(node: Any) -> str:
    """Return the type of defect that all leaves share, otherwise the class of the first leaf."""
    parts = list(leaves(node))
    kinds = dict.fromkeys(type(leaf).__name__ for leaf in parts)
    types = {getattr(leaf, "defect_type", "") for leaf in parts}
    if isinstance(node, A.BaseCompose) and len(types) == 1 and "" not in types:
        return str(types.pop())
    return next(iter(kinds)) + (" and others" if len(kinds) > 1 else "")


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
