"""`defectsynth preview`: the contact sheet."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from defectsynth.cli import main
from defectsynth.io.image_files import read_image
from tests.images import make_part, write_image


def test_the_sheet_has_its_size_its_outlines_and_the_same_bytes_again(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "new/sheet.png"
    words = ["preview", str(good), str(sheet), "--rows", "3", "--cell", "96", "--defect", "line", "--seed", "4"]
    assert main(words) == 0
    assert "3 samples in" in capsys.readouterr().out
    image = cv2.imread(str(sheet))
    assert [path.name for path in sheet.parent.iterdir()] == ["sheet.png"]
    assert image.shape == (8 + 14 + 3 * (96 + 14 + 8), 8 + 4 * (96 + 8), 3)
    blue, green, red = cv2.split(image)
    assert ((red > 200) & (green < 120) & (blue > 120)).any()  # the outline
    before = sheet.read_bytes()
    assert main(words) == 0
    assert sheet.read_bytes() == before


def test_preview_draws_the_images_that_generate_draws(good: Path, generate: Any, tmp_path: Path) -> None:
    _, output = generate(good, "--defect", "scratch", "--seed", "6", "--count", "1")
    words = ["preview", str(good), str(tmp_path / "sheet.png"), "--rows", "1", "--cell", "72"]
    main([*words, "--defect", "scratch", "--seed", "6"])
    sheet = read_image(tmp_path / "sheet.png")
    drawn = read_image(output / "test/scratch/000000.png")
    top, left = 8 + 14 + (72 - 64) // 2, 8 + (72 + 8)
    np.testing.assert_array_equal(sheet[top : top + 64, left : left + 72], drawn)


def test_preview_shows_images_of_any_depth_and_size_and_names_unreadable_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_image(tmp_path / "in/a.png", make_part(dtype=np.uint16, channels=1))
    write_image(tmp_path / "in/b.png", make_part(size=(20, 300)))
    (tmp_path / "in/0.png").write_bytes(b"")
    assert main(["preview", str(tmp_path / "in"), str(tmp_path / "sheet.png"), "--rows", "4", "--cell", "64"]) == 1
    assert "  0.png: the file is empty" in capsys.readouterr().err
    assert cv2.imread(str(tmp_path / "sheet.png")) is not None


def test_preview_names_images_without_a_place_for_a_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_image(tmp_path / "in/a.png", np.full((40, 40), 90, np.uint8))
    words = ["preview", str(tmp_path / "in"), str(tmp_path / "sheet.png"), "--rows", "1", "--defect", "bent_edge"]
    assert main(words) == 1
    assert "  a.png: no defect could be placed" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["jpg", "html"])
def test_the_sheet_can_be_a_jpeg_or_a_page(good: Path, tmp_path: Path, suffix: str) -> None:
    sheet = tmp_path / f"sheet.{suffix}"
    assert main(["preview", str(good), str(sheet), "--rows", "2", "--cell", "96", "--defect", "line"]) == 0
    data = sheet.read_bytes()
    if suffix == "jpg":
        assert data[:3] == b"\xff\xd8\xff"
    else:
        assert data.count(b"<img") == 2 * 4
        assert data.startswith(b"<!doctype html>")


def test_chosen_images_have_one_row_each(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = sorted(path.relative_to(good).as_posix() for path in good.rglob("*.png"))
    words = ["preview", str(good), str(tmp_path / "a.html"), "--defect", "line", "--image", names[-1]]
    assert main(words) == 0
    assert "1 samples in" in capsys.readouterr().out
    page = (tmp_path / "a.html").read_text()
    assert names[-1] in page
    assert names[0] not in page
    assert main([*words, "--image", f"{names[0]}x"]) == 2
    assert f"did you mean {names[0]}" in capsys.readouterr().err
    assert main([*words, "--rows", "7"]) == 2
    assert "--rows must not be given together with --image" in capsys.readouterr().err


def test_a_sheet_among_the_images_is_refused(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = min(good.rglob("*.png"))
    before = first.read_bytes()
    for place in (first, good / "sheet.png", good / "new" / "sheet.png"):
        assert main(["preview", str(good), str(place), "--rows", "1"]) == 2
        assert "OUTPUT must not lie inside INPUT" in capsys.readouterr().err
    assert first.read_bytes() == before
    assert not (good / "sheet.png").exists()
