"""Results as a table in plain text: heads down, categories across, the untrained backbone above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from statistics import fmean, stdev

from eval.benchmark.generators import OWN, left_out
from eval.benchmark.results import Results, Settings

_WIDTH = 14


def table_of(results: Iterable[Results]) -> str:
    """Image AUROC, mean and standard deviation over the seeds, one block an experiment, generator and scoring.

    Trainings without one type of defect stand in blocks of their own, by the AUROC of that type.

    Args:
        results: of any cells; those without training stand above the trained ones that were compared with them, and in
            a block of their own if there are none.

    Returns:
        Lines that end in a newline; a dash where there is no number.
    """
    found = list(results)
    blocks: dict[str, dict[str, dict[str, list[float]]]] = {}
    for one in found:
        settings = one.settings
        if one.baseline is None or left_out(settings.generator):
            continue
        rows = blocks.setdefault(_title(one), {"untrained": {}})
        rows["untrained"][settings.category] = [one.baseline.image.auroc]
        rows.setdefault(str(settings.head), {}).setdefault(settings.category, []).append(one.metrics.image.auroc)
    unseen = _unseen(found)
    if not blocks and not unseen:
        for one in found:
            rows = blocks.setdefault(f"untrained, scored by {one.settings.scoring}", {"untrained": {}})
            rows["untrained"][one.settings.category] = [one.metrics.image.auroc]
    return "\n".join([*(_block(title, rows) for title, rows in blocks.items()), *unseen])


def _title(results: Results) -> str:
    settings = results.settings
    generator = f" with {settings.generator}" if settings.generator else ""
    return f"{settings.experiment}{generator}, scored by {settings.scoring}"


def _unseen(found: list[Results]) -> list[str]:
    """How well types of defect are found that were left out of the training, beside the same cells with them."""
    blocks: dict[str, dict[str, tuple[float, list[float], list[float]]]] = {}
    whole: dict[Settings, Results] = {
        replace(one.settings, generator_digest=None): one for one in found if one.settings.generator == OWN
    }
    for one in found:
        settings, kind = one.settings, left_out(one.settings.generator)
        if kind is None or one.baseline is None or kind not in one.metrics.per_defect:
            continue
        rows = blocks.setdefault(f"{settings.head}, scored by {settings.scoring}", {})
        row = rows.setdefault(f"{settings.category} {kind}", (one.baseline.per_defect[kind], [], []))
        row[1].append(one.metrics.per_defect[kind])
        if taught := whole.get(replace(settings, generator=OWN, generator_digest=None)):
            row[2].append(taught.metrics.per_defect[kind])
    return [_unseen_block(title, rows) for title, rows in blocks.items()]


def _unseen_block(title: str, rows: Mapping[str, tuple[float, list[float], list[float]]]) -> str:
    name = max(len(row) for row in rows)
    lines = [f"image AUROC of one type of defect that was left out of the training, {title}"]
    lines.append("  ".join([" " * name, *(word.rjust(_WIDTH) for word in ("untrained", "left out", "with it"))]))
    for label, (untrained, without, taught) in rows.items():
        cells = [f"{untrained:.3f}", _cell(without), _cell(taught)]
        lines.append("  ".join([label.ljust(name), *(cell.rjust(_WIDTH) for cell in cells)]))
    return "\n".join(lines) + "\n"


def _block(title: str, rows: Mapping[str, Mapping[str, list[float]]]) -> str:
    categories = sorted({category for row in rows.values() for category in row})
    name = max(len(row) for row in rows)
    columns = [max(_WIDTH, len(category)) for category in categories]
    lines = [f"image AUROC, {title}"]
    names = [category.rjust(width) for category, width in zip(categories, columns, strict=True)]
    lines.append("  ".join([" " * name, *names, " mean"]))
    for label, row in rows.items():
        cells = [_cell(row.get(category, [])).rjust(width) for category, width in zip(categories, columns, strict=True)]
        whole = [fmean(row[category]) for category in categories if category in row]
        mean = f"{fmean(whole):.3f}" if len(whole) == len(categories) else "-"
        lines.append("  ".join([label.ljust(name), *cells, mean.rjust(5)]))
    return "\n".join(lines) + "\n"


def _cell(values: list[float]) -> str:
    if not values:
        return "-"
    spread = f" +- {stdev(values):.3f}" if len(values) > 1 else ""
    return f"{fmean(values):.3f}{spread}"
