"""Controls of a defect: one for each argument, made from the rule that the argument already has."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from defectsynth.core.parameters import Choice, Choices, Count, Label, Number, Rule, Span
from defectsynth.engine.transform import COMMON_RULES, Common, DefectTransform
from defectsynth.places.base import PLACES
from defectsynth.registry import argument_rules, meanings_of

WHERE = Choice(tuple(PLACES))
SLIDER_REACH = 4.0  # the slider of a range ends at this many times its default, if its bounds lie farther out
STEPS = 200  # of a slider
HIDDEN = frozenset({"mask_value", "mask_kind", "defect_type", "p"})  # which do not change what one sees


@dataclass(frozen=True)
class Control:
    """Control of one argument.

    Attributes:
        name: of the argument.
        kind: "range" (two numbers), "number", "menu" (one name) or "names" (several).
        meaning: what the argument is, with unit and bounds.
        low: smallest value that the rule allows.
        high: greatest one.
        slider: smallest and greatest value of the slider; numbers beyond can be typed.
        step: of the slider.
        whole: whether the numbers are whole.
        names: of a menu.
        common: whether every defect has the argument.
    """

    name: str
    kind: str
    meaning: str
    low: float = 0.0
    high: float = 0.0
    slider: tuple[float, float] = (0.0, 0.0)
    step: float = 0.0
    whole: bool = False
    names: tuple[str, ...] = ()
    common: bool = False


def controls_of(defect: DefectTransform) -> tuple[Control, ...]:
    """Return a control for each argument of a defect that a control can set, own arguments first.

    Placements with arguments of their own, sources of images and arguments that change no pixel have none.
    """
    rules: Mapping[str, Rule] = {**argument_rules(defect), "where": WHERE}
    meanings = meanings_of(type(defect))
    default = _default(type(defect))
    found = []
    for name in type(defect).argument_names():
        rule = rules.get(name)
        if rule is None or name in HIDDEN or isinstance(rule, Label):
            continue
        control = _control(name, rule, meanings.get(name, ""), getattr(default, name, None))
        if control is not None:
            found.append(control)
    return tuple(found)


def _default(kind: type[DefectTransform]) -> DefectTransform | None:
    """Return a defect with the defaults, None if it must be given arguments."""
    required = [
        parameter
        for parameter in inspect.signature(kind).parameters.values()
        if parameter.default is parameter.empty and parameter.kind is parameter.KEYWORD_ONLY
    ]
    return None if required else kind()


def _control(name: str, rule: Rule, meaning: str, default: Any) -> Control | None:
    text = meaning or rule.text
    common = name in Common.__annotations__ or name in COMMON_RULES
    if isinstance(rule, Choice):
        return Control(name, "menu", text, names=rule.names, common=common)
    if isinstance(rule, Choices):
        return Control(name, "names", text, names=rule.names, common=common)
    if isinstance(rule, (Span, Count, Number)):
        whole = isinstance(rule, Count)
        slider = _slider(rule.low, rule.high, default)
        step = 1 if whole else _step(slider)
        if whole:
            slider = (math.floor(slider[0]), math.ceil(slider[1]))
        kind = "number" if isinstance(rule, Number) else "range"
        return Control(name, kind, text, rule.low, rule.high, slider, step, whole=whole, common=common)
    return None


def _slider(low: float, high: float, default: Any) -> tuple[float, float]:
    """Return the ends of a slider: the bounds, or less where the default is small beside them."""
    pair = default if isinstance(default, (tuple, list)) else (default, default)
    if not all(isinstance(value, (int, float)) for value in pair):
        return low, high
    reach = SLIDER_REACH * max(abs(value) for value in pair)
    if reach == 0.0:
        return low, high
    return max(low, -reach) if low < 0.0 else low, min(high, max(low + reach, reach))


def _step(slider: tuple[float, float]) -> float:
    """Return a step of one significant digit, so that a slider has at least `STEPS` of them."""
    exact = (slider[1] - slider[0]) / STEPS
    return float(f"{10.0 ** math.floor(math.log10(exact)):.0e}") if exact > 0.0 else 1.0
