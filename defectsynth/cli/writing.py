"""Write files atomically; encode PNG."""

from __future__ import annotations

import uuid
from pathlib import Path

import cv2

from defectsynth.core.arrays import Array, Bytes

TEMPORARY = ".defectsynth-part-"  # start of the name of a file that is being written


def encode_png(image: Array) -> bytes:
    """Return a gray or RGB image as the bytes of a PNG, compressed for speed."""
    plain = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".png", plain, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def encode_jpeg(image: Bytes) -> bytes:
    """Return an RGB image as the bytes of a JPEG."""
    return bytes(cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])[1])


def write_whole(path: Path, data: bytes | str) -> None:
    """Write a file atomically: under a temporary name first, then renamed; missing folders are made.

    Raises:
        OSError: if that is not possible, as on a full disk; it names a file, and nothing is left of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)
        temporary.replace(path)
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def temporary_beside(path: Path) -> Path:
    """Return a new temporary name in the folder of a file, which no process of any machine uses."""
    return path.with_name(f"{TEMPORARY}{uuid.uuid4().hex}")


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed run left."""
    for leftover in folder.rglob(f"{TEMPORARY}*"):
        leftover.unlink(missing_ok=True)
