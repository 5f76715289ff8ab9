"""Types of the fields of saved values, checked against the annotations when a value is read back.

A drawn value is full of numbers that nobody wrote by hand, so its fields have no rules. Data from a file may hold
anything in their place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

from defectsynth.core.messages import short_repr

MAX_NUMBER = 1e9
MAX_SEED = 2**64
MAX_TEXT = 4096  # characters; no longer than a path


@cache
def field_types(kind: type[Any]) -> Mapping[str, Any]:
    """Return the type of each field of a dataclass; empty if an annotation has a name that cannot be looked up."""
    try:
        return MappingProxyType(get_type_hints(kind))
    except NameError:
        return MappingProxyType({})


def check_field(name: str, value: Any, kind: Any, max_number: float = MAX_NUMBER) -> None:
    """Check the value of a field.

    Args:
        name: Class and field, for error messages.
        value: Decoded value.
        kind: Annotation: a class, a tuple of classes, or anything else, which is not checked.
        max_number: Bound on the size of a number; a field called `seed` may have any number of 64 bits.

    Raises:
        TypeError: If the value has another type.
        ValueError: If a number is not finite or too large, or if a text is too long.
    """
    if kind in (int, float):
        _check_number(name, value, kind, max_number)
    elif get_origin(kind) is tuple:
        _check_tuple(name, value, get_args(kind), max_number)
    elif isinstance(kind, type) and not isinstance(value, kind):
        raise TypeError(f"{name} must hold a {kind.__name__}, got {short_repr(value)}")
    elif isinstance(value, str) and len(value) > MAX_TEXT:
        raise ValueError(f"{name} must have at most {MAX_TEXT} characters, got {len(value)}")


def _check_number(name: str, value: Any, kind: type[Any], max_number: float) -> None:
    noun = "whole number" if kind is int else "number"
    if isinstance(value, bool) or not isinstance(value, (int, kind)):
        raise TypeError(f"{name} must be a {noun}, got {short_repr(value)}")
    if kind is int and name.endswith(".seed"):
        if abs(value) >= MAX_SEED:
            raise ValueError(f"{name} must be a whole number below 2**64 in size, got {short_repr(value)}")
    elif not abs(value) < max_number or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite {noun} below {max_number:g} in size, got {short_repr(value)}")


def _check_tuple(name: str, value: Any, kinds: tuple[Any, ...], max_number: float) -> None:
    if not isinstance(value, tuple):
        raise TypeError(f"{name} must be a list, got {short_repr(value)}")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(value) != len(kinds):
        raise ValueError(f"{name} must have {len(kinds)} entries, got {short_repr(value)}")
    for entry, kind in zip(value, kinds, strict=True):
        check_field(name, entry, kind, max_number)
