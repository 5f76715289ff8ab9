"""Headers of image files: format, size and orientation, read without decoding a pixel."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import BinaryIO

ReadAt = Callable[[int, int], bytes]
"""Function that returns up to so many bytes (second argument) from an offset (first argument) on."""

CUT_HEADER = "truncated: the file ends inside its header"

_SIGNATURES = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "BMP": re.compile(rb"BM"),
    "TIFF": re.compile(rb"II[*+]\0|MM\0[*+]"),
    "WebP": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_PNG_CHANNELS = {0: 1, 2: 3, 3: 4, 4: 4, 6: 4}  # that a colour type is decoded to
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SCAN, _JPEG_APP1 = 0xDA, 0xE1
_TIFF_INTEGERS = {3: "H", 4: "I", 16: "Q"}  # struct format by TIFF type
_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_BITS, _TIFF_COMPRESSION, _TIFF_COLOR, _TIFF_SAMPLES = 256, 257, 258, 259, 262, 277
_TIFF_NUMBERS = 339  # tag: 1 for unsigned whole numbers
_TIFF_WANTED = frozenset(
    {_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_BITS, _TIFF_COMPRESSION, _TIFF_COLOR, _TIFF_SAMPLES, _TIFF_NUMBERS}
)
_TIFF_LOSSY = frozenset({6, 7, 34712, 34887, 50001})  # compression: JPEG, JPEG 2000, LERC, WebP
_ORIENTATION = 274  # tag of TIFF and Exif


@dataclass(frozen=True)
class Header:
    """Size and format of an image file.

    Attributes:
        format: PNG, JPEG, BMP, TIFF or WebP.
        width: in pixels, as stored.
        height: in pixels, as stored.
        channels: upper bound of the channels of the decoded image.
        bits: bits a channel as stored.
        lossy: whether the compression changes pixels.
        unsigned: whether the pixels are whole numbers without a sign.
    """

    format: str
    width: int
    height: int
    channels: int
    bits: int
    lossy: bool
    unsigned: bool = True

    @property
    def nbytes(self) -> int:
        """Upper bound of the bytes of the decoded image."""
        return self.width * self.height * self.channels * max(-(-self.bits // 8), 1)


def read_header(read: ReadAt) -> Header:
    """Return the header of an image file; the format is detected from the first bytes.

    Raises:
        ValueError: if the file is empty, truncated inside its header or has another format.
    """
    try:
        return _HEADERS[detect_format(read)](read)
    except struct.error:
        raise ValueError(CUT_HEADER) from None


def detect_format(read: ReadAt) -> str:
    """Return PNG, JPEG, BMP, TIFF or WebP by the first bytes of a file.

    Raises:
        ValueError: if the file is empty or has another format.
    """
    start = read(0, 12)
    if not start:
        raise ValueError("the file is empty")
    for name, signature in _SIGNATURES.items():
        if signature.match(start):
            return name
    raise ValueError("not a PNG, JPEG, BMP, TIFF or WebP file")


def reader_of(data: bytes) -> ReadAt:
    """Return a function that reads from bytes in memory."""
    return lambda offset, size: data[offset : offset + size]


def reader_of_file(file: BinaryIO) -> tuple[ReadAt, int]:
    """Return a function that reads from an open file, and the size of the file in bytes."""
    end = file.seek(0, os.SEEK_END)

    def read(offset: int, size: int) -> bytes:
        if offset >= end:
            return b""
        file.seek(offset)
        return file.read(min(size, end - offset))

    return read, end


def read_orientation(read: ReadAt, header: Header) -> int:
    """Return the orientation that the metadata state, 1 to 8 as in Exif; 1 if they state none."""
    try:
        start = _exif_offset(read, header.format)
        fields = {} if start is None else tiff_fields(lambda offset, size: read(start + offset, size), {_ORIENTATION})
    except struct.error:
        return 1
    stated = fields.get(_ORIENTATION, (1,))[:1]
    return stated[0] if stated and 1 <= stated[0] <= 8 else 1


def tiff_fields(read: ReadAt, wanted: Container[int], *, complete: bool = False) -> dict[int, tuple[int, ...]]:
    """Return the whole numbers of some tags in the first directory of a TIFF or BigTIFF.

    Args:
        read: reads from the file.
        wanted: the tags.
        complete: True reads the link to the next directory, too, which ends a directory.

    Raises:
        struct.error: if the file ends inside the directory.
    """
    order = "<" if read(0, 1) == b"I" else ">"

    def unpack(layout: str, offset: int) -> tuple[int, ...]:
        return struct.unpack(order + layout, read(offset, struct.calcsize(order + layout)))

    big = unpack("H", 2)[0] == 43
    word, inline = ("Q", 8) if big else ("I", 4)
    directory = unpack(word, 8 if big else 4)[0]
    count_format = "Q" if big else "H"
    fields: dict[int, tuple[int, ...]] = {}
    position = directory + struct.calcsize(order + count_format)
    for _ in range(unpack(count_format, directory)[0]):
        tag, kind, count = unpack("HH" + word, position)
        value = position + 4 + inline
        position = value + inline
        if tag in wanted and kind in _TIFF_INTEGERS:
            if count * struct.calcsize(_TIFF_INTEGERS[kind]) > inline:
                value = unpack(word, value)[0]
            fields[tag] = unpack(f"{count}{_TIFF_INTEGERS[kind]}", value)
    if complete:
        unpack(word, position)
    return fields


def png_chunks(read: ReadAt) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, offset and number of bytes of the data of each chunk of a PNG, up to its end or that of the file."""
    position = 8
    while len(head := read(position, 8)) == 8:
        size, name = struct.unpack(">I4s", head)
        yield name, position + 8, size
        position += 12 + size


