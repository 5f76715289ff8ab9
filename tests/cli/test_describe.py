"""`list`, `show`, presets, and every wrong call."""

import json
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest
import yaml

import defectsynth
from defectsynth import cli
from defectsynth.cli import main
from defectsynth.core.parameters import Rule
from defectsynth.presets import PRESETS
from defectsynth.reference import REFERENCES
from defectsynth.registry import leaves, named_defects, named_presets, preset_summary


def test_list_names_everything_public(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in printed if line.startswith("  ")]
    assert sorted(names) == sorted([*named_defects(), *PRESETS, *REFERENCES])
    assert any("screw" in line and "thread_top" in line for line in printed)
    assert {"line", "scratch", "color_spot", "bent_edge"} <= set(names)
    assert not {"painted_defect", "warped_defect"} & set(names)
    assert any("a thin curved mark" in line for line in printed)


@pytest.mark.parametrize("name", named_defects())
def test_show_describes_every_argument(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["show", name]) == 0
    printed = capsys.readouterr().out
    table = printed.partition("-----")[2].splitlines()
    defect = named_defects()[name]()
    assert set(type(defect).argument_names()) <= {line.split()[0] for line in table[1:] if line.strip()}
    rules: dict[str, Rule] = {key: rule for part in reversed(defect.components) for key, rule in part.rules().items()}
    for key in type(defect).argument_names():
        row = next(line for line in table if line.startswith(f"{key} "))
        if key in rules:
            assert rules[key].text[:20] in row
        assert len(row.split("  ")) > 3  # no empty column


