"""Choice of defects and presets on the command line."""

import json
from pathlib import Path
from typing import Any

import albumentations as A
import pytest

import defectsynth


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_preset_saved_by_albumentations_is_drawn(tmp_path: Path, good: Path, generate: Any, suffix: str) -> None:
    path = tmp_path / f"mine.{suffix}"
    A.save(A.Compose([defectsynth.Scratch(where="object", p=1)]), path, data_format=suffix)
    code, output = generate(good, "--preset", str(path))
    assert code == 0
    assert [path.name for path in (output / "test").iterdir()] == ["scratch"]


def test_set_where_and_severity_reach_the_defect(good: Path, generate: Any) -> None:
    words = ("--set", "width_range=[1e-2, 0.02]", "--set", "palettes=[red]", "--where", "object", "--severity", "0.8")
    code, output = generate(good, "--defect", "line", *words)
    assert code == 0
    settings = json.loads((output / "defectsynth.json").read_text())["transform"]["transform"]
    assert settings["width_range"] == [0.01, 0.02]
    assert settings["palettes"] == ["red"]
    assert settings["where"]["type"] == "OnObject"
    assert settings["severity"] == 0.8


def test_several_defects_share_the_arguments_they_take(good: Path, generate: Any) -> None:
    code, output = generate(
        good, "--defect", "line", "--defect", "bent_edge", "--set", "bends=[bulge]", "--count", "12"
    )
    assert code == 0
    assert {path.name for path in (output / "test").iterdir()} == {"line", "bent_edge"}
