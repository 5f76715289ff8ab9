"""Conversion of values to plain data and back: dicts, lists and scalars that JSON and YAML can hold.

Examples:
    >>> from defectsynth.looks import Color
    >>> decode(encode(Color(palettes=("rust",)))) == Color(palettes=("rust",))
    True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from defectsynth.core.field_types import MAX_NUMBER, check_field, field_types
from defectsynth.core.messages import did_you_mean, short_repr
from defectsynth.core.version_0_1 import current_fields, current_name


class InMemory:
    """Base of arguments that exist in memory only; `encode` leaves them unchanged."""

    def error_text(self) -> str:
        """Return the error text for an attempt to save it: the argument, what can be saved and what was given."""
        raise NotImplementedError


@cache
def _fields_by_name(kind: type[Value]) -> dict[str, Field[Any]]:
    return {entry.name: entry for entry in fields(kind)}


_PLAIN = frozenset({str, bool, int, float})


def encode(value: Any) -> Any:
    """Return `value` as dicts, lists, strings, numbers, booleans and None; `InMemory` objects stay unchanged.

    Raises:
        TypeError: if `value` holds an object that cannot be converted.
    """
    if isinstance(value, (tuple, list)):
        if _PLAIN.issuperset(map(type, value)):
            return list(value)
        return [
            list(entry) if type(entry) is tuple and _PLAIN.issuperset(map(type, entry)) else encode(entry)
            for entry in value
        ]
    if value is None or type(value) in _PLAIN or isinstance(value, InMemory):
        return value
    if isinstance(value, Value):
        kind = type(value)
        plain = {"type": kind.__name__}
        for name in _fields_by_name(kind):  # type: ignore[arg-type]  # a class is hashable
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


MAX_NODES = 100_000  # entries of plain data, each counted as often as it is reached
MAX_DEPTH = 64  # levels of lists and dicts inside each other


def check_size(data: Any, name: str = "data") -> None:
    """Raise ValueError if plain data has too many entries or levels, as with YAML aliases that expand each other."""
    level, nodes = [data], 1
    for _ in range(MAX_DEPTH + 1):
        containers = [entry for entry in level if isinstance(entry, (list, tuple, Mapping))]
        if not containers:
            return
        nodes += sum(map(len, containers))
        if nodes > MAX_NODES:
            raise ValueError(f"{name} must have at most {MAX_NODES} entries, got more")
        level = [inner for entry in containers for inner in (entry.values() if isinstance(entry, Mapping) else entry)]
    raise ValueError(f"{name} must be nested at most {MAX_DEPTH} levels deep, got more")


def decode(data: Any, *, max_number: float = MAX_NUMBER) -> Any:
    """Return the value that `encode` converted; lists come back as tuples.

    Args:
        data: Plain data.
        max_number: Bound on the size of the numbers in fields that have no rule of their own, seeds excepted.

    Raises:
        ValueError: If `data` is too large, or if a `type` is not the name of a class in an imported module.
        TypeError: If a field is unknown, missing or of another type.
    """
    check_size(data)
    return _decode(data, max_number)


def _decode(data: Any, max_number: float) -> Any:
    if isinstance(data, (list, tuple)):
        return tuple(_decode(entry, max_number) for entry in data)
    if isinstance(data, Mapping):
        arguments = {str(key): _decode(entry, max_number) for key, entry in data.items()}
        return _make(arguments.pop("type"), arguments, max_number) if "type" in arguments else arguments
    return data


def _make(type_name: Any, arguments: Mapping[str, Any], max_number: float) -> Value:
    """Return the value of a class, given by its name, with checked fields."""
    name = current_name(type_name) if isinstance(type_name, str) else ""
    kind = VALUE_TYPES.get(name)
    if kind is None:
        hint = did_you_mean(type_name, VALUE_TYPES)
        raise ValueError(f"type must be the name of a component or recipe, got {short_repr(type_name)}{hint}")
    if abstract_names(kind):
        raise ValueError(f"type must not be a base, got {name!r}")
    arguments = current_fields(name, arguments)
    known = _fields_by_name(kind)  # type: ignore[arg-type]  # a class is hashable
    required = {key for key, entry in known.items() if entry.default is entry.default_factory is MISSING}
    if not required <= arguments.keys() <= known.keys():
        hint = did_you_mean(next((key for key in arguments if key not in known), None), known)
        raise TypeError(f"{name} must have the fields {', '.join(known)}, got {short_repr(', '.join(arguments))}{hint}")
    if not hasattr(kind, "__post_init__"):  # which checks the fields of a component
        types = field_types(kind)  # type: ignore[arg-type]  # a class is hashable
        for key, value in arguments.items():
            if "rule" in known[key].metadata:
                known[key].metadata["rule"].check(f"{name}.{key}", value)
            elif key in types:
                check_field(f"{name}.{key}", value, types[key], max_number)
    return kind(**arguments)


def abstract_names(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the methods that a subclass must define."""
    return tuple(name for name in dir(kind) if getattr(getattr(kind, name), "__isabstractmethod__", False))


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