def test_show_names_units_and_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    main(["show", "scratch"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "scratch (Scratch) A scratch:" in printed
    assert "pair in [0, 2], fraction of min(H, W)" in printed
    assert "number in [0, 1], scales the visibility" in printed
    assert "Args:" not in printed


@pytest.mark.parametrize("name", named_presets())
def test_a_shown_preset_is_a_preset_file(
    *, capsys: pytest.CaptureFixture[str], tmp_path: Path, good: Path, generate: Any, tree: Any, name: str
) -> None:
    assert main(["show", name]) == 0
    (tmp_path / "mine.yaml").write_text(capsys.readouterr().out)
    assert (tmp_path / "mine.yaml").read_text().startswith(f"# {preset_summary(name)}\n")
    _, ours = generate(good, "--preset", name, name="ours")
    _, mine = generate(good, "--preset", str(tmp_path / "mine.yaml"), name="mine")
    assert tree(ours) == tree(mine)


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_presets_that_albumentations_saved(tmp_path: Path, good: Path, generate: Any, suffix: str) -> None:
    path = tmp_path / f"mine.{suffix}"
    A.save(A.Compose([defectsynth.Scratch(where="object", p=1)]), path, data_format=suffix)
    code, output = generate(good, "--preset", str(path))
    assert code == 0
    assert [path.name for path in (output / "test").iterdir()] == ["scratch"]


@pytest.mark.parametrize("name", ["generic_object", "generic_texture"])
def test_presets_draw_every_defect_they_hold(part: Any, name: str) -> None:
    transform = PRESETS[name]()
    image = np.ascontiguousarray(part(size=(128, 128)))
    drawn = [defectsynth.synthesize(image, transform, seed=seed).defects for seed in range(700)]
    kinds = {defect["kind"] for defects in drawn for defect in defects}
    assert kinds == {leaf.kind for leaf in leaves(transform)}
    assert len(kinds) > 30
    assert sum(map(bool, drawn)) >= 0.95 * len(drawn)


def test_set_reaches_the_defect(good: Path, generate: Any) -> None:
    words = ("--set", "width_range=[1e-2, 0.02]", "--set", "palettes=[red]", "--where", "object", "--severity", "0.8")
    code, output = generate(good, "--defect", "line", *words)
    assert code == 0
    stated = json.loads((output / "defectsynth.json").read_text())["transform"]["transform"]
    assert stated["width_range"] == [0.01, 0.02]
    assert stated["palettes"] == ["red"]
    assert stated["where"]["type"] == "OnObject"
    assert stated["severity"] == 0.8


def test_several_defects_share_the_arguments_they_take(good: Path, generate: Any) -> None:
    code, output = generate(
        good, "--defect", "line", "--defect", "bent_edge", "--set", "bends=[bulge]", "--count", "12"
    )
    assert code == 0
    assert {path.name for path in (output / "test").iterdir()} == {"line", "bent_edge"}


BAD = {
    "generate in out --defect line --count 0": "--count must be at least 1, got 0",
    "generate in out --defect line --count x": "--count must be a whole number, got 'x'",
    "generate in out --defect line --count 2.5": "--count must be a whole number, got '2.5'",
    "generate in out --defect line --seed -1": "--seed must be at least 0, got -1",
    "generate in out --defect line --seed 99999999999999999999": "--seed must be at most 9223372036854775807",
    "generate in out --defect line --workers 0": "--workers must be at least 1, got 0",
    "generate in out --defect line --severity 2": "--severity must be a number in [0, 1], got '2'",
    "generate in out --defect line --severity nan": "--severity must be a number in [0, 1], got 'nan'",
    "generate in out --defect line --layout voc": "argument --layout: invalid choice: 'voc'",
    "generate in out": "generate must have --defect or --preset",
    "generate in": "the following arguments are required: OUTPUT",
    "generate nowhere out --defect line": "INPUT must be a folder of images, got 'nowhere'",
    "generate empty out --defect line": "INPUT must hold images (.png, .jpg,",
    "generate in out --defect line --roi-dir nowhere": "--roi-dir must be a folder of images, got 'nowhere'",
    "generate in out --defect line --roi-dir in/masks": "--roi-dir must not lie inside INPUT 'in', got 'in/masks'",
    "generate in out --defect lines": "--defect must be one of abrasion,",
    "generate in out --defect line --defect line": "--defect must name different defects, got line, line",
    "generate in out --defect line --preset generic_object": "not allowed with argument",
    "generate in out --defect line --set length": "--set must be name=value, got 'length'",
    "generate in out --defect line --set =3": "--set must be name=value, got '=3'",
    "generate in out --defect line --set a=[": "--set a must be a value in YAML, got '['",
    "generate in out --defect line --set depth=3": "--set must name an argument of line (length_range,",
    "generate in out --defect line --set severity=1 --set severity=0": "--set severity must be given once",
    "generate in out --defect line --set severity=1 --severity 0": "--severity must not be given together with --set",
    "generate in out --defect line --set p=0.1": "--set p is not possible: every output image gets a defect",
    "generate in out --defect line --set mask_kind=alpha": "--set mask_kind is not possible: masks are written as 0",
    "generate in out --defect line --set length_range=[0.9,0.1]": "length_range must be (low, high) with 0 <= low",
    "generate in out --defect line --set length_range=long": "--defect line: length_range must be (low, high)",
    "generate in out --defect line --where moon": "where must be a Where or one of anywhere, object,",
    "generate in out --preset generic": "--preset must be one of generic_object, generic_texture",
    "generate in out --preset no.yaml": "--preset must be a file that A.save wrote, got 'no.yaml'",
    "generate in out --preset words.yaml": "--preset must be a file that A.save wrote, got 'words.yaml'",
    "generate in out --preset foreign.yaml": "no class 'somewhere.Else' is known",
    "generate in out --preset flip.yaml": "--preset must hold defects only, or no record could draw an image",
    "generate in out --preset generic_object --severity 1": "--severity must go with --defect",
    "generate in out --preset generic_object --set severity=1": "--set must go with --defect",
    "preview in out": "OUTPUT must be a .png file, got 'out'",
    "preview in out.png --rows 0": "--rows must be at least 1, got 0",
    "preview in out.png --cell 9": "--cell must be at least 64, got 9",
    "show": "the following arguments are required: NAME",
    "show lines": "NAME must be one of abrasion,",
    "draw": "argument COMMAND: invalid choice: 'draw'",
    "": "the following arguments are required: COMMAND",
}


@pytest.mark.parametrize("words", BAD)
def test_bad_arguments(
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    part: Any,
    write: Any,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in/a.png", part())
    (tmp_path / "in/masks").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.yaml").write_text("[once, upon")
    foreign = {"transform": {"__class_fullname__": "somewhere.Else", "p": 1.0}, "__version__": "2.0.8"}
    (tmp_path / "foreign.yaml").write_text(yaml.safe_dump(foreign))
    A.save(A.Compose([A.HorizontalFlip(p=1), defectsynth.Line(p=1)]), tmp_path / "flip.yaml", data_format="yaml")
    assert main(words.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("defectsynth: ")
    assert BAD[words] in printed.err
    assert not (tmp_path / "out").exists()


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda _: None)
    assert main(["list"]) == 2
    assert capsys.readouterr().err == (
        "defectsynth: the command line needs pyyaml and tqdm: pip install 'defectsynth[cli]'\n"
    )


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["generate", "--help"], ["preview", "--help"], ["show", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 0
    assert f"defectsynth {defectsynth.__version__}" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_error_to_trace(start: Any) -> None:
    job = start("show", "generic_object")
    job.stdout.close()
    assert "Traceback" not in job.stderr.read()
    job.wait(timeout=30)
    job.stderr.close()
