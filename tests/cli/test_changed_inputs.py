"""A job goes on only with the files it was begun with: replaced, deleted and new ones are named."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from defectsynth.cli import main, tasks
from defectsynth.cli.job import JOURNAL, MANIFEST, SETTINGS
from tests.images import make_part, write_image

WORDS = ("--defect", "line", "--count", "8")


def replace(path: Path) -> None:
    """Write other bytes of the same number, with the old time of change."""
    before, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def unfinish(output: Path) -> None:
    """Leave the folder as a run that was killed after its first images."""
    lines = [json.loads(line) for line in (output / MANIFEST).read_text().splitlines()]
    (output / MANIFEST).unlink()
    entries = [{"number": number, "line": line} for number, line in enumerate(lines[:3])]
    (output / JOURNAL).write_text("".join(json.dumps(entry) + "\n" for entry in entries))


@pytest.mark.parametrize("finished", [True, False], ids=["finished", "killed"])
@pytest.mark.parametrize(
    ("change", "text"),
    [
        (replace, "b.png in INPUT was replaced"),
        (Path.unlink, "b.png in INPUT was deleted"),
        (lambda path: shutil.copy(path, path.with_name("new.png")), "new.png in INPUT is new"),
        (lambda path: path.rename(path.with_name("z.png")), "b.png in INPUT was deleted; z.png in INPUT is new"),
    ],
    ids=["replaced", "deleted", "new", "renamed"],
)
def test_a_changed_input_is_named(
    *, good: Path, generate: Any, tree: Any, capfd: pytest.CaptureFixture[str], change: Any, text: str, finished: bool
) -> None:
    _, output = generate(good, *WORDS)
    if not finished:
        unfinish(output)
    before = tree(output)
    change(good / "b.png")
    assert generate(good, *WORDS)[0] == 2
    printed = capfd.readouterr()
    assert text in printed.err
    assert "nothing to do" not in printed.out.partition("\n")[2]
    assert tree(output) == before


def test_a_rewritten_input_with_the_same_bytes_is_no_change(good: Path, generate: Any) -> None:
    assert generate(good, *WORDS)[0] == 0
    for path in good.rglob("*.png"):
        os.utime(path, ns=(1, 1))  # as a checkout or a copy leaves it
    assert generate(good, *WORDS)[0] == 0


def test_many_changes_are_counted(good: Path, generate: Any, capfd: pytest.CaptureFixture[str]) -> None:
    generate(good, *WORDS)
    for path in good.rglob("*.png"):
        replace(path)
    assert generate(good, *WORDS)[0] == 2
    errors = capfd.readouterr().err
    assert "a.png in INPUT was replaced; b.png in INPUT was replaced; c.png in INPUT was replaced" in errors
    assert "and 2 more differences" in errors


def test_a_replaced_region_of_interest_is_named(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in good.rglob("*.png"):
        write_image(tmp_path / "roi" / path.relative_to(good), np.full((64, 72), 255, np.uint8))
    words = (*WORDS, "--roi-dir", str(tmp_path / "roi"))
    assert generate(good, *words)[0] == 0
    replace(tmp_path / "roi/line 2/a.png")
    assert generate(good, *words)[0] == 2
    assert "line 2/a.png in --roi-dir was replaced" in capfd.readouterr().err


@pytest.mark.parametrize("file", ["images/a.png", "masks/a.png"])
def test_a_replaced_file_of_a_defects_source_is_named(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str
) -> None:
    mask = np.zeros((64, 72), np.uint8)
    mask[20:40, 20:40] = 255
    write_image(tmp_path / "images/a.png", make_part(5))
    write_image(tmp_path / "masks/a.png", mask)
    words = ("--defect", "real_defect", "--set", f"source={tmp_path / 'images'}")
    assert generate(good, *words)[0] == 0
    write_image(tmp_path / file, make_part(6) if file.startswith("images") else mask[::-1])
    assert generate(good, *words)[0] == 2
    assert f"{tmp_path / file} was replaced" in capfd.readouterr().err


def test_an_input_replaced_while_the_job_runs_fails_by_name(
    good: Path, generate: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def replaced_first(*arguments: Any, **options: Any) -> Any:
        if (good / "c.png").stat().st_mtime_ns != 1:
            write_image(good / "c.png", make_part(9))
            os.utime(good / "c.png", ns=(1, 1))
        return real(*arguments, **options)

    real = tasks.draw_image
    monkeypatch.setattr(tasks, "draw_image", replaced_first)
    code, output = generate(good, *WORDS)
    assert code == 1
    assert "c.png: image 000002: it has changed since the job began" in capfd.readouterr().err
    assert "c.png" not in (output / MANIFEST).read_text()


def test_a_folder_begun_by_version_0_1_is_refused_clearly(
    good: Path, generate: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    _, output = generate(good, *WORDS)
    settings = json.loads((output / SETTINGS).read_text())
    settings |= {"version": "0.1.0", "input": {"files": 5, "sha256": "ab" * 32}}
    (output / SETTINGS).write_text(json.dumps(settings))
    assert generate(good, *WORDS)[0] == 2
    errors = capfd.readouterr().err
    assert f"OUTPUT must be begun by this version of defectsynth, got '{output}', begun by 0.1.0" in errors
    assert "take a new folder" in errors
    assert "INPUT" not in errors


@pytest.mark.parametrize("text", ["{", "[]", "3", "{}", '{"version": [], "input": 3}'])
def test_settings_that_are_not_ours_are_refused(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / SETTINGS).write_text(text)
    assert generate(good, *WORDS)[0] == 2
    assert capfd.readouterr().err.startswith("defectsynth: OUTPUT must ")


def test_the_first_input_is_gone_altogether(good: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["generate", str(good), str(tmp_path / "out"), "--quiet", *WORDS]
    assert main(words) == 0
    shutil.rmtree(good)
    assert main(words) == 2
    assert "INPUT must be a folder of images" in capfd.readouterr().err
