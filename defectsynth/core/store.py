"""Folder of small files that many processes read and write at once, bounded in bytes."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SUFFIX = ".measurement"
UNFINISHED = ".unfinished"  # suffix of a file that is being written
ABANDONED_SECONDS = 3600.0  # age from which on such a file is left over by a killed process
SHARE_BETWEEN_COUNTS = 1.0 / 16.0  # of the limit that a process writes before it counts the bytes again
SHARE_KEPT = 0.9  # of the limit that is left when the oldest files are removed


class Store:
    """Folder of small files by their names; the oldest are removed when their bytes exceed a limit.

    A file appears at once and whole. Processes that write the same file write the same content. The limit can be
    exceeded by a sixteenth for each process that writes.

    Args:
        folder: made at the first write.
        limit: bytes of all files.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self.error: OSError | None = None  # of the last write that failed
        self._uncounted: int | None = None  # bytes written since the last count, None before the first one

    def check(self) -> None:
        """Make the folder and write into it.

        Raises:
            OSError: if that is not possible.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        probe = self.folder / f"{uuid.uuid4().hex}{UNFINISHED}"
        try:
            probe.write_bytes(b"")
        finally:
            probe.unlink(missing_ok=True)

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, None if there is none."""
        try:
            return self._path(name).read_bytes()
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Write a file; a failure, as on a full disk, is kept in `error`: what is not stored is measured again."""
        path = self._path(name)
        unfinished = path.with_name(f"{uuid.uuid4().hex}{UNFINISHED}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(data)
            unfinished.replace(path)
            self._count(len(data))
        except OSError as error:
            if not path.exists():  # another process may have written it meanwhile
                self.error = error
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def files(self) -> Iterator[tuple[float, int, Path]]:
        """Yield the time of writing, the bytes and the path of every file."""
        with os.scandir(self.folder) as folders:
            for folder in folders:
                if not folder.is_dir() or len(folder.name) != 2:
                    continue
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.name.endswith((SUFFIX, UNFINISHED)):
                            with suppress(FileNotFoundError):
                                status = entry.stat()
                                yield status.st_mtime, status.st_size, Path(entry.path)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name[2:]}{SUFFIX}"

    def _count(self, written: int) -> None:
        """Remove the oldest files if the bytes exceed the limit; count only now and then."""
        if self._uncounted is not None and self._uncounted + written < SHARE_BETWEEN_COUNTS * self.limit:
            self._uncounted += written
            return
        self._uncounted = 0
        files = sorted(self.files())
        total, now = sum(size for _, size, _ in files), time.time()
        keep = SHARE_KEPT * self.limit if total > self.limit else float(total)
        for written_at, size, path in files:
            abandoned = path.suffix == UNFINISHED and now - written_at > ABANDONED_SECONDS
            if abandoned or (total > keep and path.suffix == SUFFIX):
                path.unlink(missing_ok=True)
                total -= size
