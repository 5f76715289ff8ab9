"""Checks of arguments; errors name the argument, the rule and the value."""

import math
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor

IGNORED = -100
"""Label of a row that the loss ignores, as in PyTorch."""

CONVERT = "torch.as_tensor(numpy.asarray({})) makes one"

_SUM_TOLERANCE = 1e-2  # for probabilities in bfloat16, whose precision near 1 is 2**-8


def checked_integer(name: str, value: Any, *, low: int) -> int:
    """Return the value as an int, at least ``low``.

    Raises:
        TypeError: if the value is not an integer, or is a bool.
        ValueError: if it is below ``low``.
    """
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_integer or int(value) < low:
        raise (ValueError if is_integer else TypeError)(f"{name} must be an integer >= {low}, got {value!r}")
    return int(value)


def checked_number(name: str, value: Any, *, above: float | None = None, low: float = 0, high: float) -> float:
    """Return the value as a finite float in [low, high], or in (above, high] if ``above`` is given.

    Raises:
        TypeError: if the value is not a real number, or is a bool.
        ValueError: if it is not finite or out of bounds.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    number = float(value) if is_number else math.nan
    inside = low <= number if above is None else above < number
    if not (math.isfinite(number) and inside and number <= high):
        left = f"{low:.6g} <=" if above is None else f"{above:.6g} <"
        right = "" if math.isinf(high) else f" <= {high:.6g}"
        rule = f"{name} must be a finite number with {left} {name}{right}"
        raise (ValueError if is_number else TypeError)(f"{rule}, got {value!r}")
    return number


def check_embedding(embedding: object, *, embedding_size: int) -> None:
    """Check that an embedding is a floating point tensor (B, D) or (B, D, H, W) with at least one row.

    Raises:
        TypeError: if it is not a floating point tensor.
        ValueError: if its shape is another one, D differs from ``embedding_size``, or it is empty.
    """
    if not isinstance(embedding, Tensor):
        raise TypeError(
            f"embedding must be a torch.Tensor, got {type(embedding).__name__}; {CONVERT.format('embedding')}"
        )
    if not embedding.is_floating_point():
        raise TypeError(f"embedding must have a floating point dtype, got {embedding.dtype}")
    shape = tuple(embedding.shape)
    if embedding.ndim not in {2, 4} or shape[1] != embedding_size:
        d = embedding_size
        raise ValueError(f"embedding must have shape (B, {d}) or (B, {d}, H, W), got {shape}")
    if embedding.numel() == 0:
        raise ValueError(f"embedding must hold at least one row (an empty batch has no loss), got shape {shape}")


def check_label(label: object, *, embedding: Tensor, classes: int, probabilities: bool) -> None:
    """Check that a label is int64 classes, one per row of the embedding, or class probabilities if they are allowed.

    The check synchronises an accelerator once; a bad label would otherwise end the process there.

    Raises:
        TypeError: if it is not a tensor, or has a dtype that the head does not take.
        ValueError: if device, shape or values do not fit.
    """
    if not isinstance(label, Tensor):
        raise TypeError(f"label must be a torch.Tensor, got {type(label).__name__}; {CONVERT.format('label')}")
    if label.is_floating_point() and not probabilities:
        raise TypeError(
            f"label must be int64 for this head (only softmax and l2_softmax take probabilities), got {label.dtype}"
        )
    if label.dtype != torch.int64 and not label.is_floating_point():
        wanted = "int64 classes or floating point probabilities" if probabilities else "int64"
        raise TypeError(f"label must be {wanted}, got {label.dtype}")
    if label.device != embedding.device:
        raise ValueError(f"label must be on the embedding's device {embedding.device}, got {label.device}")
    batch, _, *places = embedding.shape
    wanted_shape = (batch, classes, *places) if label.is_floating_point() else (batch, *places)
    if label.shape != wanted_shape:
        raise ValueError(
            f"label must have shape {wanted_shape} for an embedding of shape {tuple(embedding.shape)}, "
            f"got {tuple(label.shape)}"
        )
    if label.is_floating_point():
        _check_probabilities(label)
    else:
        _check_classes(label, classes=classes)


def _check_classes(label: Tensor, *, classes: int) -> None:
    bad = (label != IGNORED) & ((label < 0) | (label >= classes))
    if bad.any():
        raise ValueError(
            f"label must be {IGNORED} (ignored) or in 0 <= label < classes = {classes}, got {label[bad][0].item()}"
        )


def _check_probabilities(label: Tensor) -> None:
    total = label.float().sum(dim=1)
    kept = total.abs() > 0
    fits = ~kept | ((total - 1).abs() <= _SUM_TOLERANCE)  # NaN fits neither
    if not (fits.all() and (label >= 0).all()):
        raise ValueError(
            "label must hold probabilities >= 0 that sum to 1 over the classes (or are all 0: ignored), "
            f"got sums in [{total.min().item():.6g}, {total.max().item():.6g}] "
            f"and a smallest value of {label.min().item():.6g}"
        )


def check_class_weight(weight: object, *, classes: int) -> None:
    """Check that a class weight is None or a floating point tensor (classes,) of finite values >= 0.

    Raises:
        TypeError: if it is neither None nor a floating point tensor.
        ValueError: if its shape or its values do not fit.
    """
    if weight is None:
        return
    if not isinstance(weight, Tensor):
        raise TypeError(f"weight must be None or a torch.Tensor, one value a class, got {type(weight).__name__}")
    if not weight.is_floating_point():
        raise TypeError(f"weight must have a floating point dtype, got {weight.dtype}")
    if weight.shape != (classes,):
        raise ValueError(f"weight must have shape ({classes},), one value a class, got {tuple(weight.shape)}")
    if not (weight.isfinite() & (weight >= 0)).all():
        raise ValueError(f"weight must hold finite values >= 0, got {weight.tolist()}")


def check_reduction(reduction: object) -> None:
    """Check that a reduction is "mean" or "sum".

    Raises:
        ValueError: if it is neither.
    """
    if reduction not in {"mean", "sum"}:
        raise ValueError(f"reduction must be 'mean' or 'sum', got {reduction!r}")
