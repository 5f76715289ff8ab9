"""Write files atomically and read arrays; errors name the file."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

_LONGEST_STEM = 200  # bytes, of the 255 of a name
_BROKEN = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, MemoryError, OverflowError),
    *(BadZipFile, zlib.error, NotImplementedError, RuntimeError, SyntaxError),
)
"""Errors of NumPy on files that it cannot read."""


def write_atomically(path: Path, save: Callable[[Any], object]) -> None:
    """Write a binary file under a temporary name and move it to `path` when it is complete.

    Args:
        path: path of the file; missing parent folders are made.
        save: writes to the open file that it is given.

    Raises:
        OSError: if the file cannot be written; it names `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            save(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        if error.filename is None:  # as of a full disk
            error.filename = str(path)
        raise
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, data: Any) -> None:
    """Write plain data as JSON, atomically.

    Raises:
        OSError: see `write_atomically`.
        ValueError: if a number is NaN or infinite.
    """
    try:
        text = json.dumps(data, indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        raise ValueError(f"{path} must hold finite numbers: {error}") from error
    write_atomically(path, lambda file: file.write(text.encode()))


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write an image, gray or BGR, as PNG, atomically.

    Raises:
        OSError: see `write_atomically`.
    """
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(pixels), [cv2.IMWRITE_PNG_COMPRESSION, 3])
    write_atomically(path, lambda file: file.write(encoded.tobytes()))


def free_name(stem: str, suffix: str, taken: Collection[str]) -> str:
    """Return a file name, numbered if it is among those that are taken; upper and lower case are alike.

    A long stem is cut, so that the name and that of its temporary file fit into what file systems take.
    """
    used = {name.lower() for name in taken}
    stem = stem.encode()[:_LONGEST_STEM].decode(errors="ignore")
    name, number = f"{stem}{suffix}", 1
    while name.lower() in used:
        number += 1
        name = f"{stem}_{number}{suffix}"
    return name


def read_array(path: Path, *, axes: int) -> NDArray[Any]:
    """Return the array of numbers in a file that `numpy.save` wrote.

    Args:
        path: path of the file.
        axes: number of its axes.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is broken or holds something else; the error names it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} must be a file of an array (.npy), got none: check the path, or run again")
    try:
        with path.open("rb") as stream:
            found = np.lib.format.read_array(stream, allow_pickle=False)
    except _BROKEN as error:
        raise ValueError(f"{path} must hold an array, got a broken file ({error})") from error
    return _checked_array(path, found, axes=axes)


def read_arrays(path: Path, wanted: Mapping[str, int]) -> dict[str, NDArray[Any]]:
    """Return arrays of numbers in a file that `numpy.savez` wrote.

    Args:
        path: path of the file.
        wanted: number of axes of each array, by name.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is broken or lacks an array; the error names it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} must be a file of arrays (.npz), got none: check the path, or run again")
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            found = {name: np.asarray(file[name]) for name in wanted}
    except _BROKEN as error:
        raise ValueError(f"{path} must hold the arrays {', '.join(wanted)}, got a broken file ({error})") from error
    return {name: _checked_array(path, found[name], axes=axes, name=f" in {name}") for name, axes in wanted.items()}


def _checked_array(path: Path, array: NDArray[Any], *, axes: int, name: str = "") -> NDArray[Any]:
    if array.ndim != axes or array.dtype.kind not in "fiu":
        raise ValueError(f"{path} must hold numbers with {axes} axes{name}, got {array.dtype} {array.shape}")
    return array


def read_json(path: Path) -> Any:
    """Return the plain data in a JSON file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is broken; the error names it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} must be a JSON file, got none: check the path, or run again")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} must hold JSON, got a broken file ({error})") from error
