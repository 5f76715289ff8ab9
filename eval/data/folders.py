"""Folders of categories, and the files in them: images by suffix, ambiguous names, a digest of all content."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from defectsynth.io.image_files import SUFFIXES
from eval.data.categories import GOOD

LAYOUT = "train/good, test/good, test/DEFECT, ground_truth/DEFECT"


class UndecodableNameWarning(UserWarning):
    """The name of a category folder is not UTF-8, so that it cannot be written into results."""


def find_categories(root: str | Path) -> tuple[str, ...]:
    """Return the sorted names of the category folders in `root`: those with a folder train/good.

    Raises:
        FileNotFoundError: if `root` is no folder.
        ValueError: if it holds no category.
    """
    home = checked_folder("root", root)
    names = [folder.name for folder in subfolders(home) if (folder / "train" / GOOD).is_dir()]
    found = tuple(name for name in names if _is_text(name))
    if len(found) < len(names):
        left_out = next(name for name in names if not _is_text(name))
        warnings.warn(
            f"{len(names) - len(found)} folders in {home} are left out because their names are not UTF-8, first "
            f"{os.fsencode(left_out)!r}: rename them",
            UndecodableNameWarning,
            stacklevel=2,
        )
    if not found:
        own = f"; {home} is one itself: read it with read_category" if (home / "train" / GOOD).is_dir() else ""
        raise ValueError(f"root must hold category folders ({LAYOUT}), got none in {home}{own}")
    return found


def check_categories(argument: str, names: Sequence[str], *, data: Path) -> tuple[str, ...]:
    """Check that names are those of category folders in `data`, and return the names of all of them.

    Raises:
        FileNotFoundError: if `data` is no folder.
        ValueError: if a name is not among them, or there are none.
    """
    known = find_categories(data)
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"{argument} must be in {data} ({', '.join(known)}), got {unknown[0]!r}")
    return known


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
    """Return a digest of the files of a category that are read, by name and content, also behind links.

    These are the images in train/good and in the folders of test and of ground_truth; other files are free to change.
    It is cached by size and time of change.
    """
    home = Path(folder)
    parts = [home / "train" / GOOD]
    parts += [part for name in ("test", "ground_truth") if (home / name).is_dir() for part in subfolders(home / name)]
    return files_digest([path for part in parts if part.is_dir() for path in image_files(part)], home=home)


def whole_digest(folder: str | Path) -> str:
    """Return a digest of all files of a category, which results of earlier versions hold in place of the other one."""
    home = Path(folder)
    files = [path for path in home.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return files_digest(files, home=home)


def files_digest(files: Iterable[Path], *, home: Path) -> str:
    """Return a digest of files by name relative to `home` and content, in any order."""
    found = ((path, path.stat()) for path in sorted(files))
    return _digest_of(str(home), tuple((str(path), state.st_size, state.st_mtime_ns) for path, state in found))


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


def _is_text(name: str) -> bool:
    """Return False for a name with bytes that are not UTF-8, which Python reads as lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def checked_folder(argument: str, folder: str | Path) -> Path:
    """Return a folder as a path.

    Raises:
        FileNotFoundError: if there is none.
    """
    home = Path(folder)
    if not home.is_dir():
        raise FileNotFoundError(f"{argument} must be an existing folder, got {str(folder)!r}: check the path")
    return home
