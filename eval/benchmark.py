"""Many cells one after the other: none twice, none lost, and the others go on when one fails."""

import os
import platform
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any

import albumentations as A
import numpy as np
import torch

import defectsynth
from eval.bank import Progress
from eval.datasets import Category, read_category
from eval.embedding import best_device
from eval.experiments import run_experiment, training_scoring
from eval.results import (
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
from eval.settings import make_settings

_SHARED = "trainings"  # of multi_class, which are the same for each of their categories


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
    seeds: Sequence[int] = (0,),
    **options: Any,
) -> tuple[Settings, ...]:
    """The product of all lists, without repetitions, and before each category and scoring its baseline.

    Args:
        data: folder of the categories.
        categories: names of its folders; multi_class tells these apart, unless `classes` are given.
        experiments: see `eval.settings.EXPERIMENTS`.
        heads: for all experiments but none.
        scorings: image, patch.
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
        cells.append(make_settings(**{**here, "experiment": "none"}))
        cells.extend(
            make_settings(**{**here, "experiment": experiment, "head": head, "seed": seed})
            for experiment, head, seed in product(trained, dict.fromkeys(heads), dict.fromkeys(seeds))
        )
    return tuple(cells)


def baseline_of(settings: Settings) -> Settings:
    """The cell that the same data without training is."""
    return replace(
        settings,
        experiment="none",
        head=None,
        generator=None,
        generator_digest=None,
        defect=None,
        classes=(),
        epochs=0,
        seed=0,
    )


def run_cells(cells: Sequence[Settings], *, out: str | Path, progress: Progress) -> Iterator[Cell]:
    """Run the cells and give each when it is done; one that is there with the same settings is not run again.

    An interrupted training goes on from its checkpoint when the same cell is run again.

    Args:
        cells: each baseline before the cells that are compared with it, as `make_cells` gives them.
        out: folder of all results; a cell's is `Settings.name` in it.
        progress: see `Progress`.
    """
    reader = _Reader(progress)
    for settings in cells:
        began = perf_counter()
        folder = Path(out) / settings.name
        results, error, repeated = None, None, False
        try:
            results = _finished(folder, settings)
            repeated = results is not None
            if results is None:
                results = _run(settings, folder, Path(out), reader.reading(settings), progress)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is kept, told, and the other cells go on
            error = f"{type(failure).__name__}: {failure}"
            if not (folder / RESULTS).exists():
                write_failure(folder, settings, failure)
        took = perf_counter() - began
        yield Cell(settings=settings, folder=folder, results=results, error=error, repeated=repeated, seconds=took)


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


def _run(settings: Settings, folder: Path, out: Path, read: Callable[[str], Category], progress: Progress) -> Results:
    started = now()
    memory = _Memory()
    folder.mkdir(parents=True, exist_ok=True)
    baseline = None
    if settings.experiment != "none":
        old = baseline_of(settings)
        before = _finished(out / old.name, old)
        if before is None:
            raise RuntimeError(f"the baseline {old.name} must be there first, got none: see its {FAILED}")
        baseline = before, out / old.name
    checkpoint = (
        folder / f"training-{settings.generator_digest or settings.experiment}.pt"
    )  # an edited file starts anew
    shared = settings.experiment == "multi_class"
    if shared:
        same = replace(settings, category="all", scoring=training_scoring(settings))
        checkpoint = out / _SHARED / f"{same.name.partition('/')[2]}.pt"
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
    if not shared:
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


def versions() -> dict[str, str]:
    """Of what numbers depend on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "defectsynth": defectsynth.__version__,
        "albumentations": str(A.__version__),
    }


def git_revision() -> str | None:
    """The commit of this program, "-dirty" behind it if tracked files were changed; None outside a repository."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        found = subprocess.run(  # noqa: S603 - no word of it comes from outside
            command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


class _Reader:
    """Categories by name; those read for one cell are kept for the next."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.kept: dict[tuple[str, str, int], Category] = {}

    def reading(self, settings: Settings) -> Callable[[str], Category]:
        def read(name: str) -> Category:
            key = (settings.data, name, settings.size)
            if key not in self.kept:
                folder = Path(settings.data) / name
                self.kept[key] = read_category(folder, size=settings.size, progress=partial(self.progress, "read"))
            return self.kept[key]

        return read


class _Memory:
    """The largest resident memory of this process from now on, where Linux lets it be reset."""

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # resets VmHWM
        except OSError:
            return

    def peak(self) -> float:
        """In MiB."""
        try:
            lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
            return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)
        except (OSError, StopIteration):
            import resource  # noqa: PLC0415  # Unix only

            return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
