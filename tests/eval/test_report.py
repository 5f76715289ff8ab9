"""The report: its numbers are those of results.json, it needs nothing but itself, and nothing is dropped silently."""

import base64
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")

from sklearn.metrics import auc, roc_curve

from eval.artifacts import Embedded
from eval.benchmark import make_cells, run_cells
from eval.report import write_report
from eval.report.boxes import normalised_distances
from eval.report.curves import mean_curve
from eval.report.drawing import name_rows, new_axes, to_svg
from eval.report.entries import Entry, entry_of, pair_of
from eval.report.extremes import extremes, verdict
from eval.report.groups import grouped
from eval.report.neighbourhoods import plane
from eval.report.pictures import encoded, heated, outlined
from eval.report.runs import read_runs
from eval.results import ImageScore, Results, Settings, found_results, read_results, write_failure, write_results

SIDE = 64
STRANGE, DEFECT = "a<b&c", '_<i>"$x_1$'
SMALL: dict[str, Any] = {"weights": "none", "size": SIDE, "epochs": 1}
VOID = {"meta", "br", "img", "link", "input", "hr", "wbr", "source", "col", "area", "base", "embed", "track"}


def write_category(home: Path, *, defect: str) -> None:
    rng = np.random.default_rng(len(defect))
    for folder, count in {"train/good": 6, "test/good": 5, f"test/{defect}": 3, "test/spot": 2}.items():
        (home / folder).mkdir(parents=True)
        for number in range(count):
            image = rng.integers(90, 110, (SIDE, SIDE, 3)).astype(np.uint8)
            if not folder.endswith("good"):
                mask = np.zeros((SIDE, SIDE), np.uint8)
                cv2.circle(mask, (20 + 9 * number, 30), 7, 255, -1)
                image[mask > 0] = 250 if folder.endswith("spot") else 30
                truth = home / "ground_truth" / Path(folder).name / f"{number}_mask.png"
                truth.parent.mkdir(parents=True, exist_ok=True)
                assert cv2.imwrite(str(truth), mask)
            assert cv2.imwrite(str(home / folder / f"{number}.png"), image)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_category(root / "disc", defect="dent")
    write_category(root / STRANGE, defect=DEFECT)
    return root


def cells_of(data: Path, **options: Any) -> tuple[Settings, ...]:
    lists = {"categories": ["disc"], "experiments": ["none"], "heads": ["softmax"]}
    return make_cells(data=data, **{**lists, **SMALL, **options})


def run_all(cells: tuple[Settings, ...], out: Path) -> None:
    assert [cell.error for cell in run_cells(cells, out=out, progress=lambda *_: None)] == [None] * len(cells)


