"""Arguments of the command line and the errors of wrong ones."""

from pathlib import Path

import albumentations as A
import pytest
import yaml

import defectsynth
from defectsynth import cli
from defectsynth.cli import main
from tests.images import make_part, write_image

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
    "generate in out --defect violet": "--defect must be one of abrasion,",
    "generate in out --defect lines": "--defect must be the name of a defect, got 'lines'; did you mean line?",
    "generate in out --defect Scratch": "got 'Scratch'; did you mean scratch",
    "generate in out --defect line --defect line": "--defect must name different defects, got line, line",
    "generate in out --defect line --preset generic_object": "not allowed with argument",
    "generate in out --defect line --set length": "--set must be name=value, got 'length'",
    "generate in out --defect line --set =3": "--set must be name=value, got '=3'",
    "generate in out --defect line --set a=[": "--set a must be a value in YAML, got '['",
    "generate in out --defect line --set violet=3": "--set must name an argument of line (length_range,",
    "generate in out --defect line --set lenght_range=3": "got 'lenght_range'; did you mean length_range?",
    "generate in out --defect line --set palettes=[rde]": "palettes must be a non-empty list of different names",
    "generate in out --defect line --set mask_value=[[[[": "--set mask_value must be a value in YAML, got '[[[['",
    "generate in out --defect line --set severity=1 --set severity=0": "--set severity must be given once",
    "generate in out --defect line --set severity=1 --severity 0": "--severity must not be given together with --set",
    "generate in out --defect line --set p=0.1": "--set p is not possible: every output image gets a defect",
    "generate in out --defect line --set mask_kind=alpha": "--set mask_kind is not possible: masks are written as 0",
    "generate in out --defect line --set length_range=[0.9,0.1]": "length_range must be (low, high) with 0 <= low",
    "generate in out --defect line --set length_range=long": "--defect line: length_range must be (low, high)",
    "generate in out --defect line --where moon": "where must be a Where or one of anywhere, object,",
    "generate in out --preset violet": "--preset must be one of generic_object, generic_texture",
    "generate in out --preset generic_objects": "got 'generic_objects'; did you mean generic_object",
    "generate in out --preset no.yaml": "--preset must be a file that A.save wrote, got 'no.yaml'",
    "generate in out --preset words.yaml": "--preset must be a file that A.save wrote, got 'words.yaml'",
    "generate in out --preset foreign.yaml": "no class 'somewhere.Else' is known",
    "generate in out --preset flip.yaml": "it must hold defects only, or no record could draw an image",
    "generate in out --preset generic_object --severity 1": "--severity must go with --defect",
    "generate in out --preset generic_object --set severity=1": "--set must go with --defect",
    "preview in out": "OUTPUT must be a .png, .jpg or .html file, got 'out'",
    "preview in out.png --rows 0": "--rows must be at least 1, got 0",
    "preview in out.png --cell 9": "--cell must be at least 64, got 9",
    "show": "the following arguments are required: NAME",
    "show violet": "NAME must be one of abrasion,",
    "show lines": "NAME must be the name of a defect or preset, got 'lines'; did you mean line?",
    "draw": "argument COMMAND: invalid choice: 'draw'",
    "": "the following arguments are required: COMMAND",
}


@pytest.mark.parametrize("words", BAD)
def test_a_wrong_call_exits_with_2_and_names_the_rule(
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "in/a.png", make_part())
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


def test_help_and_version_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["generate", "--help"], ["preview", "--help"], ["show", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as exit_info:
            main(words)
        assert exit_info.value.code == 0
    assert f"defectsynth {defectsynth.__version__}" in capsys.readouterr().out
