"""Tables of heads by categories, one for each group of cells and measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

from eval.benchmark.results import Metrics
from eval.report.entries import Entry, absent, entry_of, pair_of
from eval.report.groups import Group
from eval.report.measures import Measure, Pair

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table.

    Attributes:
        name: of the head, or "untrained".
        seeds: how many finished, such as "3" or "2-3"; nothing where there are none to count.
        entries: one a column.
        baseline: whether it is the untrained line.
    """

    name: str
    seeds: str
    entries: tuple[Entry, ...]
    baseline: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """Lines that belong together, below a line with their title; none if it is empty."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as it stands on the page; the names of lines and their seeds are columns of their own."""

    caption: str
    details: str
    columns: tuple[str, ...]
    blocks: tuple[Block, ...]


def measure_table(group: Group, measure: Measure) -> Table:
    """One number a head and category, and its mean over the categories; the untrained line is the first."""
    rows = [_untrained_row(group, measure)] if group.heads else []
    for head in group.heads or ("",):
        entries = [
            entry_of(
                values_of(group, head, category, measure.value),
                failed=group.failed(head, category),
                reference=_reference(group, category, measure) if head else None,
            )
            for category in group.categories
        ]
        if len(group.categories) > 1:
            entries.append(_mean_entry(group, head, measure))
        rows.append(row_of(group, head, tuple(entries)))
    return Table(
        caption=f"{measure.name}. {group.setup.title}",
        details=group.setup.details,
        columns=_columns(group),
        blocks=(Block(title="", rows=tuple(rows)),),
    )


def pair_table(group: Group, pair: Pair) -> Table:
    """As `measure_table`, with two numbers in each place."""
    references = {category: pair.value(beside.metrics) for category, beside in group.untrained.items()}
    rows = []
    if group.heads:
        entries = [pair_of([references[name]] if name in references else []) for name in group.categories]
        whole = len(references) == len(group.categories)
        mean = pair_of(list(references.values()) if whole else [])
        rows.append(untrained_row(tuple([*entries, mean] if len(entries) > 1 else entries)))
    for head in group.heads or ("",):
        found = {category: values_of(group, head, category, pair.value) for category in group.categories}
        entries = [
            pair_of(
                found[category],
                failed=group.failed(head, category),
                reference=references.get(category) if head else None,
            )
            for category in group.categories
        ]
        means = [(fmean(one for one, _ in those), fmean(two for _, two in those)) for those in found.values() if those]
        whole = len(means) == len(group.categories)
        if len(entries) > 1:
            entries.append(pair_of(means) if whole else absent())
        rows.append(row_of(group, head, tuple(entries)))
    return Table(
        caption=f"{pair.name}. {group.setup.title}",
        details=group.setup.details,
        columns=_columns(group),
        blocks=(Block(title="", rows=tuple(rows)),),
    )


def row_of(group: Group, head: str, entries: tuple[Entry, ...], *, categories: Sequence[str] = ()) -> Row:
    """The line of a head; its seeds are counted in some categories, or in all."""
    if not head:
        return untrained_row(entries)
    counts = sorted({len(group.runs(head, category)) for category in categories or group.categories})
    seeds = "-".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))
    return Row(name=head, seeds=seeds, entries=entries)


def untrained_row(entries: tuple[Entry, ...]) -> Row:
    """The line of the baseline, which has no seed."""
    return Row(name="untrained", seeds="", entries=entries, baseline=True)


def values_of(group: Group, head: str, category: str, value: Callable[[Metrics], _Value | None]) -> list[_Value]:
    """One value a finished seed."""
    found = [value(run.results.metrics) for run in group.runs(head, category)]
    return [one for one in found if one is not None]


def mean_by_seed(group: Group, head: str, measure: Measure) -> list[float]:
    """The means over the categories, one a seed; if the seeds differ between categories, one mean of their means.

    Empty if a category has no number, as a mean over others could not be compared.
    """
    by_category = [
        {
            run.results.settings.seed: number
            for run in group.runs(head, category)
            if (number := measure.value(run.results.metrics)) is not None
        }
        for category in group.categories
    ]
    if not all(by_category):
        return []
    if all(one.keys() == by_category[0].keys() for one in by_category):
        return [fmean(one[seed] for one in by_category) for seed in by_category[0]]
    return [fmean(fmean(one.values()) for one in by_category)]


def untrained_mean(group: Group, measure: Measure) -> float | None:
    """Of the baseline, over the categories; None if one has no number."""
    found = [_reference(group, category, measure) for category in group.categories]
    numbers = [number for number in found if number is not None]
    return fmean(numbers) if len(numbers) == len(found) else None


def _untrained_row(group: Group, measure: Measure) -> Row:
    numbers = [_reference(group, category, measure) for category in group.categories]
    entries = [absent() if number is None else entry_of([number]) for number in numbers]
    if len(entries) > 1:
        mean = untrained_mean(group, measure)
        entries.append(absent() if mean is None else entry_of([mean]))
    return untrained_row(tuple(entries))


def _mean_entry(group: Group, head: str, measure: Measure) -> Entry:
    return entry_of(mean_by_seed(group, head, measure), reference=untrained_mean(group, measure) if head else None)


def _reference(group: Group, category: str, measure: Measure) -> float | None:
    beside = group.untrained.get(category)
    return None if beside is None else measure.value(beside.metrics)


def _columns(group: Group) -> tuple[str, ...]:
    return (*group.categories, "mean") if len(group.categories) > 1 else group.categories
