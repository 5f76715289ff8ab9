"""`defectsynth generate`: unusable inputs, regions of interest and output folders that are refused."""

import errno
import os
import re
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest

from defectsynth import Line, redraw
from defectsynth.cli import main, tasks
from defectsynth.cli.reading import read_roi
from defectsynth.cli.writing import TEMPORARY
from defectsynth.io.image_files import read_image
from tests.cli.outputs import SEVERAL, read_manifest, read_pixels
from tests.images import make_part, write_image


def test_unusable_files_are_named_and_do_not_stop_the_rest(
    good: Path, generate: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = (good / "b.png").read_bytes()
    (good / "b.png").write_bytes(whole[: len(whole) // 2])
    (good / "line 2/empty.jpg").write_bytes(b"")
    (good / "line 2/words.webp").write_text("hello")
    (good / "dead.png").symlink_to("nowhere")
    (good / "notes.txt").write_text("no image")
    (good / "._a.png").write_text("hidden")
    code, output = generate(good, "--defect", "line", "--count", "6")
    assert code == 1
    errors = capfd.readouterr().err
    assert "4 failed:" in errors
    assert "  b.png: truncated PNG: the file ends before its IEND chunk" in errors
    assert "  dead.png: cannot be read: No such file or directory" in errors
    assert "  line 2/empty.jpg: the file is empty" in errors
    assert "  line 2/words.webp: not a PNG, JPEG, BMP, TIFF or WebP file" in errors
    sources = [line["source"] for line in read_manifest(output)]
    assert sources == ["a.png", "c.png", "line 2/a.png", "line 2/d.png", "a.png", "c.png"]
    assert not (output / "train/good/000001.png").exists()  # numbers follow the sorted listing
    assert generate(good, "--defect", "line", "--count", "6")[0] == 1  # a finished run names its failures again
    assert "b.png" in capfd.readouterr().err


def test_a_folder_without_usable_images_is_an_error(
    tmp_path: Path, generate: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.png").write_bytes(b"")
    code, output = generate(tmp_path / "in", "--defect", "line")
    assert code == 1
    assert "none of the 1 images can be used" in capfd.readouterr().err
    assert not (output / "manifest.jsonl").exists()


def test_an_image_without_a_place_for_a_defect_is_an_error_and_gets_no_label(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b", "c", "line 2/a", "line 2/d"):
        empty = name == "b"
        write_image(tmp_path / "roi" / f"{name}.png", np.full((64, 72), 0 if empty else 255, np.uint8))
    code, output = generate(good, "--defect", "line", "--roi-dir", str(tmp_path / "roi"))
    assert code == 1
    assert "  b.png: image 000001: no defect could be placed with 9 seeds" in capfd.readouterr().err
    assert [line["source"] for line in read_manifest(output)] == ["a.png", "c.png", "line 2/a.png", "line 2/d.png"]


def test_defects_stay_in_the_region_of_interest(good: Path, generate: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for index, name in enumerate(("a.png", "b.jpg", "c.bmp", "line 2/a.webp", "line 2/d.tif")):
        mask = np.zeros((64, 72), np.uint8)
        mask[rng.integers(30) :, : rng.integers(20, 60)] = 255
        exact = name.endswith((".png", ".bmp", ".tif"))
        write_image(tmp_path / "roi" / name, mask if exact else np.full_like(mask, 255 if index else 0))
    code, output = generate(good, *SEVERAL, "--roi-dir", str(tmp_path / "roi"), "--count", "15")
    assert code == 0
    for line in read_manifest(output):
        roi = read_roi(tmp_path / "roi" / line["roi"], size=(64, 72))
        assert not read_pixels(output / line["mask"])[roi == 0].any()
        again = redraw(read_image(good / line["source"]), line["defects"], roi=roi)
        np.testing.assert_array_equal(again.image, read_image(output / line["image"]))


def test_unusable_regions_of_interest_are_named(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    full = np.full((64, 72), 255, np.uint8)
    for name in ("a.png", "b.png", "b.bmp", "line 2/a.png"):
        write_image(tmp_path / "roi" / name, full)
    write_image(tmp_path / "roi/c.png", full[:-1])
    code, output = generate(good, "--defect", "line", "--roi-dir", str(tmp_path / "roi"))
    errors = capfd.readouterr().err
    assert code == 1
    assert "  b.png: --roi-dir must hold one mask of the same relative path, found several: b.bmp, b.png" in errors
    assert re.search(
        r"  c.png: its region of interest '.*c.png': must have the image's size 72 x 64, got 72 x 63", errors
    )
    assert "  line 2/d.png: --roi-dir must hold one mask of the same relative path, found none" in errors
    assert {line["source"] for line in read_manifest(output)} == {"a.png", "line 2/a.png"}


def assert_refused(code: int, capfd: pytest.CaptureFixture[str], *texts: str) -> None:
    errors = capfd.readouterr().err
    assert code == 2
    assert errors.startswith("defectsynth: ")
    for text in texts:
        assert text in errors


def test_a_folder_with_other_files_is_refused(
    good: Path, generate: Any, tmp_path: Path, tree: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    before = tree(tmp_path / "out")
    assert_refused(generate(good, "--defect", "line")[0], capfd, "'thesis.tex' and no defectsynth.json")
    assert tree(tmp_path / "out") == before
    assert_refused(
        generate(good, "--defect", "line", name="out/thesis.tex")[0], capfd, "must be a folder, got the file"
    )


def test_a_folder_of_other_settings_is_refused_and_the_settings_named(
    *, good: Path, generate: Any, tree: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    _, output = generate(good, "--defect", "line", "--count", "3")
    before = tree(output)
    for words, text in (
        (("--defect", "line", "--count", "4"), "count was 3, is 4"),
        (("--defect", "line", "--count", "3", "--seed", "9"), "seed was 0, is 9"),
        (("--defect", "line", "--count", "3", "--layout", "yolo"), 'layout was "mvtec", is "yolo"'),
        (("--defect", "line", "--count", "3", "--test-good", "0.5"), "held_out was 0.0, is 0.5"),
        (("--defect", "line", "--count", "3", "--severity", "0.5"), "severity was 1.0, is 0.5"),
        (("--defect", "scratch", "--count", "3"), "__class_fullname__ was"),
    ):
        assert_refused(generate(good, *words)[0], capfd, text)
    write_image(good / "z.png", make_part(9))
    assert_refused(generate(good, "--defect", "line", "--count", "3")[0], capfd, "z.png in INPUT is new")
    assert tree(output) == before


def test_a_finished_folder_is_not_written_again(
    good: Path, generate: Any, tree: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    _, output = generate(good, "--defect", "line")
    before, times = tree(output), [path.stat().st_mtime_ns for path in sorted(output.rglob("*"))]
    assert generate(good, "--defect", "line")[0] == 0
    assert "is finished already, nothing to do" in capfd.readouterr().out
    assert tree(output) == before
    assert [path.stat().st_mtime_ns for path in sorted(output.rglob("*"))] == times


@pytest.mark.parametrize("layout", ["mvtec", "webdataset"])
def test_files_that_a_finished_folder_has_lost_are_written_again(
    good: Path, generate: Any, tree: Any, capfd: pytest.CaptureFixture[str], layout: str
) -> None:
    words = ("--defect", "line", "--layout", layout)
    _, output = generate(good, *words)
    before = tree(output)
    line = read_manifest(output)[0]
    (lost := output / (line["image"] if layout == "mvtec" else line["shard"])).unlink()
    assert generate(good, *words)[0] == 0
    assert f"1 files of the finished job are missing, such as '{lost.relative_to(output)}'" in capfd.readouterr().err
    assert tree(output) == before


@pytest.mark.parametrize("layout", ["mvtec", "yolo", "coco", "semantic", "huggingface"])
def test_any_file_that_a_finished_folder_has_lost_is_written_again(
    good: Path, generate: Any, tree: Any, capfd: pytest.CaptureFixture[str], layout: str
) -> None:
    words = ("--defect", "line", "--layout", layout, "--count", "4")
    _, output = generate(good, *words)
    before = tree(output)
    for name in [name for name in before if not name.startswith((".", "defectsynth.json", "manifest"))]:
        (output / name).unlink()
    assert generate(good, *words)[0] == 0
    assert "files of the finished job are missing" in capfd.readouterr().err
    assert tree(output) == before


def test_masks_are_0_and_255_whatever_a_preset_asks_for(good: Path, generate: Any, tmp_path: Path) -> None:
    for value, kind in ((0.5, "intensity"), (1000, "binary")):
        preset = A.Compose([Line(mask_value=value, mask_kind=kind, p=1)])
        A.save(preset, str(tmp_path / "preset.yaml"), data_format="yaml")
        code, output = generate(good, "--preset", str(tmp_path / "preset.yaml"), "--count", "2", name=f"out{value}")
        assert code == 0
        masks = [read_image(path) for path in output.glob("ground_truth/*/*.png")]
        assert len(masks) == 2
        assert {int(level) for mask in masks for level in np.unique(mask)} == {0, 255}


def test_output_inside_input_is_refused(good: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["generate", str(good), str(good / "out"), "--defect", "line"]
    assert_refused(main(words), capfd, "OUTPUT must not lie inside INPUT")
    assert not (good / "out").exists()


def test_a_broken_settings_file_is_refused(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/defectsynth.json").write_text("{")
    assert_refused(generate(good, "--defect", "line")[0], capfd, "must hold a readable defectsynth.json")


def test_an_image_that_a_defect_refuses_is_named(
    good: Path, generate: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("image must be larger")

    monkeypatch.setattr(Line, "draw", refuse)
    code, _ = generate(good, "--defect", "line", "--count", "2")
    assert code == 1
    assert "  b.png: image 000001: image must be larger" in capfd.readouterr().err


@pytest.mark.parametrize("command", ["generate", "preview"])
def test_no_half_written_file_is_left_on_a_full_disk(
    command: str, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def write_half(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    output = tmp_path / "out" / "sheet.png"
    monkeypatch.setattr(Path, "write_bytes", write_half)
    words = ["--quiet", "--workers", "1"] if command == "generate" else []
    assert main([command, str(good), str(output), "--defect", "line", *words]) == 1
    assert f"{os.strerror(errno.ENOSPC)}: '{output}" in capfd.readouterr().err
    assert not [path for path in output.parent.rglob("*") if path.is_file() and path.name.startswith(TEMPORARY)]


def test_a_full_disk_is_named_and_the_run_can_be_resumed(
    good: Path, generate: Any, monkeypatch: pytest.MonkeyPatch, tree: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    _, whole = generate(good, "--defect", "line", name="whole")
    written = []

    def write_until_full(path: Path, data: bytes) -> None:
        written.append(path)
        if len(written) == 9:
            raise OSError(28, "No space left on device", str(path))
        real(path, data)

    real = tasks.write_whole
    monkeypatch.setattr(tasks, "write_whole", write_until_full)
    code, output = generate(good, "--defect", "line")
    assert code == 1
    assert "No space left on device" in capfd.readouterr().err
    monkeypatch.undo()
    assert generate(good, "--defect", "line")[0] == 0
    assert tree(output) == tree(whole)
