"""Does the audit foretell what a training comes to? Its numbers beside the AUROC of trained cells, as ranks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from scipy.stats import rankdata, spearmanr

from eval.benchmark.results import Results

MEASURES = {"covered": 1, "patches": 1, "stray": -1, "separation": 1}  # what is better: more, or less
FEWEST = 3  # generators of a category that ranks say something of


def foretold(lines: Iterable[Mapping[str, Any]], trained: Iterable[Results]) -> str:
    """Rank correlation (Spearman) of each number of the audit with the AUROC after training.

    Generators are ranked within their category, as categories are not equally hard; over all categories together, the
    ranks are taken as shares of the number of generators.

    Args:
        lines: what stands in audit.json.
        trained: cells; the AUROC of a generator is the mean over its seeds and heads.

    Returns:
        A table for each scoring, a row for each category with at least three generators that were audited and trained,
        and one for all; empty if there is no such category.
    """
    audits = {(line["category"], line["generator"]): line for line in lines}
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for one in trained:
        settings = one.settings
        if (settings.category, settings.generator) in audits:
            of_category = found.setdefault(settings.scoring, {}).setdefault(settings.category, {})
            of_category.setdefault(str(settings.generator), []).append(one.metrics.image.auroc)
    return "\n".join(table for scoring in sorted(found) if (table := _table(scoring, found[scoring], audits)))


def _table(
    scoring: str,
    found: Mapping[str, Mapping[str, list[float]]],
    audits: Mapping[tuple[str, str], Mapping[str, Any]],
) -> str:
    rows, shares = [], []
    for category, generators in found.items():
        if len(generators) >= FEWEST:
            reached = [fmean(values) for values in generators.values()]
            measured = [
                [sign * float(audits[category, name][measure]) for name in generators]
                for measure, sign in MEASURES.items()
            ]
            rows.append(_row(category, measured, reached))
            shares.append(np.array([rankdata(values) / len(values) for values in (*measured, reached)]))
    if not rows:
        return ""
    *measured, reached = np.concatenate(shares, axis=1).tolist()
    names = "  ".join(name.rjust(10) for name in MEASURES)
    head = f"rank correlation with AUROC after training, scored by {scoring} (stray: less is better)"
    return "\n".join([head, f"{'':22}  {names}", *rows, _row("all", measured, reached)]) + "\n"


def _row(name: str, measured: Sequence[Sequence[float]], reached: Sequence[float]) -> str:
    numbers = "  ".join(_correlation(values, reached).rjust(10) for values in measured)
    return f"{name:22}  {numbers}  of {len(reached)} generators"


def _correlation(values: Sequence[float], reached: Sequence[float]) -> str:
    """A dash where all are alike, or one is missing."""
    if len(set(values)) < 2 or len(set(reached)) < 2 or not np.isfinite(values).all():
        return "-"
    return f"{spearmanr(values, reached).statistic:.2f}"
