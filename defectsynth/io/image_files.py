"""Strict reading of image files.

OpenCV silently fills the missing rows of a truncated file with grey; this module raises an error instead. It also reads
the size from the header first and refuses an image above a limit before a pixel is decoded: 512 MiB decoded, or the
number of MiB in the environment variable DEFECTSYNTH_MAX_IMAGE_MIB.

Nothing of the process is redirected or locked while a file is read. Metadata of PNG files that libpng complains about
are left out. Two kinds of messages can still reach stderr: those of libjpeg and libpng about damaged pixels, and
warnings of OpenCV about unknown tags in TIFF files, which OPENCV_LOG_LEVEL=ERROR turns off (`generate` does so itself).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.environment import whole_number_in
from defectsynth.io.header import Header, ReadAt, read_header, read_orientation, reader_of, reader_of_file
from defectsynth.io.integrity import find_damage, find_truncation, without_metadata

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
DTYPES = (np.uint8, np.uint16)
LIMIT_VARIABLE = "DEFECTSYNTH_MAX_IMAGE_MIB"
DEFAULT_LIMIT = 512  # MiB of a decoded image
MAX_SIDE = 1_000_000  # pixels; libpng and OpenCV decode no longer side
_ORIENTED = {  # by Exif orientation: the flips and the transposition that put an image upright
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: image.swapaxes(0, 1)[:, ::-1],
    7: lambda image: image.swapaxes(0, 1)[::-1, ::-1],
    8: lambda image: image.swapaxes(0, 1)[::-1],
}


class UnreadableError(ValueError):
    """Error for an image file that cannot be used; callers add the name of the file."""


def read_image(path: Path) -> Array:
    """Read an image file with 8 or 16 bits and one or three channels.

    Returns:
        (H, W) or (H, W, 3) in RGB, uint8 or uint16; rotated by its EXIF orientation, without alpha.

    Raises:
        UnreadableError: see `read_pixels`; and if the file has another dtype or number of channels.
    """
    image = read_pixels(path)
    if image.dtype not in DTYPES:
        raise UnreadableError(f"pixels must be 8- or 16-bit whole numbers, which PNG can hold, got {image.dtype}")
    if image.ndim == 3 and image.shape[2] != 3:
        raise UnreadableError(f"pixels must be gray or have 3 colours, got {image.shape[2]} channels")
    return image


def read_pixels(path: Path) -> Array:
    """Read an image file of any depth.

    Returns:
        (H, W) or (H, W, C), three channels in RGB, dtype as in the file; rotated by its EXIF orientation, without
        alpha.

    Raises:
        UnreadableError: if the file is missing, empty, truncated, damaged or no image, or too large for the limit or
            the memory.
        ValueError: if the limit in the environment is no whole number.
    """
    return _decode(*_read_file(path))


def read_with_alpha(path: Path) -> tuple[Array, Header]:
    """Read an image file as `read_pixels` does, but keep alpha as the last of four channels; return its header, too."""
    data, header = _read_file(path)
    if header.format == "JPEG":
        return _decode(data, header), header
    image = _decode(data, header, flags=cv2.IMREAD_UNCHANGED)
    if header.format == "TIFF":  # OpenCV has turned it
        return image, header
    orientation = read_orientation(reader_of(data), header)
    return _ORIENTED.get(orientation, np.asarray)(image), header


def check_file(path: Path) -> Header:
    """Return the header of an image file after checks that decode nothing: of format, size and truncation.

    Raises:
        UnreadableError: if the file is missing, empty, truncated or no image, or too large for the limit.
    """
    with _opened(path) as file:
        read, size = reader_of_file(file)
        header = _checked_header(read)
        damage = find_truncation(read, size)
    if damage is not None:
        raise UnreadableError(damage)
    return header


def upright_size(path: Path, header: Header) -> tuple[int, int]:
    """Return height and width of an image file, without decoding it, as `read_pixels` returns it."""
    with _opened(path) as file:
        turned = read_orientation(reader_of_file(file)[0], header) > 4
    return (header.width, header.height) if turned else (header.height, header.width)


def _read_file(path: Path) -> tuple[bytes, Header]:
    """Return the bytes of an intact image file and its header."""
    with _opened(path) as file:
        read, size = reader_of_file(file)
        header = _checked_header(read)
        data = read(0, size)
        damage = find_damage(data)
    if damage is not None:
        raise UnreadableError(damage)
    return data, header


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file; errors inside the block become `UnreadableError`."""
    if path.exists() and not path.is_file():
        raise UnreadableError("not a regular file")
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from error
    except MemoryError as error:
        raise UnreadableError("the file does not fit into memory") from error


def _checked_header(read: ReadAt) -> Header:
    """Return the header of an image that can be decoded within the limit."""
    limit = whole_number_in(LIMIT_VARIABLE, DEFAULT_LIMIT, least=1)
    try:
        header = read_header(read)
    except ValueError as error:
        raise UnreadableError(str(error)) from error
    shape = f"{header.width} x {header.height}"
    if min(header.width, header.height) < 1:
        raise UnreadableError(f"damaged: {shape} pixels")
    if max(header.width, header.height) > MAX_SIDE:
        raise UnreadableError(f"larger than the limit of {MAX_SIDE} pixels a side: {shape} pixels")
    if header.nbytes > limit << 20:
        raise UnreadableError(
            f"larger than the limit of {limit} MiB: {shape} pixels take {header.nbytes >> 20} MiB;"
            f" set {LIMIT_VARIABLE} to read it"
        )
    return header


def _decode(data: bytes, header: Header, flags: int = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR) -> Array:
    """Return the pixels of an intact file, three channels in RGB."""
    shape = f"{header.width} x {header.height}"
    try:
        image = cv2.imdecode(np.frombuffer(without_metadata(data), np.uint8), flags)
        if image is not None and image.ndim == 3 and image.shape[2] == 3:
            # As one row, which OpenCV does not divide among threads: a forked child waits for ever for their lock.
            image = cv2.cvtColor(image.reshape(1, -1, 3), cv2.COLOR_BGR2RGB).reshape(image.shape)
    except MemoryError as error:
        raise UnreadableError(f"{shape} pixels do not fit into memory") from error
    except cv2.error as error:
        if getattr(error, "code", None) == cv2.Error.StsNoMem:
            raise UnreadableError(f"{shape} pixels do not fit into memory") from error
        raise UnreadableError(f"OpenCV cannot decode it: {getattr(error, 'err', '') or error}") from error
    if image is None:
        raise UnreadableError("damaged: the pixels cannot be decoded")
    return image
