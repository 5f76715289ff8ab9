"""`defectsynth list` and `defectsynth show`."""

from pathlib import Path
from typing import Any

import pytest

from defectsynth.cli import main
from defectsynth.core.parameters import Rule
from defectsynth.presets import PRESETS
from defectsynth.reference import REFERENCES
from defectsynth.registry import named_defects, named_presets, preset_summary
from tests.processes import TIMEOUT


def test_list_names_every_defect_preset_and_mode(capsys: pytest.CaptureFixture[str]) -> None:
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


@pytest.mark.parametrize("name", [*named_presets(), "zipper-without-rough"])
def test_a_shown_preset_can_be_used_as_a_preset_file(
    *, capsys: pytest.CaptureFixture[str], tmp_path: Path, good: Path, generate: Any, tree: Any, name: str
) -> None:
    assert main(["show", name]) == 0
    (tmp_path / "mine.yaml").write_text(capsys.readouterr().out)
    assert (tmp_path / "mine.yaml").read_text().startswith(f"# {preset_summary(name)}\n")
    _, ours = generate(good, "--preset", name, name="ours")
    _, mine = generate(good, "--preset", str(tmp_path / "mine.yaml"), name="mine")
    assert tree(ours) == tree(mine)


def test_a_type_that_a_preset_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "zipper-without-rust"]) == 2
    assert "NAME zipper-without-rust: without must be one of broken_teeth" in capsys.readouterr().err


def test_a_closed_pipe_ends_show_without_a_traceback(start: Any) -> None:
    job = start("show", "generic_object")
    job.stdout.close()
    assert "Traceback" not in job.stderr.read()
    job.wait(timeout=TIMEOUT)
    job.stderr.close()
