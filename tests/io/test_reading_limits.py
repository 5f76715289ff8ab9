"""Images that are too large fail by name, before their pixels are decoded."""

import resource
import struct
import sys
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.cli import main
from defectsynth.core.cache import clear_caches
from defectsynth.io import defect_bank, image_files, sources
from defectsynth.io.image_files import UnreadableError, read_image, read_pixels
from defectsynth.io.masks import read_mask
from tests.images import write_image

SIDE = 30_000


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int) -> bytes:
    """Return a PNG of a size that holds a few rows only."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes((3 * width + 1) * 4))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def large(suffix: str) -> bytes:
    """Return a file of a few bytes whose header promises a large image."""
    small = bytearray(cv2.imencode(suffix, np.zeros((16, 16, 3), np.uint8))[1].tobytes())
    if suffix == ".jpg":
        at = small.index(b"\xff\xc0") + 5
        small[at : at + 4] = struct.pack(">HH", SIDE, SIDE)
    elif suffix == ".tif":
        for tag in (256, 257):
            at = small.index(struct.pack("<HH", tag, 3))
            small[at : at + 12] = struct.pack("<HHII", tag, 4, 1, SIDE)
    else:
        return png(SIDE, SIDE)
    return bytes(small)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
@pytest.mark.parametrize("read", [read_image, read_pixels, read_mask])
def test_an_image_above_the_limit_is_refused_before_decoding(tmp_path: Path, suffix: str, read: Any) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(large(suffix))
    with pytest.raises(UnreadableError, match="larger than the limit of 512 MiB: 30000 x 30000 pixels take 2574 MiB"):
        read(path)


def test_the_limit_is_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_image(tmp_path / "a.png", np.zeros((1024, 1024), np.uint8))
    monkeypatch.setenv("DEFECTSYNTH_MAX_IMAGE_MIB", "1")
    assert read_image(path).shape == (1024, 1024)
    write_image(path, np.zeros((1025, 1024), np.uint8))
    with pytest.raises(UnreadableError, match=r"larger than the limit of 1 MiB.*DEFECTSYNTH_MAX_IMAGE_MIB"):
        read_image(path)
    for wrong in ("0", "-3", "much"):
        monkeypatch.setenv("DEFECTSYNTH_MAX_IMAGE_MIB", wrong)
        rule = f"DEFECTSYNTH_MAX_IMAGE_MIB must be a whole number of at least 1, got '{wrong}'"
        with pytest.raises(ValueError, match=rule):
            read_image(path)


def test_sides_above_those_of_the_decoders_are_called_large_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(3_000_000, 2))
    with pytest.raises(UnreadableError, match="larger than the limit of 1000000 pixels a side: 3000000 x 2"):
        read_image(path)
    path.write_bytes(png(0, 2))
    with pytest.raises(UnreadableError, match="damaged: 0 x 2 pixels"):
        read_image(path)


def test_a_failed_allocation_is_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_image(tmp_path / "a.png", np.zeros((16, 16, 3), np.uint8))
    with monkeypatch.context() as patched:
        patched.setattr(image_files.cv2, "imdecode", lambda *_: np.zeros(1 << 60, np.uint8))
        with pytest.raises(UnreadableError, match="16 x 16 pixels do not fit into memory"):
            read_image(path)
    with monkeypatch.context() as patched:
        patched.setattr(image_files, "find_damage", lambda _: np.zeros(1 << 60, np.uint8))
        with pytest.raises(UnreadableError, match="the file does not fit into memory"):
            read_image(path)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    path.write_bytes(png(12_000, 12_000))
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (200 << 20), limits[1]))
        try:
            with pytest.raises(UnreadableError, match="12000 x 12000 pixels do not fit into memory"):
                read_image(path)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)


def test_errors_of_opencv_become_unreadable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_image(tmp_path / "a.png", np.zeros((16, 16, 3), np.uint8))
    monkeypatch.setattr(image_files.cv2, "imdecode", lambda *_: cv2.resize(np.zeros((4, 4), np.uint8), (0, 0)))
    with pytest.raises(UnreadableError, match="OpenCV cannot decode it: "):
        read_image(path)


def test_one_large_image_of_a_job_fails_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_image(tmp_path / "in/a.png", np.full((64, 64, 3), 90, np.uint8))
    (tmp_path / "in/b.png").write_bytes(png(SIDE, SIDE))
    words = ["generate", str(tmp_path / "in"), str(tmp_path / "out"), "--defect", "line", "--quiet", "--workers", "1"]
    assert main(words) == 1
    assert "b.png: larger than the limit of 512 MiB" in capsys.readouterr().err
    with pytest.raises(ValueError, match=r"images must be readable image files, got '.*b\.png': larger than the limit"):
        ds.AnomalyTwins([tmp_path / "in/b.png"], ds.Line())[0]


def test_decoded_images_and_crops_are_kept_up_to_a_limit_in_bytes(tmp_path: Path) -> None:
    clear_caches()
    tracemalloc.start()
    mask = np.full((1000, 1000), 255, np.uint8)
    for number in range(6):
        write_image(tmp_path / f"{number}.png", np.full((1000, 1000, 3), number, np.uint8))
        write_image(tmp_path / f"{number}_mask.png", mask)
    sources.IMAGES.limit, defect_bank.CROPS.limit = 5 << 20, 5 << 20
    try:
        for number in range(6):
            sources.open_image(str(tmp_path / f"{number}.png"))
            defect_bank.defect_crops(str(tmp_path / f"{number}.png"))
        assert sources.IMAGES.nbytes <= 5 << 20
        assert defect_bank.CROPS.nbytes <= 5 << 20
        assert tracemalloc.get_traced_memory()[0] < 20 << 20
    finally:
        sources.IMAGES.limit = defect_bank.CROPS.limit = sources.CACHE_BYTES
        tracemalloc.stop()
        clear_caches()
