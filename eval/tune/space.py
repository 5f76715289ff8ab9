"""What can be turned in a preset, and the preset with it turned.

The knobs are factors: on the weight of every alternative of every choice, and for each type of defect on its lengths
(arguments in fractions of min(H, W)), on its contrast (opacity and changes of brightness or colour) and on its
severity. Where a defect lands is left alone. All factors 1 is the preset itself.
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
BOUNDS = {  # of the factors
    WEIGHT: (1 / 8, 8.0),
    SIZE: (0.5, 2.0),
    CONTRAST: (0.5, 2.0),
    SEVERITY: (0.4, 1.0),
}
_LENGTH, _CHANGE = "fraction of min(H, W)", "change"  # in the units of arguments
_DIGITS = 4

Factors = Mapping[str, float]  # by the name of the knob, such as "size thread_top"; one that is missing is 1


def knobs_of(transform: Any) -> dict[str, tuple[float, float]]:
    """Return the bounds of each factor by the name of its knob, such as "weight thread_top/2 GrindMark".

    Raises:
        TypeError: if the transform cannot be written as YAML.
    """
    turned = _Turned({})
    turned.preset(transform)
    return {knob: BOUNDS[knob.split(maxsplit=1)[0]] for knob in turned.knobs}


def turned_by(transform: Any, factors: Factors) -> Any:
    """Return a preset with its knobs turned.

    Args:
        transform: the preset; it is not changed.
        factors: to multiply with.

    Raises:
        TypeError: if the transform cannot be written as YAML.
    """
    return A.from_dict(_Turned(factors).preset(transform))


def variety(transform: Any) -> float:
    """How many transforms a preset draws with, as if equally often: the exponential of the entropy of their shares."""
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


class _Turned:
    """Walks through a preset and its plain data side by side, turns the latter and notes the knobs on its way."""

    def __init__(self, factors: Factors) -> None:
        self.factors = factors
        self.knobs: list[str] = []

    def preset(self, transform: Any) -> dict[str, Any]:
        data: dict[str, Any] = A.to_dict(transform)
        node, plain = transform, data["transform"]
        while isinstance(node, A.BaseCompose) and len(node.transforms) == 1:
            node, plain = node.transforms[0], plain["transforms"][0]
        if isinstance(node, A.OneOf):
            names = _names(node.transforms)
            self._weigh(names, plain["transforms"])
            for name, inner, own in zip(names, node.transforms, plain["transforms"], strict=True):
                self._group(name, inner, own)
        else:
            self._group(_names([node])[0], node, plain)
        return data

    def _group(self, name: str, node: Any, plain: dict[str, Any]) -> None:
        """One type of defect."""
        self._choices(name, node, plain)
        for leaf, own in _pairs(node, plain):
            if isinstance(leaf, DefectTransform):
                self._scale(name, own, _rules(leaf))
                own["severity"] = _rounded(own["severity"] * self._factor(f"{SEVERITY} {name}"))

    def _choices(self, name: str, node: Any, plain: dict[str, Any]) -> None:
        if not isinstance(node, A.BaseCompose):
            return
        names = [f"{name}/{number} {_name(inner)}" for number, inner in enumerate(node.transforms, 1)]
        if isinstance(node, A.OneOf) and len(names) > 1:
            self._weigh(names, plain["transforms"])
        for own, inner, data in zip(names, node.transforms, plain["transforms"], strict=True):
            self._choices(own if len(names) > 1 else name, inner, data)

    def _weigh(self, names: list[str], plain: list[dict[str, Any]]) -> None:
        weights = [data["p"] * self._factor(f"{WEIGHT} {name}") for name, data in zip(names, plain, strict=True)]
        whole = max(sum(weights), 1e-9)
        for data, weight in zip(plain, weights, strict=True):
            data["p"] = min(_rounded(weight / whole), 1.0)

    def _scale(self, name: str, plain: dict[str, Any], rules: Mapping[str, Rule]) -> None:
        for argument, value in plain.items():
            if argument != "where" and isinstance(value, dict) and value.get("type") in VALUE_TYPES:
                self._scale(name, value, getattr(VALUE_TYPES[value["type"]], "rules", dict)())
            rule = rules.get(argument)
            knob = _knob(argument, rule)
            if knob and isinstance(rule, Span) and any(value):
                factor = self._factor(f"{knob} {name}")
                plain[argument] = [min(max(_rounded(entry * factor), rule.low), rule.high) for entry in value]

    def _factor(self, knob: str) -> float:
        if knob not in self.knobs:
            self.knobs.append(knob)
        return self.factors.get(knob, 1.0)


def _knob(argument: str, rule: Rule | None) -> str:
    """Which knob turns an argument; empty for none."""
    if not isinstance(rule, Span):
        return ""
    if _LENGTH in rule.unit:
        return SIZE
    return CONTRAST if _CHANGE in rule.unit or argument in {"contrast_range", "opacity_range"} else ""


def _rules(leaf: DefectTransform) -> dict[str, Rule]:
    """The rules of the arguments of a defect; what two of its parts have is the first one's."""
    found: dict[str, Rule] = {}
    for part in leaf.components:
        if part is not leaf.where:
            found = {**part.rules(), **found}
    return found


def _pairs(node: Any, plain: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    if not isinstance(node, A.BaseCompose):
        yield node, plain
        return
    for inner, own in zip(node.transforms, plain["transforms"], strict=True):
        yield from _pairs(inner, own)


def _names(nodes: list[Any]) -> list[str]:
    """Names of alternatives; a number goes before those that are none's own."""
    names = [_name(node) for node in nodes]
    return [name if names.count(name) == 1 else f"{number} {name}" for number, name in enumerate(names, 1)]


def _name(node: Any) -> str:
    """The one type that all of it draws, or the class of its first transform."""
    inside = list(leaves(node))
    kinds = dict.fromkeys(type(leaf).__name__ for leaf in inside)
    types = {getattr(leaf, "defect_type", "") for leaf in inside}
    if isinstance(node, A.BaseCompose) and len(types) == 1 and "" not in types:
        return str(types.pop())
    return next(iter(kinds)) + (" and others" if len(kinds) > 1 else "")


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
