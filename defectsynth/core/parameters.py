"""Checked parameters of components: rules, dataclass fields with a rule, and draws from a range.

Each component (where, shape, look, blend, field) is a frozen dataclass. A field with a rule is validated and normalised
when the component is constructed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from defectsynth.core.messages import did_you_mean, short_repr, unknown_argument
from defectsynth.core.serialization import Value, abstract_names

if TYPE_CHECKING:
    from typing_extensions import Self

FRACTION = "fraction of min(H, W)"

Pair = tuple[float, float]
IntPair = tuple[int, int]

MIN_VISIBLE_SHARE = 0.3  # share of its visibility that a defect keeps at severity 0


class Rule(Protocol):
    """Rule that the value of an argument must satisfy."""

    @property
    def text(self) -> str:
        """Unit and bounds, as the documentation states them."""

    def check(self, name: str, value: Any) -> Any:
        """Return the normalised `value` of the argument `name`, or raise ValueError / TypeError."""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.bool_))


def _is_whole(value: Any) -> bool:
    return _is_number(value) and (isinstance(value, int) or (math.isfinite(value) and value == int(value)))


def is_sequence(value: Any) -> bool:
    """Return whether a value has a length and entries by number, as a list or an array; texts and paths have none."""
    is_other = isinstance(value, (str, Path, Mapping))
    return not is_other and hasattr(value, "__len__") and hasattr(value, "__getitem__")


def checked_whole(name: str, value: Any, *, least: int = 0) -> int:
    """Return the whole number that the argument `name` must be.

    Raises:
        TypeError: if `value` is no whole number.
        ValueError: if it is below `least`.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {short_repr(value)}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {short_repr(value)}")
    return int(value)


def _pair_error(
    value: Any, low: float, high: float, is_valid: Callable[[Any], bool] = _is_number
) -> type[TypeError | ValueError] | None:
    """Return the kind of error of a pair that must have low <= first <= second <= high, None if it is right."""
    if not isinstance(value, (tuple, list)) or len(value) != 2 or not all(map(is_valid, value)):
        return TypeError
    return None if low <= value[0] <= value[1] <= high else ValueError  # NaN is an error, too


@dataclass(frozen=True)
class Span:
    """Rule for a pair (low, high) of real numbers within bounds."""

    low: float
    high: float
    unit: str

    @property
    def text(self) -> str:
        """Unit and bounds, as the documentation states them."""
        return f"pair in [{self.low:g}, {self.high:g}], {self.unit}"

    def check(self, name: str, value: Any) -> Pair:
        """Return `value` as a tuple of two floats."""
        if (error := _pair_error(value, self.low, self.high)) is not None:
            bounds = f"{self.low:g} <= low <= high <= {self.high:g}"
            raise error(f"{name} must be (low, high) with {bounds}, got {short_repr(value)}")
        return float(value[0]), float(value[1])


@dataclass(frozen=True)
class Count:
    """Rule for a pair (low, high) of whole numbers within bounds."""

    low: int
    high: int
    unit: str

    @property
    def text(self) -> str:
        """Unit and bounds, as the documentation states them."""
        return f"pair of whole numbers in [{self.low}, {self.high}], {self.unit}"

    def check(self, name: str, value: Any) -> IntPair:
        """Return `value` as a tuple of two ints."""
        if (error := _pair_error(value, self.low, self.high, _is_whole)) is not None:
            bounds = f"{self.low} <= low <= high <= {self.high}"
            raise error(f"{name} must be whole numbers (low, high) with {bounds}, got {short_repr(value)}")
        return int(value[0]), int(value[1])


@dataclass(frozen=True)
class Number:
    """Rule for one real number within bounds."""

    low: float
    high: float
    unit: str

    @property
    def text(self) -> str:
        """Unit and bounds, as the documentation states them."""
        return f"number in [{self.low:g}, {self.high:g}], {self.unit}"

    def check(self, name: str, value: Any) -> float:
        """Return `value` as a float."""
        if not _is_number(value) or not self.low <= value <= self.high:
            error = ValueError if _is_number(value) else TypeError
            raise error(f"{name} must be a number in [{self.low:g}, {self.high:g}], got {short_repr(value)}")
        return float(value)


@dataclass(frozen=True)
class Choice:
    """Rule for one name out of several."""

    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """The allowed names, as the documentation states them."""
        return "one of " + ", ".join(self.names)

    def check(self, name: str, value: Any) -> str:
        """Return `value` if it is an allowed name."""
        if not isinstance(value, str) or value not in self.names:
            error = ValueError if isinstance(value, str) else TypeError
            hint = did_you_mean(value, self.names)
            raise error(f"{name} must be one of {', '.join(self.names)}, got {short_repr(value)}{hint}")
        return value


