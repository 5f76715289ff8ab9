"""Locks between processes that write into the same folder of results."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_LOCKS = ".locks"  # folder of the lock files, which are empty and stay


@contextmanager
def hold_locks(out: Path, names: tuple[str, ...]) -> Iterator[bool]:
    """Hold the locks of all names, or none of them if another process holds one.

    The operating system releases the locks of a process when it ends, even if it is killed.

    Args:
        out: folder of all results.
        names: names of the locks, any texts.

    Yields:
        True if the locks are held.
    """
    (out / _LOCKS).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        free = all(_acquired(stack, out / _LOCKS / f"{_digest(name)}.lock") for name in sorted(names))
        if not free:
            stack.close()
        yield free


def _acquired(stack: ExitStack, path: Path) -> bool:
    try:
        stack.enter_context(FileLock(path, timeout=0))
    except Timeout:
        return False
    return True


def _digest(name: str) -> str:
    """Return a short file name for a lock name of any length."""
    return hashlib.sha256(name.encode()).hexdigest()[:24]