def _png(read: ReadAt) -> Header:
    width, height, bits, color = struct.unpack(">IIBB", read(16, 10))
    return Header("PNG", width, height, _PNG_CHANNELS.get(color, 4), bits, lossy=False)


def _jpeg(read: ReadAt) -> Header:
    for marker, offset, _ in _jpeg_segments(read):
        if marker in _JPEG_FRAMES:
            bits, height, width, channels = struct.unpack(">BHHB", read(offset, 6))
            return Header("JPEG", width, height, channels, bits, lossy=True)
    raise ValueError(CUT_HEADER)


def _jpeg_segments(read: ReadAt) -> Iterator[tuple[int, int, int]]:
    """Yield marker, offset and number of bytes of the data of each segment before the first scan."""
    position = 2
    while len(head := read(position, 4)) == 4 and head[0] == 0xFF:
        if head[1] == 0xFF:  # a fill byte
            position += 1
            continue
        if head[1] == _JPEG_SCAN:
            return
        size = struct.unpack(">H", head[2:])[0]
        yield head[1], position + 4, size - 2
        position += 2 + size


def _bmp(read: ReadAt) -> Header:
    old = struct.unpack("<I", read(14, 4))[0] == 12
    width, height, _, bits = struct.unpack("<HHHH", read(18, 8)) if old else struct.unpack("<iiHH", read(18, 12))
    return Header("BMP", abs(width), abs(height), 4 if bits == 32 else 3, 8, lossy=False)


def _tiff(read: ReadAt) -> Header:
    fields = tiff_fields(read, _TIFF_WANTED)

    def value(tag: int, default: int) -> int:
        return max(fields.get(tag, ()), default=default)

    samples = value(_TIFF_SAMPLES, 1)
    gray = samples == 1 and value(_TIFF_COLOR, 1) in (0, 1)
    return Header(
        "TIFF",
        value(_TIFF_WIDTH, 0),
        value(_TIFF_HEIGHT, 0),
        1 if gray else max(samples, 3),
        value(_TIFF_BITS, 1),
        lossy=value(_TIFF_COMPRESSION, 1) in _TIFF_LOSSY,
        unsigned=value(_TIFF_NUMBERS, 1) == 1,
    )


def _webp(read: ReadAt) -> Header:
    size, lossy = None, True
    for name, offset, _ in _webp_chunks(read):
        if name == b"VP8X":
            data = read(offset + 4, 6)
            size = 1 + int.from_bytes(data[:3], "little"), 1 + int.from_bytes(data[3:], "little")
        elif name == b"VP8L":
            packed = struct.unpack("<I", read(offset + 1, 4))[0]
            size, lossy = size or (1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)), False
            break
        elif name == b"VP8 ":
            width, height = struct.unpack("<HH", read(offset + 6, 4))
            size = size or (width & 0x3FFF, height & 0x3FFF)
            break
    if size is None:
        raise ValueError(CUT_HEADER)
    return Header("WebP", *size, 4, 8, lossy=lossy)


def _webp_chunks(read: ReadAt) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, offset and number of bytes of the data of each chunk."""
    position = 12
    while len(head := read(position, 8)) == 8:
        name, size = struct.unpack("<4sI", head)
        yield name, position + 8, size
        position += 8 + size + size % 2


def _exif_offset(read: ReadAt, file_format: str) -> int | None:
    """Return where the Exif data, which are a TIFF, begin in a file; None if there are none."""
    if file_format == "TIFF":
        return 0
    if file_format == "JPEG":
        segments = ((offset, read(offset, 6)) for marker, offset, _ in _jpeg_segments(read) if marker == _JPEG_APP1)
        return next((offset + 6 for offset, start in segments if start == b"Exif\0\0"), None)
    chunks = {"PNG": (png_chunks, b"eXIf"), "WebP": (_webp_chunks, b"EXIF")}.get(file_format)
    return None if chunks is None else next((offset for name, offset, _ in chunks[0](read) if name == chunks[1]), None)


_HEADERS: dict[str, Callable[[ReadAt], Header]] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "BMP": _bmp,
    "TIFF": _tiff,
    "WebP": _webp,
}