@dataclass(frozen=True)
class Choices:
    """Rule for a non-empty list of different names, of which each draw takes one."""

    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """The allowed names, as the documentation states them."""
        return "any of " + ", ".join(self.names)

    def check(self, name: str, value: Any) -> tuple[str, ...]:
        """Return `value` as a tuple of different names."""
        is_list = isinstance(value, (tuple, list)) and all(isinstance(entry, str) for entry in value)
        if not is_list or not value or len(set(value)) != len(value) or not set(value) <= set(self.names):
            allowed = f"a non-empty list of different names out of {', '.join(self.names)}"
            wrong = next((entry for entry in value if entry not in self.names), None) if is_list else None
            hint = did_you_mean(wrong, self.names)
            raise (ValueError if is_list else TypeError)(f"{name} must be {allowed}, got {short_repr(value)}{hint}")
        return tuple(value)


@dataclass(frozen=True)
class Label:
    """Rule for a name that can serve as a folder or class name, or the empty string."""

    unit: str

    @property
    def text(self) -> str:
        """Allowed characters and meaning, as the documentation states them."""
        return f"letters, digits, _ and -, {self.unit}"

    def check(self, name: str, value: Any) -> str:
        """Return `value` if it is a valid name."""
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", value):
            error = ValueError if isinstance(value, str) else TypeError
            raise error(f"{name} must be made of letters, digits, _ and -, got {short_repr(value)}")
        return value


def field_with(default: Any, rule: Rule) -> Any:
    """Return a dataclass field checked by `rule`."""
    return field(default=default, metadata={"rule": rule})


def span(default: Pair, low: float, high: float, unit: str) -> Any:
    """Return a dataclass field for a pair of real numbers."""
    return field(default=default, metadata={"rule": Span(low, high, unit)})


def count(default: IntPair, low: int, high: int, unit: str) -> Any:
    """Return a dataclass field for a pair of whole numbers."""
    return field(default=default, metadata={"rule": Count(low, high, unit)})


def number(default: float, low: float, high: float, unit: str) -> Any:
    """Return a dataclass field for one real number."""
    return field(default=default, metadata={"rule": Number(low, high, unit)})


def choice(default: str, *names: str) -> Any:
    """Return a dataclass field for one of `names`."""
    return field(default=default, metadata={"rule": Choice(names)})


def choices(default: tuple[str, ...], *names: str) -> Any:
    """Return a dataclass field for several of `names`."""
    return field(default=default, metadata={"rule": Choices(names)})


@dataclass(frozen=True)
class Component(Value):
    """Base of the components that a caller combines into a defect."""

    def __new__(cls, *_: Any, **given: Any) -> Self:
        """Refuse an argument that the component does not have, by its name.

        Raises:
            TypeError: if there is one.
        """
        known = [entry.name for entry in fields(cls) if entry.init]
        if unknown := [name for name in given if name not in known]:
            raise unknown_argument(cls.__name__, unknown, known)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        """Check and normalise every field that has a rule.

        Raises:
            TypeError: if the class is abstract, or if a value has the wrong type.
            ValueError: if a value breaks its rule.
        """
        abstract = abstract_names(type(self))
        if abstract:
            raise TypeError(f"{type(self).__name__} is a base; a component must define {', '.join(abstract)}")
        for name, rule in self.rules().items():
            object.__setattr__(self, name, rule.check(name, getattr(self, name)))

    @classmethod
    @cache
    def rules(cls) -> Mapping[str, Rule]:
        """Return the rule of each field that has one."""
        return MappingProxyType(
            {entry.name: entry.metadata["rule"] for entry in fields(cls) if "rule" in entry.metadata}
        )


def between(pair: Pair, share: float) -> float:
    """Return the number at `share`, in [0, 1), of the way from low to high."""
    return pair[0] + share * (pair[1] - pair[0])


def radians_between(pair: Pair, share: float) -> float:
    """Return the angle in radians at `share`, in [0, 1), of the way between two angles in degrees."""
    return math.radians(between(pair, share))


def visible_share(severity: float) -> float:
    """Return the factor on the opacity or displacement of a defect for a severity in [0, 1]."""
    return MIN_VISIBLE_SHARE + (1.0 - MIN_VISIBLE_SHARE) * severity


def whole_between(pair: IntPair, share: float) -> int:
    """Return the whole number at `share`, in [0, 1), of the way from low to high, both included."""
    return pair[0] + int(share * (pair[1] - pair[0] + 1))
