"""Run the cells of a benchmark: each once, and a failed one does not stop the others."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from glob import escape
from pathlib import Path
from time import perf_counter, sleep, time

from eval.benchmark.cell import Settings, baseline_of, checkpoint_of
from eval.benchmark.experiment import run_experiment
from eval.benchmark.inputs import Inputs, check_inputs, classes_digest, weights_digest
from eval.benchmark.locks import hold_locks
from eval.benchmark.reader import CategoryReader, Reader
from eval.benchmark.results import FAILED, RESULTS, Results, read_results, write_failure, write_results
from eval.benchmark.schedule import PAUSE, Schedule
from eval.data.folders import category_digest
from eval.progress import Progress

WAITING = "wait for another process"
"""Stage that is reported to `Progress` while all cells that are left run in other processes."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Outcome of a cell.

    Attributes:
        settings: settings of the cell.
        folder: folder of the cell.
        results: None if the cell failed.
        error: error in one line; None if the cell did not fail.
        repeated: True if the results were there before.
        seconds: duration of this run.
    """

    settings: Settings
    folder: Path
    results: Results | None
    error: str | None
    repeated: bool
    seconds: float


def run_cells(cells: Sequence[Settings], *, out: str | Path, progress: Progress) -> Generator[Cell, None, None]:
    """Run cells one after the other and yield each when it is done.

    A cell that is finished with the same settings is not run again. An interrupted training resumes from its
    checkpoint. A cell that another process is running is postponed, so that several commands can share a folder.

    Args:
        cells: settings without repetitions; a cell waits for its baseline if that is among them.
        out: folder of all results; the folder of a cell is `Settings.name` in it.
        progress: see `Progress`.
    """
    since, home = time(), Path(out)
    reader, schedule = CategoryReader(progress), Schedule(cells)
    while schedule.left:
        settings = schedule.take()
        if settings is None:
            progress(WAITING, 0, 0)
            sleep(PAUSE)
            continue
        cell = run_cell(settings, out=home, since=since, read=reader.of(settings), progress=progress)
        if cell is None:
            schedule.postpone(settings)
        else:
            schedule.finish(settings)
            yield cell


def run_cell(settings: Settings, *, out: Path, since: float, read: Reader, progress: Progress) -> Cell | None:
    """Run one cell unless it is done, and write its results or its error.

    Args:
        settings: settings of the cell.
        out: folder of all results.
        since: see `find_cell`.
        read: reads the categories.
        progress: see `Progress`.

    Returns:
        The outcome; None if another process is running this cell or its training.
    """
    if (found := find_cell(settings, out=out, since=since)) is not None:
        return found
    folder, checkpoint = out / settings.name, checkpoint_of(settings, out)
    shared = () if checkpoint.parent == folder else (checkpoint.relative_to(out).as_posix(),)
    began = perf_counter()
    with hold_locks(out, (settings.name, *shared)) as free:
        if not free:
            return None
        if (found := find_cell(settings, out=out, since=since)) is not None:  # done before the locks were held
            return found
        results, error = None, None
        try:
            results = _run(settings, out=out, checkpoint=checkpoint, read=read, progress=progress)
        except Exception as failure:  # the error is written and reported, and the other cells go on
            if _is_interruption(failure):
                raise KeyboardInterrupt from failure
            error = _line(failure)
            with suppress(OSError):  # of a full disk: the error is reported all the same
                write_failure(folder, settings, failure)
        seconds = perf_counter() - began
        return Cell(settings=settings, folder=folder, results=results, error=error, repeated=False, seconds=seconds)


def find_cell(settings: Settings, *, out: Path, since: float) -> Cell | None:
    """Return the outcome of a cell that must not be run; None if it must.

    A cell must not be run if it is finished, if it failed in another process meanwhile, or if its folder holds results
    with other settings.

    Args:
        settings: settings of the cell.
        out: folder of all results.
        since: time of the start of this benchmark, as of `time.time`; a cell that failed earlier is run again.
    """
    folder = out / settings.name
    results, error = None, None
    try:
        results = _finished(folder, settings)
        error = None if results else _failure(folder, since)
    except (OSError, ValueError) as failure:
        error = _line(failure)
    if results is None and error is None:
        return None
    repeated = results is not None
    return Cell(settings=settings, folder=folder, results=results, error=error, repeated=repeated, seconds=0.0)


def _finished(folder: Path, settings: Settings) -> Results | None:
    """Return the results of an earlier run, if there are any.

    Raises:
        ValueError: if they have other settings, or are of other images or weights.
    """
    if not (folder / RESULTS).exists():
        return None
    results = read_results(folder)
    wanted, found = asdict(settings), asdict(results.settings)
    if wanted["generator_digest"] == found["generator_digest"]:
        del wanted["generator"]  # the path of a file may be another one
    if different := [name for name in wanted if wanted[name] != found[name]]:
        name = different[0]
        raise ValueError(
            f"{folder} must hold a run with {name} {wanted[name]!r}, got {found[name]!r}: "
            "write to another folder, or remove it"
        )
    check_inputs(results, _inputs_of(settings), folder)
    return results


def _inputs_of(settings: Settings) -> Inputs:
    return Inputs(
        data_digest=category_digest(Path(settings.data) / settings.category),
        classes_digest=classes_digest(settings),
        weights_digest=weights_digest(settings.weights),
    )


def _failure(folder: Path, since: float) -> str | None:
    """Return the error of a run in another process that failed after `since`."""
    path = folder / FAILED
    if not path.exists() or path.stat().st_mtime < since:
        return None
    return str(json.loads(path.read_text(encoding="utf-8")).get("error"))


def _is_interruption(failure: BaseException | None) -> bool:
    """Return whether Ctrl-C caused an error; torch raises RuntimeError if it is interrupted while it saves."""
    while failure is not None and not isinstance(failure, KeyboardInterrupt):
        failure = failure.__context__
    return failure is not None


def _line(failure: Exception) -> str:
    return f"{type(failure).__name__}: {failure}"


def _run(settings: Settings, *, out: Path, checkpoint: Path, read: Reader, progress: Progress) -> Results:
    folder, baseline = out / settings.name, _baseline(settings, out)
    _clear(folder, ".*.part")
    _clear(checkpoint.parent, f".{escape(checkpoint.name)}.*.part")
    inputs = _inputs_of(settings)
    results = run_experiment(
        settings,
        read=read,
        folder=folder,
        checkpoint=checkpoint,
        baseline=baseline,
        inputs=inputs,
        progress=progress,
    )
    write_results(folder, results)
    if checkpoint.parent == folder:
        checkpoint.unlink(missing_ok=True)
    return results


def _clear(folder: Path, pattern: str) -> None:
    """Make a folder and delete the incomplete files of killed processes."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in folder.glob(pattern):
        part.unlink(missing_ok=True)


def _baseline(settings: Settings, out: Path) -> tuple[Results, Path] | None:
    """Return results and folder of the baseline of a cell; None for experiment none."""
    if settings.experiment == "none":
        return None
    baseline = baseline_of(settings)
    results = _finished(out / baseline.name, baseline)
    if results is None:
        raise RuntimeError(f"the baseline {baseline.name} must be there first, got none: see its {FAILED}")
    return results, out / baseline.name
