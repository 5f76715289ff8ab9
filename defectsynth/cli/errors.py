"""Errors of the command line; the user reads their texts."""

from __future__ import annotations


class UsageError(ValueError):
    """The call is wrong: exit code 2."""


class JobError(RuntimeError):
    """The job cannot go on: exit code 1."""
