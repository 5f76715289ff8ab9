"""The recipe for a new defect in defectsynth/transforms/README.md works to the letter."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

ROOT = Path(__file__).parents[1]
TRANSFORMS = ROOT / "defectsynth" / "transforms" / "README.md"
(RECIPE,) = re.findall(r"<!-- command: add a defect -->\n```sh\n(.*?)\n```", TRANSFORMS.read_text(), flags=re.DOTALL)
FILES = dict(re.findall(r"<!-- file: ([\w./]+) -->\n```python\n(.*?)```", TRANSFORMS.read_text(), flags=re.DOTALL))
SEARCH_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # as in an active environment


@pytest.fixture(scope="module")
def copy_with_the_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository in which "Add a defect" was followed to the letter."""
    if shutil.which("ruff", path=SEARCH_PATH) is None:
        pytest.skip("ruff is not installed")
    copy = tmp_path_factory.mktemp("copy")
    others = shutil.ignore_patterns("__pycache__", "eval", "heads", "examples", "test_readme*.py")
    for name in ("defectsynth", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=others)
    shutil.copytree(copy / "defectsynth", copy / "before")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, text in FILES.items():
        assert not (copy / path).exists()
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(text)
    environment = {**os.environ, "PATH": SEARCH_PATH}
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
    folder = "transforms/contamination"
    assert set(FILES) == {f"defectsynth/{folder}/smudge.py", f"tests/{folder}/test_smudge.py"}
    golden = cv2.imread(str(copy / "tests" / "golden" / "smudge.png"))
    assert golden.shape == (64, 64, 3)
    changed = subprocess.run(
        ["diff", "-r", "-q", "-x", "*cache*", str(copy / "before"), str(copy / "defectsynth")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(changed.stdout.splitlines()) == 2, "the new file and the list of names"
    names = "defectsynth/transforms/__init__.py"
    (listed,) = re.findall(r"__all__ = \[\n(.*?)\]", (copy / names).read_text(), re.DOTALL)
    assert listed.count('"Smudge"') == 1
    for words in (["check"], ["format", "--check"]):
        ruff = str(shutil.which("ruff", path=SEARCH_PATH))
        subprocess.run([ruff, *words, *FILES, names], cwd=copy, check=True, capture_output=True)


def test_adding_a_defect_takes_less_than_100_lines() -> None:
    lines = [line for text in (*FILES.values(), RECIPE) for line in text.splitlines()]
    assert len(lines) < 100
