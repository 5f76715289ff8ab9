"""Cells of a benchmark: none twice, none lost, and the others go on when one fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from glob import escape
from itertools import product
from pathlib import Path
from time import perf_counter, sleep, time
from typing import Any

from eval.benchmark.experiment import run_experiment
from eval.benchmark.generators import generators_of
from eval.benchmark.locks import held
from eval.benchmark.provenance import Memory, git_revision, versions
from eval.benchmark.results import (
    FAILED,
    RESULTS,
    Results,
    Settings,
    found_results,
    now,
    read_results,
    write_failure,
    write_results,
)
from eval.benchmark.schedule import PAUSE, Plan, baseline_of, checkpoint_of
from eval.benchmark.settings import make_settings, untrained_scoring
from eval.data.datasets import Category, read_category
from eval.models.embedding import best_device
from eval.progress import Progress

WAITING = "wait for another process"  # the stage that progress is told while nothing else can be done


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What has become of a cell.

    Attributes:
        settings: asked for.
        folder: of the cell.
        results: None if it failed.
        error: why it failed, in one line; None if it did not.
        repeated: whether the results were there before.
        seconds: it took now.
    """

    settings: Settings
    folder: Path
    results: Results | None
    error: str | None
    repeated: bool
    seconds: float


def make_cells(
    *,
    data: str | Path,
    categories: Sequence[str],
    experiments: Sequence[str],
    heads: Sequence[str] = (),
    scorings: Sequence[str] = ("image",),
    generators: Sequence[str] = ("generic_object",),
    seeds: Sequence[int] = (0,),
    **options: Any,
) -> tuple[Settings, ...]:
    """The product of all lists, without repetitions, and before each category and scoring its baseline.

    Args:
        data: folder of the categories.
        categories: names of its folders; multi_class tells these apart, unless `classes` are given.
        experiments: see `eval.settings.EXPERIMENTS`.
        heads: for all experiments but none.
        scorings: see `eval.detector`.
        generators: for self_supervised, see `eval.generators`; leave_one_out stands for several.
        seeds: at least 0.
        options: the other arguments of `make_settings`, the same for every cell.

    Raises:
        ValueError: if an argument is out of bounds.
    """
    trained = [name for name in dict.fromkeys(experiments) if name != "none"]
    if trained and not heads:
        raise ValueError(f"heads must name at least one head for {', '.join(trained)}, got none")
    same = {"data": data, "classes": categories, **options}
    cells = []
    for category, scoring in product(dict.fromkeys(categories), dict.fromkeys(scorings)):
        here = {**same, "category": category, "scoring": scoring}
        cells.append(make_settings(**{**here, "experiment": "none", "scoring": untrained_scoring(scoring)}))
        drawn = generators_of(generators, category=category)
        cells.extend(
            make_settings(**{**here, "experiment": experiment, "generator": name, "head": head, "seed": seed})
            for experiment, name, seed, head in product(trained, drawn, dict.fromkeys(seeds), dict.fromkeys(heads))
        )  # one seed draws the same defects for all heads, which then share the work on them
    return tuple(dict.fromkeys(cells))


def run_cells(cells: Sequence[Settings], *, out: str | Path, progress: Progress) -> Generator[Cell, None, None]:
    """Run the cells one after the other and give each when it is done.

    One that is there with the same settings is not run again. An interrupted training goes on from its checkpoint when
    the same cell is run again. A cell that another process is running is left to it and looked at again later, so that
    several commands may share one folder.

    Args:
        cells: without repetitions; cells that are compared with a baseline wait for it if it is among them.
        out: folder of all results; a cell's is `Settings.name` in it.
        progress: see `Progress`.
    """
    since, home = time(), Path(out)
    reader, plan = Reader(progress), Plan(cells)
    while plan.left:
        settings = plan.take()
        if settings is None:
            progress(WAITING, 0, 0)
            sleep(PAUSE)
            continue
        cell = found_cell(settings, out=home, since=since)
        cell = cell or run_cell(settings, out=home, since=since, read=reader.reading(settings), progress=progress)
        if cell is None:
            plan.postpone(settings)
        else:
            plan.finish(settings)
            yield cell


def run_cell(
    settings: Settings, *, out: Path, since: float, read: Callable[[str], Category], progress: Progress
) -> Cell | None:
    """Run one cell and keep what came of it, an error too; None if another process is at it or at its training.

    Args:
        settings: of the cell.
        out: folder of all results.
        since: see `found_cell`.
        read: gives the categories.
        progress: see `Progress`.
    """
    folder, checkpoint = out / settings.name, checkpoint_of(settings, out)
    shared = () if checkpoint.parent == folder else (checkpoint.relative_to(out).as_posix(),)
    began = perf_counter()
    with held(out, (settings.name, *shared)) as free:
        if not free:
            return None
        if (found := found_cell(settings, out=out, since=since)) is not None:
            return found
        results, error = None, None
        try:
            results = _run(settings, out=out, read=read, progress=progress)
        except Exception as failure:  # whatever it is, it is kept, told, and the other cells go on
            if _is_interruption(failure):
                raise KeyboardInterrupt from failure
            error = _line(failure)
            with suppress(OSError):  # of a full disk, say: it is told all the same
                write_failure(folder, settings, failure)
        took = perf_counter() - began
        return Cell(settings=settings, folder=folder, results=results, error=error, repeated=False, seconds=took)


