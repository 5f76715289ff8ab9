"""The report as one HTML page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.benchmark.cell import DEFAULT_SIZES
from eval.files import write_atomically
from eval.report.box_plots import auroc_drawings, score_drawing
from eval.report.cost_table import cost_table
from eval.report.defect_table import defect_table, found_table
from eval.report.embedding_plot import embedding_drawing
from eval.report.examples import READ_ERRORS, find_examples
from eval.report.groups import Group, group_runs, representative_group
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
from eval.report.roc_curves import roc_drawing
from eval.report.runs import Run, read_runs
from eval.report.summary import run_facts, summary_rows
from eval.report.svg import Drawing
from eval.report.tables import measure_table, pair_table
from eval.report.text import finalize, visible_lines

Progress = Callable[[str, int, int], None]
"""Called with the stage, the number of steps done and the number of all steps."""

_FOLDER = Path(__file__).parent
_Value = TypeVar("_Value")


def write_report(
    results: str | Path, page: str | Path, *, data: str | Path | None = None, progress: Progress | None = None
) -> Path:
    """Write one HTML file about all cells in a folder and below it; it needs no other file, no network and no script.

    Args:
        results: folder of cells, as `run` and `benchmark` write them.
        page: the file to write; an existing one is replaced, and stays as it was if an error is raised.
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
    groups = group_runs(runs)
    categories = sorted({category for group in groups for category in group.categories})
    represented = _represented(groups, categories)
    steps = _Steps(progress, total=sum(len(group.shown) for group in groups) + 2 * len(represented))
    content = {
        "facts": run_facts(runs),
        "categories": categories,
        "missing_masks": sorted({run.category for run in runs.finished if run.results.missing_masks}),
        "summary": summary_rows(groups),
        "runs": runs,
        "aurocs": _tables(groups, IMAGE_AUROC),
        "boxes": auroc_drawings(groups),
        "pixels": [_tables(groups, measure, pixels=True) for measure in (PIXEL_AUROC, AUPRO, PIXEL_PRECISION)],
        "defects": _not_none(defect_table(groups, category) for category in categories),
        "found": _not_none(found_table(groups, category) for category in categories),
        "decisions": [_tables(groups, pair) for pair in (DECISION, BEST_PAIR)],
        "others": [_tables(groups, measure) for measure in (AVERAGE_PRECISION, F1_MAX)],
        "curves": [_curves(group, steps) for group in groups],
        "represented": [_representative(group, category, data, steps) for group, category in represented],
        "costs": cost_table(groups),
    }
    path = Path(page)
    write_atomically(path, lambda file: file.write(_render(content).encode()))
    return path


def _render(content: dict[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible_lines"] = visible_lines
    style = (_FOLDER / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("page.html").render(
        content,
        style=Markup(style),  # noqa: S704 - the style sheet is ours
        style_source=f"sha256-{digest}",
    )


def _tables(groups: tuple[Group, ...], measure: Measure | Pair, *, pixels: bool = False) -> dict[str, Any]:
    """Return the tables of a measure, one a group; for pixels only the groups that have heat maps."""
    shown = [group for group in groups if not pixels or group.setup.common.localises]
    tables = [
        pair_table(group, measure) if isinstance(measure, Pair) else measure_table(group, measure) for group in shown
    ]
    return {"name": measure.name, "explanation": measure.explanation, "tables": tables}


def _curves(group: Group, steps: _Steps) -> dict[str, Any]:
    """Return ROC curves and box plots of the scores for each category of a group."""
    drawings: list[Drawing | None] = []
    for category in group.shown:
        drawings += [roc_drawing(group, category), score_drawing(group, category)]
        steps("figures")
    return {"setup": group.setup, "drawings": _not_none(drawings)}


def _represented(groups: tuple[Group, ...], categories: list[str]) -> list[tuple[Group, str]]:
    """Return the group and the category of each cell that is shown in detail: one a category and scoring."""
    found = []
    for category in categories:
        for scoring in DEFAULT_SIZES:
            group = representative_group(groups, scoring=scoring, category=category)
            found += [] if group is None else [(group, category)]
    return found


def _representative(group: Group, category: str, data: str | Path | None, steps: _Steps) -> dict[str, Any]:
    """Return embeddings and examples of the cell that represents a category."""
    run = group.representative(category)
    if run is None:
        raise LookupError(f"group must have a finished cell of {category!r}, got none")
    baseline = group.untrained.get(category)
    cells = {run.place: run} | ({baseline.run.place: baseline.run} if baseline and baseline.run else {})
    drawings = [_embedding(cell) for cell in cells.values()]
    steps("embeddings")
    examples = find_examples(run, data)
    steps("images")
    return {
        "category": category,
        "scoring": group.setup.common.scoring,
        "run": run,
        "setup": group.setup,
        "drawings": [drawing for drawing in drawings if isinstance(drawing, Drawing)],
        "notes": [note for note in drawings if isinstance(note, str)],
        "examples": examples,
    }


def _embedding(run: Run) -> Drawing | str:
    """Return the plot of a cell's embeddings, or the reason why there is none."""
    try:
        return embedding_drawing(run)
    except READ_ERRORS as error:
        return f"No t-SNE of {run.place}: {error}"


def _not_none(values: Iterable[_Value | None]) -> list[_Value]:
    return [value for value in values if value is not None]


class _Steps:
    """Counter of the steps of a report."""

    def __init__(self, progress: Progress | None, *, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, stage: str) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(stage, self.done, self.total)
