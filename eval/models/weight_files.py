"""Read files of weights; every broken one gives an error that names it."""

from __future__ import annotations

import pickle
import struct
import warnings
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

BROKEN = (
    *(RuntimeError, EOFError, OSError, ValueError, LookupError, AttributeError, TypeError, ImportError),
    *(MemoryError, OverflowError, AssertionError, struct.error, pickle.UnpicklingError),
)
"""Errors of torch and pickle on files that they cannot read."""

_COUNTER = "num_batches_tracked"  # of batch normalisation; some files lack it, and evaluation does not use it


def load_tensors(path: Path) -> Any:
    """Return the content of a file that ``torch.save`` wrote, on the CPU; it may hold plain data and tensors only.

    Raises:
        ValueError: if the file is broken or holds anything else; the error names it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of foreign pickles before it refuses them
            return torch.load(path, map_location="cpu", weights_only=True)
    except BROKEN as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{path} must be a file that torch.load(weights_only=True) reads, got {reason}") from error


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the state dict in a file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is broken or holds something else.
    """
    if not path.is_file():
        raise FileNotFoundError(f"weights must be 'default', 'none' or a file of weights, got {str(path)!r}")
    weights = load_tensors(path)
    if not isinstance(weights, dict) or not all(isinstance(tensor, Tensor) for tensor in weights.values()):
        raise ValueError(f"weights must hold a state dict (tensors by name), got {type(weights).__name__} in {path}")
    return weights


def packaged_file(package: str, name: str) -> Path | None:
    """Return a file of an installed package by its name, without importing it; None if the package is missing."""
    try:
        files = distribution(package).files or ()
    except PackageNotFoundError:
        return None
    found = next((file for file in files if file.name == name), None)
    return None if found is None else Path(str(found.locate()))


def load_in_order(module: nn.Module, weights: dict[str, Tensor], *, name: str, head: str, origin: str) -> None:
    """Load a state dict whose entries have the order of the layers, whatever their names.

    Args:
        module: the network without its classifier.
        weights: tensors by name.
        name: name of the network, for errors.
        head: beginning of the names of the classifier's tensors, which are skipped.
        origin: origin of the weights, for errors.

    Raises:
        ValueError: if the number or the shapes of the tensors do not fit.
    """
    wanted = {key: tensor for key, tensor in module.state_dict().items() if not key.endswith(_COUNTER)}
    given = [tensor for key, tensor in weights.items() if not key.startswith(head) and not key.endswith(_COUNTER)]
    if [tensor.shape for tensor in given] != [tensor.shape for tensor in wanted.values()]:
        raise ValueError(
            f"weights must hold the {len(wanted)} tensors of {name}, layer by layer, got {len(given)} tensors, or some "
            f"of another shape, in {origin}"
        )
    module.load_state_dict(dict(zip(wanted, given, strict=True)), strict=False)
