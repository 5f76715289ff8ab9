"""Checks of the arguments of searches and coresets."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Rows = NDArray[Any] | Tensor
"""Embeddings (N, D), float16, float32 or float64; a tensor may lie on an accelerator."""

_BLOCK = 8192  # rows that are checked at a time


def checked_integer(name: str, value: Any, *, low: int = 1, rows: int | None = None) -> int:
    """Return the value as an int, at least `low` and, if given, at most the number of rows of the bank.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is out of bounds.
    """
    number = isinstance(value, Integral) and not isinstance(value, bool)
    if not (number and low <= value and (rows is None or value <= rows)):
        rule = f"{low} <= {name}" + ("" if rows is None else f" <= {rows} (rows of bank)")
        raise (ValueError if number else TypeError)(f"{name} must be an integer with {rule}, got {value!r}")
    return int(value)


def checked_rows(name: str, rows: object, *, least: int, columns: int | None = None) -> Tensor:
    """Return embeddings as a tensor, which shares the memory of an array where torch can.

    Args:
        name: name of the argument, for errors.
        rows: see `Rows`.
        least: smallest number of rows.
        columns: number of columns; None: any, at least 1.

    Raises:
        TypeError: if it is no array or tensor, or has another dtype.
        ValueError: if the shape is another one, or a value is not finite in float32.
    """
    if not isinstance(rows, (np.ndarray, Tensor)):
        raise TypeError(f"{name} must be a numpy array or a torch tensor, got {type(rows).__name__}")
    if str(rows.dtype).removeprefix("torch.") not in {"float16", "float32", "float64"}:
        raise TypeError(f"{name} must be float16, float32 or float64, got {rows.dtype}")
    if rows.ndim != 2 or len(rows) < least or rows.shape[1] != (columns or max(1, rows.shape[1])):
        wanted = f"(N, {columns or 'D'}) with N >= {least}" + ("" if columns else " and D >= 1")
        raise ValueError(f"{name} must have shape {wanted}, got {tuple(rows.shape)}")
    tensor = rows.detach() if isinstance(rows, Tensor) else torch.from_numpy(np.require(rows, requirements=["C", "W"]))
    if bad := sum(map(_infinite_rows, torch.split(tensor, _BLOCK))):
        raise ValueError(f"{name} must be finite, got NaN or infinity in {bad} of {len(tensor)} rows")
    return tensor


def _infinite_rows(rows: Tensor) -> int:
    """Return the number of rows with a value that is not finite in float32."""
    single = rows.float()
    return 0 if single.sum().isfinite() else int((~single.isfinite()).any(dim=1).sum())  # the sum is quick, and enough
