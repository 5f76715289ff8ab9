"""Schedules of the learning rate and of SphereFace's annealing."""

from __future__ import annotations

import math

_MIN_ANNEALING = 5.0


def one_cycle(progress: float) -> float:
    """Return the learning rate as a share of its largest value.

    Args:
        progress: share of the phase that is done, in [0, 1].

    References:
        L. N. Smith, N. Topin, "Super-Convergence", 2018, as fastai implements it: a cosine from 1 / 25 up to 1 over the
        first quarter, then a cosine down to 1e-5.
    """
    rise, start, end = 0.25, 1 / 25, 1e-5
    if progress < rise:
        return start + (1 - start) * (1 - math.cos(math.pi * progress / rise)) / 2
    return end + (1 - end) * (1 + math.cos(math.pi * (progress - rise) / (1 - rise))) / 2


def annealing_at(step: int, *, start: float) -> float:
    """Return the annealing of a `SphereFaceHead` at a step: it falls from `start` to 5, or stays if it starts below.

    References:
        The schedule of the authors' program, see `SphereFaceHead`.
    """
    return max(min(_MIN_ANNEALING, start), start / (1 + 0.1 * step))
