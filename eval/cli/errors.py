"""Wrong calls of a command, which are found before its work starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class UsageError(ValueError):
    """Wrong arguments of a command; exit code 2."""


@contextmanager
def usage_errors() -> Iterator[None]:
    """Raise the errors of checks as `UsageError`. Do no work inside: its errors are no wrong calls."""
    try:
        yield
    except (OSError, TypeError, ValueError) as error:
        raise UsageError(str(error)) from error


def check_jobs(jobs: int) -> None:
    """Check the number of processes.

    Raises:
        UsageError: if it is below 1.
    """
    if jobs < 1:
        raise UsageError(f"--jobs must be at least 1, got {jobs}")
