"""Progress: one line on a terminal, few lines in a file, and never many."""

import io
import os
import shutil

import pytest

from eval.progress import ProgressDisplay, format_duration

DISC, CUBE = "disc", "cube"


class Stream(io.StringIO):
    """Keeps the text that is written; a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """Return the kind of stream."""
        return self.terminal

    @property
    def lines(self) -> list[str]:
        """Lines that were shown, in order."""
        return [line.strip("\n") for line in self.getvalue().split("\r\x1b[K") if line]


class Clock:
    """A clock that stands still between steps of the test."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_a_terminal_shows_stage_share_and_time_left_five_times_a_second() -> None:
    stream, clock = Stream(terminal=True), Clock()
    display = ProgressDisplay(stream, clock=clock)
    for step in range(1, 10_001):  # 10 s in small steps
        display(None, "coreset", step, 40_000)
        clock.now += 0.001
    assert 45 <= len(stream.lines) <= 51
    assert stream.lines[0] == "coreset 0%"
    assert stream.lines[-1] == "coreset 25%, 30 s left"
    display.close()
    assert stream.getvalue().endswith("\r\x1b[K")
    display.close()
    assert stream.getvalue().count("\n") == 0


def test_a_file_gets_a_line_every_half_minute_without_control_characters() -> None:
    stream, clock = Stream(terminal=False), Clock()
    display = ProgressDisplay(stream, clock=clock)
    for step in range(1, 1001):  # 100 s
        display(None, "train", step, 2000)
        clock.now += 0.1
    display.close()
    assert stream.getvalue() == "train 15%, 3 min left\ntrain 30%, 2 min left\ntrain 45%, 2 min left\n"


def test_resumed_and_restarted_stages_are_timed_from_their_first_step() -> None:
    stream, clock = Stream(terminal=True), Clock()
    display = ProgressDisplay(stream, clock=clock)
    for done, total in ((6, 10), (7, 10), (3, 10), (4, 10), (10, 10)):
        display(None, "train", done, total)
        clock.now += 60
    assert stream.lines == ["train 60%", "train 70%, 3 min left", "train 30%", "train 40%, 6 min left"]


def test_several_cells_share_the_line_and_a_narrow_terminal_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, clock = Stream(terminal=True), Clock()
    display = ProgressDisplay(stream, clock=clock, label=str.upper)

    def show(columns: int) -> str:
        monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24)))
        clock.now += 1
        display(CUBE, "train", 1, 4)
        return stream.lines[-1]

    display(DISC, "wait for another process", 0, 0)
    assert show(100) == "DISC: wait for another process | CUBE: train 25%"
    assert show(40) == "1 x wait for another process, 1 x train"
    assert len(show(20)) == 19
    display.end(DISC)
    assert show(100) == "CUBE: train 25%"
    display.end(CUBE)
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5000, "83 min"), (9000, "2.5 h")]
)
def test_durations_are_rounded(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words
