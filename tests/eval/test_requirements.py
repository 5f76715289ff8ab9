"""The packages of the evaluator are listed beside it, not in the metadata of the wheel, which holds no evaluator."""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWN = {"defectsynth", "dml_heads", "eval"}
OF_THE_LIBRARY = {"albumentations", "cv2", "numpy", "tqdm", "yaml"}  # required by defectsynth[cli]
OF_OTHERS = {"markupsafe", "threadpoolctl"}  # required by jinja2 and scikit-learn
OF_EXTRAS = {"ray"}  # defectsynth[ray], for --ray alone
DISTRIBUTIONS = {"sklearn": "scikit-learn", "faiss": "faiss-cpu"}


def imported_packages() -> set[str]:
    """Return the packages that a module of `eval` imports anywhere in it."""
    found: set[str] = set()
    for path in (ROOT / "eval").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found.update(each.name.split(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).split(".")[0])
    return found - OWN - OF_THE_LIBRARY - OF_OTHERS - OF_EXTRAS - sys.stdlib_module_names


def test_every_import_is_required_beside_the_evaluator() -> None:
    text = (ROOT / "eval" / "requirements.txt").read_text()
    required = set(re.findall(r"^([\w-]+)>=", text, re.MULTILINE))
    missing = {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in imported_packages()} - required
    assert not missing


def test_the_wheel_has_no_extra_for_an_evaluator_that_it_does_not_hold() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    extras = text.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    names = re.findall(r"^([\w-]+) = \[", extras, re.MULTILINE)
    assert "torch" in names
    assert "eval" not in names
    (packages,) = re.findall(
        r"^packages = (\[.*\])$", text.partition("targets.wheel]")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert "eval" not in ast.literal_eval(packages)
