"""Printing never fails, whatever the names of files and the encoding of the terminal."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from defectsynth import redraw
from defectsynth.io.image_files import read_image
from tests.cli.outputs import read_manifest
from tests.images import make_part, write_image
from tests.processes import TIMEOUT

NAME = "Prüfling-試験-🔩"
NARROW = [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1:strict"}, {"LC_ALL": "C"}]


@pytest.mark.parametrize("variables", NARROW, ids=lambda variables: "=".join(*variables.items()))
def test_names_outside_ascii_reach_a_narrow_terminal(tmp_path: Path, start: Any, variables: dict[str, str]) -> None:
    write_image(tmp_path / f"{NAME}/a.png", make_part())
    (tmp_path / NAME / f"{NAME}.png").write_bytes(b"")
    words = ("generate", tmp_path / NAME, tmp_path / f"out {NAME}", "--defect", "line", "--workers", 1)
    for printed in ("images with defects", "is finished already"):
        output, errors = (job := start(*words, variables=variables)).communicate(timeout=TIMEOUT)
        assert job.returncode == 1, errors
        assert printed in output
        assert ".png: the file is empty" in errors
        assert "Traceback" not in errors
    sheet = tmp_path / f"{NAME}.png"
    output, errors = (job := start("preview", tmp_path / NAME, sheet, variables=variables)).communicate(timeout=TIMEOUT)
    assert job.returncode == 1, errors
    assert "samples in" in output
    assert sheet.exists()


def test_help_reaches_a_narrow_terminal(start: Any) -> None:
    for words in (("--help",), ("show", "scratch"), ("show", "screw"), ("list",)):
        _, errors = (job := start(*words, variables={"PYTHONIOENCODING": "ascii"})).communicate(timeout=TIMEOUT)
        assert job.returncode == 0, errors


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_names_that_are_no_utf_8_go_through_manifest_and_journal(
    tmp_path: Path, generate: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    image = write_image(folder / "a.png", make_part())
    odd = os.fsdecode(b"caf\xe9.png")
    image.rename(folder / odd)
    (folder / os.fsdecode(b"empty\xff.png")).write_bytes(b"")
    for _ in range(2):
        code, output = generate(folder, "--defect", "line", "--count", "2")
        assert code == 1
        assert "the file is empty" in capsys.readouterr().err
    lines = read_manifest(output)
    assert [line["source"] for line in lines] == [odd, odd]
    json.loads((output / "manifest.jsonl").read_bytes().splitlines()[0])  # plain ASCII
    again = redraw(read_image(folder / lines[0]["source"]), lines[0]["defects"])
    assert (again.image == read_image(output / lines[0]["image"])).all()
