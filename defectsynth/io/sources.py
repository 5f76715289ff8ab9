"""Where other pictures come from: a folder, image files, arrays or a callable.

A source is checked when a part is made; `choose_image` draws one of its images and returns a short text that names it,
which is what a recipe keeps; `open_image` returns the pixels. Files are decoded whole at first sight and remembered,
the latest ones up to a bound, so that afterwards a defect costs what its own box costs.
"""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.images import check_image
from defectsynth.core.serialization import InMemory
from defectsynth.io.image_files import UnreadableError, read_pixels

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
MOST_BYTES = 256 << 20  # of decoded pictures kept
MEMORY_PREFIX = "memory:"  # how the name of a picture begins that is in no file
NUMBERS = 1 << 31  # a callable gets a number below this

SourceLike: TypeAlias = "str | Path | Sequence[str | Path] | Sequence[Array] | Callable[[int], Array] | None"
Source: TypeAlias = "str | tuple[str, ...] | ImagesInMemory | None"


@dataclass(frozen=True)
class SourceRule:
    """Pictures from elsewhere: a folder, image files, arrays, a callable, or None."""

    none: str  # what None means

    @property
    def text(self) -> str:
        """What it may be in words."""
        return f"folder, image file, list of files or arrays, or callable; None is {self.none}"

    def check(self, name: str, value: Any) -> Source:
        """Return `value` as a path, a tuple of paths, pictures in memory or None.

        Raises:
            FileNotFoundError: if a path does not exist.
        """
        rule = f"{name} must be a folder, an image file, a list of files or arrays, a callable or None, got {value!r}"
        if value is None or isinstance(value, ImagesInMemory):
            return value
        if isinstance(value, (str, Path)):
            return _existing(name, value)
        if callable(value):
            return ImagesInMemory(name, value)
        if not isinstance(value, (tuple, list)):
            raise TypeError(rule)
        if not value:
            raise ValueError(rule)
        if all(isinstance(entry, np.ndarray) for entry in value):
            for entry in value:
                check_image(entry)
            return ImagesInMemory(name, tuple(value))
        if not all(isinstance(entry, (str, Path)) for entry in value):
            raise TypeError(rule)
        return tuple(_existing(name, entry) for entry in value)


def _existing(name: str, path: str | Path) -> str:
    if not Path(path).exists():
        raise FileNotFoundError(f"{name} must be an existing folder or image file, got {str(path)!r}")
    return str(path)


class ImagesInMemory(InMemory):
    """Arrays, or a callable that makes one from a whole number; alive as long as the transform that has them.

    Args:
        argument: what the transform calls them, for errors.
        pictures: the arrays or the callable.
    """

    def __init__(self, argument: str, pictures: tuple[Array, ...] | Callable[[int], Array]) -> None:
        self.argument = argument
        self.pictures = pictures
        self.name = MEMORY_PREFIX + (f"{id(pictures):x}" if callable(pictures) else _digest(pictures))

    def choose(self, share: float) -> str:
        """Return the name of the picture at `share`, in [0, 1), of all there are."""
        _HELD[self.name] = self  # here, since a copy from another process has not been made by __init__
        return f"{self.name}:{int(share * (NUMBERS if callable(self.pictures) else len(self.pictures)))}"

    def picture(self, number: int) -> Array:
        """Return a picture by its number; what a callable makes is checked."""
        if not callable(self.pictures):
            return self.pictures[number]
        made = self.pictures(number)
        check_image(made)
        return made

    def error_text(self) -> str:
        """Return why it cannot be written and what can."""
        what = "a callable" if callable(self.pictures) else f"{len(self.pictures)} arrays"
        return (
            f"{self.argument} must be a folder or image files to be written as plain data, got {what}; save them first"
        )

    def __eq__(self, other: object) -> bool:
        """Whether the other holds the same pictures."""
        return isinstance(other, ImagesInMemory) and other.name == self.name

    def __hash__(self) -> int:
        """Hash of the pictures."""
        return hash(self.name)

    def __repr__(self) -> str:
        """Return what it is, not all its pixels."""
        return repr(self.pictures) if callable(self.pictures) else f"<{len(self.pictures)} arrays>"


_HELD: weakref.WeakValueDictionary[str, ImagesInMemory] = weakref.WeakValueDictionary()


def _digest(pictures: tuple[Array, ...]) -> str:
    """Return a name for arrays, the same in any process: their shapes, dtypes and 32 x 32 of their pixels."""
    found = hashlib.blake2b(digest_size=8)
    for picture in pictures:
        rows, columns = (-(-side // 32) for side in picture.shape[:2])
        found.update(f"{picture.shape}{picture.dtype}".encode() + picture[::rows, ::columns].tobytes())
    return found.hexdigest()


def choose_image(source: Source, share: float) -> str:
    """Return the name of the picture at `share`, in [0, 1), of all that a source has; empty for None.

    Raises:
        FileNotFoundError: if a folder holds no image file.
    """
    if source is None:
        return ""
    if isinstance(source, ImagesInMemory):
        return source.choose(share)
    if isinstance(source, str):
        if not Path(source).is_dir():
            return source
        source = image_files_in(source)
    return source[int(share * len(source))]


def image_files_in(folder: str) -> tuple[str, ...]:
    """Return the image files in a folder and its subfolders, in order.

    Raises:
        FileNotFoundError: if there is none.
    """
    return _listed(folder, Path(folder).stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _listed(folder: str, _changed: int) -> tuple[str, ...]:
    """List a folder once, until something is added to it."""
    found = sorted(
        path.as_posix() for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not found:
        raise FileNotFoundError(f"source must hold image files ({', '.join(SUFFIXES)}), got none in {folder!r}")
    return tuple(found)


def open_image(name: str) -> Array:
    """Return the pixels of the picture that `choose_image` named; they are read-only.

    Raises:
        ValueError: if it is a file that cannot be read, or was in memory and is there no more.
    """
    with _LOCK:
        if name in _OPEN:
            _OPEN.move_to_end(name)
            return _OPEN[name]
    picture = _held(name) if name.startswith(MEMORY_PREFIX) else _read(name)
    picture = picture.view()
    picture.flags.writeable = False
    with _LOCK:
        _OPEN[name] = picture
        while len(_OPEN) > 1 and sum(entry.nbytes for entry in _OPEN.values()) > MOST_BYTES:
            _OPEN.popitem(last=False)
    return picture


_LOCK = threading.Lock()
_OPEN: OrderedDict[str, Array] = OrderedDict()


def _held(name: str) -> Array:
    key, _, number = name.rpartition(":")
    pictures = _HELD.get(key)
    if pictures is None:
        raise ValueError(
            f"source must be there to draw a defect again, got {name}: make its transform first, or use files"
        )
    return pictures.picture(int(number))


def _read(path: str) -> Array:
    try:
        picture = read_pixels(Path(path))
        check_image(picture)
    except (UnreadableError, TypeError, ValueError) as error:
        raise ValueError(f"source must hold readable image files, got {path!r}: {error}") from error
    return picture
