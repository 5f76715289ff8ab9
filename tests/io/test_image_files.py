"""Images of every format and depth are read; damaged files are refused."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from defectsynth.io.image_files import UnreadableError, read_image
from defectsynth.io.integrity import find_damage
from tests.images import make_part, write_image

EXACT = [".png", ".bmp", ".tif", ".tiff"]
SUFFIXES = [*EXACT, ".jpg", ".jpeg", ".webp"]
DEEP = [".png", ".tif"]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_8_bit_images_are_read_as_rgb_or_gray(tmp_path: Path, suffix: str, channels: int) -> None:
    image = make_part(channels=channels)
    read = read_image(write_image(tmp_path / f"a{suffix}", image))
    assert read.dtype == np.uint8
    if suffix == ".webp" and channels == 1:  # the format knows no gray
        image = np.dstack([image] * 3)
    expected = image if image.ndim == 2 else image[..., ::-1]
    assert read.shape == expected.shape
    assert np.abs(read.astype(int) - expected).mean() < (0.01 if suffix in EXACT else 16)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", DEEP)
def test_16_bit_images_keep_their_depth(tmp_path: Path, suffix: str, channels: int) -> None:
    image = make_part(channels=channels, dtype=np.uint16)
    read = read_image(write_image(tmp_path / f"a{suffix}", image))
    assert read.dtype == np.uint16
    np.testing.assert_array_equal(read, image if channels == 1 else image[..., ::-1])


def test_alpha_is_dropped_and_the_suffix_does_not_matter(tmp_path: Path) -> None:
    image = np.dstack([make_part(), np.full((64, 72), 9, np.uint8)])
    png = write_image(tmp_path / "a.png", image)
    wrong = png.rename(tmp_path / "a.jpg")
    np.testing.assert_array_equal(read_image(wrong), image[..., 2::-1])


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", make_part())[1].tobytes()
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x112, 3, 1, 6, 0, 0)  # 6: turn right
    block = b"Exif\0\0" + tiff
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:])
    assert read_image(path).shape == (72, 64, 3)


@pytest.mark.parametrize("share", [0.001, 0.5, 0.95, 0.999])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated_files_are_refused(
    *,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    suffix: str,
    channels: int,
    share: float,
) -> None:
    path = write_image(tmp_path / f"a{suffix}", make_part(channels=channels, size=(160, 160)))
    data = path.read_bytes()
    path.write_bytes(data[: max(1, int(len(data) * share))])
    with pytest.raises(UnreadableError, match=r"truncated|damaged|not a PNG"):
        read_image(path)
    assert capfd.readouterr() == ("", "")  # messages of the codecs are suppressed


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
def test_a_tiff_with_its_directory_first_is_read(tmp_path: Path, order: str, big: bool) -> None:
    data = tiff_with_the_directory_first(order, big=big)
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    np.testing.assert_array_equal(read_image(path).ravel(), np.arange(64))
    assert "beyond the end" in find_damage(data[:-1])


def test_float_images_are_refused_with_the_reason(tmp_path: Path) -> None:
    floats = write_image(tmp_path / "a.tif", np.full((8, 8), 0.5, np.float32))
    with pytest.raises(UnreadableError, match="8- or 16-bit whole numbers, which PNG can hold, got float32"):
        read_image(floats)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="No such file"):
        read_image(tmp_path / "a.png")
    with pytest.raises(UnreadableError, match="not a regular file"):
        read_image(tmp_path)
