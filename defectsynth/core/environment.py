"""Environment variables with whole numbers."""

from __future__ import annotations

import os


def whole_number_in(variable: str, default: int, least: int = 0) -> int:
    """Return the whole number in an environment variable, or `default` where it is not set.

    Raises:
        ValueError: if it holds something else, or a number below `least`.
    """
    text = os.environ.get(variable, str(default))
    if not (text.isascii() and text.isdecimal() and int(text) >= least):
        raise ValueError(f"{variable} must be a whole number of at least {least}, got {text!r}")
    return int(text)
