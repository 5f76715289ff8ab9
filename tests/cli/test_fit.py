"""`defectsynth fit` finds types, masks and pairs by folders, and refuses what does not fit."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from defectsynth.cli.arguments import parse
from defectsynth.cli.commands import main
from defectsynth.cli.errors import UsageError
from defectsynth.cli.fit import find_defects
from defectsynth.fitting import single_type
from defectsynth.fitting.saving import fitted_images
from defectsynth.registry import load_preset, types_of


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for folder in ("normals", "test/good", "test/line", "test/combined", "masks/line", "masks/combined"):
        (tmp_path / folder).mkdir(parents=True)
    for number in range(3):
        image = rng.integers(120, 130, (64, 64), np.uint8)
        cv2.imwrite(str(tmp_path / f"normals/{number}.png"), image)
        cv2.imwrite(str(tmp_path / f"test/good/{number}.png"), image)
    for name in ("line/0", "combined/1"):
        image, mask = rng.integers(120, 130, (64, 64), np.uint8), np.zeros((64, 64), np.uint8)
        image[30:33, 10:50], mask[29:34, 9:51] = 40, 255
        cv2.imwrite(str(tmp_path / f"test/{name}.png"), image)
        cv2.imwrite(str(tmp_path / f"masks/{name}_mask.png"), mask)
    return tmp_path


def call(home: Path, *more: str) -> list[str]:
    given = ["fit", "--normals", str(home / "normals"), "--defects", str(home / "test")]
    return [*given, "--out", str(home / "preset.yaml"), *more]


def test_preset_sheet_and_names(folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    for name in ("FIRST_DRAWS", "SECOND_DRAWS", "LAST_DRAWS"):
        monkeypatch.setattr(single_type, name, 2)
    options = ("--masks", str(folders / "masks"), "--real-share", "0.2", "--workers", "1")
    assert main(call(folders, *options)) == 0
    assert "darker by" in capsys.readouterr().out
    preset = load_preset(str(folders / "preset.yaml"))
    assert types_of(preset) == ["combined_defects", "line", "other"]
    assert (folders / "preset.png").is_file()
    assert sorted(path.parent.name for path in folders.glob("preset_defects/*/*_mask.png")) == [
        "combined_defects",
        "line",
    ]


def test_good_parts_in_a_folder_of_another_case_are_left_out(folders: Path) -> None:
    (folders / "test/good").rename(folders / "test/Good")
    found = find_defects(parse(call(folders, "--masks", str(folders / "masks"))))
    assert [each.type for each in found] == ["combined_defects", "line"]


def test_masks_are_matched_with_and_without_their_suffix(folders: Path) -> None:
    (folders / "masks/line/0_mask.png").rename(folders / "masks/line/0.png")
    found = find_defects(parse(call(folders, "--masks", str(folders / "masks"))))
    assert [(each.type, each.partner) for each in found] == [
        ("combined_defects", "combined/1_mask.png"),
        ("line", "line/0.png"),
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--masks", "{}/normals"), "--masks must hold one file combined/1 or combined/1_mask .*, got none"),
        (("--masks", "{}/masks", "--pairs", "{}/normals"), "--masks must not be given together with --pairs"),
    ],
)
def test_wrong_folders_are_named(folders: Path, more: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_defects(parse(call(folders, *(word.format(folders) for word in more))))


def test_the_preset_must_be_yaml(folders: Path, capsys: pytest.CaptureFixture) -> None:
    assert main([*call(folders)[:-1], str(folders / "preset.json")]) == 2
    assert "--out must be a .yaml file" in capsys.readouterr().err


@pytest.mark.parametrize(("option", "file"), [("--out", "preset.yaml"), ("--sheet", "sheet.png")])
def test_a_place_that_cannot_be_written_to_is_named_with_its_option(
    folders: Path, capsys: pytest.CaptureFixture, option: str, file: str
) -> None:
    inside_a_file = next((folders / "normals").iterdir()) / file
    assert main([*call(folders), option, str(inside_a_file)]) == 2
    assert f"{option} must lie in a folder that can be written to" in capsys.readouterr().err


def test_two_masks_of_one_image_are_refused_by_name(folders: Path) -> None:
    (folders / "masks/line/0.png").write_bytes((folders / "masks/line/0_mask.png").read_bytes())
    with pytest.raises(UsageError, match=r"got 'line/0\.png' and 'line/0_mask\.png'"):
        find_defects(parse(call(folders, "--masks", str(folders / "masks"))))


def test_two_images_of_one_name_have_no_mask_in_common(folders: Path) -> None:
    (folders / "test/line/0.jpg").write_bytes((folders / "test/line/0.png").read_bytes())
    with pytest.raises(UsageError, match=r"a file of its own for 'line/0\.png', got .*, which 'line/0\.jpg' has"):
        find_defects(parse(call(folders, "--masks", str(folders / "masks"))))


def test_an_inverted_mask_is_refused_by_name(folders: Path, capsys: pytest.CaptureFixture) -> None:
    path = folders / "masks/line/0_mask.png"
    cv2.imwrite(str(path), 255 - cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
    assert main(call(folders, "--masks", str(folders / "masks"), "--workers", "1")) == 1
    assert "one that marks 94.9% of line/0.png: is it inverted?" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--out", "--sheet"])
def test_results_are_no_folders_and_do_not_lie_among_the_images(
    folders: Path, capsys: pytest.CaptureFixture, option: str
) -> None:
    name = "0.yaml" if option == "--out" else "0.png"
    (folders / "folder" / name).mkdir(parents=True)
    assert main([*call(folders), option, str(folders / "folder" / name)]) == 2
    assert f"{option} must be a file, got the folder" in capsys.readouterr().err
    before = (folders / "normals/0.png").read_bytes()
    assert main([*call(folders), option, str(folders / "normals" / name)]) == 2
    assert f"{option} must not lie inside --normals" in capsys.readouterr().err
    assert (folders / "normals/0.png").read_bytes() == before


@pytest.mark.parametrize(("below", "category"), [("", "part"), ("line", "part"), ("bad", "")])
def test_the_images_are_named_as_the_evaluator_names_them(
    folders: Path, monkeypatch: pytest.MonkeyPatch, below: str, category: str
) -> None:
    for name in ("FIRST_DRAWS", "SECOND_DRAWS", "LAST_DRAWS"):
        monkeypatch.setattr(single_type, name, 2)
    home = folders / "part"
    home.mkdir()
    defects, masks = home / "test" / below, folders / "masks" / below
    (folders / "test").rename(home / "test")
    if below == "bad":
        defects, masks = (home / "test" / "line").rename(home / "bad"), folders / "masks" / "line"
    given = ["fit", "--normals", str(folders / "normals"), "--defects", str(defects), "--masks", str(masks)]
    assert main([*given, "--out", str(folders / "new" / "p.yaml"), "--workers", "1"]) == 0
    names = {"": ("combined/1.png", "line/0.png"), "line": ("line/0.png",), "bad": ("0.png",)}
    assert fitted_images(folders / "new" / "p.yaml") == (category, names[below])


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_link_to_a_category_has_its_own_name(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_DRAWS", "SECOND_DRAWS", "LAST_DRAWS"):
        monkeypatch.setattr(single_type, name, 2)
    (folders / "disk").mkdir()
    (folders / "test").rename(folders / "disk" / "test")
    (folders / "plate").symlink_to(folders / "disk")
    given = ["fit", "--normals", str(folders / "normals"), "--defects", str(folders / "plate" / "test")]
    masks = ["--masks", str(folders / "masks"), "--workers", "1"]
    assert main([*given, *masks, "--out", str(folders / "p.yaml")]) == 0
    assert fitted_images(folders / "p.yaml") == ("plate", ("combined/1.png", "line/0.png"))
