"""Tables of heads by categories, one for each group of cells and measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

from eval.benchmark.results import Metrics
from eval.report.groups import Group
from eval.report.measures import Measure, Pair
from eval.report.table_entries import Entry, mean_entry, missing_entry, pair_entry
from eval.scoring.bootstrap import Interval, Number, mean_interval

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Row of a table.

    Attributes:
        name: of the head, or "untrained".
        seeds: number of seeds that finished, such as "3" or "2-3"; empty for the untrained backbone.
        entries: one a column.
        baseline: whether it is the untrained row.
    """

    name: str
    seeds: str
    entries: tuple[Entry, ...]
    baseline: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows that belong together, below a row with their title; an empty title has no row."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Table on the page; `columns` names those after the rows' names and seeds."""

    caption: str
    details: str
    columns: tuple[str, ...]
    blocks: tuple[Block, ...]


def measure_table(group: Group, measure: Measure) -> Table:
    """Return a table of one number a head and category, and its mean over the categories, the untrained row first."""
    rows = [_untrained_row(group, measure)] if group.heads else []
    for head in group.heads or ("",):
        entries = [
            mean_entry(
                values_of(group, head, category, measure.value),
                failed=group.failed(head, category),
                reference=_reference(group, category, measure) if head else None,
                interval=_interval([numbers_of(group, head, category, measure)]),
            )
            for category in group.categories
        ]
        if len(group.categories) > 1:
            entries.append(_mean_over_categories(group, head, measure))
        rows.append(head_row(group, head, tuple(entries)))
    return _table(group, measure, rows)


def pair_table(group: Group, pair: Pair) -> Table:
    """Return the same table as `measure_table` with two numbers in each entry."""
    references = {category: pair.value(baseline.metrics) for category, baseline in group.untrained.items()}
    rows = []
    if group.heads:
        entries = [pair_entry([references[name]] if name in references else []) for name in group.categories]
        complete = len(references) == len(group.categories)
        mean = pair_entry(list(references.values()) if complete else [])
        rows.append(untrained_row(tuple([*entries, mean] if len(entries) > 1 else entries)))
    for head in group.heads or ("",):
        found = {category: values_of(group, head, category, pair.value) for category in group.categories}
        entries = [
            pair_entry(
                found[category],
                failed=group.failed(head, category),
                reference=references.get(category) if head else None,
            )
            for category in group.categories
        ]
        means = [
            (fmean(first for first, _ in values), fmean(second for _, second in values))
            for values in found.values()
            if values
        ]
        complete = len(means) == len(group.categories)
        if len(entries) > 1:
            entries.append(pair_entry(means) if complete else missing_entry())
        rows.append(head_row(group, head, tuple(entries)))
    return _table(group, pair, rows)


def head_row(group: Group, head: str, entries: tuple[Entry, ...], *, categories: Sequence[str] = ()) -> Row:
    """Return the row of a head; its seeds are counted in the given categories, or in all."""
    if not head:
        return untrained_row(entries)
    counts = sorted({len(group.runs(head, category)) for category in categories or group.categories})
    seeds = "-".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))
    return Row(name=head, seeds=seeds, entries=entries)


def untrained_row(entries: tuple[Entry, ...]) -> Row:
    """Return the row of the baseline, which has no seed."""
    return Row(name="untrained", seeds="", entries=entries, baseline=True)


def values_of(group: Group, head: str, category: str, value: Callable[[Metrics], _Value | None]) -> list[_Value]:
    """Return one value for each finished seed that has it."""
    found = [value(run.results.metrics) for run in group.runs(head, category)]
    return [number for number in found if number is not None]


def numbers_of(group: Group, head: str, category: str, measure: Measure) -> list[Number]:
    """Return one value with its interval for each finished seed that has it."""
    found = [number_of(run.results.metrics, measure) for run in group.runs(head, category)]
    return [number for number in found if number is not None]


def number_of(metrics: Metrics, measure: Measure) -> Number | None:
    """Return the value of a measure with its interval; None if there is none."""
    value = measure.value(metrics)
    return None if value is None else (value, metrics.intervals[measure.interval])


def seed_means(group: Group, head: str, measure: Measure) -> list[float]:
    """Return the mean over the categories for each seed and split; if these differ between categories, one mean of all.

    Empty if a category has no number: a mean over the others could not be compared.
    """
    by_category = [
        {
            run.results.settings.repetition: number
            for run in group.runs(head, category)
            if (number := measure.value(run.results.metrics)) is not None
        }
        for category in group.categories
    ]
    if not all(by_category):
        return []
    if all(numbers.keys() == by_category[0].keys() for numbers in by_category):
        return [fmean(numbers[seed] for numbers in by_category) for seed in by_category[0]]
    return [fmean(fmean(numbers.values()) for numbers in by_category)]


def untrained_mean(group: Group, measure: Measure) -> float | None:
    """Return the mean of the baseline over the categories; None if a category has no number."""
    found = [_reference(group, category, measure) for category in group.categories]
    numbers = [number for number in found if number is not None]
    return fmean(numbers) if len(numbers) == len(found) else None


def _table(group: Group, measure: Measure | Pair, rows: Sequence[Row]) -> Table:
    return Table(
        caption=f"{measure.name}. {group.setup.title}",
        details=group.setup.details,
        columns=(*group.categories, "mean") if len(group.categories) > 1 else group.categories,
        blocks=(Block(title="", rows=tuple(rows)),),
    )


def _untrained_row(group: Group, measure: Measure) -> Row:
    numbers = [_untrained_numbers(group, category, measure) for category in group.categories]
    entries = [mean_entry([value for value, _ in each], interval=_interval([each])) for each in numbers]
    if len(numbers) > 1:
        mean = untrained_mean(group, measure)
        entries.append(missing_entry() if mean is None else mean_entry([mean], interval=_interval(numbers)))
    return untrained_row(tuple(entries))


def _mean_over_categories(group: Group, head: str, measure: Measure) -> Entry:
    return mean_entry(
        seed_means(group, head, measure),
        reference=untrained_mean(group, measure) if head else None,
        interval=_interval([numbers_of(group, head, category, measure) for category in group.categories]),
    )


def _interval(numbers: Sequence[Sequence[Number]]) -> Interval | None:
    """Return the interval of a mean over categories; None if one has no number."""
    return mean_interval(numbers) if all(numbers) else None


def _reference(group: Group, category: str, measure: Measure) -> float | None:
    return next((value for value, _ in _untrained_numbers(group, category, measure)), None)


def _untrained_numbers(group: Group, category: str, measure: Measure) -> list[Number]:
    """Return the number of the baseline of a category, if it has one."""
    baseline = group.untrained.get(category)
    number = None if baseline is None else number_of(baseline.metrics, measure)
    return [] if number is None else [number]
