"""Names of types of defect in the layouts: reserved ones are refused, odd ones survive YAML."""

from pathlib import Path
from typing import Any

import albumentations as A
import pytest
import yaml

import defectsynth as ds
from defectsynth.cli.layouts import LAYOUTS
from defectsynth.registry import named_presets, types_of

REFUSED = ["good", "Good", "COMBINED", "Combined", "con", "NUL", "com1", "lpt9"]
ODD = ["no", "null", "1", "-", "true", "1_5", "y", "on", "Off", "0x1F", "1e3", "-1", "_", "0b1"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_type_named_as_a_folder_of_the_layout_is_refused(
    good: Path, generate: Any, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    code, output = generate(good, "--defect", "line", "--set", f"defect_type='{name}'")
    assert code == 2
    assert not output.exists()
    errors = capfd.readouterr().err
    assert "defect_type must not be a reserved name of the layout mvtec (good, combined, con," in errors
    assert f"got '{name}'" in errors


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_types_of_every_preset_are_possible_in_every_layout(layout: str) -> None:
    for make in named_presets().values():
        LAYOUTS[layout].check_types(types_of(make()))


def test_presets_with_the_type_combined_are_generated(good: Path, generate: Any) -> None:
    code, output = generate(good, "--preset", "pill-combined", "--count", "3")
    assert code == 0
    assert len([*output.glob("test/combined/*.png")]) == len([*output.glob("ground_truth/combined/*.png")]) == 3


def test_a_reserved_type_in_a_preset_file_is_refused(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    preset = A.Compose([A.OneOf([ds.Line(p=1), ds.Scratch(defect_type="good", p=1)], p=1)])
    A.save(preset, tmp_path / "mine.yaml", data_format="yaml")
    code, output = generate(good, "--preset", str(tmp_path / "mine.yaml"))
    assert code == 2
    assert "got 'good'" in capfd.readouterr().err
    assert not output.exists()


def test_types_that_differ_in_case_only_are_refused(
    good: Path, generate: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    preset = A.Compose([A.OneOf([ds.Line(p=1), ds.Scratch(defect_type="Line", p=1)], p=1)])
    A.save(preset, tmp_path / "mine.yaml", data_format="yaml")
    assert generate(good, "--preset", str(tmp_path / "mine.yaml"))[0] == 2
    assert "defect_type must differ in more than case in the layout mvtec, got Line, line" in capfd.readouterr().err


@pytest.mark.parametrize("layout", ["coco", "yolo"])
def test_good_is_a_name_like_others_where_it_is_no_folder(good: Path, generate: Any, layout: str) -> None:
    assert generate(good, "--defect", "line", "--set", "defect_type=good", "--layout", layout)[0] == 0


def test_names_of_classes_come_back_from_yaml_as_texts(good: Path, generate: Any, tmp_path: Path) -> None:
    preset = A.Compose([A.OneOf([ds.Line(defect_type=name, p=1) for name in ODD], p=1)])
    A.save(preset, tmp_path / "mine.yaml", data_format="yaml")
    code, output = generate(good, "--preset", str(tmp_path / "mine.yaml"), "--layout", "yolo", "--count", "20")
    assert code == 0
    data = yaml.safe_load((output / "data.yaml").read_text())
    assert data == {
        "train": "images/train",
        "val": "images/val",
        "names": dict(enumerate(sorted(ODD))),
    }
