"""Sub-packages import downwards only: ALLOWED is the whole picture of the architecture."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPONENTS = ("places", "shapes", "looks", "fields", "blending", "parts")  # none of them imports another
BELOW = {
    "core": (),
    "io": ("core",),
    "functional": ("core",),
    "scene": ("core",),
    **dict.fromkeys(COMPONENTS, ("core", "io", "functional", "scene")),
    "recipes": ("core", "functional", "scene", *COMPONENTS),
    "engine": ("core", "scene", "places", "fields", "recipes"),
    "transforms": ("core", "io", "functional", "scene", *COMPONENTS, "recipes", "engine"),
    "training": ("core", "io", "scene", "places", "shapes", "blending", "engine"),
    "presets": ("core", "places", "shapes", "looks", "fields", "blending", "engine", "transforms"),
    "reference": ("io", "places", "transforms"),
    "registry": ("core", "engine", "blending", "places", "shapes", "looks", "fields", "transforms", "presets", "reference"),
    "cli": ("core", "io", "places", "engine", "presets", "reference", "registry"),
}
EVAL = {
    "files": (),
    "progress": (),
    "sample_set": (),
    "data": ("files",),
    "models": ("data",),
    "training": ("data", "models"),
    "scoring": ("data", "models", "files", "progress"),
    "benchmark": ("data", "models", "training", "scoring", "files", "progress"),
    "report": ("data", "scoring", "benchmark", "files"),
    "audit": ("data", "models", "training", "scoring", "benchmark", "files", "progress"),
    "tune": ("data", "models", "scoring", "benchmark", "audit", "files", "progress"),
    "cli": ("data", "models", "training", "benchmark", "report", "audit", "tune", "sample_set", "progress"),
}


def imports(package: str) -> set[tuple[str, str, str]]:
    """(sub-package, imported sub-package, file) of every import inside a package."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        place = path.relative_to(ROOT / package).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package + "."):
                found.add((place, node.module.split(".")[1], path.as_posix()))
    return found


@pytest.mark.parametrize(("package", "below"), [("defectsynth", BELOW), ("eval", EVAL)])
def test_sub_packages_import_downwards_only(package: str, below: dict[str, tuple[str, ...]]) -> None:
    wrong = [
        f"{path}: {place} must not import {other}"
        for place, other, path in sorted(imports(package))
        if place in below and other != place and other not in below[place]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_library_does_not_know_its_users() -> None:
    for package, others in (("defectsynth", ("dml_heads", "eval")), ("dml_heads", ("defectsynth", "eval"))):
        for path in (ROOT / package).rglob("*.py"):
            assert not any(f"from {name}" in path.read_text() for name in others), path
