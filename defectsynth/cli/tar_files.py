"""Tar files of the same bytes on every machine, written under a temporary name."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from defectsynth.cli.writing import temporary_beside


@contextmanager
def tar_file(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a new tar file, which gets its name once the block has ended without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        with tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def add_files(file: tarfile.TarFile, files: Mapping[str, bytes]) -> None:
    """Add files by their names, without time and owner."""
    for name, data in files.items():
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        file.addfile(entry, BytesIO(data))
