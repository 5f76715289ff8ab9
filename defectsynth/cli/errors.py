"""What can go wrong on the command line; the text is what the user reads."""

from __future__ import annotations


class UsageError(ValueError):
    """The call is wrong: exit code 2."""


class JobError(RuntimeError):
    """The job cannot go on: exit code 1."""
