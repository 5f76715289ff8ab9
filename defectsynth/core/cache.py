"""Caches that are bounded in bytes, emptied together by `clear_caches`."""

from __future__ import annotations

import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, Generic, TypeVar

import numpy as np

Entry = TypeVar("Entry")
Result = TypeVar("Result")

FLOAT_BYTES = sys.getsizeof(1.0)
PLAIN = frozenset({float, int, str, bytes, bool, type(None)})
_CLEAR_FUNCTIONS: list[Callable[[], object]] = []
WATCHED: list[dict[Any, tuple[Any, ...]]] = []  # to which the calls of cached functions are added, with their arguments


def register_cache(clear: Callable[[], object]) -> None:
    """Register a function that empties a cache; `clear_caches` calls it."""
    _CLEAR_FUNCTIONS.append(clear)


def clear_caches() -> None:
    """Empty every cache, as if no image had been seen before.

    The results of later calls stay the same; only their time changes.
    """
    for clear in _CLEAR_FUNCTIONS:
        clear()


class ByteCache(Generic[Entry]):
    """Cache that drops the entries not used for longest when their bytes exceed a limit.

    It can be used by several threads and after a fork; `clear_caches` empties it.

    Args:
        limit: bytes of all entries; a single larger entry is not kept.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.nbytes = 0  # of all entries
        self.lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Hashable, int, Entry]] = OrderedDict()
        register_cache(self.clear)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew_lock)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._entries)

    def get(self, key: Hashable, stamp: Hashable = None) -> Entry | None:
        """Return the entry of a key, None if there is none or it was stored with another stamp."""
        with self.lock:
            found = self._entries.get(key)
            if found is None or found[0] != stamp:
                return None
            self._entries.move_to_end(key)
            return found[2]

    def put(self, key: Hashable, stamp: Hashable, entry: Entry, nbytes: int) -> None:
        """Store an entry of so many bytes; it replaces one of the same key."""
        with self.lock:
            self.nbytes -= self._entries.pop(key, (None, 0))[1]
            if nbytes > self.limit:
                return
            self._entries[key] = stamp, nbytes, entry
            self.nbytes += nbytes
            while self.nbytes > self.limit:
                self.nbytes -= self._entries.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Drop all entries."""
        with self.lock:
            self._entries.clear()
            self.nbytes = 0

    def _renew_lock(self) -> None:
        """Replace the lock in a forked child: a thread that does not exist there may hold it."""
        self.lock = threading.Lock()
        self.nbytes = sum(nbytes for _, nbytes, _ in self._entries.values())


def cached(cache: ByteCache[tuple[Any]]) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Return a decorator that keeps the results of a function in a cache, by the content of its arguments."""

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(function)
        def call(*arguments: Any) -> Result:
            key = function, content_of(arguments)
            for calls in WATCHED:
                calls[call, key] = arguments
            found = cache.get(key)
            if found is None:
                found = (function(*arguments),)
                cache.put(key, None, found, size_of(key) + size_of(found))
            result: Result = found[0]
            return result

        return call

    return decorate


def content_of(arguments: tuple[Any, ...]) -> tuple[Hashable, ...]:
    """Return arguments as what identifies their content: those that have a digest by their digest."""
    return tuple(getattr(argument, "digest", argument) for argument in arguments)


def size_of(value: Any) -> int:
    """Return about how many bytes a value takes in memory, with all that it holds."""
    if type(value) in PLAIN:
        return sys.getsizeof(value)
    if isinstance(value, (tuple, list)):
        return sys.getsizeof(value) + sum([FLOAT_BYTES if type(entry) is float else size_of(entry) for entry in value])
    if isinstance(value, np.ndarray):
        return sys.getsizeof(value) + (0 if value.flags.owndata else value.nbytes)
    if isinstance(value, Mapping):
        return sys.getsizeof(value) + sum(size_of(key) + size_of(entry) for key, entry in value.items())
    if is_dataclass(value):
        return sys.getsizeof(value) + sum(size_of(getattr(value, entry.name)) for entry in fields(value))
    return sys.getsizeof(value)
