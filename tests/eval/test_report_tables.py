"""The tables of the report: their numbers are those of results.json."""

import re
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("jinja2")

from eval.benchmark.results import find_results, read_results, write_failure, write_results
from eval.report import write_report
from eval.report.groups import group_runs
from eval.report.runs import read_runs
from eval.report.table_entries import Entry, mean_entry, pair_entry


def plain_numbers(row: list[str]) -> list[str]:
    """Return the entries of a row without their intervals."""
    return [re.sub(r"\[[^]]*\]", "", entry) for entry in row]


def spread(values: list[float]) -> str:
    return f"{fmean(values):.3f}" + (f" ± {stdev(values):.3f}" if len(values) > 1 else "")


def test_tables_hold_mean_and_spread_of_the_results(read: Any, of: Any, strange: str) -> None:
    table = read.table("Image AUROC. Self-supervised twins from generic_object, scored by image")
    assert list(table) == ["head", "untrained", "softmax", "arcface", "cosface"]
    assert table["head"] == ["runs", strange, "disc", "mean"]
    for head in ("softmax", "arcface"):
        values = [of(scoring="image", head=head, category=name)[0].metrics.image.auroc for name in (strange, "disc")]
        assert plain_numbers(table[head]) == ["1", *(f"{value:.3f}" for value in values), f"{fmean(values):.3f}"]
    baselines = [of(scoring="image", category=name)[0].baseline for name in (strange, "disc")]
    known = [baseline.image.auroc for baseline in baselines if baseline is not None]
    assert plain_numbers(table["untrained"]) == ["", *(f"{value:.3f}" for value in known), f"{fmean(known):.3f}"]
    patches = of(scoring="patch")
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
        assert plain_numbers(table["softmax"]) == ["2", f"{spread(values)}1 of 3 failed"]
    low, high = (fmean(results.metrics.intervals["auroc"][side] for results in patches) for side in (0, 1))
    table = read.table("Image AUROC. Self-supervised twins from generic_object, scored by patch")
    assert f"[{low:.3f}, {high:.3f}]" in table["softmax"][1]
    pair = [f"{fmean(results.metrics.decision.tpr for results in patches):.2f}"]
    pair.append(f"{fmean(results.metrics.decision.tnr for results in patches):.2f}")
    table = read.table("TPR / TNR, decided without test images. Self-supervised twins from generic_object, scored by p")
    assert table["softmax"][1].startswith(" / ".join(pair))
    assert not [caption for caption in read.tables if caption.startswith("Pixel") and "by image" in caption]


def test_types_of_defects_and_costs(read: Any, of: Any, strange: str, defect: str) -> None:
    (lines,) = [
        lines for caption, lines in read.tables.items() if caption == f"AUROC of each type of defect. {strange}"
    ]
    assert lines[0] == ["head", "runs", f"{defect} (3)", "spot (2)"]
    (softmax,) = of(scoring="image", head="softmax", category=strange)
    ours = softmax.metrics.per_defect
    assert plain_numbers(lines[3]) == ["softmax", "1", f"{ours[defect]:.3f}", f"{ours['spot']:.3f}"]
    assert softmax.baseline is not None
    assert plain_numbers(lines[2]) == [
        "untrained",
        "",
        *(f"{softmax.baseline.per_defect[kind]:.3f}" for kind in (defect, "spot")),
    ]
    (lines,) = [
        lines for caption, lines in read.tables.items() if caption.startswith("Found at") and caption.endswith(strange)
    ]
    assert lines[0] == ["head", "runs", "good, passed", f"{defect} (3)", "spot (2)"]
    decision, best = softmax.metrics.decision, softmax.metrics.image
    assert lines[3][2:] == [
        f"{decision.tnr:.2f} / {best.tnr:.2f}",
        *(f"{decision.found[kind]:.2f} / {decision.best_found[kind]:.2f}" for kind in (defect, "spot")),
    ]
    seconds = [results.seconds["train"] for results in of(scoring="patch")]
    costs = next(lines for caption, lines in read.tables.items() if caption == "Time and memory of a cell")
    assert [line[3] for line in costs if line[0] == "softmax"][1] == f"{fmean(seconds):.1f}"


def test_equal_cells_are_counted_once_and_equal_names_in_other_folders_are_distinguished(
    plain: Path, tmp_path: Path
) -> None:
    (name,) = find_results(plain)
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
    (group,) = group_runs(runs)
    assert len(group.categories) == 2


def test_binary_cells_have_their_own_baseline_and_a_group_for_each_defect(
    plain: Path, tmp_path: Path, cells_of: Any, read_page: Any
) -> None:
    (name,) = find_results(plain)
    before = read_results(plain / name)
    kept = tuple(replace(image, baseline_score=0.5) for image in before.images if image.defect != "dent")
    per_defect = {"spot": before.metrics.per_defect["spot"]}
    found = {"spot": before.metrics.decision.found["spot"]}
    decision = replace(before.metrics.decision, found=found, best_found=found)
    metrics = replace(before.metrics, per_defect=per_defect, decision=decision)
    (_, learned) = cells_of(experiments=["binary"], scorings=["patch"], defect="dent")
    binary = replace(before, settings=learned, metrics=metrics, baseline=metrics, images=kept)
    write_results(tmp_path / "before", before)
    write_results(tmp_path / "dent", binary)
    (group,) = group_runs(read_runs(tmp_path))
    assert group.untrained["disc"].scores == (0.5,) * len(kept)
    assert group.untrained["disc"].run is not None
    page = read_page(write_report(tmp_path, tmp_path / "page.html"))
    (lines,) = [lines for caption, lines in page.tables.items() if caption.startswith("AUROC of each type")]
    assert [plain_numbers(line[2:]) for line in lines[2:]] == [["trained on", f"{per_defect['spot']:.3f}"]] * 2
    write_results(tmp_path / "spot", replace(binary, settings=replace(learned, defect="spot")))
    write_failure(tmp_path / "failed", replace(learned, category="elsewhere"), ValueError("no"))
    write_results(tmp_path / "there", replace(before, settings=replace(before.settings, category="elsewhere")))
    (_, failed) = sorted(group_runs(read_runs(tmp_path)), key=lambda group: len(group.categories))
    assert failed.categories == ("disc", "elsewhere")
    assert list(failed.untrained) == ["disc"]  # the baseline of the other one has other test images
    (tmp_path / "failed" / "failed.json").unlink()
    (tmp_path / "there" / "results.json").unlink()
    titles = [group.setup.title for group in group_runs(read_runs(tmp_path))]
    assert [title.partition("(")[2] for title in titles] == ["dent), scored by patch", "spot), scored by patch"]


def test_entries() -> None:
    assert mean_entry([0.5, 0.7], reference=0.55) == Entry(text="0.600", spread="± 0.141", tone="above")
    assert mean_entry([0.5], reference=0.55, failed=2) == Entry(text="0.500", note="2 of 3 failed", tone="below")
    assert mean_entry([0.5], reference=0.5004).tone == ""
    assert mean_entry([0.5], interval=(0.4, 0.61)).interval == "[0.400, 0.610]"
    assert mean_entry([], failed=1) == Entry(text="failed", tone="missing")
    assert pair_entry([(0.5, 1), (0.7, 0.5)], reference=(0.6, 0.6)) == Entry(text="0.60 / 0.75", tone="above")
    assert pair_entry([]).tone == "missing"
