"""Search of a preset from its arguments to its files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import fmean
from typing import Any

import albumentations as A

from defectsynth.presets import CATEGORIES
from eval.benchmark.cell import DEFAULT_SIZES
from eval.benchmark.generators import BEST, OWN, SEARCH, generator_digest, make_generator
from eval.benchmark.locks import hold_locks
from eval.benchmark.provenance import git_revision, versions
from eval.data.categories import Category
from eval.data.datasets import read_known
from eval.data.images import check_peak
from eval.files import write_atomically, write_json
from eval.models.embedding import best_device
from eval.models.registry import make_backbone
from eval.progress import Progress
from eval.tune.finalists import choose_finalists, choose_winner
from eval.tune.known_defects import choose_known
from eval.tune.objective import STRAY_WEIGHT, TARGET_SEPARATION, VARIETY_WEIGHT, Objective, Parts
from eval.tune.search import Search, Trial
from eval.tune.space import BOUNDS, factor_bounds, scale_preset
from eval.tune.tables import comparison_table, finalist_line, trial_line

FRESH_DRAWS = 3  # with new seeds: of each finalist for the choice, and again of the best one for the report


@contextmanager
def open_study(
    data: Path,
    category: str,
    *,
    preset: str | None,
    known: Sequence[str],
    known_share: float | None,
    seed: int,
    trials: int,
    twins: int,
    peak: float | None = None,
    out: Path,
    progress: Progress,
    write: Callable[[str], Any],
) -> Iterator[Study]:
    """Check the arguments of a search and open its folder, which no other search can use until the context ends.

    Args:
        data: folder of the categories.
        category: name of one of its folders.
        preset: at the start, see `eval.benchmark.generators`; None for the category's own, otherwise generic_object.
        known: defective test images, DEFECT/FILE, that the search uses.
        known_share: share of the defective test images of each type, in (0, 1), chosen at random instead of `known`.
        seed: of all random numbers, at least 0.
        trials: number of trials at the end, at least 1, including those of earlier runs.
        twins: number of defects of a trial, at least 1.
        peak: see `read_known`.
        out: folder of best.yaml, tune.json and the trials.
        progress: see `Progress`.
        write: called with the lines that are printed.

    Yields:
        The search; `run` starts it, or resumes one that was stopped.

    Raises:
        TypeError, ValueError, OSError: if an argument is out of bounds, `out` holds another search or is in use, or the
            category or the preset does not fit.
    """
    for name, number, low in (("trials", trials, 1), ("twins", twins, 1), ("seed", seed, 0)):
        if number < low:
            raise ValueError(f"{name} must be at least {low}, got {number}")
    check_peak(peak)
    if known and known_share is not None:
        raise ValueError(f"known-share must not be given together with known, got {known_share}")
    name = preset or (OWN if category in CATEGORIES else "generic_object")
    start = make_generator(name, category=category)
    bounds = factor_bounds(start)
    if known_share is not None:
        known = choose_known(data / category, share=known_share, seed=seed)
    found = read_known(data / category, known, size=DEFAULT_SIZES["patch"], peak=peak)
    settings = {
        "data": str(data.resolve()),
        "category": category,
        "preset": name,
        "preset_digest": generator_digest(start),
        "known": sorted(set(known)),
        "seed": seed,
        "twins": twins,
        "shape": list(found.shape),
        "peak": found.peak,
    }
    with hold_locks(out, ("tune",)) as free:
        if not free:
            raise ValueError(f"out must not be in use by another search, got {out}")
        search = Search(out, settings=settings, bounds=bounds, seed=seed)
        yield Study(search, found, start, trials=trials, settings=settings, out=out, progress=progress, write=write)


class Study:
    """Search of a preset with all arguments checked; see `open_study`."""

    def __init__(
        self,
        search: Search,
        category: Category,
        start: Any,
        *,
        trials: int,
        settings: dict[str, Any],
        out: Path,
        progress: Progress,
        write: Callable[[str], Any],
    ) -> None:
        self.search, self.category, self.start, self.trials = search, category, start, trials
        self.settings, self.out, self.progress, self.print = settings, out, progress, write

    def run(self) -> dict[str, Any]:
        """Run the trials that are left, choose the best one and write the files.

        Returns:
            The content of tune.json.

        Raises:
            OSError: if a file cannot be written.
            ValueError: if the images do not suffice, or the preset draws nothing.
        """
        self.objective = Objective(
            self.category,
            self.start,
            backbone=make_backbone().to(best_device()),
            twins=self.settings["twins"],
            seed=self.settings["seed"],
            progress=self.progress,
        )
        self._run_trials(self.trials)
        return self._finish()

    def _run_trials(self, trials: int) -> None:
        """Run the trials that are left; the files are written after each."""
        done = self.search.trials
        if done:
            self.print(f"{len(done)} trials of earlier runs\n")
        before = len(done)
        for number in range(before, trials):
            trial = self.search.run(partial(self._measure, stage=f"trial {number}"))
            done = self.search.trials
            best = _best(done)
            left = fmean(each.seconds for each in done[before:]) * (trials - number - 1)
            self._save(done, best=best)
            self.print(trial_line(trial, number=number, trials=trials, best=best, value=done[best].value, left=left))

    def _finish(self) -> dict[str, Any]:
        """Choose among the finalists by fresh draws, and print a table with further fresh draws."""
        done = self.search.trials
        finals = {
            place: self._draw_afresh(done[place].factors, stage=f"final of trial {place}", after=0)
            for place in choose_finalists(done)
        }
        best = choose_winner(finals)
        for place, draws in finals.items():
            self.print(finalist_line(place, draws, is_best=place == best))
        drawn = {
            place: self._draw_afresh(done[place].factors, stage=f"trial {place} afresh", after=FRESH_DRAWS)
            for place in {0, best}
        }
        afresh = {"start": drawn[0], "best": drawn[best]}
        result = self._save(done, best=best, finals=finals, afresh=afresh)
        self.print(f"\n{comparison_table(done[0], done[best], place=best, afresh=afresh)}\n")
        self.print(f"{self.out / BEST}: the preset of trial {best}\n")
        if known := self.settings["known"]:
            self.print(f"Known defects, to be left out of every reported number: {', '.join(known)}\n")
        return result

    def _draw_afresh(self, factors: dict[str, float], *, stage: str, after: int) -> list[Parts]:
        first = self.objective.seed + 1 + after
        return [self._measure(factors, stage=stage, seed=seed) for seed in range(first, first + FRESH_DRAWS)]

    def _measure(self, factors: dict[str, float], *, stage: str, seed: int | None = None) -> Parts:
        drawn = scale_preset(self.start, factors)
        own = self.objective.seed if seed is None else seed
        return self.objective(drawn, seed=own, stage=stage, progress=self.progress)

    def _save(self, done: list[Trial], *, best: int, **fresh: Mapping[Any, list[Parts]]) -> dict[str, Any]:
        """Write best.yaml and tune.json; return the content of the latter."""
        text = io.StringIO()
        A.save(scale_preset(self.start, done[best].factors), text, data_format="yaml")
        write_atomically(self.out / BEST, lambda file: file.write(text.getvalue().encode()))
        result = {
            "settings": self.settings,
            "known": self.settings["known"],
            "constants": {
                "stray": STRAY_WEIGHT,
                "target": TARGET_SEPARATION,
                "variety": VARIETY_WEIGHT,
                "bounds": BOUNDS,
            },
            "versions": {**versions(), "optuna": version("optuna"), "commit": git_revision()},
            "best": best,
            **fresh,
            "trials": [{"number": number, **vars(trial)} for number, trial in enumerate(done)],
        }
        write_json(self.out / SEARCH, result)
        return result


def _best(done: Sequence[Trial]) -> int:
    """Return the number of the trial with the largest objective; of equal ones the first."""
    return max(range(len(done)), key=lambda number: (done[number].value, -number))
