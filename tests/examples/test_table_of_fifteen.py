"""The table of fifteen categories: which are real, which columns are filled, what misses a bar."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from eval.benchmark.results import Results
from examples.table_of_fifteen import Place, cells_of, find_places, table_of
from tests.results import make_results


def folder_of(root: Path, *categories: str) -> Path:
    for name in categories:
        (root / name / "train" / "good").mkdir(parents=True)
    return root


def result(category: str, generator: str, auroc: float, **more: Any) -> Results:
    return make_results(category, auroc, head="softmax", generator=generator, scoring="pooled", **more)


def test_real_categories_come_from_the_folders_and_the_others_are_stand_ins(tmp_path: Path) -> None:
    first = folder_of(tmp_path / "a", "bottle", "zipper")
    second = folder_of(tmp_path / "b", "zipper", "wood_laminate", "gearbox")
    places = {place.category: place for place in find_places([first, second], stand_ins=tmp_path / "rendered")}
    assert places["bottle"] == Place("bottle", first, is_stand_in=False)
    assert places["zipper"].data == first
    assert places["wood"] == Place("wood", tmp_path / "rendered" / "wood", is_stand_in=True)
    assert list(places)[-1] == "wood_laminate"
    assert places["wood_laminate"].generators == ("generic_texture", "wood_laminate")
    assert places["zipper"].generators == ("generic_object", "zipper")
    assert {"gearbox", "pill"}.isdisjoint(places)


def test_unknown_categories_and_those_without_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"categories must be of bottle, .* got 'bolt'"):
        find_places([], stand_ins=tmp_path, chosen=["bolt"])
    with pytest.raises(ValueError, match="pill has no stand-in"):
        find_places([], stand_ins=tmp_path, chosen=["pill"])


def test_each_category_has_a_baseline_and_two_presets_for_each_scoring_and_seed(tmp_path: Path) -> None:
    places = find_places([], stand_ins=tmp_path, chosen=["wood", "cable"])
    cells = cells_of(places, seeds=[0, 1], scorings=["fused", "pooled"], backbone="efficientnet_lite0")
    assert len(cells) == 2 * 2 * (1 + 2 * 2)
    assert {cell.generator for cell in cells if cell.category == "wood"} == {None, "generic_texture", "wood"}
    assert {cell.data for cell in cells} == {str((tmp_path / name).resolve()) for name in ("wood", "cable")}


def test_the_table_marks_stand_ins_and_names_what_misses_a_bar(tmp_path: Path) -> None:
    places = [
        Place("pill", tmp_path, is_stand_in=False),
        Place("wood", tmp_path, is_stand_in=True),
        Place("wood_laminate", tmp_path, is_stand_in=False),
    ]
    results = [
        result("pill", "pill", 0.94, untrained=0.8),
        result("pill", "pill", 0.96, untrained=0.8, seed=1),
        result("pill", "generic_object", 0.9, untrained=0.8),
        result("wood", "wood", 0.85, untrained=0.87),
        result("wood", "generic_texture", 1.0, untrained=0.87),
        result("wood_laminate", "wood_laminate", 1.0, untrained=0.7),
    ]
    table = table_of(places, results, scorings=["pooled"])
    assert "| pill | .800 | .900 | .950 +- .014 |" in table
    assert "| wood (stand-in) | .870 | 1.000 | .850 |" in table
    assert "| mean of 2 | .835 | .950 | .900 |" in table
    assert "| wood_laminate | .700 | - | 1.000 |" in table
    assert "- pooled, below 0.90 with the preset: wood." in table
    assert "- pooled, below untrained with the preset: wood." in table
