"""The option --peak: images of 12 bits in files of 16."""

import json
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.cli import main
from defectsynth.io.image_files import read_image


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """One image of 12 bits."""
    folder = tmp_path / "parts"
    folder.mkdir()
    image = np.random.default_rng(0).integers(1500, 2000, (80, 80, 3), np.uint16)
    assert cv2.imwrite(str(folder / "a.png"), image)
    return folder


def test_generated_images_keep_to_the_stated_white_level(parts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        words = ["--defect", "scratch", "--count", "4", "--peak", "4095", "--workers", "1", "--quiet"]
        assert main(["generate", str(parts), str(out), *words]) == 0
        for text in (out / "manifest.jsonl").read_text().splitlines():
            line = json.loads(text)
            drawn = read_image(out / line["image"])
            assert drawn.dtype == np.uint16
            assert drawn.max() <= 4095
            again = ds.redraw(read_image(parts / "a.png"), line["defects"])
            assert again.image.tobytes() == drawn.tobytes()
        assert main(["preview", str(parts), str(tmp_path / "sheet.png"), "--rows", "1", "--peak", "4095"]) == 0


def test_a_level_below_the_brightest_pixel_fails_by_name(
    parts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--defect", "scratch", "--peak", "1023", "--workers", "1", "--quiet"]
    assert main(["generate", str(parts), str(tmp_path / "out"), *words]) == 1
    assert "a.png: image 000000: peak must be at least the greatest pixel" in capsys.readouterr().err
    assert main(["generate", str(parts), str(tmp_path / "other"), "--defect", "scratch", "--peak", "70000"]) == 2
