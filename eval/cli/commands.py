"""What the words of the command line do; each returns its exit code."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from dml_heads import HEADS
from eval.audit.runner import audit_all
from eval.benchmark.generators import generator_named
from eval.benchmark.prediction import write_predictions
from eval.benchmark.results import BANK, MODEL, Results, Settings
from eval.benchmark.runner import Cell, compare, make_cells, run_cells
from eval.benchmark.table import table_of
from eval.benchmark.workers import run_side_by_side
from eval.cli.demo import RESULTS, draw_sheets, make_sample_set, write_page
from eval.data.datasets import find_categories
from eval.progress import Ticker, duration
from eval.sample_set import FAMILIES
from eval.training.recipe import parsed


class UsageError(ValueError):
    """The call is wrong: exit code 2."""


def run(
    *, category: str, experiment: str, head: str | None, scoring: str, generator: str, seed: int, **options: Any
) -> int:
    """One category, one experiment, and its baseline."""
    if experiment != "none" and head is None:
        raise UsageError(f"--head must be one of {', '.join(HEADS)} for the experiment {experiment}, got none")
    lists: dict[str, Any] = {
        "experiments": [experiment],
        "heads": [head] if head else [],
        "scorings": [scoring],
        "generators": [generator],
        "seeds": [seed],
    }
    return benchmark(categories=[category], **lists, **options)


def benchmark(
    *,
    data: Path,
    categories: list[str] | None,
    classes: list[str] | None,
    out: Path,
    jobs: int,
    recipe: Sequence[str] = (),
    **options: Any,
) -> int:
    """All cells of the product."""
    if jobs < 1:
        raise UsageError(f"--jobs must be at least 1, got {jobs}")
    try:
        known = find_categories(data)
        _check_known("category", categories or [], known=known, data=data)
        _check_known("classes", classes or [], known=known, data=data)
        chosen = categories or known
        if classes is None:
            classes = list(chosen if len(chosen) > 1 else known)
        cells = make_cells(data=data, categories=chosen, classes=classes, recipe=parsed(recipe), **options)
    except (ValueError, OSError) as error:
        raise UsageError(str(error)) from error
    return run_all(cells, out=out, jobs=jobs)


def run_all(cells: Sequence[Settings], *, out: Path, jobs: int) -> int:
    """Run cells, tell what has become of each, and print their table; 1 if one of them failed, otherwise 0."""
    failed, pace = 0, Pace(cells, jobs=jobs)
    finished: list[Results] = []
    with (
        closing(Ticker(label=lambda cell: cell.title)) as ticker,
        _running(cells, out=out, jobs=jobs, ticker=ticker) as done,
    ):
        for number, cell in enumerate(done, 1):
            ticker.end(cell.settings if jobs > 1 else None)
            failed += cell.error is not None
            pace.ended(cell)
            left = f", about {duration(pace.left)} left" if pace.left else ""
            sys.stdout.write(f"[{number}/{len(cells)}] {line_of(cell)}{left}\n")
            sys.stdout.flush()
            finished += [] if cell.results is None else [cell.results]
    sys.stdout.write(f"\n{table_of(finished)}")
    if failed:
        sys.stderr.write(f"eval: {failed} of {len(cells)} cells failed; the same command tries them again\n")
    return 1 if failed else 0


def _running(
    cells: Sequence[Settings], *, out: Path, jobs: int, ticker: Ticker
) -> closing[Generator[Cell, None, None]]:
    """In this process, or in several; all are stopped at the end of the context."""
    if jobs == 1:
        return closing(run_cells(cells, out=out, progress=partial(ticker, None)))
    return closing(run_side_by_side(cells, out=out, jobs=jobs, progress=ticker))


class Pace:
    """How long the cells that are left will take, by those of the same experiment that were run.

    Args:
        cells: all of them.
        jobs: how many are run at once.
    """

    def __init__(self, cells: Sequence[Settings], *, jobs: int) -> None:
        self.open = dict.fromkeys(cells)
        self.jobs = jobs
        self.seconds: dict[str, list[float]] = {}

    def ended(self, cell: Cell) -> None:
        """Take note of a cell."""
        del self.open[cell.settings]
        if cell.error is None and not cell.repeated:
            self.seconds.setdefault(cell.settings.experiment, []).append(cell.seconds)

    @property
    def left(self) -> float:
        """In seconds; 0 if that is not known."""
        known = {experiment: fmean(seconds) for experiment, seconds in self.seconds.items()}
        unknown = {cell.experiment for cell in self.open} - known.keys()
        if not self.open or (unknown and known.keys() <= {"none"}):  # a training takes longer than none
            return 0.0
        return sum(known.get(cell.experiment, max(known.values())) for cell in self.open) / min(
            self.jobs, len(self.open)
        )


def line_of(cell: Cell) -> str:
    """What has become of a cell, in one line."""
    if cell.results is None:
        return f"{cell.settings.name}: FAILED: {cell.error}"
    metrics, baseline = cell.results.metrics, cell.results.baseline
    words = f"{cell.settings.name}: AUROC {metrics.image.auroc:.3f}"
    if metrics.pixel is not None:
        words += f", pixels {metrics.pixel.auroc:.3f}, AUPRO {metrics.pixel.aupro:.3f}"
    if baseline is not None:
        words += f" (untrained {baseline.image.auroc:.3f})"
    return words + (", was there" if cell.repeated else f", {cell.seconds:.0f} s")


def audit_presets(*, data: Path, categories: list[str] | None, generators: list[str], **options: Any) -> int:
    """Audits of categories and generators."""
    try:
        known = find_categories(data)
        _check_known("category", categories or [], known=known, data=data)
        with closing(Ticker()) as ticker:
            audit_all(
                data,
                categories or known,
                generators,
                progress=partial(ticker, None),
                write=sys.stdout.write,
                **options,
            )
    except (ValueError, OSError) as error:
        raise UsageError(str(error)) from error
    return 0


def tune_preset(*, data: Path, category: str, **options: Any) -> int:
    """Search a preset for a category."""
    try:
        from eval.tune import tune  # noqa: PLC0415  # only this command searches
    except ModuleNotFoundError as error:
        raise UsageError(f"tune needs {error.name}: pip install 'defectsynth[eval]'") from error
    try:
        _check_known("category", [category], known=find_categories(data), data=data)
        with closing(Ticker()) as ticker:

            def write(line: str) -> None:
                ticker.end(None)
                sys.stdout.write(line)
                sys.stdout.flush()

            tune(data, category, progress=partial(ticker, None), write=write, **options)
    except (TypeError, ValueError, OSError) as error:
        raise UsageError(str(error)) from error
    return 0


def compared(*, first: Path, second: Path) -> int:
    """Two folders of results side by side."""
    try:
        rows = compare(first, second)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    both = [(cell, one, two) for cell, one, two in rows if one is not None and two is not None]
    width = max(len(cell) for cell, _, _ in rows)
    sys.stdout.write(f"{'image AUROC of':{width}}       A       B   B - A\n")
    for cell, one, two in both:
        sys.stdout.write(f"{cell:{width}}  {one:6.3f}  {two:6.3f}  {two - one:+6.3f}\n")
    if both:
        means = fmean(one for _, one, _ in both), fmean(two for _, _, two in both)
        sys.stdout.write(f"{'mean':{width}}  {means[0]:6.3f}  {means[1]:6.3f}  {means[1] - means[0]:+6.3f}\n")
    for cell, first_only, second_only in rows:
        if first_only is None or second_only is None:
            sys.stdout.write(f"{cell:{width}}  only in {'B' if first_only is None else 'A'}\n")
    return 0


def predict(*, model: Path, images: list[Path], out: Path) -> int:
    """Scores, decisions and heat maps of images."""
    folder = model if model.is_dir() else model.parent
    if not (folder / BANK).is_file():
        raise UsageError(f"MODEL must be the folder of a finished run, or the {MODEL} in it, got {str(model)!r}")
    if missing := [path for path in images if not path.is_file()]:
        raise UsageError(f"IMAGES must be existing files, got {str(missing[0])!r}")
    return 0 if write_predictions(folder, images, out) else 1


def demo(
    *, out: Path, families: list[str] | None, train: int, generator: str, seeds: list[int], epochs: int, jobs: int
) -> int:
    """All of it on the sample set."""
    try:
        for family in families or FAMILIES:
            generator_named(generator, category=family)  # what cannot be drawn with is told before all the work
        folder = make_sample_set(out, families=families, train=train)
    except ValueError as error:
        raise UsageError(str(error)) from error
    sys.stdout.write("Drawing defects\n")
    draw_sheets(folder, out, generator=generator)
    sys.stdout.write("Training and scoring\n")
    lists: dict[str, Any] = {
        "experiments": ["self_supervised"],
        "heads": ["softmax"],
        "scorings": ["fused"],
        "seeds": seeds,
    }
    given: dict[str, Any] = {"generator": generator, "epochs": epochs, "jobs": jobs}
    code = benchmark(data=folder, categories=families, classes=None, out=out / RESULTS, **lists, **given)
    sys.stdout.write(f"Report: {write_page(out)}\n")
    return code


def report(*, results: Path, page: Path | None, data: Path | None) -> int:
    """One page on all results in a folder."""
    try:
        from eval.report import write_report  # noqa: PLC0415  # only this command draws
    except ModuleNotFoundError as error:
        raise UsageError(f"report needs {error.name}: pip install 'defectsynth[eval]'") from error
    try:
        with closing(Ticker()) as ticker:
            written = write_report(results, page or results / "report.html", data=data, progress=partial(ticker, None))
    except FileNotFoundError as error:
        raise UsageError(str(error)) from error
    sys.stdout.write(f"{written}\n")
    return 0


def _check_known(name: str, given: Sequence[str], *, known: Sequence[str], data: Path) -> None:
    if strange := [entry for entry in given if entry not in known]:
        raise ValueError(f"{name} must be in {data} ({', '.join(known)}), got {strange[0]!r}")
