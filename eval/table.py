"""Results as a table in plain text: heads down, categories across, the untrained backbone above."""

from collections.abc import Iterable, Mapping
from statistics import fmean, stdev

from eval.results import Results

_WIDTH = 14


def table_of(results: Iterable[Results]) -> str:
    """Image AUROC, mean and standard deviation over the seeds, one block an experiment, generator and scoring.

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
        if one.baseline is None:
            continue
        rows = blocks.setdefault(_title(one), {"untrained": {}})
        rows["untrained"][settings.category] = [one.baseline.image.auroc]
        rows.setdefault(str(settings.head), {}).setdefault(settings.category, []).append(one.metrics.image.auroc)
    if not blocks:
        for one in found:
            rows = blocks.setdefault(f"untrained, scored by {one.settings.scoring}", {"untrained": {}})
            rows["untrained"][one.settings.category] = [one.metrics.image.auroc]
    return "\n".join(_block(title, rows) for title, rows in blocks.items())


def _title(results: Results) -> str:
    settings = results.settings
    generator = f" with {settings.generator}" if settings.generator else ""
    return f"{settings.experiment}{generator}, scored by {settings.scoring}"


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
