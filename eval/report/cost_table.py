"""Table of times and memory."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from eval.report.groups import Group
from eval.report.runs import Run
from eval.report.table_entries import Entry, missing_entry
from eval.report.tables import Block, Row, Table

_STAGES = ("read", "train", "draw", "embed", "score", "evaluate")


def cost_table(groups: Sequence[Group]) -> Table:
    """Return mean seconds a cell by stage, and the largest peak memory, of each head in each group."""
    return Table(
        caption="Time and memory of a cell",
        details="mean over categories and seeds; draw: twins for the threshold; embed: with bank and threshold; "
        "evaluate: metrics and intervals; memory is the largest",
        columns=(*(f"{stage}, s" for stage in _STAGES), "bank, rows", "memory, MiB", "device"),
        blocks=tuple(Block(title=f"{group.setup.title}, {group.setup.details}", rows=_rows(group)) for group in groups),
    )


def _rows(group: Group) -> tuple[Row, ...]:
    baselines = [baseline.run for baseline in group.untrained.values() if baseline.run is not None]
    rows = [Row(name="untrained", seeds=str(len(baselines)), entries=_entries(baselines), baseline=True)]
    for head in group.heads:
        runs = [run for category in group.categories for run in group.runs(head, category)]
        rows.append(Row(name=head, seeds=str(len(runs)), entries=_entries(runs)))
    return tuple(rows)


def _entries(runs: Sequence[Run]) -> tuple[Entry, ...]:
    if not runs:
        return (missing_entry(),) * (len(_STAGES) + 3)
    results = [run.results for run in runs]
    seconds = [fmean(found.seconds.get(stage, 0.0) for found in results) for stage in _STAGES]
    rows = fmean(found.bank_rows for found in results)
    memory = max(found.peak_memory_mib for found in results)
    devices = ", ".join(sorted({found.device for found in results}))
    numbers = [f"{time:.1f}" for time in seconds] + [f"{rows:,.0f}", f"{memory:,.0f}"]
    return tuple(Entry(text=text) for text in [*numbers, devices])
