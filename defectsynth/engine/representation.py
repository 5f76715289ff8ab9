"""Short representations: of a transform or component only the arguments that differ from their defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import Component
from defectsynth.places.base import PLACES, Where


def call_of(transform: Any, names: Sequence[str]) -> str:
    """Return the call that makes a transform, without arguments that have their default.

    Args:
        transform: the transform.
        names: of its arguments.
    """
    kind = type(transform)
    try:
        usual = kind()
    except TypeError:  # it has arguments without a default
        usual = None
    defaults = {} if usual is None else {name: getattr(usual, name) for name in names}
    return _call(kind.__name__, {name: getattr(transform, name) for name in names}, defaults)


def _call(name: str, values: Mapping[str, Any], usual: Mapping[str, Any]) -> str:
    shown = {key: _shown(value) for key, value in values.items()}
    kept = [f"{key}={text}" for key, text in shown.items() if key not in usual or text != _shown(usual[key])]
    return f"{name}({', '.join(kept)})"


def _shown(value: Any) -> str:
    if isinstance(value, Where):
        short = next((name for name, place in PLACES.items() if value == place()), None)
        if short is not None:
            return repr(short)
    if isinstance(value, Component):
        given = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        return _call(type(value).__name__, given, {entry.name: entry.default for entry in fields(value)})
    return short_repr(value)
