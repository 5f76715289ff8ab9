"""Files of a category folder: images by suffix, ambiguous names, a digest of all content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from defectsynth.io.image_files import SUFFIXES


def image_files(folder: Path) -> list[Path]:
    """Return the sorted paths of the images in a folder, by their suffixes; hidden files are ignored."""
    return [entry for entry in _visible(folder) if entry.suffix.lower() in SUFFIXES and not entry.is_dir()]


def unambiguous_images(folder: Path) -> list[Path]:
    """Return the images in a folder of the layout.

    Raises:
        ValueError: if two have the same name but for the suffix, so that they would share a mask, or if it holds
            folders, whose images would be left out.
    """
    if inner := subfolders(folder):
        raise ValueError(f"{folder} must hold images only, got the folder {inner[0].name!r}: move its images up")
    found = image_files(folder)
    stems: dict[str, Path] = {}
    for path in found:
        if (other := stems.setdefault(path.stem, path)) is not path:
            raise ValueError(f"{folder} must hold images of different names, got {other.name} and {path.name}")
    return found


def category_digest(folder: str | Path) -> str:
    """Return a digest of all files of a category, by name and content; it is cached by size and time of change."""
    home = Path(folder)
    files = sorted(path for path in home.rglob("*") if path.is_file() and not path.name.startswith("."))
    states = tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return _digest_of(str(home), states)


@lru_cache(maxsize=64)
def _digest_of(home: str, states: tuple[tuple[str, int, int], ...]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for name, size, _ in states:
        found.update(f"{Path(name).relative_to(home).as_posix()}\0{size}\0".encode(errors="surrogateescape"))
        found.update(Path(name).read_bytes())
    return found.hexdigest()


def _visible(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def subfolders(folder: Path) -> list[Path]:
    """Return the sorted paths of the folders in a folder; hidden ones are ignored."""
    return [entry for entry in _visible(folder) if entry.is_dir()]
