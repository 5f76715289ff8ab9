"""Progress on stderr: the stage that each cell is in, how much of it is done, and the time left of it."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TextIO

Progress = Callable[[str, int, int], None]

_TERMINAL, _FILE = 0.2, 30.0  # s from one line to the next
_CLEAR = "\r\x1b[K"


@dataclass
class _Stage:
    name: str
    done: int
    total: int
    first: int  # how much was done when it was first heard of
    began: float  # when that was


class Ticker:
    """Shows what goes on: on a terminal in one line that is written over, elsewhere in a line every 30 seconds.

    Args:
        stream: where to; None: stderr.
        clock: gives the time in seconds.
        label: gives the text that stands before the stage of a cell.
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
        self.terminal = self.stream.isatty()
        self.last = self.clock() - (_TERMINAL if self.terminal else 0.0)
        self.shown = False

    def __call__(self, cell: Hashable, stage: str, done: int, total: int) -> None:
        """Take note that `done` of `total` steps of a stage of a cell are done; None: of the only one."""
        now = self.clock()
        old = self.stages.get(cell)
        if old is None or old.name != stage or done < old.done or total != old.total:
            self.stages[cell] = _Stage(stage, done, total, first=done, began=now)
        else:
            old.done = done
        if now - self.last >= (_TERMINAL if self.terminal else _FILE):
            self.last = now
            self._show(now)

    def end(self, cell: Hashable) -> None:
        """A cell is done: it is no longer shown, and other lines may be printed."""
        self.stages.pop(cell, None)
        self.close()

    def close(self) -> None:
        """Take away the line."""
        if self.shown:
            self.stream.write(_CLEAR)
            self.stream.flush()
        self.shown = False

    def _label(self, cell: Hashable) -> str:
        return "" if cell is None else f"{self.label(cell)}: "

    def _show(self, now: float) -> None:
        stages = {cell: stage for cell, stage in self.stages.items() if stage.done < stage.total or not stage.total}
        line = " | ".join(f"{self._label(cell)}{_words(stage, now)}" for cell, stage in stages.items())
        width = shutil.get_terminal_size().columns - 1
        if self.terminal and len(line) > width:
            counts = Counter(stage.name for stage in stages.values())
            line = ", ".join(f"{count} x {name}" for name, count in counts.items())[:width]
        if line:
            self.stream.write(f"{_CLEAR}{line}" if self.terminal else f"{line}\n")
            self.stream.flush()
            self.shown = self.terminal


def duration(seconds: float) -> str:
    """In words, roughly."""
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _words(stage: _Stage, now: float) -> str:
    if not stage.total:
        return stage.name
    steps, left = stage.done - stage.first, stage.total - stage.done
    estimate = f", {duration((now - stage.began) / steps * left)} left" if steps else ""
    return f"{stage.name} {stage.done / stage.total:.0%}{estimate}"
