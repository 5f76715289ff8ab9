"""Arguments of a defect that a fit varies: single values for one draw, and ranges from the draws that came near."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.parameters import FRACTION, Choices, Component, Count, Pair, Rule, Span
from defectsynth.engine.transform import COMMON_RULES, DefectTransform

Path = tuple[str, ...]  # of an argument: ("width_range",) or ("shape", "width_range")
Values = Mapping[Path, Any]

FIXED = ("where", "part_kinds", "severity", "min_visibility", "mask_value", "mask_kind", "defect_type", "p", "source")
STRETCH = 0.25  # share by which a default range is stretched at both ends
OTHER_NAME = 0.25  # share of the draws of names that are not among the defaults
DEFAULT_SHARE = 0.3  # share of the draws of a length that come from the default range, not from the measured size
SPREAD = (0.45, 1.7)  # factors on a measured size
DEPTH_SPREAD = (0.5, 1.2)  # on a measured distance from the outline, which is that of the middle of a defect
QUANTILES = (0.1, 0.9)  # of the draws that came near
WIDENING = 0.35  # of the fitted range, divided by the root of the number of examples, added at both ends
RELATIVE_WIDENING = 0.15  # of the ends themselves, likewise
LEAST_NAME = 0.4  # share of the weight, in shares of an even distribution, from which on a name is kept


@dataclass(frozen=True)
class Sizes:
    """Measured sizes of the defects of one type, in fractions of min(H, W), one entry a defect.

    Attributes:
        length, width: of the largest part.
        radius: of a disc of the same area.
        number: of parts.
        depth: distance from the outline, 0 on it and beside the object.
    """

    length: Array
    width: Array
    radius: Array
    number: Array
    depth: Array


_SIZED = {  # part of the name of an argument in fractions of min(H, W): the size that it goes with, and a factor
    "length": ("length", 1.0),
    "extent": ("length", 1.0),
    "size": ("length", 1.0),
    "chunk": ("length", 0.7),
    "radius": ("radius", 1.1),
    "spread": ("length", 0.4),
    "width": ("width", 1.0),
    "depth": ("width", 0.7),
    "amount": ("width", 0.5),
    "height": ("width", 0.8),
    "reach": ("length", 0.5),
}
_COUNTED = ("count_range", "spots_range", "particles_range", "strokes_range")


@dataclass(frozen=True)
class Argument:
    """An argument that is varied.

    Attributes:
        path: where it is.
        rule: its rule.
        default: its value in the base of the family.
    """

    path: Path
    rule: Span | Count | Choices
    default: Any

    def propose(self, rng: np.random.Generator, sizes: Sizes) -> Any:
        """Return a value for one draw: a range of no width, or a single name."""
        if isinstance(self.rule, Choices):
            names = self.rule.names if rng.random() < OTHER_NAME else self.default
            return (str(names[int(rng.integers(len(names)))]),)
        low, high = self.default
        if isinstance(self.rule, Count):
            chosen = int(rng.integers(low, high, endpoint=True))
            if self.path[-1] in _COUNTED and rng.random() < 0.5:
                chosen = int(rng.choice(sizes.number))
            chosen = min(max(chosen, self.rule.low), self.rule.high)
            return chosen, chosen
        size = None
        if self.rule.unit == FRACTION:
            size = _size_for(self.path[-1], rng, sizes)
        elif self.rule.unit.endswith(FRACTION):  # a distance from the outline, not a size
            size = float(rng.choice(sizes.depth)) * rng.uniform(*DEPTH_SPREAD)
        value = size if size is not None else _stretched(rng, low, high)
        value = min(max(value, self.rule.low), self.rule.high)
        return value, value

    def fitted(self, values: Sequence[Any], weights: Array, examples: int) -> Any:
        """Return a range, or names, from the values of draws and their weights.

        Args:
            values: what `propose` returned.
            weights: float64 (N,), how near each draw came, of sum 1.
            examples: number of real defects; the fewer, the wider the range.
        """
        if isinstance(self.rule, Choices):
            return _fitted_names(self.rule.names, [value[0] for value in values], weights)
        low, high = _weighted_quantiles(np.array([value[0] for value in values], np.float64), weights)
        ends = _widened(low, high, 1.0 / math.sqrt(examples), is_length=self.rule.unit == FRACTION)
        least = max(self.rule.low, 0) if low >= 0 else self.rule.low
        bottom, top = (min(max(end, least), self.rule.high) for end in ends)
        if isinstance(self.rule, Count):
            return math.floor(bottom + 0.5), math.floor(top + 0.5)
        return float(f"{bottom:.3g}"), float(f"{top:.3g}")


def _size_for(name: str, rng: np.random.Generator, sizes: Sizes) -> float | None:
    """Return a length near a measured one; None if the argument is no such length, or now and then."""
    found = _SIZED.get(name.removesuffix("_range").rpartition("_")[2])
    if found is None or rng.random() < DEFAULT_SHARE:
        return None
    measured = float(rng.choice(getattr(sizes, found[0])))
    return measured * found[1] * math.exp(rng.uniform(*np.log(SPREAD)))


def _widened(low: float, high: float, scarce: float, *, is_length: bool) -> Pair:
    """Return a range made wider the fewer examples there are; lengths are widened by factors."""
    if low > 0 and is_length:
        factor = (high / low) ** (WIDENING * scarce) * (1 + RELATIVE_WIDENING * scarce)
        return low / factor, high * factor
    room = WIDENING * scarce * (high - low)
    return low - room - RELATIVE_WIDENING * scarce * abs(low), high + room + RELATIVE_WIDENING * scarce * abs(high)


def _fitted_names(known: Sequence[str], names: Sequence[str], weights: Array) -> tuple[str, ...]:
    """Return the names that have a fair share of the weight."""
    total: dict[str, float] = {}
    for name, weight in zip(names, weights, strict=True):
        total[name] = total.get(name, 0.0) + float(weight)
    return tuple(name for name in known if total.get(name, 0.0) >= LEAST_NAME / len(total))


def _stretched(rng: np.random.Generator, low: float, high: float) -> float:
    room = STRETCH * (high - low)
    bottom = max(low - room, 0.5 * low) if low >= 0 else low - room
    return float(rng.uniform(bottom, high + room))


def _weighted_quantiles(values: Array, weights: Array) -> tuple[float, float]:
    order = np.argsort(values, kind="stable")
    places = np.cumsum(weights[order]) - 0.5 * weights[order]
    low, high = np.interp(QUANTILES, places / weights.sum(), values[order])
    return float(low), float(high)


def arguments_of(transform: DefectTransform) -> list[Argument]:
    """Return the arguments of a transform, and of its components, that a fit varies."""
    found: list[tuple[Path, Rule, Any]] = []
    for name in transform.argument_names():
        value = getattr(transform, name)
        if name in FIXED:
            continue
        if isinstance(value, Component):
            found += [((name, inner), rule, getattr(value, inner)) for inner, rule in value.rules().items()]
        else:
            found.append(((name,), _rule_of(transform, name), value))
    return [
        Argument(path, rule, value)
        for path, rule, value in found
        if isinstance(rule, (Span, Count, Choices)) and path[-1] not in FIXED
    ]


def _rule_of(transform: DefectTransform, name: str) -> Rule:
    for part in transform.components:
        if name in part.rules():
            return part.rules()[name]
    return COMMON_RULES[name]


def values_of(transform: DefectTransform) -> dict[str, Any]:
    """Return all arguments of a transform."""
    return {name: getattr(transform, name) for name in transform.argument_names()}


def with_arguments(kind: type[DefectTransform], given: Mapping[str, Any], values: Values) -> DefectTransform:
    """Return a transform with some arguments replaced.

    Args:
        kind: its class.
        given: its arguments, see `values_of`.
        values: those that are replaced.

    Raises:
        ValueError: if values break a rule together.
    """
    merged = dict(given)
    for path, value in values.items():
        merged[path[0]] = value if len(path) == 1 else replace(merged[path[0]], **{path[1]: value})
    return kind(**merged)
