"""Parts of error messages: a value in one short line, and the names that a misspelt name may mean."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable
from typing import Any

MAX_LENGTH = 160  # characters of a quoted value
MAX_BITS = 256  # of a whole number that is written with all its digits
MAX_NAME = 100  # characters of a name that is compared with others


class _ShortRepr(reprlib.Repr):
    """Representation that leaves out the middle of long values."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxdict, self.maxlist, self.maxtuple = 3, 4, 6, 6
        self.maxstring = self.maxother = 80

    def repr_int(self, value: int, level: int) -> str:
        """Return the number, or its size if it is so large that Python may refuse to write it."""
        return repr(value) if value.bit_length() <= MAX_BITS else f"a whole number of {value.bit_length()} bits"

    def repr_ndarray(self, value: Any, level: int) -> str:
        """Return shape and dtype; the values of an array take long to write."""
        return f"<array {value.shape} {value.dtype}>"


_SHORT = _ShortRepr()


def short_repr(value: Any) -> str:
    """Return `repr(value)` in one line of at most `MAX_LENGTH` characters; the middle of long values is left out.

    Examples:
        >>> short_repr((0.9, 0.1))
        '(0.9, 0.1)'
        >>> short_repr(list(range(100_000)))
        '[0, 1, 2, 3, 4, 5, ...]'
    """
    text = " ".join(_SHORT.repr(value).split("\n"))
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 3]}..."


def did_you_mean(name: Any, known: Iterable[str]) -> str:
    """Return the end of an error message that suggests the known names closest to `name`; empty if none is close.

    Examples:
        >>> did_you_mean("scrach", ["line", "scratch"])
        '; did you mean scratch?'
    """
    if not isinstance(name, str) or len(name) > MAX_NAME:
        return ""
    by_lower = {entry.lower(): entry for entry in known}
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.7)
    close = close or [entry for entry in by_lower if name and entry == f"{name.lower()}_range"]
    return f"; did you mean {' or '.join(by_lower[entry] for entry in close)}?" if close else ""


def unknown_argument(owner: str, unknown: Iterable[str], known: Iterable[str]) -> TypeError:
    """Return the error for arguments that a transform or component does not take.

    >>> str(unknown_argument("Spots", ["radius"], ["radius_range"]))
    'Spots takes only the arguments radius_range; got radius; did you mean radius_range?'
    """
    names, wrong = list(known), list(unknown)
    hint = did_you_mean(wrong[0], names)
    return TypeError(f"{owner} takes only the arguments {', '.join(names)}; got {', '.join(wrong)}{hint}")
