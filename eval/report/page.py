"""The report as a page: what goes into which section, and the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.benchmark.settings import SIZES
from eval.data.datasets import Category, read_category
from eval.data.overlays import SIDE
from eval.files import write_whole
from eval.report.boxes import auroc_drawings, distances_drawing
from eval.report.cost_table import cost_table
from eval.report.curves import roc_drawing
from eval.report.defect_tables import defect_table
from eval.report.examples import LOST, examples_of
from eval.report.groups import Group, chosen_group, grouped
from eval.report.measures import (
    AUPRO,
    AVERAGE_PRECISION,
    BEST_PAIR,
    DECISION,
    F1_MAX,
    IMAGE_AUROC,
    PIXEL_AUROC,
    PIXEL_PRECISION,
    Measure,
    Pair,
)
from eval.report.neighbourhoods import embedding_drawing
from eval.report.runs import Run, read_runs
from eval.report.summary import facts, summarised
from eval.report.svg import Drawing
from eval.report.tables import measure_table, pair_table

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and of how much."""


def write_report(
    results: str | Path, page: str | Path, *, data: str | Path | None = None, progress: Progress | None = None
) -> Path:
    """Write one HTML file about all cells in a folder and below it; it needs no other file and no network.

    Args:
        results: folder of cells, as `run` and `benchmark` write them.
        page: the file to write, whole or not at all; one that is there is replaced.
        data: folder of the categories, if it is no longer where the cells found it.
        progress: see `Progress`.

    Returns:
        The path of the page.

    Raises:
        FileNotFoundError: if there are no results, or `data` is no folder.
        ValueError: if a file of results is broken.
    """
    if data is not None and not Path(data).is_dir():
        raise FileNotFoundError(f"data must be an existing folder, got {str(data)!r}: check the path")
    runs = read_runs(results)
    groups = grouped(runs)
    steps = _Steps(progress, total=_count(groups))
    content = {
        "facts": facts(runs),
        "categories": _categories(groups),
        "lines": summarised(groups),
        "runs": runs,
        "aurocs": _tables(groups, IMAGE_AUROC),
        "boxes": auroc_drawings(groups),
        "pixels": [_tables(groups, measure, pixels=True) for measure in (PIXEL_AUROC, AUPRO, PIXEL_PRECISION)],
        "defects": _kept(defect_table(groups, name) for name in _categories(groups)),
        "decisions": [_tables(groups, pair) for pair in (DECISION, BEST_PAIR)],
        "others": [_tables(groups, measure) for measure in (AVERAGE_PRECISION, F1_MAX)],
        "curves": [_curves(group, number, steps) for number, group in enumerate(groups)],
        "chosen": _chosen(groups, _Images(data), steps),
        "costs": cost_table(groups),
    }
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template("page.html").render(content)
    path = Path(page)
    write_whole(path, lambda file: file.write(text.encode("utf-8", "replace")))
    return path


def _tables(groups: tuple[Group, ...], measure: Measure | Pair, *, pixels: bool = False) -> dict[str, Any]:
    """A table a group, below one explanation; for pixels only the groups that have heat maps."""
    shown = [group for group in groups if not pixels or group.setup.common.localises]
    tables = [
        pair_table(group, measure) if isinstance(measure, Pair) else measure_table(group, measure) for group in shown
    ]
    return {"name": measure.name, "explanation": measure.explanation, "tables": tables}


def _curves(group: Group, number: int, steps: _Steps) -> dict[str, Any]:
    """ROC curves and distances of each category of a group."""
    drawings: list[Drawing | None] = []
    for place, category in enumerate(group.own):
        drawings.append(roc_drawing(group, category, name=f"roc{number}-{place}"))
        drawings.append(distances_drawing(group, category, name=f"distances{number}-{place}"))
        steps("figures")
    return {"setup": group.setup, "drawings": _kept(drawings)}


def _chosen(groups: tuple[Group, ...], images: _Images, steps: _Steps) -> list[dict[str, Any]]:
    """Embeddings and examples of one cell a category and scoring."""
    found = []
    for place, category in enumerate(_categories(groups)):
        for scoring in SIZES:
            group = chosen_group(groups, scoring=scoring, category=category)
            run = None if group is None else group.chosen(category)
            if group is None or run is None:
                continue
            beside = group.untrained.get(category)
            cells = {run.place: run} | ({beside.run.place: beside.run} if beside and beside.run else {})
            drawn = [
                _embedding(cell, f"embedding{place}-{scoring}-{number}") for number, cell in enumerate(cells.values())
            ]
            steps("embeddings")
            examples = examples_of(run, images.of(run))
            steps("pictures")
            found.append(
                {
                    "category": category,
                    "scoring": scoring,
                    "run": run,
                    "setup": group.setup,
                    "drawings": [one for one in drawn if isinstance(one, Drawing)],
                    "lost": [one for one in drawn if isinstance(one, str)],
                    "examples": examples,
                }
            )
    return found


def _embedding(run: Run, name: str) -> Drawing | str:
    """The figure, or why there is none."""
    try:
        return embedding_drawing(run, name=name)
    except LOST as error:
        return f"No t-SNE of {run.place}: {error}"


def _categories(groups: tuple[Group, ...]) -> list[str]:
    return sorted({category for group in groups for category in group.categories})


def _kept(values: Any) -> list[Any]:
    return [value for value in values if value is not None]


def _count(groups: tuple[Group, ...]) -> int:
    """How many steps a report takes."""
    pairs = [(scoring, category) for scoring in SIZES for category in _categories(groups)]
    shown = [pair for pair in pairs if chosen_group(groups, scoring=pair[0], category=pair[1])]
    return sum(len(group.own) for group in groups) + 2 * len(shown)


class _Steps:
    """Tells how far the report is."""

    def __init__(self, progress: Progress | None, *, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, stage: str) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(stage, self.done, self.total)


class _Images:
    """The categories' images, each category read once."""

    def __init__(self, data: str | Path | None) -> None:
        self.data = data
        self.read: dict[Path, Category | str] = {}

    def of(self, run: Run) -> Category | str:
        """The category of a cell, or why its images cannot be shown."""
        settings = run.results.settings
        folder = Path(self.data or settings.data) / settings.category
        if folder not in self.read:
            try:
                self.read[folder] = read_category(folder, size=SIDE)
            except LOST as error:
                self.read[folder] = f"The images are not there any more: {error}"
        return self.read[folder]
