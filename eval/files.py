"""Write files atomically; errors name the file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


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