def found_cell(settings: Settings, *, out: Path, since: float) -> Cell | None:
    """A cell that is not to be run, because of what its folder holds; None for others.

    It was finished, or it failed in another process meanwhile, or the results there are those of other settings.

    Args:
        settings: of the cell.
        out: folder of all results.
        since: an older failure does not count, the cell is tried again then; as `time.time` gives it.
    """
    folder = out / settings.name
    results, error = None, None
    try:
        results = _finished(folder, settings)
        error = None if results else _failed(folder, since)
    except (OSError, ValueError) as failure:
        error = _line(failure)
    if results is None and error is None:
        return None
    there = results is not None
    return Cell(settings=settings, folder=folder, results=results, error=error, repeated=there, seconds=0.0)


def _finished(folder: Path, settings: Settings) -> Results | None:
    """The results of an earlier run, if there are any.

    Raises:
        ValueError: if they are those of other settings.
    """
    if not (folder / RESULTS).exists():
        return None
    results = read_results(folder)
    wanted, found = asdict(settings), asdict(results.settings)
    if other := [name for name in wanted if wanted[name] != found[name]]:
        name = other[0]
        raise ValueError(
            f"{folder} must hold a run with {name} {wanted[name]!r}, got {found[name]!r}: "
            "write to another folder, or remove it"
        )
    return results


def _failed(folder: Path, since: float) -> str | None:
    """Why a run of another process failed since then, if one did."""
    path = folder / FAILED
    if not path.exists() or path.stat().st_mtime < since:
        return None
    return str(json.loads(path.read_text(encoding="utf-8")).get("error"))


def _is_interruption(failure: BaseException | None) -> bool:
    """Whether it only follows from Ctrl-C, as the error does that torch puts in its place while it saves."""
    while failure is not None and not isinstance(failure, KeyboardInterrupt):
        failure = failure.__context__
    return failure is not None


def _line(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"


def _run(settings: Settings, *, out: Path, read: Callable[[str], Category], progress: Progress) -> Results:
    started = now()
    memory = Memory()
    folder, checkpoint = out / settings.name, checkpoint_of(settings, out)
    for home, pattern in ((folder, ".*.part"), (checkpoint.parent, f".{escape(checkpoint.name)}.*.part")):
        home.mkdir(parents=True, exist_ok=True)
        for part in home.glob(pattern):
            part.unlink(missing_ok=True)  # of a process that was killed while it wrote
    baseline = None
    if settings.experiment != "none":
        old = baseline_of(settings)
        before = _finished(out / old.name, old)
        if before is None:
            raise RuntimeError(f"the baseline {old.name} must be there first, got none: see its {FAILED}")
        baseline = before, out / old.name
    results = run_experiment(
        settings,
        read=read,
        folder=folder,
        checkpoint=checkpoint,
        baseline=baseline,
        about=lambda: {
            "versions": versions(),
            "device": best_device().type,
            "git_revision": git_revision(),
            "started": started,
            "finished": now(),
            "peak_memory_mib": memory.peak(),
        },
        progress=progress,
    )
    write_results(folder, results)
    if checkpoint.parent == folder:
        checkpoint.unlink(missing_ok=True)
    return results


def compare(first: str | Path, second: str | Path) -> list[tuple[str, float | None, float | None]]:
    """Image AUROC of the cells in two folders of results, by their place in it; None where one has no such cell.

    Raises:
        FileNotFoundError: if a folder has no results.
        ValueError: if a file is broken.
    """
    sides = [
        {cell: results.metrics.image.auroc for cell, results in found_results(folder).items()}
        for folder in (first, second)
    ]
    return [(cell, sides[0].get(cell), sides[1].get(cell)) for cell in sorted({**sides[0], **sides[1]})]


class Reader:
    """Categories by name; those read for one cell are kept for the next.

    Args:
        progress: see `Progress`.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.kept: dict[tuple[str, str, int, bool], Category] = {}

    def reading(self, settings: Settings) -> Callable[[str], Category]:
        """Reads for a cell."""

        def read(name: str) -> Category:
            square = settings.scoring == "image"  # as the seed article looks at them
            key = (settings.data, name, settings.size, square)
            if key not in self.kept:
                folder = Path(settings.data) / name
                steps = partial(self.progress, "read")
                self.kept[key] = read_category(folder, size=settings.size, square=square, progress=steps)
            return self.kept[key]

        return read
