"""Measurements of images: kept in memory by their content and, where a store is in use, on disk.

What is found on an image (object, axis, parts, periods, shadow) is a function of its small copy. A store keeps it for
later epochs, other processes and other runs. The same bytes are drawn with and without one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np

from defectsynth.core.cache import ByteCache, content_of
from defectsynth.core.environment import whole_number_in
from defectsynth.core.messages import short_repr
from defectsynth.core.packing import DamagedError, digest_of, pack, unpack
from defectsynth.core.parameters import checked_whole
from defectsynth.core.store import Store

if TYPE_CHECKING:
    from typing_extensions import Self

Result = TypeVar("Result")

MEMORY_MIB = 128  # of the measurements that a process keeps, some 50 - 250 kB an image
MEMORY_VARIABLE = "DEFECTSYNTH_MEMORY_MIB"  # environment variable with another number
STORE_VARIABLE, LIMIT_VARIABLE = "DEFECTSYNTH_STORE", "DEFECTSYNTH_STORE_MIB"
LIMIT_MIB, READ_ONLY = 1024, 0  # of a store; the limit that stands for a store that is not written
PACKAGES = ("core", "functional", "scene", "parts")  # whose source is the algorithm of every measurement


MEASUREMENTS: ByteCache[tuple[Any]] = ByteCache(whole_number_in(MEMORY_VARIABLE, MEMORY_MIB) << 20)


class StoreInUse:
    """The store in use before; `with` goes back to it at the end of the block."""

    def __init__(self, before: tuple[str | None, str | None]) -> None:
        self._before = before

    def __enter__(self) -> Self:
        """Return itself; the store is in use already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Use the store that was in use before, or none."""
        _set_variables(*self._before)


def use_store(folder: str | Path | None, *, write: bool = True, limit_mib: int = LIMIT_MIB) -> StoreInUse:
    """Keep what is found on images in a folder, and take it from there instead of measuring again.

    Objects, their parts, axes, corners and shadows and the periods of a background are kept, by the content of the
    image and the version of the algorithm. This process and all that start after the call use the folder, also workers
    of a `DataLoader`, forked or spawned: the environment variable `DEFECTSYNTH_STORE` names it. Many processes may read
    and write it at once. A damaged file is measured again.

    Random flips and crops before a defect, and another defect before it, make every image a new one, which is worth no
    place in a store: fill it by `prepare` then, and use it with `write=False`.

    Args:
        folder: made if need be; None uses no store.
        write: False reads only what is there, nothing if the folder does not exist.
        limit_mib: size of the folder in MiB, at least 1; the oldest files go first.

    Returns:
        A context manager that ends the use at the end of its block; without `with` it lasts as long as the process.

    Raises:
        TypeError: if `folder` is no path or `limit_mib` no whole number.
        ValueError: if `folder` is empty or a file, or `limit_mib` is below 1.
        OSError: if the folder cannot be made or written and `write` is True.

    Examples:
        >>> import tempfile
        >>> import numpy as np
        >>> import defectsynth as ds
        >>> image = np.full((64, 64, 3), 128, np.uint8)
        >>> with tempfile.TemporaryDirectory() as folder, ds.use_store(folder):
        ...     sample = ds.synthesize(image, ds.Scratch(where="object"), seed=0)
        >>> bool((sample.image == ds.synthesize(image, ds.Scratch(where="object"), seed=0).image).all())
        True
    """
    limit_mib = checked_whole("limit_mib", limit_mib, least=1)
    if folder is not None and not isinstance(folder, (str, Path)):
        raise TypeError(f"folder must be a path or None, got {short_repr(folder)}")
    if folder is not None and (not str(folder) or Path(folder).is_file()):
        raise ValueError(f"folder must be the path of a folder or None, got {short_repr(str(folder))}")
    before = os.environ.get(STORE_VARIABLE), os.environ.get(LIMIT_VARIABLE)
    if folder is None:
        _set_variables(None, None)
    else:
        whole = Path(folder).resolve()
        if write:
            Store(whole, limit_mib << 20).check()
        MEASUREMENTS.clear()  # what is only in memory would never be written
        _set_variables(str(whole), str(limit_mib if write else READ_ONLY))
    return StoreInUse(before)


def _set_variables(folder: str | None, limit: str | None) -> None:
    for name, value in ((STORE_VARIABLE, folder), (LIMIT_VARIABLE, limit)):
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def current_store() -> Store | None:
    """Return the store in use, None if there is none.

    Raises:
        ValueError: if the environment variable with its limit holds no whole number; 0 only reads the store.
    """
    folder = os.environ.get(STORE_VARIABLE)
    return _store(folder, whole_number_in(LIMIT_VARIABLE, LIMIT_MIB)) if folder else None


@cache
def _store(folder: str, limit_mib: int) -> Store:
    return Store(Path(folder), limit_mib << 20)


def stored(*kinds: type[Any]) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Return a decorator that keeps the results of a measurement in the store in use.

    Args:
        kinds: the classes that its results are made of, beside numbers, tuples and arrays.
    """
    known = {kind.__name__: kind for kind in kinds}

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(function)
        def call(*arguments: Any) -> Result:
            store = current_store()
            if store is None:
                return function(*arguments)
            key = key_of(function, arguments)
            data = store.read(key)
            if data is not None:
                with suppress(DamagedError):
                    found: Result = unpack(data, known)
                    return found
            result = function(*arguments)
            if store.limit != READ_ONLY:
                store.write(key, pack(result))
            return result

        return call

    return decorate


def key_of(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    """Return the name of a result in a store: version of the algorithm, function and content of the arguments."""
    parts = [part if isinstance(part, bytes) else repr(part).encode() for part in content_of(arguments)]
    head = repr((function.__module__, function.__qualname__, [len(part) for part in parts])).encode()
    return digest_of(b"".join([version_of_algorithms(), head, *parts])).hex()


@cache
def version_of_algorithms() -> bytes:
    """Return a digest of all that decides what is found on an image: the source and the libraries below it."""
    folder = Path(__file__).parents[1]
    sources = [path for package in PACKAGES for path in sorted((folder / package).glob("*.py*"))]  # or bytecode
    libraries = f"{np.__version__} {cv2.__version__} {sys.byteorder}".encode()
    return digest_of(libraries + b"".join(path.read_bytes() for path in sources))
