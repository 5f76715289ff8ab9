"""Detection of truncated and damaged image files.

Decoders silently fill missing rows with grey. The functions here walk the container format from the first byte to the
last, so that they detect a truncated file even if only a few bytes are missing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from zlib import crc32

_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # any but stuffed bytes, fill bytes and restart markers
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_BMP_UNCOMPRESSED = (0, 3, 6)  # values of the compression field
_TIFF_STRIPS, _TIFF_TILES = (273, 279), (324, 325)  # tags: offsets and byte counts
_TIFF_INTEGERS = {3: "H", 4: "I", 16: "Q"}  # struct format by TIFF type


def find_damage(data: bytes) -> str | None:
    """Return a description of the damage in an image file, None if it is intact.

    Args:
        data: all bytes of a PNG, JPEG, BMP, TIFF or WebP file; the format is detected from the first bytes.
    """
    if not data:
        return "the file is empty"
    for signature, check in _CHECKS:
        if signature.match(data):
            try:
                return check(data)
            except struct.error:
                return "truncated: the file ends inside its header"
    return "not a PNG, JPEG, BMP, TIFF or WebP file"


def _png(data: bytes) -> str | None:
    view, position = memoryview(data), 8
    while position + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            break
        critical = not name[0] & 0x20
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


def _bmp(data: bytes) -> str | None:
    offset, header = struct.unpack_from("<II", data, 10)
    if header == 12:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        compression, stored = 0, 0
    else:
        width, height, _, depth, compression, stored = struct.unpack_from("<iiHHII", data, 18)
    size = (width * depth + 31) // 32 * 4 * abs(height) if compression in _BMP_UNCOMPRESSED else stored
    return "truncated BMP: the file ends before its last row" if offset + size > len(data) else None


def _webp(data: bytes) -> str | None:
    size = struct.unpack_from("<I", data, 4)[0]
    return "truncated WebP: the file is shorter than its header says" if size + 8 > len(data) else None


def _tiff(data: bytes) -> str | None:
    order = "<" if data[:1] == b"I" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    directory = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)[0]
    head, entry = (order + "Q", order + "HHQ") if big else (order + "H", order + "HHI")
    inline = 8 if big else 4
    fields: dict[int, tuple[int, ...]] = {}
    position = directory + struct.calcsize(head)
    for _ in range(struct.unpack_from(head, data, directory)[0]):
        tag, kind, count = struct.unpack_from(entry, data, position)
        position += struct.calcsize(entry) + inline
        if tag in _TIFF_STRIPS + _TIFF_TILES and kind in _TIFF_INTEGERS:
            layout = f"{order}{min(count, len(data))}{_TIFF_INTEGERS[kind]}"
            offset = position - inline
            if struct.calcsize(layout) > inline:
                offset = struct.unpack_from(order + ("Q" if big else "I"), data, offset)[0]
            fields[tag] = struct.unpack_from(layout, data, offset)
    for offsets, counts in (_TIFF_STRIPS, _TIFF_TILES):
        pairs = zip(fields.get(offsets, ()), fields.get(counts, ()), strict=False)
        if any(offset + count > len(data) for offset, count in pairs):
            return "truncated TIFF: its pixels lie beyond the end of the file"
    return None


_CHECKS: tuple[tuple[re.Pattern[bytes], Callable[[bytes], str | None]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"BM"), _bmp),
    (re.compile(rb"II[*+]\0|MM\0[*+]"), _tiff),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
)
