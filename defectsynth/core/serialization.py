"""Values as plain data and back: dicts, lists and scalars fit for JSON and YAML.

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
    """Base of an argument that cannot be written as plain data; `encode` leaves it as it is."""

    def error_text(self) -> str:
        """Return which argument it is, what can be written instead and what was given."""
        raise NotImplementedError


@cache
def _field_names(kind: type[Value]) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind))


_PLAIN = frozenset({str, bool, int, float})


def encode(value: Any) -> Any:
    """Return `value` as dicts, lists, strings, numbers, booleans and None; what is `InMemory` stays as it is.

    Raises:
        TypeError: for an object that is none of these and no `Value`.
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
    """Return the first part of encoded `data` that is no plain data, None if all of it is."""
    if isinstance(data, InMemory):
        return data
    inner = data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
    return next((found for entry in inner if (found := find_in_memory(entry)) is not None), None)


def decode(data: Any) -> Any:
    """Return what `encode` was given; lists come back as tuples.

    Raises:
        ValueError: for a `type` that no imported module defines.
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


VALUE_TYPES: dict[str, type[Value]] = {}  # every value by its class name


@dataclass(frozen=True)
class Value:
    """Base of every frozen dataclass that `encode` writes; a subclass is known to `decode` by its class name."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Register the class under its name."""
        super().__init_subclass__(**options)
        taken = VALUE_TYPES.get(cls.__name__)
        if taken is not None and taken.__module__ != cls.__module__:
            raise ValueError(f"the name of a value must be unused, got {cls.__name__!r}, taken by {taken.__module__}")
        VALUE_TYPES[cls.__name__] = cls
