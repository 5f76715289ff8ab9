"""The lines that a search prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev

from eval.progress import format_duration
from eval.tune.objective import VALUE, Parts
from eval.tune.search import Trial


def line_of(trial: Trial, *, number: int, trials: int, best: int, value: float, left: float) -> str:
    """What a trial found, and the time left in s."""
    found = f"failed: {trial.reason}" if trial.parts is None else f"{VALUE} {trial.value:.4f}"
    ahead = f", about {format_duration(left)} left" if left else ""
    known = f"best {value:.4f}, trial {best}"
    return f"[{number + 1}/{trials}] trial {number}: {found} ({known}), {trial.seconds:.0f} s{ahead}\n"


def final_line(place: int, draws: Sequence[Parts], *, is_best: bool) -> str:
    """What a finalist comes to with defects drawn afresh."""
    spread = _mean(draws, VALUE, spread=True)
    chosen = ", the best" if is_best else ""
    return f"final, trial {place}: {VALUE} {_mean(draws, VALUE)} +- {spread} of {len(draws)} draws{chosen}\n"


def table_of(start: Trial, best: Trial, *, place: int, afresh: Mapping[str, Sequence[Parts]]) -> str:
    """The preset that was started from beside the best one, in the search and with defects drawn afresh."""
    names = list(start.parts or {})
    width = max(len(name) for name in names) + 2
    lines = [" " * 24 + "".join(name.rjust(width) for name in names)]
    for title, trial in (("start, trial 0", start), (f"best, trial {place}", best)):
        lines.append(f"{title:24}" + "".join(_number((trial.parts or {}).get(name)).rjust(width) for name in names))
    for title, draws in afresh.items():
        means = [_mean(draws, name) for name in names]
        lines.append(f"{f'{title}, drawn afresh':24}" + "".join(mean.rjust(width) for mean in means))
        lines.append(
            f"{f'  +- of {len(draws)} draws':24}"
            + "".join(_mean(draws, name, spread=True).rjust(width) for name in names)
        )
    return "\n".join(lines) + "\n"


def _mean(draws: Sequence[Parts], name: str, *, spread: bool = False) -> str:
    values = [value for parts in draws if (value := parts.get(name)) is not None]
    if len(values) < 1 + spread:
        return "-"
    return _number(stdev(values) if spread else fmean(values))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
