"""Every format and depth is read; what is truncated is found out."""

import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from defectsynth.cli.reading import read_roi
from defectsynth.io.image_files import UnreadableError, read_image
from defectsynth.io.integrity import find_damage

EXACT = [".png", ".bmp", ".tif", ".tiff"]
SUFFIXES = [*EXACT, ".jpg", ".jpeg", ".webp"]
DEEP = [".png", ".tif"]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_eight_bits_come_as_rgb_or_gray(tmp_path: Path, part: Any, write: Any, suffix: str, channels: int) -> None:
    picture = part(channels=channels)
    read = read_image(write(tmp_path / f"a{suffix}", picture))
    assert read.dtype == np.uint8
    if suffix == ".webp" and channels == 1:  # the format knows no gray
        picture = np.dstack([picture] * 3)
    expected = picture if picture.ndim == 2 else picture[..., ::-1]
    assert read.shape == expected.shape
    assert np.abs(read.astype(int) - expected).mean() < (0.01 if suffix in EXACT else 16)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", DEEP)
def test_sixteen_bits_are_kept(tmp_path: Path, part: Any, write: Any, suffix: str, channels: int) -> None:
    picture = part(channels=channels, dtype=np.uint16)
    read = read_image(write(tmp_path / f"a{suffix}", picture))
    assert read.dtype == np.uint16
    np.testing.assert_array_equal(read, picture if channels == 1 else picture[..., ::-1])


def test_alpha_is_dropped_and_the_name_does_not_matter(tmp_path: Path, part: Any, write: Any) -> None:
    picture = np.dstack([part(), np.full((64, 72), 9, np.uint8)])
    png = write(tmp_path / "a.png", picture)
    wrong = png.rename(tmp_path / "a.jpg")
    np.testing.assert_array_equal(read_image(wrong), picture[..., 2::-1])


def test_exif_orientation_is_applied(tmp_path: Path, part: Any) -> None:
    jpeg = cv2.imencode(".jpg", part())[1].tobytes()
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)  # 6: turn right
    block = b"Exif\0\0" + tiff
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:])
    assert read_image(path).shape == (72, 64, 3)


@pytest.mark.parametrize("share", [0.001, 0.5, 0.95, 0.999])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated_files_are_found_out(
    *,
    tmp_path: Path,
    part: Any,
    write: Any,
    capfd: pytest.CaptureFixture[str],
    suffix: str,
    channels: int,
    share: float,
) -> None:
    path = write(tmp_path / f"a{suffix}", part(channels=channels, size=(160, 160)))
    data = path.read_bytes()
    path.write_bytes(data[: max(1, int(len(data) * share))])
    with pytest.raises(UnreadableError, match=r"truncated|damaged|not a PNG"):
        read_image(path)
    assert capfd.readouterr() == ("", "")  # the codecs' own messages do not spill


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".jpg", ".webp"])
def test_one_missing_byte_is_found_out(part: Any, suffix: str) -> None:
    data = cv2.imencode(suffix, part())[1].tobytes()
    assert find_damage(data) is None
    assert "truncated" in find_damage(data[:-1])


def tiff_with_the_directory_first(order: str, *, big: bool) -> bytes:
    """Return an 8 x 8 gray TIFF whose pixels, in two strips, come after the directory."""
    tags = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 277: 1, 278: 4}
    number, offset, pad = ("Q", "Q", 8) if big else ("H", "I", 4)
    start = 16 if big else 8
    size = struct.calcsize(order + number) + (len(tags) + 2) * (20 if big else 12) + pad
    head = struct.pack(order + "2sHHHQ", b"", 43, 8, 0, 16) if big else struct.pack(order + "2sHI", b"", 42, 8)
    head = (b"II" if order == "<" else b"MM") + head[2:]
    lists = start + size
    entries = {tag: (3, 1, struct.pack(order + "H", value).ljust(pad, b"\0")) for tag, value in tags.items()}
    pixels = lists + 16
    if big:  # two LONGs fit into the entry
        entries[273] = (4, 2, struct.pack(order + "II", pixels, pixels + 32))
        entries[279] = (4, 2, struct.pack(order + "II", 32, 32))
    else:
        entries[273] = (4, 2, struct.pack(order + "I", lists))
        entries[279] = (4, 2, struct.pack(order + "I", lists + 8))
    body = struct.pack(order + number, len(entries))
    for tag, (kind, count, value) in sorted(entries.items()):
        body += struct.pack(order + "HH" + offset, tag, kind, count) + value
    body += b"\0" * pad
    values = struct.pack(order + "IIII", pixels, pixels + 32, 32, 32)
    return head + body + values + bytes(range(64))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_tiff_with_its_directory_first(tmp_path: Path, order: str, big: bool) -> None:
    data = tiff_with_the_directory_first(order, big=big)
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    np.testing.assert_array_equal(read_image(path).ravel(), np.arange(64))
    assert "beyond the end" in find_damage(data[:-1])


def test_what_follows_a_jpeg_is_no_flaw_and_a_thumbnail_inside_is_no_end(part: Any) -> None:
    jpeg = cv2.imencode(".jpg", part())[1].tobytes()
    assert find_damage(jpeg + b"\0" * 40) is None
    thumbnail = b"\xff\xe1" + struct.pack(">H", len(jpeg) + 2) + jpeg
    assert find_damage(jpeg[:2] + thumbnail + jpeg[2:]) is None
    assert "truncated" in find_damage(jpeg[:2] + thumbnail + jpeg[2:-500])


def test_a_wrong_checksum_is_found_out(part: Any) -> None:
    data = bytearray(cv2.imencode(".png", part())[1].tobytes())
    data[len(data) // 2] ^= 1
    assert find_damage(bytes(data)) == "damaged PNG: wrong checksum of chunk IDAT"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"hello", "not a PNG, JPEG, BMP, TIFF or WebP file"),
        (b"BM\0", "truncated: the file ends inside its header"),
        (b"\x89PNG\r\n\x1a\n", "truncated PNG: the file ends before its IEND chunk"),
    ],
)
def test_what_is_no_image(data: bytes, reason: str) -> None:
    assert find_damage(data) == reason


def test_float_and_many_channels_are_refused_with_the_reason(tmp_path: Path, write: Any) -> None:
    floats = write(tmp_path / "a.tif", np.full((8, 8), 0.5, np.float32))
    with pytest.raises(UnreadableError, match="8- or 16-bit whole numbers, which PNG can hold, got float32"):
        read_image(floats)


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="No such file"):
        read_image(tmp_path / "a.png")
    with pytest.raises(UnreadableError, match="not a regular file"):
        read_image(tmp_path)


def test_roi(tmp_path: Path, write: Any) -> None:
    mask = np.zeros((8, 9, 3), np.uint8)
    mask[2, 3, 0] = 1
    path = write(tmp_path / "a.png", mask)
    roi = read_roi(path, size=(8, 9))
    assert roi.shape == (8, 9)
    assert np.argwhere(roi == 255).tolist() == [[2, 3]]
    with pytest.raises(UnreadableError, match=r"image's size 8 x 9, got 9 x 8"):
        read_roi(path, size=(9, 8))
