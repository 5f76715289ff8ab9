"""Cache of decoded images that is bounded in bytes and notices replaced files."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path
from typing import Generic, TypeVar

from defectsynth.core.cache import register_cache

Entry = TypeVar("Entry")
Stamp = tuple[int, ...] | None


def stamp_of(path: str | Path) -> Stamp:
    """Return numbers that change when a file or folder is replaced or modified; None if it does not exist."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


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

    def get(self, key: Hashable, stamp: Hashable) -> Entry | None:
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
