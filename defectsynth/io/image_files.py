"""Pixels out of image files, whole or not at all.

OpenCV fills what is missing of a truncated file with grey and says nothing; here such a file is refused.
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
DEPTHS = (np.uint8, np.uint16)


def read_image(path: Path) -> Array:
    """Return the pixels of an image file.

    Returns:
        (H, W) or (H, W, 3) in RGB, uint8 or uint16; turned as its EXIF orientation says, without alpha.

    Raises:
        UnreadableError: if the file is missing, empty, truncated, damaged, no image or of another depth.
    """
    image = read_pixels(path)
    if image.dtype not in DEPTHS:
        raise UnreadableError(f"pixels must be 8- or 16-bit whole numbers, which PNG can hold, got {image.dtype}")
    if image.ndim == 3 and image.shape[2] != 3:
        raise UnreadableError(f"pixels must be gray or have 3 colours, got {image.shape[2]} channels")
    return image


_ONE_AT_A_TIME = threading.Lock()  # stderr belongs to the whole process


class UnreadableError(ValueError):
    """One image file cannot be used."""


def read_pixels(path: Path) -> Array:
    """Return the pixels of an image file.

    Returns:
        (H, W) or (H, W, C), three channels in RGB, dtype as in the file; turned as its EXIF orientation says, without
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
    reason = find_damage(data)
    if reason is not None:
        raise UnreadableError(reason)
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
    """Keep OpenCV's log and what libpng, libjpeg and libtiff print off stderr, one thread at a time."""
    with _ONE_AT_A_TIME:
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
