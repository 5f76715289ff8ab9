"""Image sources of a caller: a folder, image files, arrays or a callable.

A source is checked when its component is constructed: files that are missing, truncated, no images or larger than the
limit of `image_files` are refused by name. Only damage inside the compressed pixels shows when they are drawn, and so
do faults of an image that a callable returns. In a folder all image files count, those in its subfolders and behind
links, too; names that begin with a dot and files with other suffixes are skipped. A folder is listed again when it or a
subfolder changes, and a replaced file is read again.

`choose_image` draws one of the images and returns a name, which the recipe stores; `open_image` returns the pixels for
that name. Decoded images are cached up to `CACHE_BYTES`, so that the cost of further defects does not depend on the
size of the file.
"""

from __future__ import annotations

import hashlib
import uuid
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.cache import ByteCache, cached
from defectsynth.core.images import check_image
from defectsynth.core.messages import short_repr
from defectsynth.core.serialization import InMemory
from defectsynth.io.folders import Listing, list_folder
from defectsynth.io.image_files import SUFFIXES, UnreadableError, check_file, read_pixels
from defectsynth.io.stamps import Stamp, stamp_of

CACHE_BYTES = 256 << 20  # of decoded images
MEMORY_PREFIX = "memory:"  # of the name of an image that is not in a file
CALLABLE_NUMBERS = 1 << 31  # a callable is called with a whole number below this
LISTING_BYTES = 64 << 20  # of the paths of listed files
CHECK_BYTES = 32 << 20  # of the paths of files that were found to be usable

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
            FileNotFoundError: if a path does not exist, or a folder holds no image files.
            TypeError, ValueError: if `value` is something else, or an image cannot be used.
        """
        if value is None or isinstance(value, ImagesInMemory):
            return value
        if isinstance(value, (str, Path)):
            return _checked_path(name, value, may_be_folder=True)
        if callable(value):
            return ImagesInMemory(name, value)
        entries = value if isinstance(value, (tuple, list)) else ()
        if entries and all(isinstance(entry, np.ndarray) for entry in entries):
            for entry in entries:
                check_image(entry, name)
            return ImagesInMemory(name, tuple(entries))
        if entries and all(isinstance(entry, (str, Path)) for entry in entries):
            return tuple(_checked_path(name, entry) for entry in entries)
        allowed = "a folder, an image file, a list of files or arrays, a callable or None"
        kind = ValueError if isinstance(value, (tuple, list)) and not value else TypeError
        raise kind(f"{name} must be {allowed}, got {short_repr(value)}")


def _checked_path(name: str, value: str | Path, *, may_be_folder: bool = False) -> str:
    """Return a path as a string if its images can be used."""
    path = str(value)
    if not Path(path).exists():
        raise FileNotFoundError(f"{name} must be an existing folder or image file, got {path!r}")
    if may_be_folder and Path(path).is_dir():
        image_files_in(path)
    else:
        check_once(path, stamp_of(path))
    return path


class ImagesInMemory(InMemory):
    """Image source of arrays, or of a callable that returns an array for a whole number.

    A recipe can be drawn as long as the object exists, that is, as long as the transform that holds it. The name of
    arrays is a digest of all their bytes: they must not be changed later. The name of a callable is never used again.

    Args:
        argument: name of the transform's argument, for error texts.
        images: the arrays or the callable.
    """

    def __init__(self, argument: str, images: tuple[Array, ...] | Callable[[int], Array]) -> None:
        self.argument = argument
        self.images = images
        self.name = MEMORY_PREFIX + (uuid.uuid4().hex if callable(images) else _digest(images))

    def choose(self, share: float) -> str:
        """Return the name of the image at `share`, in [0, 1), of the list."""
        _IN_MEMORY[self.name] = self  # not in __init__, which is not called for a copy from another process
        return f"{self.name}:{int(share * (CALLABLE_NUMBERS if callable(self.images) else len(self.images)))}"

    def image(self, number: int) -> Array:
        """Return an image by its number; the result of a callable is checked."""
        if not callable(self.images):
            return self.images[number]
        image = self.images(number)
        check_image(image, self.argument)
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
    """Return a hash of shapes, dtypes and bytes of all arrays; it is the same in every process."""
    digest = hashlib.blake2b(digest_size=16)
    for image in images:
        digest.update(f"{image.shape}{image.dtype.str}".encode())
        digest.update(np.ascontiguousarray(image).data)
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
    """Return the sorted paths of the checked image files in a folder and its subfolders.

    Raises:
        FileNotFoundError: if there are none.
        ValueError: if one of them cannot be used.
    """
    listing = LISTINGS.get(folder, None)
    if listing is None or not listing.is_current():
        listing = list_folder(folder)
        if not listing.files:
            raise FileNotFoundError(f"source must hold image files ({', '.join(SUFFIXES)}), got none in {folder!r}")
        for path in listing.files:
            check_once(path, stamp_of(path))
        LISTINGS.put(folder, None, listing, listing.nbytes)
    return listing.files


LISTINGS: ByteCache[Listing] = ByteCache(LISTING_BYTES)
CHECKS: ByteCache[tuple[Any]] = ByteCache(CHECK_BYTES)


@cached(CHECKS)
def check_once(path: str, _stamp: Stamp) -> None:
    """Raise ValueError unless a file is a whole image of the right size; the stamp is part of the cache key."""
    try:
        header = check_file(Path(path))
    except UnreadableError as error:
        raise refused(path, error) from error
    if not header.unsigned or header.bits > 16 or header.channels > 4:  # rare: only the pixels say whether they serve
        _read(path)


def refused(path: str, error: Exception) -> ValueError:
    """Return the error for an image file of a source that cannot be used."""
    return ValueError(f"source must hold readable image files, got {path!r}: {error}")


def open_image(name: str) -> Array:
    """Return the read-only pixels of the image that `choose_image` named.

    Raises:
        ValueError: if a file cannot be read, or if an image in memory no longer exists.
    """
    if name.startswith(MEMORY_PREFIX):
        return _open_in_memory(name)
    stamp = stamp_of(name)
    image = IMAGES.get(name, stamp)
    return _keep(name, stamp, _read(name)) if image is None else image


def _keep(name: str, stamp: Stamp, image: Array) -> Array:
    """Return a read-only view of an image, which is cached."""
    image = image.view()
    image.flags.writeable = False
    IMAGES.put(name, stamp, image, image.nbytes)
    return image


IMAGES: ByteCache[Array] = ByteCache(CACHE_BYTES)


def _open_in_memory(name: str) -> Array:
    key, _, number = name.rpartition(":")
    source = _IN_MEMORY.get(key)
    if source is None:
        raise ValueError(
            f"source must exist to draw a defect again, got {name}: create its transform first, or use files"
        )
    image = IMAGES.get(name, None)
    return _keep(name, None, source.image(int(number))) if image is None else image


def _read(path: str) -> Array:
    try:
        image = read_pixels(Path(path))
        check_image(image)
    except (UnreadableError, TypeError, ValueError) as error:
        raise refused(path, error) from error
    return image
