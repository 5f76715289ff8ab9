"""Headers of every format state size and orientation; no damage in them escapes as another error."""

import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from defectsynth.io.header import read_header, read_orientation, reader_of
from defectsynth.io.image_files import UnreadableError, check_file, read_pixels, read_with_alpha, upright_size
from tests.images import make_part, write_image
from tests.io.test_masks import png

SIZE = (48, 61)
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".bmp": "BMP", ".tif": "TIFF", ".webp": "WebP"}
LOSSLESS_WEBP = (cv2.IMWRITE_WEBP_QUALITY, 101)


def files() -> dict[str, tuple[str, bytes, np.ndarray]]:
    """Return format, bytes and image by a name."""
    made = {}
    for suffix, name in FORMATS.items():
        for channels in (1, 3):
            image = make_part(size=SIZE, channels=channels)
            made[f"{name} {channels}"] = name, cv2.imencode(suffix, image)[1].tobytes(), image
    rgba = np.dstack([make_part(size=SIZE), make_part(size=SIZE, channels=1)])
    for name, suffix, options in (("PNG", ".png", ()), ("TIFF", ".tif", ()), ("WebP", ".webp", LOSSLESS_WEBP)):
        made[f"{name} 4"] = name, cv2.imencode(suffix, rgba, options)[1].tobytes(), rgba
    made["WebP lossy"] = "WebP", cv2.imencode(".webp", rgba, (cv2.IMWRITE_WEBP_QUALITY, 50))[1].tobytes(), rgba
    deep = make_part(size=SIZE, dtype=np.uint16)
    for name, suffix in (("PNG", ".png"), ("TIFF", ".tif")):
        made[f"{name} 16"] = name, cv2.imencode(suffix, deep)[1].tobytes(), deep
    return made


FILES = files()
every_file = pytest.mark.parametrize("name", FILES)


def exif(orientation: int, order: str = "<") -> bytes:
    """Return Exif data that state an orientation."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    value = struct.pack(order + "HHIHH", 0x112, 3, 1, orientation, 0)
    return start + struct.pack(order + "IH", 8, 1) + value + b"\0\0\0\0"


def turned(suffix: str, orientation: int) -> bytes:
    """Return an image file whose metadata state an orientation."""
    image, data = make_part(size=SIZE), exif(orientation, ">" if orientation % 2 else "<")
    whole = cv2.imencode(suffix, image, LOSSLESS_WEBP if suffix == ".webp" else ())[1].tobytes()
    if suffix == ".jpg":
        data = b"Exif\0\0" + data
        return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data + whole[2:]
    if suffix == ".png":
        part = png(2, np.zeros((1, 3), np.uint8), (b"eXIf", data))
        at = part.index(b"eXIf") - 4
        return whole[:-12] + part[at : at + 12 + len(data)] + whole[-12:]
    size = (SIZE[1] - 1).to_bytes(3, "little") + (SIZE[0] - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x08\0\0\0" + size + whole[12:]
    body += b"EXIF" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@every_file
def test_headers_state_format_size_and_depth(tmp_path: Path, name: str) -> None:
    file_format, data, image = FILES[name]
    header = read_header(reader_of(data))
    assert (header.format, header.height, header.width) == (file_format, *SIZE)
    assert header.bits == 8 * image.itemsize
    assert header.nbytes >= image.nbytes
    assert header.lossy == ("JPEG" in name or "lossy" in name)
    path = tmp_path / "a"
    path.write_bytes(data)
    assert check_file(path) == header
    assert upright_size(path, header) == read_pixels(path).shape[:2] == SIZE


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_orientation_is_that_of_opencv(tmp_path: Path, suffix: str, orientation: int) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(turned(suffix, orientation))
    header = check_file(path)
    assert read_orientation(reader_of(path.read_bytes()), header) == orientation
    pixels = read_pixels(path)
    assert upright_size(path, header) == pixels.shape[:2]
    assert (pixels.shape[:2] == SIZE) == (orientation < 5)
    np.testing.assert_array_equal(read_with_alpha(path)[0], pixels)


@every_file
def test_files_that_end_anywhere_are_refused_alike(tmp_path: Path, name: str) -> None:
    data, path = FILES[name][1], tmp_path / "a"
    ends = sorted({*range(40), *range(40, len(data), len(data) // 17), len(data) - 1})
    for end in ends:
        path.write_bytes(data[:end])
        last_tags = data.startswith(b"II") and end > len(data) - 16  # need not matter
        for read in (read_pixels,) if last_tags else (read_pixels, check_file):
            with pytest.raises(UnreadableError, match=r"truncated|empty|not a PNG|damaged"):
                read(path)


@every_file
@pytest.mark.parametrize("read", [check_file, read_header])
def test_damaged_headers_raise_nothing_else(tmp_path: Path, name: str, read: Any) -> None:
    data, path, rng = FILES[name][1], tmp_path / "a", np.random.default_rng(0)
    for _ in range(100):
        broken = bytearray(data)
        for at in rng.integers(0, min(len(data), 200), rng.integers(1, 5)):
            broken[at] = rng.integers(256)
        path.write_bytes(broken)
        try:
            header = check_file(path) if read is check_file else read_header(reader_of(bytes(broken)))
            read_orientation(reader_of(bytes(broken)), header)
        except ValueError:
            continue


def test_what_follows_an_image_is_no_damage(tmp_path: Path) -> None:
    for suffix in (".png", ".jpg", ".bmp", ".webp"):
        path = write_image(tmp_path / f"a{suffix}", make_part(size=SIZE))
        path.write_bytes(path.read_bytes() + b"\0" * 40)
        assert (check_file(path).height, check_file(path).width) == SIZE
        assert read_pixels(path).shape[:2] == SIZE
