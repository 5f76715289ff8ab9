"""Summary of a report: what was run, and the image AUROC of each group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from dml_heads import HEADS
from eval.benchmark.cell import EXPERIMENTS, Settings
from eval.report.groups import Group, weights_name
from eval.report.measures import IMAGE_AUROC
from eval.report.runs import Run, Runs
from eval.report.table_entries import MISSING
from eval.report.tables import seed_means, untrained_mean, values_of


@dataclass(frozen=True, kw_only=True)
class SummaryRow:
    """Row of the summary: the image AUROC of one group.

    Attributes:
        title: of the group.
        details: of the group.
        categories: number of categories.
        untrained: mean over the categories.
        trained: mean over heads, seeds and categories.
        lowest: lowest mean of a head, with its name.
        highest: highest mean of a head, with its name.
        better: number of pairs of head and category whose mean over seeds is above the baseline, and of all pairs.
        failed: number of failed cells.
    """

    title: str
    details: str
    categories: int
    untrained: str
    trained: str
    lowest: str
    highest: str
    better: str
    failed: int


def run_facts(runs: Runs) -> list[tuple[str, tuple[str, ...]]]:
    """Return the facts about all cells, each with its name; those without a value are left out."""
    settings = [run.results.settings for run in runs.finished] + [failure.settings for failure in runs.failures]
    names = sorted({run.category for run in runs.finished} | {failure.category for failure in runs.failures})
    results = [run.results for run in runs.finished]
    started, finished = (
        min(found.started for found in results),
        max(found.finished for found in results),
    )
    hours = sum(sum(found.seconds.values()) for found in results) / 3600
    spent = f"{hours:.1f} h" if hours >= 1 else f"{hours * 60:.1f} min"
    cells = f"{len(runs.finished)} finished, {len(runs.failures)} failed"
    weights = {f"{setting.backbone}, {weights_name(setting)}" for setting in settings}
    listed = [
        ("Cells", (cells,)),
        ("Categories", (f"{len(names)}: {', '.join(names)}",)),
        ("Experiments", _listed(EXPERIMENTS, {setting.experiment for setting in settings})),
        ("Heads", _listed(HEADS, {setting.head for setting in settings})),
        ("Generators", _distinct(_generator(setting) for setting in settings)),
        ("Scored by", _distinct(f"{setting.scoring} at {setting.size} px" for setting in settings)),
        ("Backbone", tuple(sorted(weights))),
        ("Epochs", _distinct(str(setting.epochs) for setting in settings if setting.epochs)),
        ("Seeds", _seeds(settings)),
        ("Data", _distinct(setting.data for setting in settings)),
        ("Not trained on", _copies(runs.finished)),
        ("Dates", (f"{_minute(started)} to {_minute(finished)} UTC, {spent} of computing",)),
        ("Device", _distinct(found.device for found in results)),
        ("Versions", _distinct(_versions(run) for run in runs.finished)),
        ("Program", _distinct(_revision(run) for run in runs.finished)),
    ]
    return [(name, values) for name, values in listed if values]


def summary_rows(groups: Sequence[Group]) -> list[SummaryRow]:
    """Return one row a group."""
    return [_summary_row(group) for group in groups]


def _summary_row(group: Group) -> SummaryRow:
    baseline = untrained_mean(group, IMAGE_AUROC)
    by_head = {head: fmean(means) for head in group.heads if (means := seed_means(group, head, IMAGE_AUROC))}
    compared = [
        fmean(values) > group.untrained[category].metrics.image.auroc
        for head in group.heads
        for category in group.categories
        if category in group.untrained and (values := values_of(group, head, category, IMAGE_AUROC.value))
    ]
    ordered = sorted(by_head, key=lambda head: by_head[head])
    ends = [f"{by_head[head]:.3f} {head}" for head in (*ordered[:1], *ordered[-1:])] or [MISSING, MISSING]
    return SummaryRow(
        title=group.setup.title,
        details=group.setup.details,
        categories=len(group.categories),
        untrained=MISSING if baseline is None else f"{baseline:.3f}",
        trained=f"{fmean(by_head.values()):.3f}" if by_head else MISSING,
        lowest=ends[0],
        highest=ends[1],
        better=f"{sum(compared)} of {len(compared)}" if compared else MISSING,
        failed=sum(map(len, group.failures.values())),
    )


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _listed(order: Iterable[str], found: set[str | None]) -> tuple[str, ...]:
    names = [name for name in order if name in found]
    return (", ".join(names),) if names else ()


def _generator(settings: Settings) -> str | None:
    return settings.generator and f"{Path(settings.generator).name}, digest {settings.generator_digest}"


def _copies(runs: Sequence[Run]) -> tuple[str, ...]:
    """Describe how many training images of each category were left out as copies of test images."""
    found = sorted({(run.category, run.results.copies) for run in runs if run.results.copies})
    return tuple(f"{count} training images of {category} that are test images as well" for category, count in found)


def _seeds(settings: Sequence[Settings]) -> tuple[str, ...]:
    trained = [setting for setting in settings if setting.experiment != "none"]
    seeds, splits = sorted({setting.seed for setting in trained}), {setting.split for setting in trained}
    repeated = f"; {len(splits)} draws of the held-out normals" if len(splits) > 1 else ""
    return (", ".join(map(str, seeds)) + repeated,) if seeds else ()


def _versions(run: Run) -> str:
    return ", ".join(f"{name} {version}" for name, version in run.results.versions.items())


def _revision(run: Run) -> str:
    revision = run.results.git_revision
    if revision is None:
        return "unknown revision"
    commit, changed, _ = revision.partition("-dirty")
    return f"git {commit[:12]}" + (" with changes that were not committed" if changed else "")


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
