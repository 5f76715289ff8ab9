"""Cache of slow results on arrays, which cells of one category share."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from defectsynth.core.cache import register_cache

MAX_RESULTS = 24  # each of a few MB
_results: OrderedDict[bytes, Any] = OrderedDict()
register_cache(_results.clear)

Result = TypeVar("Result")


def cached_result(compute: Callable[[], Result], *, kind: str, inputs: tuple[NDArray[Any] | int, ...]) -> Result:
    """Return a result, from the cache if this process has computed it before.

    Args:
        compute: returns the result; called only if it is not in the cache.
        kind: distinguishes results of different functions of the same inputs.
        inputs: all that the result depends on, compared by dtype, shape and content.

    Returns:
        The result, shared by all callers: do not change it.
    """
    key = digest_of(kind, *inputs).tobytes()
    if key not in _results:
        _results[key] = compute()
    _results.move_to_end(key)
    if len(_results) > MAX_RESULTS:
        _results.popitem(last=False)
    result: Result = _results[key]
    return result


def digest_of(kind: str, *inputs: NDArray[Any] | int) -> NDArray[np.uint8]:
    """Return a digest of a name and of arrays, by dtype, shape and content; it can stand for them as an input."""
    digest = hashlib.blake2b(kind.encode(), digest_size=16)
    for value in inputs:
        array = np.ascontiguousarray(value)
        digest.update(f" {array.dtype} {np.shape(value)} ".encode())
        digest.update(array.data)
    return np.frombuffer(digest.digest(), np.uint8)
