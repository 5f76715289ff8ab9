"""Check the values of options, which the parser leaves as texts."""

from __future__ import annotations

import argparse

from defectsynth.cli.errors import UsageError
from defectsynth.core.messages import short_repr
from defectsynth.core.processes import available_cores

MOST_WORKERS = 8  # unless asked for more
LARGEST_SEED = 2**63 - 1


def default_workers() -> int:
    """Return the number of processes unless asked for more or fewer."""
    return min(available_cores(), MOST_WORKERS)


def check_options(arguments: argparse.Namespace) -> None:
    """Check the options of a command, and replace their texts by numbers.

    Raises:
        UsageError: if one breaks its rule.
    """
    for name, low, high in (
        ("count", 1, None),
        ("seed", 0, LARGEST_SEED),
        ("workers", 1, None),
        ("rows", 1, 100),
        ("cell", 64, 1024),
        ("peak", 15, 65535),
        ("shard_size", 1, 1_000_000),
        ("port", 1, 65535),
        ("store_limit", 1, 1 << 30),
    ):
        if isinstance(getattr(arguments, name, None), str):
            setattr(arguments, name, _whole(f"--{name.replace('_', '-')}", getattr(arguments, name), low, high))
    if getattr(arguments, "workers", 0) is None and getattr(arguments, "ray", None) is None:
        arguments.workers = default_workers()
    for name in ("severity", "test_good", "val", "background", "real_share", "other_share"):
        if isinstance(getattr(arguments, name, None), str):
            setattr(arguments, name, _real(f"--{name.replace('_', '-')}", getattr(arguments, name)))
    if arguments.command in ("generate", "prepare") and not arguments.defect and arguments.preset is None:
        raise UsageError(f"{arguments.command} must have --defect or --preset; defectsynth list shows their names")
    _check_store(arguments)
    if arguments.command == "preview" and arguments.images and arguments.rows is not None:
        raise UsageError("--rows must not be given together with --image, which makes one row each time")
    if arguments.command == "preview" and not arguments.defect and arguments.preset is None:
        arguments.preset = "generic_object"


def _check_store(arguments: argparse.Namespace) -> None:
    store = getattr(arguments, "store", None)
    if store is not None and store.exists() and not store.is_dir():
        raise UsageError(f"--store must be a folder, got the file {str(store)!r}")
    if store is not None and getattr(arguments, "ray", None) is not None:
        raise UsageError("--store must not be given together with --ray: the nodes of a cluster share no store")


def _whole(name: str, text: str, low: int, high: int | None) -> int:
    try:
        number = int(text)
    except ValueError:
        raise UsageError(f"{name} must be a whole number, got {short_repr(text)}") from None
    if number < low:
        raise UsageError(f"{name} must be at least {low}, got {short_repr(number)}")
    if high is not None and number > high:
        raise UsageError(f"{name} must be at most {high}, got {short_repr(number)}")
    return number


def _real(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not 0.0 <= number <= 1.0:
        raise UsageError(f"{name} must be a number in [0, 1], got {short_repr(text)}")
    return number
