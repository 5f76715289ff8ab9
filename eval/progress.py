"""Progress on stderr: the stage of each cell, the share that is done, and the time left."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TextIO

Progress = Callable[[str, int, int], None]
"""Called with a stage, the number of steps done, and the number of all steps; (stage, 0, 0) if that is unknown."""

_TERMINAL_INTERVAL, _FILE_INTERVAL = 0.2, 30.0  # s between two lines
_CLEAR = "\r\x1b[K"


@dataclass
class _Stage:
    name: str
    done: int
    total: int
    first: int  # steps that were done at `began`
    began: float


class ProgressDisplay:
    """Shows progress: on a terminal in one line that is overwritten, elsewhere in a line every 30 seconds.

    Args:
        stream: stream to write to; None: stderr.
        clock: returns the time in seconds.
        label: returns the text before the stage of a cell.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        clock: Callable[[], float] = monotonic,
        label: Callable[[Any], str] = str,
    ) -> None:
        self.stream = sys.stderr if stream is None else stream
        self.clock, self.label = clock, label
        self.stages: dict[Hashable, _Stage] = {}
        self.is_terminal = self.stream.isatty()
        self.interval = _TERMINAL_INTERVAL if self.is_terminal else _FILE_INTERVAL
        self.last = self.clock() - (self.interval if self.is_terminal else 0.0)
        self.shown = False

    def __call__(self, cell: Hashable, stage: str, done: int, total: int) -> None:
        """Report progress of a cell.

        Args:
            cell: any key of the cell; None if only one cell runs.
            stage: see `Progress`.
            done: see `Progress`.
            total: see `Progress`.
        """
        now = self.clock()
        old = self.stages.get(cell)
        if old is None or old.name != stage or done < old.done or total != old.total:
            self.stages[cell] = _Stage(stage, done, total, first=done, began=now)
        else:
            old.done = done
        if now - self.last >= self.interval:
            self.last = now
            self._show(now)

    def end(self, cell: Hashable) -> None:
        """Forget a cell that is done, and clear the line so that other lines can be printed."""
        self.stages.pop(cell, None)
        self.close()

    def close(self) -> None:
        """Clear the line."""
        if self.shown:
            self.stream.write(_CLEAR)
            self.stream.flush()
        self.shown = False

    def _label(self, cell: Hashable) -> str:
        return "" if cell is None else f"{self.label(cell)}: "

    def _show(self, now: float) -> None:
        stages = {cell: stage for cell, stage in self.stages.items() if stage.done < stage.total or not stage.total}
        line = " | ".join(f"{self._label(cell)}{_format_stage(stage, now)}" for cell, stage in stages.items())
        width = shutil.get_terminal_size().columns - 1
        if self.is_terminal and len(line) > width:
            counts = Counter(stage.name for stage in stages.values())
            line = ", ".join(f"{count} x {name}" for name, count in counts.items())[:width]
        if line:
            self.stream.write(f"{_CLEAR}{line}" if self.is_terminal else f"{line}\n")
            self.stream.flush()
            self.shown = self.is_terminal


def format_duration(seconds: float) -> str:
    """Return a duration as text, rounded: "45 s", "12 min" or "2.5 h"."""
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _format_stage(stage: _Stage, now: float) -> str:
    if not stage.total:
        return stage.name
    steps, left = stage.done - stage.first, stage.total - stage.done
    estimate = f", {format_duration((now - stage.began) / steps * left)} left" if steps else ""
    return f"{stage.name} {stage.done / stage.total:.0%}{estimate}"
