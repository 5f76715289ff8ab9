"""The page of the report: self-contained, complete, safe, and shown by a browser."""

import base64
import hashlib
import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("jinja2")

from defectsynth.io import image_files
from eval.benchmark.results import find_results, read_results, write_failure, write_results
from eval.report import write_report
from tests.browser import shown_document
from tests.images import write_image


def test_failed_cells_are_shown(read: Any, strange: str) -> None:
    table = read.table("Image AUROC. Self-supervised twins from generic_object, scored by image")
    assert table["cosface"] == ["0", "failed", "–", "–"]  # noqa: RUF001 - the dash of the page
    assert "2 of 11 cells failed." in read.text
    assert f"RuntimeError: <b>{strange}</b> went wrong" in read.text


def test_the_page_names_versions_data_and_device(out: Path, read: Any) -> None:
    results = next(iter(find_results(out).values()))
    for word in (*results.versions.values(), results.device, results.settings.data, results.started[:10]):
        assert word in read.text
    assert (results.git_revision or "unknown revision")[:12] in read.text
    assert "softmax, arcface, cosface" in read.text


def test_the_page_is_self_contained_and_complete(page: Path, read: Any, strange: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"https?://|@import|<script|<link|<iframe", text)
    assert all(target.startswith("#") and target[1:] in read.ids for target in read.targets)
    assert all(image["src"].startswith("data:image/webp;base64,") for image in read.images)
    assert all(image["alt"] for image in read.images)
    assert all(read.labels)
    assert [name for name, count in Counter(read.ids).items() if count > 1] == []
    assert read.tags["svg"] == 2 + 2 * 3 + 2 * 3  # heads; ROC and distances of each; embeddings, the untrained beside
    assert len(read.images) == 2 * 8 * 3 + 8 * 4
    assert "a&lt;b&amp;c" in text
    assert strange not in text
    assert "<i>" not in text
    assert [path.name for path in page.parent.iterdir()] == ["report.html"]


