"""Conversion of values to plain data and back: dicts, lists and scalars that JSON and YAML can hold.

>>> from defectsynth.looks import Color
>>> decode(encode(Color(palettes=("rust",)))) == Color(palettes=("rust",))
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from defectsynth.core.version_0_1 import current_fields, current_name


class InMemory:
    """Base of arguments that exist in memory only; `encode` leaves them unchanged."""

    def error_text(self) -> str:
        """Return the error text for an attempt to save it: the argument, what can be saved and what was given."""
        raise NotImplementedError


@cache
def _field_names(kind: type[Value]) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind))


_PLAIN = frozenset({str, bool, int, float})


def encode(value: Any) -> Any:
    """Return `value` as dicts, lists, strings, numbers, booleans and None; `InMemory` objects stay unchanged.

    Raises:
        TypeError: if `value` holds an object that cannot be converted.
    """
    if isinstance(value, (tuple, list)):
        return list(value) if _PLAIN.issuperset(map(type, value)) else [encode(entry) for entry in value]
    if value is None or type(value) in _PLAIN or isinstance(value, InMemory):
        return value
    if isinstance(value, Value):
        kind = type(value)
        plain = {"type": kind.__name__}
        for name in _field_names(kind):  # type: ignore[arg-type]  # a class is hashable
            entry = getattr(value, name)
            plain[name] = entry if type(entry) in _PLAIN else encode(entry)
        return plain
    if isinstance(value, Mapping):
        return {str(key): encode(entry) for key, entry in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a value must be made of numbers, strings, tuples and Values, got {type(value).__name__}")


def find_in_memory(data: Any) -> InMemory | None:
    """Return the first `InMemory` object in encoded `data`, None if all of it is plain data."""
    if isinstance(data, InMemory):
        return data
    inner = data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    return next((found for entry in inner if (found := find_in_memory(entry)) is not None), None)


def decode(data: Any) -> Any:
    """Return the value that `encode` converted; lists come back as tuples.

    Raises:
        ValueError: if a `type` is not the name of a class in an imported module.
    """
    if isinstance(data, (list, tuple)):
        return tuple(decode(entry) for entry in data)
    if isinstance(data, Mapping):
        arguments = {str(key): decode(entry) for key, entry in data.items()}
        if "type" not in arguments:
            return arguments
        name = arguments.pop("type")
        if isinstance(name, str):
            name = current_name(name)
        if not isinstance(name, str) or name not in VALUE_TYPES:
            raise ValueError(f"type must be one of {', '.join(sorted(VALUE_TYPES))}, got {name!r}")
        return VALUE_TYPES[name](**current_fields(name, arguments))
    return data


VALUE_TYPES: dict[str, type[Value]] = {}  # every subclass of `Value` by its name


@dataclass(frozen=True)
class Value:
    """Base of the frozen dataclasses that `encode` and `decode` convert; class names must be unique."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Register the class under its name."""
        super().__init_subclass__(**options)
        taken = VALUE_TYPES.get(cls.__name__)
        if taken is not None and taken.__module__ != cls.__module__:
            raise ValueError(
                f"the name of a value must be unique, got {cls.__name__!r}, defined in {taken.__module__}, too"
            )
        VALUE_TYPES[cls.__name__] = cls