@pytest.fixture(scope="module")
def out(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both categories by image with two heads; one of them by patch with two seeds; and two that failed."""
    folder = tmp_path_factory.mktemp("out")
    twins = ["self_supervised"]
    both = cells_of(data, categories=["disc", STRANGE], experiments=twins, heads=["softmax", "arcface"])
    patches = cells_of(data, categories=[STRANGE], experiments=twins, scorings=["patch"], seeds=[0, 1])
    run_all(both + patches, folder)
    for failed in (replace(patches[1], seed=7), replace(both[1], head="cosface", category=STRANGE)):
        write_failure(folder / failed.name, failed, RuntimeError(f"<b>{failed.category}</b> went wrong"))
    return folder


@pytest.fixture(scope="module")
def page(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(out, tmp_path_factory.mktemp("page") / "deep" / "report.html")


@pytest.fixture(scope="module")
def plain(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quickest results there are."""
    folder = tmp_path_factory.mktemp("plain")
    run_all(cells_of(data, scorings=["patch"]), folder)
    return folder


@dataclass
class Page(HTMLParser):
    """What is in a page; fails if its elements are not balanced."""

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


@pytest.fixture(scope="module")
def read(page: Path) -> Page:
    return Page.read(page)


def spread(values: list[float]) -> str:
    return f"{fmean(values):.3f}" + (f" ± {stdev(values):.3f}" if len(values) > 1 else "")


def of(out: Path, **wanted: Any) -> list[Results]:
    """The finished cells with these settings."""
    found = [results for results in found_results(out).values() if results.settings.experiment != "none"]
    return [one for one in found if all(getattr(one.settings, name) == value for name, value in wanted.items())]


def test_tables_hold_mean_and_spread_of_what_results_json_has(out: Path, read: Page) -> None:
    table = read.table("Image AUROC. Self-supervised twins from generic_object, scored by image")
    assert list(table) == ["head", "untrained", "softmax", "arcface", "cosface"]
    assert table["head"] == ["seeds", STRANGE, "disc", "mean"]
    for head in ("softmax", "arcface"):
        values = [
            of(out, scoring="image", head=head, category=name)[0].metrics.image.auroc for name in (STRANGE, "disc")
        ]
        assert table[head] == ["1", *(f"{value:.3f}" for value in values), f"{fmean(values):.3f}"]
    baselines = [of(out, scoring="image", category=name)[0].baseline for name in (STRANGE, "disc")]
    known = [baseline.image.auroc for baseline in baselines if baseline is not None]
    assert table["untrained"] == ["", *(f"{value:.3f}" for value in known), f"{fmean(known):.3f}"]
    patches = of(out, scoring="patch")
    assert [results.settings.seed for results in patches] == [0, 1]
    for start, values in {
        "Image AUROC": [results.metrics.image.auroc for results in patches],
        "Pixel AUROC": [results.metrics.pixel.auroc for results in patches if results.metrics.pixel],
        "AUPRO": [results.metrics.pixel.aupro for results in patches if results.metrics.pixel],
        "Pixel average precision": [
            results.metrics.pixel.average_precision for results in patches if results.metrics.pixel
        ],
        "Image average precision": [results.metrics.image.average_precision for results in patches],
        "Image F1-max": [results.metrics.image.f1_max for results in patches],
    }.items():
        table = read.table(f"{start}. Self-supervised twins from generic_object, scored by patch")
        assert len(values) == 2
        assert table["softmax"] == ["2", f"{spread(values)}1 of 3 failed"]
    pair = [f"{fmean(results.metrics.decision.tpr for results in patches):.2f}"]
    pair.append(f"{fmean(results.metrics.decision.tnr for results in patches):.2f}")
    table = read.table("TPR / TNR, decided without test images. Self-supervised twins from generic_object, scored by p")
    assert table["softmax"][1].startswith(" / ".join(pair))
    assert not [caption for caption in read.tables if caption.startswith("Pixel") and "by image" in caption]


def test_types_of_defects_and_costs(out: Path, read: Page) -> None:
    (lines,) = [
        lines for caption, lines in read.tables.items() if caption == f"AUROC of each type of defect. {STRANGE}"
    ]
    assert lines[0] == ["head", "seeds", f"{DEFECT} (3)", "spot (2)"]
    (softmax,) = of(out, scoring="image", head="softmax", category=STRANGE)
    ours = softmax.metrics.per_defect
    assert lines[3] == ["softmax", "1", f"{ours[DEFECT]:.3f}", f"{ours['spot']:.3f}"]
    assert softmax.baseline is not None
    assert lines[2] == ["untrained", "", *(f"{softmax.baseline.per_defect[kind]:.3f}" for kind in (DEFECT, "spot"))]
    seconds = [results.seconds["train"] for results in of(out, scoring="patch")]
    costs = next(lines for caption, lines in read.tables.items() if caption == "Time and memory of a cell")
    assert [line[3] for line in costs if line[0] == "softmax"][1] == f"{fmean(seconds):.1f}"


def test_what_failed_is_shown(read: Page) -> None:
    table = read.table("Image AUROC. Self-supervised twins from generic_object, scored by image")
    assert table["cosface"] == ["0", "failed", "–", "–"]  # noqa: RUF001 - the dash of the page
    assert "2 of 11 cells failed." in read.text
    assert f"RuntimeError: <b>{STRANGE}</b> went wrong" in read.text


def test_it_says_what_was_run(out: Path, read: Page) -> None:
    results = next(iter(found_results(out).values()))
    for word in (*results.versions.values(), results.device, results.settings.data, results.started[:10]):
        assert word in read.text
    assert (results.git_revision or "unknown revision")[:12] in read.text
    assert "softmax, arcface, cosface" in read.text


def test_the_page_stands_alone_and_is_whole(page: Path, read: Page) -> None:
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
    assert STRANGE not in text
    assert "<i>" not in text
    assert [path.name for path in page.parent.iterdir()] == ["report.html"]


def test_the_same_results_give_the_same_page_and_progress_ends(plain: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    first = write_report(plain, tmp_path / "first.html", progress=lambda *step: told.append(step))
    assert write_report(str(plain), str(tmp_path / "second.html")).read_bytes() == first.read_bytes()
    assert [done for _, done, _ in told] == list(range(1, told[-1][2] + 1))
    assert {total for _, _, total in told} == {len(told)}
    page = Page.read(first)
    assert page.table("Image AUROC. Untrained, scored by patch")["untrained"][0] == ""
    assert "failed." not in page.text.partition("What was run")[0]


def copied(plain: Path, folder: Path, data: Path) -> Path:
    """The results as if the images had been elsewhere."""
    shutil.copytree(plain, folder)
    (path,) = folder.rglob("results.json")
    told = json.loads(path.read_text())
    told["settings"]["data"] = str(data)
    path.write_text(json.dumps(told))
    return path.parent


def test_images_that_were_moved_are_missed_or_found_elsewhere(data: Path, plain: Path, tmp_path: Path) -> None:
    copied(plain, tmp_path / "out", Path("/no/such/folder"))
    lost = Page.read(write_report(tmp_path / "out", tmp_path / "page.html"))
    assert "The images are not there any more" in lost.text
    assert lost.images == []
    assert lost.tags["svg"] == 3
    assert "Best: defective, highest scores" in lost.text
    found = Page.read(write_report(tmp_path / "out", tmp_path / "page.html", data=data))
    assert "not there any more" not in found.text
    assert len(found.images) == 8 * 4  # image, Grad-CAM, heat map and nearest normal
    assert len(base64.b64decode(found.images[0]["src"].partition(",")[2])) < 20_000


def test_what_is_lost_or_broken_is_named_and_the_rest_stays(data: Path, plain: Path, tmp_path: Path) -> None:
    folder = copied(plain, tmp_path / "out", data)
    for name in ("bank.npz", "embeddings.npz"):
        (folder / name).write_bytes(b"broken")
    (folder / "heat_maps.npz").unlink()
    page = Page.read(write_report(tmp_path / "out", tmp_path / "page.html"))
    for name in ("No Grad-CAM", "No nearest", "No heat maps", "No t-SNE"):
        assert name in page.text
    assert len(page.images) == 8
    fewer = tmp_path / "fewer"
    shutil.copytree(data / "disc", fewer / "disc")
    results = read_results(folder)
    worst = max((image for image in results.images if image.label == 0), key=lambda image: image.score)
    (fewer / worst.path).unlink()
    page = Page.read(write_report(tmp_path / "out", tmp_path / "page.html", data=fewer))
    assert f"{worst.path} is not among them" in page.text
    assert page.images == []


def test_the_page_is_written_whole_or_not_at_all(plain: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with pytest.raises(FileNotFoundError, match="folder must hold results of runs, got"):
        write_report(tmp_path, page)
    with pytest.raises(FileNotFoundError, match="data must be an existing folder, got '/no/such'"):
        write_report(plain, page, data="/no/such")
    broken = tmp_path / "out" / "disc"
    shutil.copytree(plain / "disc", broken)
    (broken / "failed").mkdir()
    (broken / "failed" / "failed.json").write_text("{}")
    with pytest.raises(ValueError, match=r"failed\.json must tell of a failed run: KeyError"):
        write_report(tmp_path / "out", page)
    assert not page.exists()


def test_equal_cells_are_counted_once_and_equal_names_in_other_folders_are_told_apart(
    plain: Path, tmp_path: Path
) -> None:
    (name,) = found_results(plain)
    results = read_results(plain / name)
    write_results(tmp_path / "1", results)
    write_results(tmp_path / "2", results)
    other = replace(results.images[0], score=1.5)
    write_results(tmp_path / "3", replace(results, images=(other, *results.images[1:])))
    write_results(tmp_path / "4", replace(results, settings=replace(results.settings, data="/elsewhere")))
    runs = read_runs(tmp_path)
    assert [run.place for run in runs.finished] == ["1", "4"]
    assert [(one.place, one.counted, one.equal) for one in runs.repetitions] == [("2", "1", True), ("3", "1", False)]
    assert [run.category for run in runs.finished] == [f"disc in {results.settings.data}", "disc in /elsewhere"]
    (group,) = grouped(runs)
    assert len(group.categories) == 2


def test_binary_has_its_own_baseline_and_defects_apart(data: Path, plain: Path, tmp_path: Path) -> None:
    (name,) = found_results(plain)
    before = read_results(plain / name)
    kept = tuple(replace(image, baseline_score=0.5) for image in before.images if image.defect != "dent")
    per_defect = {"spot": before.metrics.per_defect["spot"]}
    metrics = replace(before.metrics, per_defect=per_defect)
    (_, learned) = cells_of(data, experiments=["binary"], scorings=["patch"], defect="dent")
    binary = replace(before, settings=learned, metrics=metrics, baseline=metrics, images=kept)
    write_results(tmp_path / "before", before)
    write_results(tmp_path / "dent", binary)
    (group,) = grouped(read_runs(tmp_path))
    assert group.untrained["disc"].scores == (0.5,) * len(kept)
    assert group.untrained["disc"].run is not None
    page = Page.read(write_report(tmp_path, tmp_path / "page.html"))
    (lines,) = [lines for caption, lines in page.tables.items() if caption.startswith("AUROC of each type")]
    assert [line[2:] for line in lines[2:]] == [["trained on", f"{per_defect['spot']:.3f}"]] * 2
    write_results(tmp_path / "spot", replace(binary, settings=replace(learned, defect="spot")))
    write_failure(tmp_path / "failed", replace(learned, category="elsewhere"), ValueError("no"))
    write_results(tmp_path / "there", replace(before, settings=replace(before.settings, category="elsewhere")))
    (_, failed) = sorted(grouped(read_runs(tmp_path)), key=lambda group: len(group.categories))
    assert failed.categories == ("disc", "elsewhere")
    assert list(failed.untrained) == ["disc"]  # the baseline of the other one has other test images
    (tmp_path / "failed" / "failed.json").unlink()
    (tmp_path / "there" / "results.json").unlink()
    titles = [group.setup.title for group in grouped(read_runs(tmp_path))]
    assert [title.partition("(")[2] for title in titles] == ["dent), scored by patch", "spot), scored by patch"]


def scored(*scores: float, label: int = 1) -> tuple[ImageScore, ...]:
    same: dict[str, Any] = {"label": label, "defect": "dent" if label else "good", "baseline_score": None}
    return tuple(ImageScore(path=f"a/{score}", score=score, **same) for score in scores)


def test_best_and_worst_are_the_extremes() -> None:
    images = scored(0.3, 0.9, 0.1, 0.5, 0.7) + scored(0.2, 0.4, 0.6, label=0)
    assert extremes(images) == ((1, 4), (2, 0), (5, 6), (7,))
    assert extremes(images[:1] + images[5:6], count=3) == ((0,), (), (5 - 4,), ())
    assert [verdict(image, 0.5) for image in images] == [
        "missed", "found", "missed", "missed", "found", "passed", "passed", "false alarm",
    ]  # fmt: skip


def test_pictures_of_the_page_are_the_extremes(out: Path, read: Page) -> None:
    results = of(out, scoring="patch")[0]
    shown = [image["alt"] for image in read.images if image["alt"].startswith("heat map of ")]
    order = [image for places in extremes(results.images) for image in (results.images[place] for place in places)]
    assert shown == [f"heat map of {image.defect}/{Path(image.path).name}" for image in order]
    best = max(results.images, key=lambda image: (image.label, image.score))
    assert shown[0].endswith(f"{best.defect}/{Path(best.path).name}")


def test_entries() -> None:
    assert entry_of([0.5, 0.7], reference=0.55) == Entry(text="0.600", spread="± 0.141", tone="above")
    assert entry_of([0.5], reference=0.55, failed=2) == Entry(text="0.500", note="2 of 3 failed", tone="below")
    assert entry_of([0.5], reference=0.5004).tone == ""
    assert entry_of([], failed=1) == Entry(text="failed", tone="missing")
    assert pair_of([(0.5, 1), (0.7, 0.5)], reference=(0.6, 0.6)) == Entry(text="0.60 / 0.75", tone="above")
    assert pair_of([]).tone == "missing"


def test_the_mean_curve_has_the_mean_area() -> None:
    rng = np.random.default_rng(0)
    labels = [rng.permutation([1] * 9 + [0] * good) for good in (7, 7, 5)]
    scores = [np.round(rng.normal(kind), 1) for kind in labels]  # with ties
    false, true = mean_curve(labels, scores)
    areas = [auc(*roc_curve(kind, score)[:2]) for kind, score in zip(labels, scores, strict=True)]
    assert auc(false, true) == pytest.approx(fmean(areas), abs=1e-12)
    assert (np.diff(false) >= 0).all()
    assert (np.diff(true) >= -1e-12).all()
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    steps = mean_curve([[0, 1, 1, 0]] * 2, [[0.1, 0.2, 0.3, 0.4], [0.1, 0.5, 0.3, 0.4]])
    np.testing.assert_allclose(steps, [[0, 0, 0.5, 0.5, 1, 1], [0, 0.25, 0.25, 1, 1, 1]])


def test_distances_are_in_means_of_the_good_images() -> None:
    good = np.array([True, True, False])
    np.testing.assert_allclose(normalised_distances([0.1, 0.3, 0.5], good), [0.5, 1.5, 2.5])
    np.testing.assert_allclose(normalised_distances([0, 0, 0.5], good), [0, 0, 0.5])


def test_embeddings_come_into_a_plane_however_few_and_alike() -> None:
    rng = np.random.default_rng(0)
    embedded = Embedded(rng.normal(size=(3, 8)), rng.normal(size=(2, 8)), np.zeros(2, np.int64))
    points = plane(embedded)
    assert points.shape == (5, 2)
    assert np.isfinite(points).all()
    np.testing.assert_array_equal(plane(embedded), points)
    same = Embedded(np.ones((3, 8), np.float32), 2 * np.ones((2, 8), np.float32), np.zeros(2, np.int64))
    np.testing.assert_array_equal(plane(same), np.zeros((5, 2)))


def test_outlines_and_heat() -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    mask = np.zeros((48, 48), np.bool_)
    mask[20:25, 18:30] = True
    drawn = outlined(image, mask)
    np.testing.assert_array_equal(drawn[mask], image[mask])  # the line goes around
    assert (drawn != image).any()
    np.testing.assert_array_equal(outlined(image, np.zeros_like(mask)), image)
    cold = heated(image, np.zeros((6, 6), np.float32))
    np.testing.assert_array_equal(cold, np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2))
    hot = np.zeros((6, 6), np.float32)
    hot[:, 3:] = 1
    assert abs(heated(image, hot)[:, 30:].astype(int) - cold[:, 30:]).mean() > 40
    np.testing.assert_array_equal(heated(image, hot)[:, :10], cold[:, :10])
    smooth = cv2.GaussianBlur(image, (0, 0), 9)
    data = base64.b64decode(encoded(smooth).partition(",")[2])
    back = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert abs(back.astype(int) - smooth).mean() < 4


def test_names_of_any_letters_stand_in_figures() -> None:
    names = ["$x_1$", "_hidden", "<b>&amp;", "傷", "tab\tand\x01", "long" * 20]
    figure, axes = new_axes(width=200, height=150)
    name_rows(axes, names)
    svg = str(to_svg(figure, name="here", description='"quoted" & <all>'))
    for text in (">$x_1$<", ">_hidden<", "&lt;b&gt;&amp;amp;", ">傷<", ">tab?and?<", f"{('long' * 6)[:23]}…"):
        assert text in svg
    assert 'aria-label="&quot;quoted&quot; &amp; &lt;all&gt;"' in svg
    assert "xmlns" not in svg
    assert "#0102" not in svg
    assert all(name.startswith("here-") for name in re.findall(r'\bid="([^"]*)"', svg))


LOOK = """<!DOCTYPE html><title>waiting</title><iframe src="{page}" style="width: {width}px; height: 900px"></iframe>
<script>onload = () => {{
  const inner = document.querySelector("iframe").contentDocument;
  const images = [...inner.images];
  const wide = [...inner.querySelectorAll("svg")].filter((one) => one.getBoundingClientRect().width > 40);
  document.title = JSON.stringify({{
    width: inner.documentElement.scrollWidth, images: images.length, svgs: wide.length,
    loaded: images.filter((one) => one.complete && one.naturalWidth === 192).length,
    text: inner.body.innerText.length,
  }});
}};</script>"""


@pytest.fixture
def chromium(tmp_path: Path) -> list[str]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = next((path for name in names if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("no chromium on PATH")
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    words += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return [program, *words, "--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}"]


@pytest.mark.parametrize("width", [380, 1600])
def test_a_browser_shows_all_pictures_and_the_page_does_not_overflow(
    page: Path, read: Page, chromium: list[str], tmp_path: Path, width: int
) -> None:
    look = tmp_path / "look.html"
    look.write_text(LOOK.format(page=page.as_uri(), width=width), encoding="utf-8")
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(
        [*chromium, f"--window-size={width + 100},1000", "--virtual-time-budget=5000", "--dump-dom", look.as_uri()],
        capture_output=True, text=True, timeout=120, check=True, env=environment,
    )  # fmt: skip
    (title,) = re.findall(r"<title>(.*?)</title>", done.stdout)
    seen = json.loads(title)
    assert seen["width"] <= width
    assert seen["images"] == seen["loaded"] == len(read.images) > 30
    assert seen["svgs"] == read.tags["svg"]
    assert seen["text"] > 2000
