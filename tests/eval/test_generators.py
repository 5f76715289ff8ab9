"""Generators of defects by name: all names, a category's own preset, files, and unknown names."""

import re
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")

import defectsynth as ds
from defectsynth.cli import main as defectsynth
from defectsynth.presets import CATEGORIES, PRESETS
from defectsynth.registry import named_defects, named_presets, types_of
from eval.__main__ import main
from eval.benchmark import generators
from eval.benchmark.generators import (
    EACH,
    OWN,
    NoTypesWarning,
    cli_arguments,
    excluded_type,
    generator_digest,
    knows_category,
    make_generator,
)
from eval.benchmark.settings import BenchmarkOptions, make_cells, make_settings

TRAINED: dict[str, Any] = {"experiment": "self_supervised", "head": "softmax"}
LISTS: dict[str, Any] = {"experiments": ["self_supervised"], "heads": ["softmax"]}
NAMES = [*named_presets(), *named_defects()]


def part() -> np.ndarray:
    """Return an image of a chequered part on a bright background."""
    y, x = np.mgrid[:96, :96]
    surface = 90 + 20 * ((x // 6 + y // 6) % 2)
    return np.where((np.abs(x - 48) < 32) & (np.abs(y - 48) < 26), surface, 220).astype(np.uint8)


def test_every_name_draws() -> None:
    for name in NAMES:
        drawn = make_generator(name, category="plate")
        assert any(ds.synthesize(part(), drawn, seed=seed).defects for seed in range(4)), name
    assert OWN not in NAMES


def test_every_name_is_a_folder_of_its_own(tmp_path: Path) -> None:
    cells = {make_settings(data=tmp_path, category="plate", generator=name, **TRAINED).name for name in NAMES}
    assert len(cells) == len(NAMES)
    assert all(re.fullmatch(r"plate/self_supervised-softmax-[\w-]+-image-[\w-]+", cell) for cell in cells)
    assert max(map(len, cells)) < 200


def test_leave_one_out_stands_for_a_preset_without_each_type(tmp_path: Path) -> None:
    cells = make_cells(
        BenchmarkOptions(data=tmp_path, categories=["screw"], generators=["draem", EACH, "draem"], **LISTS)
    )
    drawn = [str(cell.generator) for cell in cells[1:]]
    assert drawn == ["draem", *(f"screw-without-{kind}" for kind in CATEGORIES["screw"])]
    assert len({cell.generator_digest for cell in cells}) == len(cells)
    for name in drawn[1:]:
        kinds = set(types_of(make_generator(name, category="screw")))
        assert kinds == {*CATEGORIES["screw"]} - {excluded_type(name)}
    both, alone = (
        BenchmarkOptions(data=tmp_path, categories=names, generators=[EACH], **LISTS)
        for names in (["plate", "screw"], ["plate"])
    )
    with pytest.warns(NoTypesWarning, match="plate has no preset of several types: leave_one_out is left out"):
        cells = make_cells(both)
    assert [cell.generator for cell in cells] == [None, None, *drawn[1:]]
    with (
        pytest.warns(NoTypesWarning),
        pytest.raises(ValueError, match="generators must have one that suits"),
    ):
        make_cells(alone)
    with pytest.raises(ValueError, match=r"generator .*: without must be one of .*, got 'rust'"):
        make_generator("screw-without-rust", category="screw")


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_has_its_own(category: str) -> None:
    drawn = make_generator(OWN, category=category)
    assert generator_digest(drawn) == generator_digest(make_generator(category, category="plate"))
    assert generator_digest(drawn) != generator_digest(make_generator("generic_object", category=category))
    assert make_settings(data=".", category=category, generator=OWN, **TRAINED).generator == OWN


def test_a_category_without_a_preset_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = "generator must not be category for plate: only .*screw.* have presets of their own"
    with pytest.raises(ValueError, match=message):
        make_cells(
            BenchmarkOptions(
                data=tmp_path,
                categories=["screw", "plate"],
                generators=[OWN],
                **LISTS,
            )
        )
    assert main(["demo", str(tmp_path / "out"), "--generator", OWN, "--families", "screw", "flange"]) == 2
    assert re.search(message.replace("plate", "flange"), capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("screw-rust", "generator must be screw-TYPE with manipulated_front, .*, got 'screw-rust'"),
        (
            "dragon",
            "generator must be one of generic_object, .*draem.* CATEGORY-TYPE, .*-TYPE, category, .*, got 'dragon'",
        ),
        ("dragon-rust", "generator must be one of .*, got 'dragon-rust'"),
        ("missing.yaml", "generator must be a file that A.save wrote, got 'missing.yaml'"),
    ],
)
def test_unknown_names_are_refused(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_generator(name, category="screw")


def test_a_file_that_was_saved(tmp_path: Path) -> None:
    A.save(A.Compose([ds.Line(p=1.0)]), tmp_path / "mine.yaml", data_format="yaml")
    assert ds.synthesize(part(), make_generator(str(tmp_path / "mine.yaml"), category="plate"), seed=0).defects


@pytest.mark.parametrize("name", ["scratch", "draem", "screw-thread_top", OWN])
def test_preview_takes_the_same_generator(name: str, tmp_path: Path) -> None:
    arguments = cli_arguments(name, category="screw")
    folder = tmp_path / "in"
    folder.mkdir()
    assert cv2.imwrite(str(folder / "part.png"), part())
    assert defectsynth(["preview", str(folder), str(tmp_path / "sheet.png"), *arguments]) == 0


def test_own_presets_of_several_categories_share_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jinja2")
    groups = pytest.importorskip("eval.report.groups")
    monkeypatch.setitem(generators.CATEGORIES, "plate", CATEGORIES["screw"])
    monkeypatch.setitem(PRESETS, "plate", PRESETS["generic_texture"])
    own, other = (make_settings(data=".", category=name, generator=OWN, **TRAINED) for name in ("screw", "plate"))
    assert own.generator_digest != other.generator_digest
    assert groups._setup(own) == groups._setup(other)
    named = make_settings(data=".", category="screw", generator="screw", **TRAINED)
    assert groups._setup(named).common.generator_digest == own.generator_digest


def test_help_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    text = " ".join(capsys.readouterr().out.split()).replace("- ", "-")  # argparse breaks lines at hyphens
    for word in ("generic_object", "draem", "screw-thread_top", "category: the preset with the category's own name"):
        assert word in text


def test_generators_have_names_or_files_and_an_edited_file_is_another_setting(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    digests = []
    for length in (0.1, 0.2):
        A.save(A.Compose([ds.Line(length_range=(0.05, length), p=1.0)]), path, data_format="yaml")
        cells = make_cells(BenchmarkOptions(data=tmp_path, categories=["disc"], generators=[str(path)], **LISTS))
        digests.append(cells[1].generator_digest)
    assert len(set(digests)) == 2
    assert f"self_supervised-softmax-mine_{digests[1][:8]}-image" in cells[1].name


def test_a_preset_fitted_to_images_of_unknown_place_says_so(tmp_path: Path) -> None:
    (tmp_path / "p.fit.json").write_text('{"category": "", "images": ["0.png", "1.png"]}')
    with pytest.warns(UserWarning, match=r"p\.yaml was fitted to 2 images of a folder other than CATEGORY/test"):
        assert generators.tuning_images(str(tmp_path / "p.yaml"), category="plate") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *(
            (name, True)
            for name in ("category", "screw", "screw-thread_top", "screw-without-thread_top", "fitted.yaml")
        ),
        *((name, False) for name in ("generic_object", "draem", "nsa_object", "scratch", "pill", "pill-crack", None)),
    ],
)
def test_presets_of_a_category_and_files_were_made_for_a_category(name: str | None, *, expected: bool) -> None:
    assert knows_category(name, category="screw") is expected


def test_other_source_images_make_another_generator(tmp_path: Path) -> None:
    (tmp_path / "textures").mkdir()
    for number in range(2):
        cv2.imwrite(str(tmp_path / "textures" / f"{number}.png"), np.full((32, 32, 3), 40 * number, np.uint8))
    digests = [generator_digest(ds.reference.draem(source=tmp_path / "textures"))]
    cv2.imwrite(str(tmp_path / "textures" / "1.png"), np.full((32, 32, 3), 200, np.uint8))
    digests.append(generator_digest(ds.reference.draem(source=tmp_path / "textures")))
    cv2.imwrite(str(tmp_path / "textures" / "2.png"), np.full((32, 32, 3), 10, np.uint8))
    digests.append(generator_digest(ds.reference.draem(source=tmp_path / "textures")))
    assert len(set(digests)) == 3
    assert digests[-1] == generator_digest(ds.reference.draem(source=tmp_path / "textures"))
