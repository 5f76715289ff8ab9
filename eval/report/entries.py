"""What stands in one place of a table: mean and spread over seeds, or why there is no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

MISSING = "–"  # noqa: RUF001 - the dash that typographers set for nothing
_SAME = 5e-4  # smaller differences do not show


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One place of a table.

    Attributes:
        text: a number, "failed" or a dash.
        spread: "± 0.010", or nothing.
        note: in small letters below, such as "1 of 3 failed".
        tone: "above" or "below" the untrained baseline, "missing", or nothing.
    """

    text: str
    spread: str = ""
    note: str = ""
    tone: str = ""


def entry_of(values: Sequence[float], *, failed: int = 0, reference: float | None = None, note: str = "") -> Entry:
    """Mean and standard deviation (of a sample, n - 1) of one value a seed.

    Args:
        values: of the seeds that finished.
        failed: how many seeds did not.
        reference: the untrained value, which the mean is above or below.
        note: to stand below.
    """
    if not values:
        return absent(failed)
    mean = fmean(values)
    notes = [note] if note else []
    notes += [f"{failed} of {len(values) + failed} failed"] if failed else []
    return Entry(
        text=f"{mean:.3f}",
        spread=f"± {stdev(values):.3f}" if len(values) > 1 else "",
        note=", ".join(notes),
        tone=tone_of(mean, reference),
    )


def pair_of(
    values: Sequence[tuple[float, float]], *, failed: int = 0, reference: tuple[float, float] | None = None
) -> Entry:
    """The means of both values; above or below by the mean of the two."""
    if not values:
        return absent(failed)
    first, second = (fmean(side) for side in zip(*values, strict=True))
    return Entry(
        text=f"{first:.2f} / {second:.2f}",
        note=f"{failed} of {len(values) + failed} failed" if failed else "",
        tone=tone_of((first + second) / 2, None if reference is None else sum(reference) / 2),
    )


def absent(failed: int = 0) -> Entry:
    """No number."""
    return Entry(text="failed" if failed else MISSING, tone="missing")


def tone_of(value: float, reference: float | None) -> str:
    """Whether a value is above or below another one, by at least what three digits show."""
    if reference is None or abs(value - reference) < _SAME:
        return ""
    return "above" if value > reference else "below"
