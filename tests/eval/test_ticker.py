"""Progress: one line on a terminal, few lines in a file, and never many."""

import io
import os
import shutil

import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

from eval.benchmark.settings import make_settings
from eval.progress import Ticker, duration

DISC = make_settings(data="/data", category="disc", experiment="none")
CUBE = make_settings(data="/data", category="cube", experiment="self_supervised", head="arcface")


class Stream(io.StringIO):
    """Keeps what is written; a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """As it was made."""
        return self.terminal

    @property
    def lines(self) -> list[str]:
        """What was shown, one after the other."""
        return [line.strip("\n") for line in self.getvalue().split("\r\x1b[K") if line]


class Clock:
    """Goes when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_a_terminal_shows_stage_share_and_time_left_five_times_a_second() -> None:
    stream, clock = Stream(terminal=True), Clock()
    ticker = Ticker(stream, clock=clock, label=lambda cell: cell.title)
    for step in range(1, 10_001):  # 10 s in small steps
        ticker(None, "coreset", step, 40_000)
        clock.now += 0.001
    assert 45 <= len(stream.lines) <= 51
    assert stream.lines[0] == "coreset 0%"
    assert stream.lines[-1] == "coreset 25%, 30 s left"
    ticker.close()
    assert stream.getvalue().endswith("\r\x1b[K")
    ticker.close()
    assert stream.getvalue().count("\n") == 0


def test_a_file_gets_a_line_every_half_minute_without_control_characters() -> None:
    stream, clock = Stream(terminal=False), Clock()
    ticker = Ticker(stream, clock=clock, label=lambda cell: cell.title)
    for step in range(1, 1001):  # 100 s
        ticker(None, "train", step, 2000)
        clock.now += 0.1
    ticker.close()
    assert stream.getvalue() == "train 15%, 3 min left\ntrain 30%, 2 min left\ntrain 45%, 2 min left\n"


def test_a_stage_that_starts_again_and_one_that_went_on_are_timed_from_there() -> None:
    stream, clock = Stream(terminal=True), Clock()
    ticker = Ticker(stream, clock=clock, label=lambda cell: cell.title)
    for done, total in ((6, 10), (7, 10), (3, 10), (4, 10), (10, 10)):
        ticker(None, "train", done, total)
        clock.now += 60
    assert stream.lines == ["train 60%", "train 70%, 3 min left", "train 30%", "train 40%, 6 min left"]


def test_several_cells_share_the_line_and_a_narrow_terminal_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, clock = Stream(terminal=True), Clock()
    ticker = Ticker(stream, clock=clock, label=lambda cell: cell.title)

    def show(columns: int) -> str:
        monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((columns, 24)))
        clock.now += 1
        ticker(CUBE, "train", 1, 4)
        return stream.lines[-1]

    ticker(DISC, "wait for another process", 0, 0)
    assert show(100) == "disc untrained: wait for another process | cube arcface: train 25%"
    assert show(50) == "1 x wait for another process, 1 x train"
    assert len(show(20)) == 19
    ticker.end(DISC)
    assert show(100) == "cube arcface: train 25%"
    ticker.end(CUBE)
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (5000, "83 min"), (9000, "2.5 h")]
)
def test_durations_are_rough(seconds: float, words: str) -> None:
    assert duration(seconds) == words
