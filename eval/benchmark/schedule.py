"""Order of the cells of a benchmark: baselines first, and never two cells at once that share a checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from time import monotonic

from eval.benchmark.cell import Settings, baseline_of, checkpoint_of

PAUSE = 1.0  # s, until a cell that another process runs is tried again


class Schedule:
    """Cells that are still to be done, by one process or by several.

    Args:
        cells: the cells, in the order in which one process does them.
    """

    def __init__(self, cells: Sequence[Settings]) -> None:
        self._cells = tuple(dict.fromkeys(cells))
        self._places = {cell: place for place, cell in enumerate(self._cells)}
        baselines = [self._places.get(baseline_of(cell)) for cell in self._cells]
        self._baselines = [None if place == own else place for own, place in enumerate(baselines)]
        self._checkpoints = [checkpoint_of(cell, Path()) for cell in self._cells]
        self._open, self._running = set(self._places.values()), set[int]()
        self._retry_at: dict[int, float] = {}

    @property
    def left(self) -> bool:
        """True while there are cells that are not done."""
        return bool(self._open or self._running)

    @property
    def postponed(self) -> tuple[Settings, ...]:
        """Cells that another process was running when they were last tried."""
        return tuple(self._cells[place] for place in self._retry_at)

    def take(self, *, loaded: Collection[str] = ()) -> Settings | None:
        """Return the next cell and count it as running; None if none can be started now.

        Args:
            loaded: categories that are in memory already; their cells are preferred.
        """
        now = monotonic()
        running_categories = {self._cells[place].category for place in self._running}
        running_checkpoints = {self._checkpoints[place] for place in self._running}

        def is_ready(place: int) -> bool:
            waits = self._baselines[place] in self._open or self._baselines[place] in self._running
            is_due = self._retry_at.get(place, now) <= now
            return not waits and is_due and self._checkpoints[place] not in running_checkpoints

        def rank(place: int) -> tuple[bool, bool, int]:
            category = self._cells[place].category
            return bool(loaded) and category not in loaded, category in running_categories, place

        chosen = min(filter(is_ready, self._open), key=rank, default=None)
        if chosen is None:
            return None
        self._open.remove(chosen)
        self._retry_at.pop(chosen, None)
        self._running.add(chosen)
        return self._cells[chosen]

    def finish(self, cell: Settings) -> None:
        """Count a running cell as done or failed."""
        self._running.remove(self._places[cell])

    def postpone(self, cell: Settings) -> None:
        """Put back a cell that another process is running, to be tried again after `PAUSE`."""
        self.finish(cell)
        self._open.add(self._places[cell])
        self._retry_at[self._places[cell]] = monotonic() + PAUSE
