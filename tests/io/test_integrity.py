"""Damage is found in the bytes of a file."""

import struct

import cv2
import pytest

from defectsynth.io.integrity import find_damage
from tests.images import make_part


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".jpg", ".webp"])
def test_one_missing_byte_is_detected(suffix: str) -> None:
    data = cv2.imencode(suffix, make_part())[1].tobytes()
    assert find_damage(data) is None
    assert "truncated" in find_damage(data[:-1])


def test_bytes_after_a_jpeg_and_thumbnails_inside_are_no_damage() -> None:
    jpeg = cv2.imencode(".jpg", make_part())[1].tobytes()
    assert find_damage(jpeg + b"\0" * 40) is None
    thumbnail = b"\xff\xe1" + struct.pack(">H", len(jpeg) + 2) + jpeg
    assert find_damage(jpeg[:2] + thumbnail + jpeg[2:]) is None
    assert "truncated" in find_damage(jpeg[:2] + thumbnail + jpeg[2:-500])


def test_a_wrong_checksum_is_detected() -> None:
    data = bytearray(cv2.imencode(".png", make_part())[1].tobytes())
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
def test_the_reason_of_the_damage_is_named(data: bytes, reason: str) -> None:
    assert find_damage(data) == reason
