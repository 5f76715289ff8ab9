"""Image sources of a caller: a folder, image files, arrays or a callable.

A source is checked when its component is constructed. `choose_image` draws one of its images and returns a name, which
the recipe stores; `open_image` returns the pixels for that name. Decoded images are cached up to `CACHE_BYTES`, so that
the cost of further defects does not depend on the size of the file.
"""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.cache import cached, register_cache
from defectsynth.core.images import check_image
from defectsynth.core.serialization import InMemory
from defectsynth.io.image_files import SUFFIXES, UnreadableError, read_pixels

CACHE_BYTES = 256 << 20  # of decoded images
MEMORY_PREFIX = "memory:"  # of the name of an image that is not in a file
CALLABLE_NUMBERS = 1 << 31  # a callable is called with a whole number below this

SourceLike: TypeAlias = "str | Path | Sequence[str | Path] | Sequence[Array] | Callable[[int], Array] | None"
Source: TypeAlias = "str | tuple[str, ...] | ImagesInMemory | None"


@dataclass(frozen=True)
class SourceRule:
    """Rule for an image source: a folder, image files, arrays, a callable, or None."""

    none: str  # meaning of None

    @property
    def text(self) -> str:
        """Allowed sources, as the documentation states them."""
        return f"folder, image file, list of files or arrays, or callable; None is {self.none}"

    def check(self, name: str, value: Any) -> Source:
        """Return `value` as a path, a tuple of paths, `ImagesInMemory` or None.

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
    """Return `path` as a string if it exists."""
    if not Path(path).exists():
        raise FileNotFoundError(f"{name} must be an existing folder or image file, got {str(path)!r}")
    return str(path)


class ImagesInMemory(InMemory):
    """Image source of arrays, or of a callable that returns an array for a whole number.

    A recipe can be drawn as long as the object exists, that is, as long as the transform that holds it.

    Args:
        argument: name of the transform's argument, for error texts.
        images: the arrays or the callable.
    """

    def __init__(self, argument: str, images: tuple[Array, ...] | Callable[[int], Array]) -> None:
        self.argument = argument
        self.images = images
        self.name = MEMORY_PREFIX + (f"{id(images):x}" if callable(images) else _digest(images))

    def choose(self, share: float) -> str:
        """Return the name of the image at `share`, in [0, 1), of the list."""
        _IN_MEMORY[self.name] = self  # not in __init__, which is not called for a copy from another process
        return f"{self.name}:{int(share * (CALLABLE_NUMBERS if callable(self.images) else len(self.images)))}"

    def image(self, number: int) -> Array:
        """Return an image by its number; the result of a callable is checked."""
        if not callable(self.images):
            return self.images[number]
        image = self.images(number)
        check_image(image)
        return image

    def error_text(self) -> str:
        """Return the error text for an attempt to save it."""
        kind = "a callable" if callable(self.images) else f"{len(self.images)} arrays"
        return (
            f"{self.argument} must be a folder or image files to be written as plain data, got {kind}; save them first"
        )

    def __eq__(self, other: object) -> bool:
        """Return whether the other object holds the same images."""
        return isinstance(other, ImagesInMemory) and other.name == self.name

    def __hash__(self) -> int:
        """Return a hash of the images."""
        return hash(self.name)

    def __repr__(self) -> str:
        """Return a short text without the pixels."""
        return repr(self.images) if callable(self.images) else f"<{len(self.images)} arrays>"


_IN_MEMORY: weakref.WeakValueDictionary[str, ImagesInMemory] = weakref.WeakValueDictionary()


def _digest(images: tuple[Array, ...]) -> str:
    """Return a hash of shapes, dtypes and up to 32 x 32 pixels of each array; it is the same in every process."""
    digest = hashlib.blake2b(digest_size=8)
    for image in images:
        rows, columns = (-(-side // 32) for side in image.shape[:2])
        digest.update(f"{image.shape}{image.dtype}".encode() + image[::rows, ::columns].tobytes())
    return digest.hexdigest()


def choose_image(source: Source, share: float) -> str:
    """Return the name of the image at `share`, in [0, 1), of the list of a source; an empty string for None.

    Raises:
        FileNotFoundError: if a folder holds no image files.
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
    """Return the sorted paths of the image files in a folder and its subfolders.

    Raises:
        FileNotFoundError: if there are none.
    """
    return _list_folder(folder, Path(folder).stat().st_mtime_ns)


@cached(maxsize=16)
def _list_folder(folder: str, _modified: int) -> tuple[str, ...]:
    """List a folder; the modification time is part of the cache key, so that new files are found."""
    paths = sorted(
        path.as_posix() for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not paths:
        raise FileNotFoundError(f"source must hold image files ({', '.join(SUFFIXES)}), got none in {folder!r}")
    return tuple(paths)


def open_image(name: str) -> Array:
    """Return the read-only pixels of the image that `choose_image` named.

    Raises:
        ValueError: if a file cannot be read, or if an image in memory no longer exists.
    """
    with _LOCK:
        if name in _OPEN_IMAGES:
            _OPEN_IMAGES.move_to_end(name)
            return _OPEN_IMAGES[name]
    image = _from_memory(name) if name.startswith(MEMORY_PREFIX) else _read(name)
    image = image.view()
    image.flags.writeable = False
    with _LOCK:
        _OPEN_IMAGES[name] = image
        while len(_OPEN_IMAGES) > 1 and sum(entry.nbytes for entry in _OPEN_IMAGES.values()) > CACHE_BYTES:
            _OPEN_IMAGES.popitem(last=False)
    return image


_LOCK = threading.Lock()
_OPEN_IMAGES: OrderedDict[str, Array] = OrderedDict()


def _clear_open_images() -> None:
    with _LOCK:
        _OPEN_IMAGES.clear()


register_cache(_clear_open_images)


def _from_memory(name: str) -> Array:
    key, _, number = name.rpartition(":")
    source = _IN_MEMORY.get(key)
    if source is None:
        raise ValueError(
            f"source must exist to draw a defect again, got {name}: create its transform first, or use files"
        )
    return source.image(int(number))


def _read(path: str) -> Array:
    try:
        image = read_pixels(Path(path))
        check_image(image)
    except (UnreadableError, TypeError, ValueError) as error:
        raise ValueError(f"source must hold readable image files, got {path!r}: {error}") from error
    return image
