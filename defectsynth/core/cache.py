"""Caches of measurements on images and of decoded files, emptied together by `clear_caches`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

Result = TypeVar("Result")

_CLEAR_FUNCTIONS: list[Callable[[], object]] = []


def cached(maxsize: int) -> Callable[[Callable[..., Result]], _lru_cache_wrapper[Result]]:
    """Return a decorator like `functools.lru_cache` whose cache `clear_caches` empties."""

    def decorate(function: Callable[..., Result]) -> _lru_cache_wrapper[Result]:
        wrapper = lru_cache(maxsize=maxsize)(function)
        register_cache(wrapper.cache_clear)
        return wrapper

    return decorate


def register_cache(clear: Callable[[], object]) -> None:
    """Register a function that empties a cache; `clear_caches` calls it."""
    _CLEAR_FUNCTIONS.append(clear)


def clear_caches() -> None:
    """Empty every cache, as if no image had been seen before.

    The results of later calls stay the same; only their time changes.
    """
    for clear in _CLEAR_FUNCTIONS:
        clear()
