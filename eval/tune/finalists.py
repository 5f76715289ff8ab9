"""Which trial is the best: the most promising ones are drawn afresh, so that luck in the search decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from eval.tune.objective import VALUE, Parts
from eval.tune.search import Trial

FINALISTS = 5  # beside the preset that was started from


def finalists_of(done: Sequence[Trial]) -> list[int]:
    """The first trial and the most promising others that did not fail, by number."""
    ranked = sorted(range(1, len(done)), key=lambda number: -done[number].value)
    return [0, *sorted(number for number in ranked[:FINALISTS] if done[number].parts is not None)]


def winner_of(finals: Mapping[int, Sequence[Parts]]) -> int:
    """The trial whose fresh draws come to the most on average; among equals the first."""
    means = {number: fmean(float(parts[VALUE] or 0.0) for parts in draws) for number, draws in finals.items()}
    return max(means, key=lambda number: (means[number], -number))
