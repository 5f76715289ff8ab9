"""Commands `run` and `benchmark`: run cells, report each, and print a table of all."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import fmean

from eval.benchmark.cell import Settings
from eval.benchmark.results import Results
from eval.benchmark.runner import Cell, run_cells
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.benchmark.table import format_table
from eval.benchmark.workers import run_side_by_side
from eval.cli.errors import check_jobs, usage_errors
from eval.data.folders import check_categories
from eval.progress import ProgressDisplay, format_duration
from eval.training.recipe import parse_changes


def main(arguments: Namespace) -> int:
    """Run the cells that the arguments ask for."""
    check_jobs(arguments.jobs)
    with usage_errors():
        cells = make_cells(_options(arguments))
    return run_and_tabulate(cells, out=arguments.out, jobs=arguments.jobs, address=arguments.ray)


def _options(arguments: Namespace) -> BenchmarkOptions:
    known = check_categories("category", arguments.categories or (), data=arguments.data)
    check_categories("classes", arguments.classes or (), data=arguments.data)
    categories = arguments.categories or known
    return BenchmarkOptions(
        data=arguments.data,
        categories=categories,
        experiments=arguments.experiments,
        heads=arguments.heads,
        scorings=arguments.scorings,
        generators=arguments.generators,
        seeds=arguments.seeds,
        classes=arguments.classes or (categories if len(categories) > 1 else known),
        defect=arguments.defect,
        backbone=arguments.backbone,
        weights=arguments.weights,
        size=arguments.size,
        epochs=arguments.epochs,
        recipe=parse_changes(arguments.recipe),
        splits=arguments.splits,
        false_positives=arguments.false_positives,
        peak=arguments.peak,
    )


def run_and_tabulate(cells: Sequence[Settings], *, out: Path, jobs: int, address: str | None = None) -> int:
    """Run cells as `run_all` does and print a table of all; return 1 if a cell failed, otherwise 0."""
    finished, failed = run_all(cells, out=out, jobs=jobs, address=address)
    sys.stdout.write(f"\n{format_table(finished, categories=[cell.category for cell in cells])}")
    return 1 if failed else 0


def run_all(
    cells: Sequence[Settings], *, out: Path, jobs: int, address: str | None = None
) -> tuple[list[Results], int]:
    """Run cells and print a line for each.

    Args:
        cells: settings of the cells, see `make_cells`.
        out: folder of all results.
        jobs: number of processes, at least 1.
        address: of a Ray cluster, or "local" for one on this machine; None takes processes of this machine.

    Returns:
        The results of those that finished, and the number of those that failed.
    """
    failed, pace = 0, Pace(cells, jobs=jobs)
    finished: list[Results] = []
    with (
        closing(ProgressDisplay(label=lambda cell: cell.title)) as display,
        _running(cells, out=out, jobs=jobs, address=address, display=display) as done,
    ):
        for number, cell in enumerate(done, 1):
            display.end(cell.settings if jobs > 1 or address else None)
            failed += cell.error is not None
            pace.count(cell)
            left = f", about {format_duration(pace.left)} left" if pace.left else ""
            sys.stdout.write(f"[{number}/{len(cells)}] {format_cell(cell)}{left}\n")
            sys.stdout.flush()
            finished += [] if cell.results is None else [cell.results]
    if failed:
        sys.stderr.write(f"eval: {failed} of {len(cells)} cells failed; the same command tries them again\n")
    return finished, failed


def _running(
    cells: Sequence[Settings], *, out: Path, jobs: int, address: str | None, display: ProgressDisplay
) -> closing[Generator[Cell, None, None]]:
    """Return the outcomes of cells that run in this process, in several or on a cluster; the context ends them."""
    if address is not None:
        import_module("defectsynth.cluster")  # which names the extra if Ray is missing
        cluster = import_module("eval.benchmark.cluster")
        return closing(cluster.run_on_cluster(cells, out=out, address=address, jobs=jobs, progress=display))
    if jobs == 1:
        return closing(run_cells(cells, out=out, progress=partial(display, None)))
    return closing(run_side_by_side(cells, out=out, jobs=jobs, progress=display))


class Pace:
    """Estimate of the time left, from the durations of finished cells of the same experiment.

    Args:
        cells: settings of all cells.
        jobs: number of cells that run at once.
    """

    def __init__(self, cells: Sequence[Settings], *, jobs: int) -> None:
        self.open = dict.fromkeys(cells)
        self.jobs = jobs
        self.seconds: dict[str, list[float]] = {}

    def count(self, cell: Cell) -> None:
        """Count a cell as done."""
        del self.open[cell.settings]
        if cell.error is None and not cell.repeated:
            self.seconds.setdefault(cell.settings.experiment, []).append(cell.seconds)

    @property
    def left(self) -> float:
        """Time left in seconds; 0 if it is unknown."""
        known = {experiment: fmean(seconds) for experiment, seconds in self.seconds.items()}
        unknown = {cell.experiment for cell in self.open} - known.keys()
        if not self.open or (unknown and known.keys() <= {"none"}):  # cells without training say nothing of trainings
            return 0.0
        total = sum(known.get(cell.experiment, max(known.values())) for cell in self.open)
        return total / min(self.jobs, len(self.open))


def format_cell(cell: Cell) -> str:
    """Return the outcome of a cell in one line: AUROC with its 95 % interval, and the rates of the decision."""
    if cell.results is None:
        return f"{cell.settings.name}: FAILED: {cell.error}"
    metrics, baseline = cell.results.metrics, cell.results.baseline
    low, high = metrics.intervals["auroc"]
    text = f"{cell.settings.name}: AUROC {metrics.image.auroc:.3f} [{low:.3f}, {high:.3f}]"
    if metrics.pixel is not None:
        text += f", pixels {metrics.pixel.auroc:.3f}, AUPRO {metrics.pixel.aupro:.3f}"
    elif cell.results.missing_masks:
        defective = sum(image.label for image in cell.results.images)
        text += f", no pixels ({cell.results.missing_masks} of {defective} masks are missing)"
    if baseline is not None:
        text += f" (untrained {baseline.image.auroc:.3f})"
    decision = metrics.decision
    text += f", decided TPR {decision.tpr:.2f} TNR {decision.tnr:.2f}"
    text += f" (best {metrics.image.tpr:.2f} {metrics.image.tnr:.2f})"
    return text + (", was there" if cell.repeated else f", {cell.seconds:.0f} s")
