"""Rounding of sampled numbers, so that processors whose last digits differ draw with the same ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from defectsynth.core.parameters import Component
from defectsynth.core.serialization import Value

STEPS = 1e9  # to a unit: a pixel, a radian, a share
EXACT = frozenset({int, str, bool, type(None)})


def rounded(value: Any) -> Any:
    """Return a sampled value with every float in it rounded to 9 decimals.

    BLAS and mathematical functions return other last digits on other processors. Components, which hold a caller's
    arguments, stay as they are.
    """
    if isinstance(value, Value) and not isinstance(value, Component):
        copy = object.__new__(type(value))  # of a frozen dataclass
        vars(copy).update(zip(vars(value), _all_rounded(vars(value).values()), strict=True))
        return copy
    if type(value) is tuple:
        return tuple(_all_rounded(value))
    return round(float(value) * STEPS) / STEPS if isinstance(value, (float, np.floating)) else value


def _all_rounded(values: Any) -> list[Any]:
    return [
        round(value * STEPS) / STEPS if type(value) is float else value if type(value) in EXACT else rounded(value)
        for value in values
    ]
