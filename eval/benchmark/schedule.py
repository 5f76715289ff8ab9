"""Which cell of a benchmark is next: baselines first, and never two at once that write to one training."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from eval.benchmark.results import Settings
from eval.benchmark.settings import training_scoring, untrained_scoring

SHARED = "trainings"  # of multi_class, which are the same for each of their categories
PAUSE = 1.0  # s, until a cell that another process runs is looked at again


def baseline_of(settings: Settings) -> Settings:
    """The cell that the same data without training is; fused scores are compared with those of patches."""
    return replace(
        settings,
        experiment="none",
        scoring=untrained_scoring(settings.scoring),
        head=None,
        generator=None,
        generator_digest=None,
        defect=None,
        classes=(),
        epochs=0,
        seed=0,
        recipe=(),
        known=(),
    )


def checkpoint_of(settings: Settings, out: Path) -> Path:
    """Where the training of a cell keeps its state: in its folder, or beside all of them if they share it."""
    if settings.experiment == "multi_class":
        same = replace(settings, category="all", scoring=training_scoring(settings))
        return out / SHARED / f"{same.name.partition('/')[2]}.pt"
    kind = settings.generator_digest or settings.experiment  # an edited file starts anew
    return out / settings.name / f"training-{kind}.pt"


class Plan:
    """The cells that are left, for one process or for several.

    Args:
        cells: to be done, in this order where one process does them.
    """

    def __init__(self, cells: Sequence[Settings]) -> None:
        self._cells = tuple(dict.fromkeys(cells))
        self._places = {cell: place for place, cell in enumerate(self._cells)}
        baselines = [self._places.get(baseline_of(cell)) for cell in self._cells]
        self._baselines = [None if place == own else place for own, place in enumerate(baselines)]
        self._checkpoints = [checkpoint_of(cell, Path()) for cell in self._cells]
        self._open, self._running = set(self._places.values()), set[int]()
        self._again: dict[int, float] = {}

    @property
    def left(self) -> bool:
        """Whether there are cells that are not done."""
        return bool(self._open or self._running)

    @property
    def postponed(self) -> tuple[Settings, ...]:
        """Cells that another process was running when they were last looked at."""
        return tuple(self._cells[place] for place in self._again)

    def take(self, *, known: Collection[str] = ()) -> Settings | None:
        """The next cell; None if none can be started now.

        Args:
            known: categories that are better taken than others.
        """
        now = monotonic()
        elsewhere = {self._cells[place].category for place in self._running}
        at_work = {self._checkpoints[place] for place in self._running}

        def is_ready(place: int) -> bool:
            waits = self._baselines[place] in self._open or self._baselines[place] in self._running
            return not waits and self._again.get(place, now) <= now and self._checkpoints[place] not in at_work

        def rank(place: int) -> tuple[bool, bool, int]:
            category = self._cells[place].category
            return bool(known) and category not in known, category in elsewhere, place

        chosen = min(filter(is_ready, self._open), key=rank, default=None)
        if chosen is None:
            return None
        self._open.remove(chosen)
        self._again.pop(chosen, None)
        self._running.add(chosen)
        return self._cells[chosen]

    def finish(self, cell: Settings) -> None:
        """A cell that was taken is done, or has failed."""
        self._running.remove(self._places[cell])

    def postpone(self, cell: Settings) -> None:
        """A cell that was taken is run by another process: it is looked at again after a pause."""
        self.finish(cell)
        self._open.add(self._places[cell])
        self._again[self._places[cell]] = monotonic() + PAUSE
