"""The README's code runs, its commands exist, and CI calls its test command."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from defectsynth.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CODE = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = dict(re.findall(r"<!-- command: ([\w ]+) -->\n```sh\n(.*?)\n```", README, flags=re.DOTALL))


def test_the_code_runs() -> None:
    names = {"image": np.full((96, 96, 3), 128, np.uint8), "mask": np.zeros((96, 96), np.uint8)}
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


def test_the_main_job_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    steps = [shlex.split(step) for step in COMMANDS["main job"].split("&&")]
    render = next(step for step in steps if "eval.sample_set" in step)
    assert render[1:3] == ["-m", "eval.sample_set"]
    folder, options = str(tmp_path / render[3]), [*render[4:], "--train", "1", "--size", "96"]  # the last one counts
    subprocess.run([sys.executable, "-m", "eval.sample_set", folder, *options], cwd=ROOT, check=True)
    for step in steps:
        if step[0].endswith("/defectsynth"):
            assert main([*step[1:], *(["--workers", "1"] if step[1] == "generate" else [])]) == 0
    assert (tmp_path / "defects" / "manifest.jsonl").exists()
    assert (tmp_path / "defects.png").exists()


def test_every_documented_file_exists() -> None:
    for path in re.findall(r"(?:examples|tests)/[\w./]+\.(?:py|jpg|json)", README):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m (examples\.\w+)", README):
        assert (ROOT / (module.replace(".", "/") + ".py")).exists(), module
