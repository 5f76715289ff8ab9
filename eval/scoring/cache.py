"""Results of slow work on arrays, remembered: cells of one category share their banks and searches."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

MOST = 24  # results, each of a few MB
_results: OrderedDict[bytes, Any] = OrderedDict()

Result = TypeVar("Result")


def remembered(work: Callable[[], Result], *, kind: str, given: tuple[NDArray[Any] | int, ...]) -> Result:
    """What the work comes to, or came to in this process when it was last given the same.

    Args:
        work: does it; run only if the result is not known.
        kind: tells apart different work on the same arrays.
        given: all that the result depends on, compared by dtype, shape and content.

    Returns:
        The result, shared by all who ask for it: not to be changed.
    """
    digest = hashlib.blake2b(kind.encode(), digest_size=16)
    for part in given:
        array = np.ascontiguousarray(part)
        digest.update(f" {array.dtype} {np.shape(part)} ".encode())
        digest.update(array.data)
    key = digest.digest()
    if key not in _results:
        _results[key] = work()
    _results.move_to_end(key)
    if len(_results) > MOST:
        _results.popitem(last=False)
    result: Result = _results[key]
    return result


def forget_results() -> None:
    """Free the memory."""
    _results.clear()
