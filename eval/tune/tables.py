"""Text that a search prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev

from eval.progress import format_duration
from eval.tune.objective import VALUE, Parts
from eval.tune.search import Trial


def trial_line(trial: Trial, *, number: int, trials: int, best: int, value: float, left: float) -> str:
    """Return the line of a finished trial.

    Args:
        trial: the trial.
        number: of the trial.
        trials: number of all trials.
        best: number of the best trial so far.
        value: objective of the best trial.
        left: time until the last trial in s; 0 for none.
    """
    found = f"failed: {trial.reason}" if trial.parts is None else f"{VALUE} {trial.value:.4f}"
    ahead = f", about {format_duration(left)} left" if left else ""
    known = f"best {value:.4f}, trial {best}"
    return f"[{number + 1}/{trials}] trial {number}: {found} ({known}), {trial.seconds:.0f} s{ahead}\n"


def finalist_line(place: int, draws: Sequence[Parts], *, is_best: bool) -> str:
    """Return the line of a finalist: mean and standard deviation of its fresh draws."""
    spread = _mean(draws, VALUE, spread=True)
    chosen = ", the best" if is_best else ""
    return f"final, trial {place}: {VALUE} {_mean(draws, VALUE)} +- {spread} of {len(draws)} draws{chosen}\n"


def comparison_table(start: Trial, best: Trial, *, place: int, afresh: Mapping[str, Sequence[Parts]]) -> str:
    """Return a table of the preset at the start and the best one, in the search and with fresh draws."""
    names = list(start.parts or {})
    width = max(len(name) for name in names) + 2
    lines = [" " * 24 + "".join(name.rjust(width) for name in names)]
    for title, trial in (("start, trial 0", start), (f"best, trial {place}", best)):
        lines.append(f"{title:24}" + "".join(_number((trial.parts or {}).get(name)).rjust(width) for name in names))
    for title, draws in afresh.items():
        means = [_mean(draws, name) for name in names]
        lines.append(f"{f'{title}, fresh draws':24}" + "".join(mean.rjust(width) for mean in means))
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