def test_the_page_allows_nothing_but_its_own_style_and_images(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'", "img-src data:", f"style-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert not re.findall(r"<[^>]*\s(?:style|on\w+)\s*=", text)


def test_hidden_characters_of_names_and_errors_are_visible(plain: Path, tmp_path: Path, read_page: Any) -> None:
    hidden = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
    (path,) = plain.rglob("results.json")
    results = read_results(path.parent)
    names = {image.defect: f"{image.defect}{hidden}" for image in results.images if image.label}
    images = tuple(
        replace(image, defect=names.get(image.defect, "good"), path=f"disc/test/x/{number}{hidden}.png")
        for number, image in enumerate(results.images)
    )
    found = {names[name]: 0.5 for name in results.metrics.per_defect}
    metrics = replace(
        results.metrics,
        per_defect=found,
        decision=replace(results.metrics.decision, found=found, best_found=found),
        intervals=results.metrics.intervals | {f"defect {name}": (0.4, 0.6) for name in found},
    )
    settings = replace(results.settings, category=f"disc{hidden}", data=f"/data{hidden}")
    folder = tmp_path / "out" / "cell\u202e\x01"
    shutil.copytree(path.parent, folder)
    write_results(folder, replace(results, settings=settings, images=images, metrics=metrics, device=f"cpu{hidden}"))
    failed = tmp_path / "out" / "failed\u2066"
    write_failure(failed, replace(settings, seed=3), RuntimeError(f"no {hidden}"))
    written = write_report(tmp_path / "out", tmp_path / "page.html")
    text = written.read_text(encoding="utf-8")
    assert {letter for letter in hidden if letter in text} == {"\n", "\t"}
    page = read_page(written)
    for name in ("disc\\u0000", "dent\\u0000", "cell\\u202e\\u0001", "failed\\u2066", "cpu\\u0000", "\\u2069.png"):
        assert name in page.text
    assert any("dent\\u0000" in label and "\\u202e" in label for label in page.labels)


def test_only_the_images_that_are_shown_are_read(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    read = image_files.read_image
    monkeypatch.setattr("eval.data.images.read_image", lambda path: (opened.append(path), read(path))[1])
    write_report(plain, tmp_path / "page.html")
    tests = {path for path in opened if path.parts[-3] == "test"}
    assert len(tests) == 8
    assert len(opened) <= 8 * 3 + 4 + 8  # for shape, page and Grad-CAM; masks; nearest normals


def test_the_same_results_give_the_same_page_and_progress_ends(plain: Path, tmp_path: Path, read_page: Any) -> None:
    steps: list[tuple[str, int, int]] = []
    first = write_report(plain, tmp_path / "first.html", progress=lambda *step: steps.append(step))
    assert write_report(str(plain), str(tmp_path / "second.html")).read_bytes() == first.read_bytes()
    assert [done for _, done, _ in steps] == list(range(1, steps[-1][2] + 1))
    assert {total for _, _, total in steps} == {len(steps)}
    page = read_page(first)
    assert page.table("Image AUROC. Untrained, scored by patch")["untrained"][0] == ""
    assert "failed." not in page.text.partition("What was run")[0]


def copied(plain: Path, folder: Path, data: Path) -> Path:
    """The results as if the images had been elsewhere."""
    shutil.copytree(plain, folder)
    (path,) = folder.rglob("results.json")
    found = json.loads(path.read_text())
    found["settings"]["data"] = str(data)
    path.write_text(json.dumps(found))
    return path.parent


def test_missing_images_are_named_and_moved_ones_are_found(
    data: Path, plain: Path, tmp_path: Path, read_page: Any
) -> None:
    copied(plain, tmp_path / "out", Path("/no/such/folder"))
    lost = read_page(write_report(tmp_path / "out", tmp_path / "page.html"))
    assert "The images cannot be shown" in lost.text
    assert lost.images == []
    assert lost.tags["svg"] == 3
    assert "Best: defective, highest scores" in lost.text
    found = read_page(write_report(tmp_path / "out", tmp_path / "page.html", data=data))
    assert "cannot be shown" not in found.text
    assert len(found.images) == 8 * 4  # image, Grad-CAM, heat map and nearest normal
    assert len(base64.b64decode(found.images[0]["src"].partition(",")[2])) < 20_000


def test_missing_and_broken_files_are_named_and_the_rest_is_shown(
    data: Path, plain: Path, tmp_path: Path, read_page: Any
) -> None:
    folder = copied(plain, tmp_path / "out", data)
    for name in ("bank.npz", "embeddings.npz"):
        (folder / name).write_bytes(b"broken")
    (folder / "heat_maps.npz").unlink()
    page = read_page(write_report(tmp_path / "out", tmp_path / "page.html"))
    for name in ("No Grad-CAM", "No nearest", "No heat maps", "No t-SNE"):
        assert name in page.text
    assert len(page.images) == 8
    fewer = tmp_path / "fewer"
    shutil.copytree(data / "disc", fewer / "disc")
    results = read_results(folder)
    worst = max((image for image in results.images if image.label == 0), key=lambda image: image.score)
    (fewer / worst.path).unlink()
    page = read_page(write_report(tmp_path / "out", tmp_path / "page.html", data=fewer))
    assert f"{worst.path} is missing" in page.text
    assert page.images == []


def test_nearest_images_are_shown_if_the_run_left_out_repeated_ones(
    data: Path, plain: Path, tmp_path: Path, read_page: Any
) -> None:
    shutil.copytree(data / "disc", tmp_path / "data" / "disc")
    good = tmp_path / "data" / "disc" / "train" / "good"
    shutil.copy(good / "0.png", good / "00.png")
    page = read_page(write_report(plain, tmp_path / "page.html", data=tmp_path / "data"))
    assert "No nearest training images" not in page.text
    assert any(image["alt"].startswith("nearest normal") for image in page.images)
    shutil.copy(data / "disc" / "test" / "good" / "0.png", good / "9.png")
    (good / "5.png").unlink()
    page = read_page(write_report(plain, tmp_path / "page.html", data=tmp_path / "data"))
    assert "No nearest training images: the run had 6 training images, disc now has 5" in page.text


def test_an_error_leaves_no_page(plain: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with pytest.raises(FileNotFoundError, match="folder must hold results of runs, got"):
        write_report(tmp_path, page)
    with pytest.raises(FileNotFoundError, match="data must be an existing folder, got '/no/such'"):
        write_report(plain, page, data="/no/such")
    broken = tmp_path / "out" / "disc"
    shutil.copytree(plain / "disc", broken)
    (broken / "failed").mkdir()
    (broken / "failed" / "failed.json").write_text("{}")
    with pytest.raises(ValueError, match=r"failed\.json must hold the error of a failed run: KeyError"):
        write_report(tmp_path / "out", page)
    assert not page.exists()


LOOK = """<!DOCTYPE html><title>waiting</title><iframe src="{page}" style="width: {width}px; height: 900px"></iframe>
<script>onload = () => {{
  const inner = document.querySelector("iframe").contentDocument;
  const images = [...inner.images];
  const wide = [...inner.querySelectorAll("svg")].filter((one) => one.getBoundingClientRect().width > 40);
  document.title = JSON.stringify({{
    width: inner.documentElement.scrollWidth, images: images.length, svgs: wide.length,
    loaded: images.filter((one) => one.complete && one.naturalWidth === 192).length,
    text: inner.body.innerText.length, styled: getComputedStyle(inner.querySelector("svg")).display === "block",
    colours: new Set([...inner.querySelectorAll("[class^=palette]")].map((one) => getComputedStyle(one).color)).size,
  }});
}};</script>"""


@pytest.mark.parametrize("width", [380, 1600])
def test_a_browser_shows_all_images_and_the_page_does_not_overflow(
    page: Path, read: Any, tmp_path: Path, width: int
) -> None:
    look = tmp_path / "look.html"
    look.write_text(LOOK.format(page=page.as_uri(), width=width), encoding="utf-8")
    document = shown_document(look, tmp_path, "--allow-file-access-from-files", f"--window-size={width + 100},1000")
    (title,) = re.findall(r"<title>(.*?)</title>", document)
    seen = json.loads(title)
    assert seen["width"] <= width
    assert seen["images"] == seen["loaded"] == len(read.images) > 30
    assert seen["svgs"] == read.tags["svg"]
    assert seen["text"] > 2000
    assert seen["styled"], "the policy must allow the style sheet of the page"
    assert seen["colours"] >= 3


def test_images_that_have_changed_since_the_run_are_marked(
    data: Path, plain: Path, tmp_path: Path, read_page: Any
) -> None:
    note = "Images or masks have changed since the run"
    shutil.copytree(data / "disc", tmp_path / "data" / "disc")
    assert note not in read_page(write_report(plain, tmp_path / "page.html", data=tmp_path / "data")).text
    image = next((tmp_path / "data/disc/test/good").glob("*.png"))
    write_image(image, 255 - image_files.read_image(image))
    assert note in read_page(write_report(plain, tmp_path / "page.html", data=tmp_path / "data")).text
