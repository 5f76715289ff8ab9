"""The whole of a search: its settings, its trials, and the files that it leaves."""

from __future__ import annotations

import io
import json
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
from eval.data.datasets import Category, read_known
from eval.files import write_atomically
from eval.models.embedding import best_device
from eval.models.registry import make_backbone
from eval.progress import Progress
from eval.tune.finalists import finalists_of, winner_of
from eval.tune.known_defects import known_at_random
from eval.tune.objective import STRAY, TARGET, VARIETY, Objective, Parts
from eval.tune.search import Search, Trial
from eval.tune.space import BOUNDS, knobs_of, turned_by
from eval.tune.tables import final_line, line_of, table_of

AFRESH = 3  # draws with seeds of their own of each preset: to choose among the finalists, and again to report


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
    out: Path,
    progress: Progress,
    write: Callable[[str], Any],
) -> Iterator[Study]:
    """Check the arguments of a search and open its folder, which no other search can use until the context ends.

    Args:
        data: holds the category folders.
        category: the name of one.
        preset: to start from, see `eval.generators`; None takes the category's own, or generic_object if it has none.
        known: defective test images, DEFECT/FILE, that may be looked at.
        known_share: or the share of each type's, in (0, 1), chosen at random; None for those of `known`.
        seed: at least 0, of everything that is random.
        trials: how many there are in the end, at least 1, with those done before.
        twins: defects that a trial draws, at least 1.
        out: where best.yaml, tune.json and the trials go.
        progress: see `Progress`.
        write: takes the lines that are printed.

    Yields:
        The search; `run` starts it, or resumes one that was stopped.

    Raises:
        TypeError, ValueError, OSError: if an argument is out of bounds, `out` holds another search or is in use, or the
            category or the preset does not fit.
    """
    for name, number, low in (("trials", trials, 1), ("twins", twins, 1), ("seed", seed, 0)):
        if number < low:
            raise ValueError(f"{name} must be at least {low}, got {number}")
    if known and known_share is not None:
        raise ValueError(f"known-share must not be given together with known, got {known_share}")
    name = preset or (OWN if category in CATEGORIES else "generic_object")
    start = make_generator(name, category=category)
    knobs = knobs_of(start)
    if known_share is not None:
        known = known_at_random(data / category, share=known_share, seed=seed)
    found = read_known(data / category, known, size=DEFAULT_SIZES["patch"])
    settings = {
        "data": str(data.resolve()),
        "category": category,
        "preset": name,
        "preset_digest": generator_digest(start),
        "known": sorted(set(known)),
        "seed": seed,
        "twins": twins,
        "shape": list(found.shape),
    }
    with hold_locks(out, ("tune",)) as free:
        if not free:
            raise ValueError(f"out must not be in use by another search, got {out}")
        search = Search(out, settings=settings, knobs=knobs, seed=seed)
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
        """Do the trials that are left; the files are those of the trials done so far."""
        done = self.search.trials
        if done:
            self.print(f"{len(done)} trials were there\n")
        before = len(done)
        for number in range(before, trials):
            trial = self.search.run(partial(self._measured, stage=f"trial {number}"))
            done = self.search.trials
            best = _best(done)
            left = fmean(one.seconds for one in done[before:]) * (trials - number - 1)
            self._save(done, best=best)
            self.print(line_of(trial, number=number, trials=trials, best=best, value=done[best].value, left=left))

    def _finish(self) -> dict[str, Any]:
        """Choose among the finalists by fresh draws, and print the table, drawn afresh once more."""
        done = self.search.trials
        finals = {
            place: self._afresh(done[place].factors, stage=f"final of trial {place}", after=0)
            for place in finalists_of(done)
        }
        best = winner_of(finals)
        for place, draws in finals.items():
            self.print(final_line(place, draws, is_best=place == best))
        drawn = {
            place: self._afresh(done[place].factors, stage=f"trial {place} afresh", after=AFRESH) for place in {0, best}
        }
        afresh = {"start": drawn[0], "best": drawn[best]}
        result = self._save(done, best=best, finals=finals, afresh=afresh)
        self.print(f"\n{table_of(done[0], done[best], place=best, afresh=afresh)}\n")
        self.print(f"{self.out / BEST}: the preset of trial {best}\n")
        if known := self.settings["known"]:
            self.print(f"Known, to be left out of all that is reported: {', '.join(known)}\n")
        return result

    def _afresh(self, factors: dict[str, float], *, stage: str, after: int) -> list[Parts]:
        first = self.objective.seed + 1 + after
        return [self._measured(factors, stage=stage, seed=seed) for seed in range(first, first + AFRESH)]

    def _measured(self, factors: dict[str, float], *, stage: str, seed: int | None = None) -> Parts:
        drawn = turned_by(self.start, factors)
        own = self.objective.seed if seed is None else seed
        return self.objective(drawn, seed=own, stage=stage, progress=self.progress)

    def _save(self, done: list[Trial], *, best: int, **fresh: Mapping[Any, list[Parts]]) -> dict[str, Any]:
        """Write both files."""
        text = io.StringIO()
        A.save(turned_by(self.start, done[best].factors), text, data_format="yaml")
        write_atomically(self.out / BEST, lambda file: file.write(text.getvalue().encode()))
        result = {
            "settings": self.settings,
            "known": self.settings["known"],
            "constants": {"stray": STRAY, "target": TARGET, "variety": VARIETY, "bounds": BOUNDS},
            "versions": {**versions(), "optuna": version("optuna"), "commit": git_revision()},
            "best": best,
            **fresh,
            "trials": [{"number": number, **vars(trial)} for number, trial in enumerate(done)],
        }
        encoded = json.dumps(result, indent=1, allow_nan=False) + "\n"
        write_atomically(self.out / SEARCH, lambda file: file.write(encoded.encode()))
        return result


def _best(done: Sequence[Trial]) -> int:
    """The first of the largest."""
    return max(range(len(done)), key=lambda number: (done[number].value, -number))
