"""Table of the types of defects of one category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.benchmark.results import Metrics
from eval.data.categories import GOOD
from eval.report.groups import Group
from eval.report.table_entries import Entry, mean_entry, missing_entry, pair_entry
from eval.report.tables import Block, Row, Table, head_row, untrained_row
from eval.scoring.bootstrap import Interval, mean_interval


def defect_table(groups: Sequence[Group], category: str) -> Table | None:
    """Return the AUROC of each type of defect against all good test images; None without a finished cell."""
    shown = [group for group in groups if category in group.shown]
    tested = {kind for group in shown for metrics in _all_metrics(group, category) for kind in metrics.per_defect}
    if not tested:
        return None
    kinds = sorted(tested | {kind for group in shown for kind in _training_defects(group, category) if kind})
    counts = _image_counts(shown, category)
    return Table(
        caption=f"AUROC of each type of defect. {category}",
        details=f"{counts.get(GOOD, 0)} good test images",
        columns=tuple(f"{kind} ({counts.get(kind, 0)})" for kind in kinds),
        blocks=tuple(
            Block(title=f"{group.setup.title}, {group.setup.details}", rows=_rows(group, category, kinds))
            for group in shown
        ),
    )


def found_table(groups: Sequence[Group], category: str) -> Table | None:
    """Return the shares of each type found at the automatic and at the best threshold; None without a finished cell."""
    shown = [group for group in groups if category in group.shown]
    metrics = [each for group in shown for each in _all_metrics(group, category)]
    if not metrics:
        return None
    kinds, counts = sorted({kind for each in metrics for kind in each.decision.found}), _image_counts(shown, category)
    return Table(
        caption=f"Found at the automatic threshold / at the best one. {category}",
        details=f"{counts.get(GOOD, 0)} good test images. The best threshold is chosen with the labels.",
        columns=("good, passed", *(f"{kind} ({counts.get(kind, 0)})" for kind in kinds)),
        blocks=tuple(
            Block(
                title=f"{group.setup.title}, {group.setup.details}",
                rows=tuple(_found_rows(group, category, kinds)),
            )
            for group in shown
        ),
    )


def _found_rows(group: Group, category: str, kinds: Sequence[str]) -> Iterator[Row]:
    baseline = group.untrained.get(category)
    if group.heads and baseline is not None:
        yield untrained_row(_found_entries([baseline.metrics], kinds, failed=0))
    for head in group.heads or ("",):
        metrics = [run.results.metrics for run in group.runs(head, category)]
        entries = _found_entries(metrics, kinds, failed=group.failed(head, category))
        yield head_row(group, head, entries, categories=[category])


def _found_entries(metrics: Sequence[Metrics], kinds: Sequence[str], *, failed: int) -> tuple[Entry, ...]:
    passed = [(each.decision.tnr, each.image.tnr) for each in metrics]
    of_kinds = [
        [(each.decision.found[kind], each.decision.best_found[kind]) for each in metrics if kind in each.decision.found]
        for kind in kinds
    ]
    return tuple(pair_entry(values, failed=failed) for values in (passed, *of_kinds))


def _rows(group: Group, category: str, kinds: Sequence[str]) -> tuple[Row, ...]:
    baseline = group.untrained.get(category)
    untrained = {} if baseline is None else baseline.metrics.per_defect
    rows = []
    if group.heads:
        learned = _training_defects(group, category)
        first = [
            mean_entry([untrained[kind]], interval=_interval([baseline.metrics], kind))
            if baseline is not None and kind in untrained
            else _untested_entry(kind, learned)
            for kind in kinds
        ]
        rows.append(untrained_row(tuple(first)))
    for head in group.heads or ("",):
        runs = group.runs(head, category)
        failed = group.failed(head, category)
        entries = []
        for kind in kinds:
            values = [run.results.metrics.per_defect[kind] for run in runs if kind in run.results.metrics.per_defect]
            learned = {run.results.settings.defect for run in runs}
            entries.append(
                mean_entry(
                    values,
                    failed=failed,
                    reference=untrained.get(kind) if head else None,
                    interval=_interval([run.results.metrics for run in runs], kind),
                )
                if values or failed
                else _untested_entry(kind, learned)
            )
        rows.append(head_row(group, head, tuple(entries), categories=[category]))
    return tuple(rows)


def _interval(metrics: Sequence[Metrics], kind: str) -> Interval | None:
    """Return the interval of the AUROC of one type of defect, from runs on the same test images."""
    numbers = [(each.per_defect[kind], each.intervals[f"defect {kind}"]) for each in metrics if kind in each.per_defect]
    return mean_interval([numbers]) if numbers else None


def _untested_entry(kind: str, learned: set[str | None]) -> Entry:
    return Entry(text="trained on", tone="missing") if kind in learned else missing_entry()


def _training_defects(group: Group, category: str) -> set[str | None]:
    """Return the real types of defects that the cells of a category learned from."""
    return {run.results.settings.defect for head in group.heads for run in group.runs(head, category)}


def _all_metrics(group: Group, category: str) -> list[Metrics]:
    found = [run.results.metrics for head in group.heads or ("",) for run in group.runs(head, category)]
    baseline = group.untrained.get(category)
    return [*found, *([] if baseline is None else [baseline.metrics])]


def _image_counts(groups: Sequence[Group], category: str) -> dict[str, int]:
    """Return the largest number of test images of each type in a run."""
    counts: dict[str, int] = {}
    for group in groups:
        baseline = group.untrained.get(category)
        runs = [run for head in group.heads for run in group.runs(head, category)]
        for run in [*runs, *([baseline.run] if baseline and baseline.run else [])]:
            kinds = [image.defect for image in run.results.images]
            counts.update({kind: max(counts.get(kind, 0), kinds.count(kind)) for kind in kinds})
    return counts
