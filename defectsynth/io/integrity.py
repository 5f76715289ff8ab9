"""Detection of truncated and damaged image files.

Decoders silently fill missing rows with grey. The functions here walk the container format from the first byte to the
last, so that they detect a truncated file even if only a few bytes are missing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from zlib import crc32

from defectsynth.io.header import CUT_HEADER, ReadAt, detect_format, png_chunks, reader_of, tiff_fields

_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # any but stuffed bytes, fill bytes and restart markers
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_ENDS = {"PNG": b"\0\0\0\0IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}  # of a file after which nothing follows
_ANCILLARY = 0x20  # bit of the first letter of the name of a chunk that a decoder may skip
_PNG_KEPT = {b"tRNS", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"bKGD"}  # transparency, orientation, animation
_BMP_UNCOMPRESSED = (0, 3, 6)  # values of the compression field
_TIFF_STRIPS, _TIFF_TILES = (273, 279), (324, 325)  # tags: offsets and byte counts


def find_damage(data: bytes) -> str | None:
    """Return a description of the damage in an image file, None if it is intact.

    Args:
        data: all bytes of a PNG, JPEG, BMP, TIFF or WebP file; the format is detected from the first bytes.
    """
    read = reader_of(data)
    try:
        name = detect_format(read)
        return _WHOLE_CHECKS[name](data) if name in _WHOLE_CHECKS else _SIZE_CHECKS[name](read, len(data))
    except ValueError as error:
        return str(error)
    except struct.error:
        return CUT_HEADER


def find_truncation(read: ReadAt, size: int) -> str | None:
    """Return a description of the truncation of an image file, None if it is complete.

    A few bytes of the file are enough: those that state its size, or its last ones. Only a PNG or JPEG that ends
    differently, perhaps because something follows the image, is read as a whole.

    Args:
        read: reads from the file.
        size: of the file in bytes.
    """
    name = detect_format(read)
    if name in _ENDS:
        end = _ENDS[name]
        return None if read(size - len(end), len(end)) == end else find_damage(read(0, size))
    try:
        return _SIZE_CHECKS[name](read, size)
    except struct.error:
        return CUT_HEADER


def without_metadata(data: bytes) -> bytes:
    """Return an intact PNG without chunks that change no pixel, such as broken colour profiles; other files unchanged.

    libpng prints a warning for each such chunk that it does not like.
    """
    read = reader_of(data)
    if detect_format(read) != "PNG":
        return data
    kept = [
        data[start - 8 : start + size + 4]
        for name, start, size in png_chunks(read)
        if not name[0] & _ANCILLARY or name in _PNG_KEPT
    ]
    return b"".join((data[:8], *kept))


def _png(data: bytes) -> str | None:
    view, position = memoryview(data), 8
    while position + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            break
        critical = not name[0] & _ANCILLARY
        if critical and crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            return f"damaged PNG: wrong checksum of chunk {name.decode('latin-1')}"
        if name == b"IEND":
            return None
        position = end
    return "truncated PNG: the file ends before its IEND chunk"


def _jpeg(data: bytes) -> str | None:
    position, scanned = 2, False
    while (found := _JPEG_MARKER.search(data, position)) is not None:
        marker = data[found.start() + 1]
        if marker == _JPEG_END and scanned:
            return None
        position = found.end() + struct.unpack_from(">H", data, found.end())[0]
        scanned |= marker == _JPEG_SCAN
    return "truncated JPEG: the file ends before its end-of-image marker"


def _bmp(read: ReadAt, size: int) -> str | None:
    offset, header = struct.unpack("<II", read(10, 8))
    if header == 12:
        width, height, _, depth = struct.unpack("<HHHH", read(18, 8))
        compression, stored = 0, 0
    else:
        width, height, _, depth, compression, stored = struct.unpack("<iiHHII", read(18, 20))
    needed = (width * depth + 31) // 32 * 4 * abs(height) if compression in _BMP_UNCOMPRESSED else stored
    return "truncated BMP: the file ends before its last row" if offset + needed > size else None


def _webp(read: ReadAt, size: int) -> str | None:
    stated = struct.unpack("<I", read(4, 4))[0]
    return "truncated WebP: the file is shorter than its header says" if stated + 8 > size else None


def _tiff(read: ReadAt, size: int) -> str | None:
    fields = tiff_fields(read, {*_TIFF_STRIPS, *_TIFF_TILES}, complete=True)
    for offsets, counts in (_TIFF_STRIPS, _TIFF_TILES):
        pairs = zip(fields.get(offsets, ()), fields.get(counts, ()), strict=False)
        if any(offset + count > size for offset, count in pairs):
            return "truncated TIFF: its pixels lie beyond the end of the file"
    return None


_WHOLE_CHECKS: dict[str, Callable[[bytes], str | None]] = {"PNG": _png, "JPEG": _jpeg}
_SIZE_CHECKS: dict[str, Callable[[ReadAt, int], str | None]] = {"BMP": _bmp, "TIFF": _tiff, "WebP": _webp}
