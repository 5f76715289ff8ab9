"""Tables of results in plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

from eval.benchmark.cell import Settings
from eval.benchmark.generators import OWN, excluded_type
from eval.benchmark.results import Metrics, Results, find_results
from eval.scoring.bootstrap import Number, mean_interval

_WIDTH = 14


def format_table(results: Iterable[Results], *, categories: Iterable[str] = ()) -> str:
    """Return a table of the image AUROC: a row per head, a column per category.

    A number is the mean over seeds and splits, with its standard deviation and, in brackets, the 95 % interval over the
    test images: the mean of the intervals of the runs, which share these images.

    Each experiment, generator and scoring has a block of its own. The first row of a block is the untrained backbone.
    Trainings without one type of defect have further blocks, with the AUROC of that type, if it was tested.

    Args:
        results: results of any cells.
        categories: further columns: categories without results, as their cells failed.

    Returns:
        Lines that end in a newline; a dash stands for a missing number, and for a mean that would lack one.
    """
    found = list(results)
    blocks: dict[str, dict[str, dict[str, list[Number]]]] = {}
    for one in found:
        settings = one.settings
        if one.baseline is None or _left_out(one):
            continue
        rows = blocks.setdefault(_title(one), {"untrained": {}})
        rows["untrained"][settings.category] = [_number(one.baseline)]
        rows.setdefault(str(settings.head), {}).setdefault(settings.category, []).append(_number(one.metrics))
    unseen = _unseen_blocks(found)
    if not blocks and not unseen:  # nothing was trained
        for one in found:
            rows = blocks.setdefault(f"untrained, scored by {one.settings.scoring}", {"untrained": {}})
            rows["untrained"][one.settings.category] = [_number(one.metrics)]
    columns = sorted({*categories, *(name for rows in blocks.values() for row in rows.values() for name in row)})
    return "\n".join([*(_block(title, rows, columns) for title, rows in blocks.items()), *unseen])


def compare(first: str | Path, second: str | Path) -> list[tuple[str, Results | None, Results | None]]:
    """Return the results of the cells in two folders, by cell; None where a folder lacks the cell.

    Raises:
        FileNotFoundError: if a folder has no results.
        ValueError: if a file is broken.
    """
    one, two = (find_results(folder) for folder in (first, second))
    return [(cell, one.get(cell), two.get(cell)) for cell in sorted({**one, **two})]


def _number(metrics: Metrics) -> Number:
    return metrics.image.auroc, metrics.intervals["auroc"]


def _title(results: Results) -> str:
    settings = results.settings
    generator = f" with {settings.generator}" if settings.generator else ""
    return f"{settings.experiment}{generator}, scored by {settings.scoring}"


def _unseen_blocks(found: list[Results]) -> list[str]:
    """Return blocks for types of defect that were left out of the training, beside trainings with all types."""
    blocks: dict[str, dict[str, tuple[float, list[float], list[float]]]] = {}
    with_all: dict[Settings, Results] = {
        replace(one.settings, generator_digest=None): one for one in found if one.settings.generator == OWN
    }
    for one in found:
        settings, kind = one.settings, _left_out(one)
        if kind is None or one.baseline is None:
            continue
        rows = blocks.setdefault(f"{settings.head}, scored by {settings.scoring}", {})
        row = rows.setdefault(f"{settings.category} {kind}", (one.baseline.per_defect[kind], [], []))
        row[1].append(one.metrics.per_defect[kind])
        if same := with_all.get(replace(settings, generator=OWN, generator_digest=None)):
            row[2].append(same.metrics.per_defect[kind])
    return [_unseen_block(title, rows) for title, rows in blocks.items()]


def _left_out(results: Results) -> str | None:
    """Return the type of defect that was left out of a training and is among the test images; None without one."""
    kind = excluded_type(results.settings.generator)
    return kind if kind in results.metrics.per_defect else None


def _unseen_block(title: str, rows: Mapping[str, tuple[float, list[float], list[float]]]) -> str:
    name = max(len(row) for row in rows)
    lines = [f"image AUROC of one type of defect that was left out of the training, {title}"]
    lines.append("  ".join([" " * name, *(word.rjust(_WIDTH) for word in ("untrained", "left out", "with it"))]))
    for label, (untrained, without, with_all) in rows.items():
        cells = [f"{untrained:.3f}", _spread(without), _spread(with_all)]
        lines.append("  ".join([label.ljust(name), *(cell.rjust(_WIDTH) for cell in cells)]))
    return "\n".join(lines) + "\n"


def _block(title: str, rows: Mapping[str, Mapping[str, list[Number]]], categories: Sequence[str]) -> str:
    name = max(len(row) for row in rows)
    lines = [
        [" " * name, *categories, "mean"],
        *([label.ljust(name), *_entries(row, categories)] for label, row in rows.items()),
    ]
    widths = [max(_WIDTH, *(len(line[place]) for line in lines)) for place in range(1, len(lines[0]))]
    text = [
        "  ".join([line[0], *(cell.rjust(width) for cell, width in zip(line[1:], widths, strict=True))])
        for line in lines
    ]
    return "\n".join([f"image AUROC, {title}", *text]) + "\n"


def _entries(row: Mapping[str, list[Number]], categories: Sequence[str]) -> list[str]:
    """Return the entries of a row and of the mean over the categories, a dash if one is missing."""
    shown = [_cell(row.get(category, [])) for category in categories]
    if not all(row.get(category) for category in categories):
        return [*shown, "-"]
    means = [fmean(value for value, _ in row[category]) for category in categories]
    ends = mean_interval([row[category] for category in categories])
    return [*shown, f"{fmean(means):.3f} {_brackets(ends)}"]


def _cell(numbers: list[Number]) -> str:
    text = _spread([value for value, _ in numbers])
    return f"{text} {_brackets(mean_interval([numbers]))}" if numbers else text


def _spread(values: list[float]) -> str:
    if not values:
        return "-"
    spread = f" +- {stdev(values):.3f}" if len(values) > 1 else ""
    return f"{fmean(values):.3f}{spread}"


def _brackets(ends: tuple[float, float]) -> str:
    return f"[{ends[0]:.3f}, {ends[1]:.3f}]"
