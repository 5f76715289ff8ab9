"""Choice of the best trial: the most promising ones are measured on fresh draws, so that lucky draws do not decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from eval.tune.objective import VALUE, Parts
from eval.tune.search import Trial

FINALISTS = 5  # in addition to the first trial


def choose_finalists(done: Sequence[Trial]) -> list[int]:
    """Return the numbers of the first trial and of the best others that did not fail, sorted."""
    ranked = sorted(range(1, len(done)), key=lambda number: -done[number].value)
    return [0, *sorted(number for number in ranked[:FINALISTS] if done[number].parts is not None)]


def choose_winner(finals: Mapping[int, Sequence[Parts]]) -> int:
    """Return the number of the trial with the largest mean objective over its fresh draws; of equal ones the first."""
    means = {number: fmean(float(parts[VALUE] or 0.0) for parts in draws) for number, draws in finals.items()}
    return max(means, key=lambda number: (means[number], -number))
