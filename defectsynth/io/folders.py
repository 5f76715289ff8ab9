"""Listing of the image files in a folder: what counts, and when a listing is out of date."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from defectsynth.io.image_files import SUFFIXES
from defectsynth.io.stamps import Stamp, stamp_of

SETTLED_NS = 2_000_000_000  # age of a folder's last change from which on its time stamp shows every later change


@dataclass(frozen=True)
class Listing:
    """Image files of a folder.

    Attributes:
        files: their paths, sorted.
        folders: the folders they were found in, with the stamps these had.
        time_ns: when the folders were read.
    """

    files: tuple[str, ...]
    folders: tuple[tuple[str, Stamp], ...]
    time_ns: int

    @property
    def nbytes(self) -> int:
        """Bytes of the paths, about."""
        return sum(100 + len(path) for path in self.files)

    def is_current(self) -> bool:
        """Return whether no folder has changed since."""
        return all(
            stamp == stamp_of(folder) and (stamp is None or max(stamp[-2:]) < self.time_ns - SETTLED_NS)
            for folder, stamp in self.folders
        )


def list_folder(folder: str | Path) -> Listing:
    """List the files with a suffix of `SUFFIXES` in a folder and all folders below it.

    Names that begin with a dot are left out. Links to files and folders are followed; a link to a folder that it lies
    in is left out.

    Raises:
        OSError: if a folder cannot be read.
    """
    now = time.time_ns()
    files: list[str] = []
    folders: list[tuple[str, Stamp]] = []
    for path, stamp, names in _walk(Path(folder), ()):
        folders.append((str(path), stamp))
        files.extend((path / name).as_posix() for name in names)
    return Listing(tuple(sorted(files)), tuple(folders), now)


def _walk(folder: Path, above: tuple[tuple[int, ...], ...]) -> Iterator[tuple[Path, Stamp, list[str]]]:
    """Yield each folder with its stamp and the names of its image files."""
    stamp = stamp_of(folder)
    names, inner = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and Path(entry).is_dir()):
                inner.append(folder / entry.name)
            elif entry.name.lower().endswith(SUFFIXES):
                names.append(entry.name)
    yield folder, stamp, names
    status = folder.stat()
    here = (*above, (status.st_dev, status.st_ino))
    for path in sorted(inner):
        status = path.stat()
        if (status.st_dev, status.st_ino) not in here:
            yield from _walk(path, here)
