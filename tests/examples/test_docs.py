"""The documentation: READMEs become pages, recipes run, the site has no dead link and opens in a browser."""

import re
from pathlib import Path

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.presets import CATEGORIES
from defectsynth.registry import public_transforms
from examples.docs.__main__ import main
from examples.docs.check import MAX_PAGE_SIZE, faults_of
from examples.docs.readmes import ROOT, anchor, pages
from examples.docs.site import RECIPES
from examples.docs.transforms import transform_page, transforms_by_family
from tests.browser import shown_document


def test_long_readmes_are_split_at_their_sections_and_links_follow() -> None:
    found = {page.path: page.text for page in pages()}
    sections = re.findall(r"^## (.*)$", (ROOT / "defectsynth" / "README.md").read_text(), re.MULTILINE)
    assert {f"library/{anchor(section)}.md" for section in sections} <= set(found)
    assert "](library/index.md)" in found["index.md"]
    assert "](library/the-defects.md)" in found["contributing.md"]
    prose = {path: re.sub(r"```.*?```", "", text, flags=re.DOTALL) for path, text in found.items()}
    linked = [
        (Path(path).parent / link.partition("#")[0]).as_posix()
        for path, text in prose.items()
        for link in re.findall(
            r"(?<!!)\[[^]]*\]\(([^)\s]+\.md[^)\s]*)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        )
    ]
    assert len(linked) > 10
    resolved = {str(Path(link)).replace("library/../", "").replace("evaluation/../", "") for link in linked}
    assert resolved <= set(found)


def test_every_transform_has_a_page_in_one_family() -> None:
    by_family = transforms_by_family()
    assert sorted(kind.__name__ for kinds in by_family.values() for kind in kinds) == sorted(
        kind.__name__ for kind in public_transforms()
    )
    assert all(by_family.values())
    page = transform_page(ds.BentEnd)
    assert "[screw-manipulated_front](../presets/screw.md)" in page
    assert "--defect bent_end" in page


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.md")), ids=lambda path: path.stem)
def test_the_code_of_a_recipe_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    part = np.random.default_rng(0).integers(180, 200, (96, 96, 3), np.uint8)
    part[30:70, 20:80] = 90
    names = {"image": part, "mask": np.zeros((96, 96), np.uint8), "ds": ds}
    for block in re.findall(r"```python\n(.*?)```", path.read_text(), flags=re.DOTALL):
        exec(compile(block, str(path), "exec"), names)  # noqa: S102  our own recipe


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<a href="gone.html">x</a>', "dead link gone.html"),
        ('<a href="#gone">x</a>', "dead link #gone"),
        ('<img src="gone.png">', "dead link gone.png"),
        ('<script src="https://cdn.test/x.js"></script>', "loads https://cdn.test/x.js from another host"),
        ("x" * (MAX_PAGE_SIZE + 1), f"{MAX_PAGE_SIZE + 1} bytes, more than {MAX_PAGE_SIZE}"),
    ],
    ids=["page", "anchor", "image", "host", "size"],
)
def test_the_check_finds_faults(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "good.html").write_text('<a href="page.html#here">x</a><a href="https://a.test">y</a>')
    (tmp_path / "page.html").write_text(f'<b id="here"></b>{"" if len(text) > 1000 else text}')
    if len(text) > 1000:
        (tmp_path / "page.html").write_text(text)
        (tmp_path / "good.html").unlink()
    assert faults_of(tmp_path) == [f"page.html: {fault}"]


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    assert len(faults_of(tmp_path)) == 1


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site with small images."""
    for package in ("mkdocs", "mkdocstrings", "material"):
        pytest.importorskip(package)
    out = tmp_path_factory.mktemp("site")
    assert main([str(out), "--size", "64"]) == 0
    return out


def test_the_site_has_a_page_for_every_transform_and_preset(site: Path) -> None:
    for kind in public_transforms():
        text = (site / "transforms" / f"{kind.__name__}.html").read_text()
        assert "severity" in text or "where" in text or "common" in text
    assert all((site / "presets" / f"{category}.html").exists() for category in CATEGORIES)
    arguments = (site / "transforms" / "Scratch.html").read_text()
    assert "fraction of min(H, W)" in arguments
    assert "length_range" in arguments


def test_the_site_opens_in_a_browser(site: Path, tmp_path: Path) -> None:
    document = shown_document(site / "transforms" / "Scratch.html", tmp_path)
    assert "<h1" in document
    assert "Scratch" in document
