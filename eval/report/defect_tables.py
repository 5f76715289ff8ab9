"""Tables of the types of defects of one category."""

from __future__ import annotations

from collections.abc import Sequence

from eval.benchmark.results import Metrics
from eval.report.entries import Entry, absent, entry_of
from eval.report.groups import Group
from eval.report.tables import Block, Row, Table, row_of, untrained_row


def defect_table(groups: Sequence[Group], category: str) -> Table | None:
    """AUROC of each type of defect against all good test images; None if no cell of the category finished."""
    here = [group for group in groups if category in group.own]
    tested = {kind for group in here for metrics in _all_metrics(group, category) for kind in metrics.per_defect}
    if not tested:
        return None
    kinds = sorted(tested | {kind for group in here for kind in _learned(group, category) if kind})
    counts = _counts(here, category)
    return Table(
        caption=f"AUROC of each type of defect. {category}",
        details=f"{counts.get('good', 0)} good test images",
        columns=tuple(f"{kind} ({counts.get(kind, 0)})" for kind in kinds),
        blocks=tuple(
            Block(title=f"{group.setup.title}, {group.setup.details}", rows=_rows(group, category, kinds))
            for group in here
        ),
    )


def _rows(group: Group, category: str, kinds: Sequence[str]) -> tuple[Row, ...]:
    beside = group.untrained.get(category)
    known = {} if beside is None else beside.metrics.per_defect
    rows = []
    if group.heads:
        learned = _learned(group, category)
        first = [entry_of([known[kind]]) if kind in known else _missing(kind, learned) for kind in kinds]
        rows.append(untrained_row(tuple(first)))
    for head in group.heads or ("",):
        runs = group.runs(head, category)
        failed = group.failed(head, category)
        entries = []
        for kind in kinds:
            values = [run.results.metrics.per_defect[kind] for run in runs if kind in run.results.metrics.per_defect]
            learned = {run.results.settings.defect for run in runs}
            entries.append(
                entry_of(values, failed=failed, reference=known.get(kind) if head else None)
                if values or failed
                else _missing(kind, learned)
            )
        rows.append(row_of(group, head, tuple(entries), categories=[category]))
    return tuple(rows)


def _missing(kind: str, learned: set[str | None]) -> Entry:
    return Entry(text="trained on", tone="missing") if kind in learned else absent()


def _learned(group: Group, category: str) -> set[str | None]:
    return {run.results.settings.defect for head in group.heads for run in group.runs(head, category)}


def _all_metrics(group: Group, category: str) -> list[Metrics]:
    found = [run.results.metrics for head in group.heads or ("",) for run in group.runs(head, category)]
    beside = group.untrained.get(category)
    return [*found, *([] if beside is None else [beside.metrics])]


def _counts(groups: Sequence[Group], category: str) -> dict[str, int]:
    """How many test images each type has, by the run that has the most."""
    counts: dict[str, int] = {}
    for group in groups:
        beside = group.untrained.get(category)
        runs = [run for head in group.heads for run in group.runs(head, category)]
        for run in [*runs, *([beside.run] if beside and beside.run else [])]:
            kinds = [image.defect for image in run.results.images]
            counts.update({kind: max(counts.get(kind, 0), kinds.count(kind)) for kind in kinds})
    return counts
