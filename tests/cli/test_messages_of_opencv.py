"""Messages of OpenCV on stderr."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


def tiff_with_unknown_tag() -> bytes:
    """Return a gray TIFF of 64 x 64 pixels with a tag that OpenCV does not know, as microscopes write them."""
    pixels = np.random.default_rng(0).integers(90, 110, (64, 64), dtype=np.uint8)
    tags = {256: 64, 257: 64, 258: 8, 259: 1, 262: 1, 273: 134, 277: 1, 278: 64, 279: 4096, 50838: 7}
    body = b"".join(struct.pack("<HHII", tag, 4 if tag in (273, 279) else 3, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + bytes(4) + pixels.tobytes()


@pytest.mark.parametrize(("workers", "level"), [("1", None), ("2", None), ("1", "WARNING")])
def test_unknown_tags_are_not_reported_for_every_image(tmp_path: Path, workers: str, level: str | None) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.tif").write_bytes(tiff_with_unknown_tag())
    words = ["generate", str(tmp_path / "in"), str(tmp_path / "out"), "--defect", "line", "--count", "2", "--quiet"]
    environment = {name: value for name, value in os.environ.items() if name != "OPENCV_LOG_LEVEL"}
    if level is not None:
        environment["OPENCV_LOG_LEVEL"] = level
    command = [sys.executable, "-m", "defectsynth.cli", *words, "--workers", workers]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ("Unknown field" in done.stderr) == (level is not None)
