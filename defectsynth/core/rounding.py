"""Rounding of sampled numbers, so that processors whose last digits differ draw with the same ones."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from defectsynth.core.parameters import Component
from defectsynth.core.serialization import Value

STEPS = 1e9  # to a unit: a pixel, a radian, a share
MANY_POINTS = 8  # from which on numpy rounds them faster
EXACT = frozenset({int, str, bool, type(None)})


def rounded(value: Any) -> Any:
    """Return a sampled value with every float in it rounded to 9 decimals.

    BLAS and mathematical functions return other last digits on other processors. Components, which hold a caller's
    arguments, stay as they are.
    """
    if type(value) is tuple:
        return _rounded_points(value) or tuple(_all_rounded(value))
    if isinstance(value, Value) and not isinstance(value, Component):
        copy = object.__new__(type(value))  # of a frozen dataclass
        vars(copy).update(zip(vars(value), _all_rounded(vars(value).values()), strict=True))
        return copy
    return round(float(value) * STEPS) / STEPS if isinstance(value, (float, np.floating)) else value


def _all_rounded(values: Any) -> list[Any]:
    return [
        round(value * STEPS) / STEPS if type(value) is float else value if type(value) in EXACT else rounded(value)
        for value in values
    ]


def _rounded_points(points: tuple[Any, ...]) -> tuple[tuple[float, float], ...] | None:
    """Return rounded points (x, y), many at once; None if they are few or something else."""
    if len(points) < MANY_POINTS or set(map(type, points)) != {tuple} or set(map(len, points)) != {2}:
        return None
    numbers = list(chain.from_iterable(points))
    if set(map(type, numbers)) != {float}:
        return None
    exact = (np.rint(np.array(numbers) * STEPS) / STEPS + 0.0).tolist()  # without -0.0
    return tuple(zip(exact[::2], exact[1::2], strict=True))
