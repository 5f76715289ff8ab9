"""Strict reading of image files.

OpenCV silently fills the missing rows of a truncated file with grey; this module raises an error instead.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.io.integrity import find_damage

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
DTYPES = (np.uint8, np.uint16)


def read_image(path: Path) -> Array:
    """Read an image file with 8 or 16 bits and one or three channels.

    Returns:
        (H, W) or (H, W, 3) in RGB, uint8 or uint16; rotated by its EXIF orientation, without alpha.

    Raises:
        UnreadableError: if the file is missing, empty, truncated, damaged, no image or of another dtype.
    """
    image = read_pixels(path)
    if image.dtype not in DTYPES:
        raise UnreadableError(f"pixels must be 8- or 16-bit whole numbers, which PNG can hold, got {image.dtype}")
    if image.ndim == 3 and image.shape[2] != 3:
        raise UnreadableError(f"pixels must be gray or have 3 colours, got {image.shape[2]} channels")
    return image


_STDERR_LOCK = threading.Lock()  # all threads share stderr


class UnreadableError(ValueError):
    """Error for an image file that cannot be used."""


def read_pixels(path: Path) -> Array:
    """Read an image file of any depth.

    Returns:
        (H, W) or (H, W, C), three channels in RGB, dtype as in the file; rotated by its EXIF orientation, without
        alpha.

    Raises:
        UnreadableError: if the file is missing, empty, truncated, damaged or no image.
    """
    if path.exists() and not path.is_file():
        raise UnreadableError("not a regular file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from error
    damage = find_damage(data)
    if damage is not None:
        raise UnreadableError(damage)
    image = _decode(data)
    if image is None:
        raise UnreadableError("damaged: the pixels cannot be decoded")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if image.ndim == 3 and image.shape[2] == 3 else image


def _decode(data: bytes) -> Array | None:
    with _silenced():
        try:
            return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR)
        except cv2.error:
            return None


@contextmanager
def _silenced() -> Iterator[None]:
    """Suppress the log of OpenCV and the messages that libpng, libjpeg and libtiff print to stderr."""
    with _STDERR_LOCK:
        logging = cv2.utils.logging
        level, stderr = logging.setLogLevel(logging.LOG_LEVEL_SILENT), os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            os.close(nowhere)
            logging.setLogLevel(level)
