"""Table of the types of defects of one category."""

from __future__ import annotations

from collections.abc import Sequence

from eval.benchmark.results import Metrics
from eval.data.datasets import GOOD
from eval.report.groups import Group
from eval.report.table_entries import Entry, mean_entry, missing_entry
from eval.report.tables import Block, Row, Table, head_row, untrained_row


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


def _rows(group: Group, category: str, kinds: Sequence[str]) -> tuple[Row, ...]:
    baseline = group.untrained.get(category)
    untrained = {} if baseline is None else baseline.metrics.per_defect
    rows = []
    if group.heads:
        learned = _training_defects(group, category)
        first = [
            mean_entry([untrained[kind]]) if kind in untrained else _untested_entry(kind, learned) for kind in kinds
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
                mean_entry(values, failed=failed, reference=untrained.get(kind) if head else None)
                if values or failed
                else _untested_entry(kind, learned)
            )
        rows.append(head_row(group, head, tuple(entries), categories=[category]))
    return tuple(rows)


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
