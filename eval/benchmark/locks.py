"""Locks between the processes that write into one folder of results, also those of other commands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

_LOCKS = ".locks"  # below the folder of all results; its files are empty and stay


@contextmanager
def held(out: Path, names: tuple[str, ...]) -> Iterator[bool]:
    """Hold the lock of each name while the context lasts, or none of them if another process holds one.

    The operating system keeps the locks, and takes those of a process away when it ends, however it ends.

    Args:
        out: folder of all results.
        names: what is locked; any texts, the same in every process.

    Yields:
        Whether they are held.
    """
    (out / _LOCKS).mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        free = all(_taken(stack, out / _LOCKS / f"{_digest(name)}.lock") for name in sorted(names))
        if not free:
            stack.close()
        yield free


def _taken(stack: ExitStack, path: Path) -> bool:
    try:
        stack.enter_context(FileLock(path, timeout=0))
    except Timeout:
        return False
    return True


def _digest(name: str) -> str:
    """Short, whatever the length of the name."""
    return hashlib.sha256(name.encode()).hexdigest()[:24]
