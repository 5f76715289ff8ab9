"""Entries of a table: mean and spread over seeds, or the reason why there is no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from eval.scoring.bootstrap import Interval

MISSING = "–"  # noqa: RUF001 - an en dash, the typographic mark for no value
_MIN_DIFFERENCE = 5e-4  # smaller ones do not show in three digits


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Entry of a table.

    Attributes:
        text: a number, "failed" or a dash.
        spread: "± 0.010", or empty.
        interval: "[0.930, 0.990]", or empty.
        note: in small letters below, such as "1 of 3 failed".
        tone: "above" or "below" the untrained baseline, "missing", or empty.
    """

    text: str
    spread: str = ""
    interval: str = ""
    note: str = ""
    tone: str = ""


def mean_entry(
    values: Sequence[float],
    *,
    failed: int = 0,
    reference: float | None = None,
    interval: Interval | None = None,
) -> Entry:
    """Return mean and standard deviation (of a sample, n - 1) of one value a seed.

    Args:
        values: of the seeds that finished.
        failed: number of seeds that failed.
        reference: the untrained value, to compare the mean with.
        interval: of the mean over the test images.
    """
    if not values:
        return missing_entry(failed)
    mean = fmean(values)
    return Entry(
        text=f"{mean:.3f}",
        spread=f"± {stdev(values):.3f}" if len(values) > 1 else "",
        interval="" if interval is None else f"[{interval[0]:.3f}, {interval[1]:.3f}]",
        note=_failed_note(len(values), failed),
        tone=compared(mean, reference),
    )


def pair_entry(
    values: Sequence[tuple[float, float]], *, failed: int = 0, reference: tuple[float, float] | None = None
) -> Entry:
    """Return the means of two values; they are compared with the reference by the mean of both."""
    if not values:
        return missing_entry(failed)
    first, second = (fmean(side) for side in zip(*values, strict=True))
    return Entry(
        text=f"{first:.2f} / {second:.2f}",
        note=_failed_note(len(values), failed),
        tone=compared((first + second) / 2, None if reference is None else sum(reference) / 2),
    )


def missing_entry(failed: int = 0) -> Entry:
    """Return the entry for no number, "failed" if seeds failed."""
    return Entry(text="failed" if failed else MISSING, tone="missing")


def compared(value: float, reference: float | None) -> str:
    """Return "above" or "below" if a value differs from the reference in three digits, otherwise an empty string."""
    if reference is None or abs(value - reference) < _MIN_DIFFERENCE:
        return ""
    return "above" if value > reference else "below"


def _failed_note(finished: int, failed: int) -> str:
    return f"{failed} of {finished + failed} failed" if failed else ""
