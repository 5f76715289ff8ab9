"""Packages import downwards only and without cycles; folders and files stay small; tests mirror the packages."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import defectsynth

ROOT = Path(__file__).parents[1]
MAX_LINES = 300
MAX_MODULES = 25  # of a folder
COMPONENTS = ("places", "shapes", "looks", "fields", "blending", "parts")  # none of them imports another
LIBRARY = {
    "core": (),
    "moved": ("core",),
    "cluster": (),
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
    "registry": (
        *("core", "places", "shapes", "looks", "fields", "blending"),
        *("engine", "transforms", "presets", "reference"),
    ),
    "testing": ("core", "io", "places", "shapes", "looks", "fields", "blending", "recipes", "engine", "registry"),
    "studio": ("core", "io", "places", "engine", "registry", "cli", "training"),
    "fitting": (
        *("core", "io", "functional", "scene", "places", "shapes", "looks", "blending", "parts"),
        *("engine", "transforms", "presets", "registry"),
    ),
    "cli": ("cluster", "core", "io", "places", "engine", "training", "presets", "reference", "registry", "fitting"),
    "torch": ("core", "engine", "registry"),
    "integrations": ("core", "engine", "torch"),
}
EVALUATION = {
    "files": (),
    "progress": (),
    "sample_set": ("files",),
    "data": (),
    "models": ("data", "files"),
    "training": ("data", "models"),
    "scoring": ("data", "models", "files", "progress"),
    "benchmark": ("data", "models", "training", "scoring", "files", "progress"),
    "report": ("data", "scoring", "benchmark", "files"),
    "audit": ("data", "models", "training", "scoring", "benchmark", "files", "progress"),
    "cli": ("data", "training", "scoring", "benchmark", "report", "audit", "sample_set", "progress"),
}
NOT_MIRRORED = {"capabilities", "data", "eval", "examples", "golden", "heads"}  # folders of tests


def modules(package: str) -> dict[str, Path]:
    """Return the file of every module of a package by its dotted name."""
    files = sorted((ROOT / package).rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in files}


@cache
def imported_names(path: Path) -> frozenset[str]:
    """Return the dotted names that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.update(f"{node.module}.{each.name}" for each in node.names)
    return frozenset(found)


def imported_modules(package: str) -> dict[str, set[str]]:
    """Return the modules of a package that each of its modules imports."""
    known = modules(package)
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        candidates = (each if each in known else each.rpartition(".")[0] for each in imported_names(path))
        found[name] = {each for each in candidates if each in known} - {name}
    return found


def top(name: str) -> str:
    """Return the first level below the package: `places` of `defectsynth.places.base`."""
    return name.split(".")[1] if "." in name else ""


def test_the_library_takes_nothing_from_its_own_top() -> None:
    """The installed command imports the top empty; only names that `__getattr__` finds are there."""
    found = {"__version__", *defectsynth.IMPORTED_LATER}
    for name, path in modules("defectsynth").items():
        tree = ast.parse(path.read_text())
        tops = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name == "defectsynth"
        }
        taken = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in tops
        }
        assert taken <= found, f"{name} must import {taken - found} from their modules"


@pytest.mark.parametrize(("package", "below"), [("defectsynth", LIBRARY), ("eval", EVALUATION)])
def test_packages_import_downwards_only(package: str, below: dict[str, tuple[str, ...]]) -> None:
    graph = imported_modules(package)
    assert {top(name) for name in graph} - {"", "__main__"} <= below.keys(), "the table names every package"
    wrong = [
        f"{name} must not import {other}"
        for name, others in graph.items()
        for other in sorted(others)
        if top(name) in below and top(other) not in ("", top(name), *below[top(name)])
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", ["defectsynth", "eval", "dml_heads"])
def test_no_modules_import_each_other_in_a_cycle(package: str) -> None:
    TopologicalSorter(imported_modules(package)).prepare()  # CycleError names the cycle


@pytest.mark.parametrize(
    ("package", "users"), [("defectsynth", {"dml_heads", "eval"}), ("dml_heads", {"defectsynth", "eval"})]
)
def test_the_library_does_not_import_its_users(package: str, users: set[str]) -> None:
    wrong = [
        name for name, path in modules(package).items() if {each.split(".")[0] for each in imported_names(path)} & users
    ]
    assert not wrong


@pytest.mark.parametrize("package", ["defectsynth", "eval"])
def test_no_folder_has_too_many_modules(package: str) -> None:
    folders = [path.parent for path in modules(package).values() if path.name != "__init__.py"]
    assert not {folder.as_posix() for folder in folders if folders.count(folder) > MAX_MODULES}


@pytest.mark.parametrize("folder", ["defectsynth", "eval", "dml_heads", "tests", "examples"])
def test_no_file_is_too_long(folder: str) -> None:
    lengths = {path.as_posix(): len(path.read_text().splitlines()) for path in modules(folder).values()}
    assert not {name: length for name, length in lengths.items() if length > MAX_LINES}


def test_every_folder_of_tests_is_a_package_of_the_library() -> None:
    tests = {path.parent.relative_to(ROOT / "tests") for path in modules("tests").values()}
    mirrored = {folder for folder in tests if folder.parts and folder.parts[0] not in NOT_MIRRORED}
    packages = {path.parent.relative_to(ROOT / "defectsynth") for path in modules("defectsynth").values()}
    assert mirrored <= packages


OWN = ("defectsynth", "dml_heads", "eval", "examples", "tests")


@cache
def names_in(module: str) -> frozenset[str] | None:
    """Return the names that a module of the project binds anywhere; None if it may have others."""
    place = ROOT.joinpath(*module.split("."))
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    names = {each.stem for each in place.iterdir()} if place.is_dir() else set()
    for node in ast.walk(ast.parse(path.read_text() if path.is_file() else "")):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
    return None if names & {"*", "__getattr__"} else frozenset(names)


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: path.stem)
def test_what_tests_import_exists(path: Path) -> None:
    """Pytest leaves out a test module whose import fails, because `--doctest-ignore-import-errors` hides it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in OWN:
            names = names_in(str(node.module))
            if names is not None:
                assert {alias.name for alias in node.names} <= names, f"{path}: {node.module}"
