"""Stamps of files and folders, by which caches notice that one was replaced."""

from __future__ import annotations

from pathlib import Path

Stamp = tuple[int, ...] | None


def stamp_of(path: str | Path) -> Stamp:
    """Return numbers that change when a file or folder is replaced or modified; None if it does not exist."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
