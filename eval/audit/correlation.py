"""Rank correlation between the numbers of an audit and the AUROC after training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from scipy.stats import rankdata, spearmanr

from eval.benchmark.generators import generator_path
from eval.benchmark.results import Results

MEASURES = {"covered": 1, "patches": 1, "stray": -1, "separation": 1}  # 1 if larger is better, -1 if smaller is
MIN_GENERATORS = 3  # of a category; ranks of fewer are meaningless


def rank_correlations(entries: Iterable[Mapping[str, Any]], trained: Iterable[Results]) -> str:
    """Return tables of the rank correlation (Spearman) of each number of the audit with the AUROC after training.

    Generators are ranked within their category, as categories are not equally hard. For the row of all categories,
    ranks are divided by the number of generators of the category.

    Args:
        entries: of the audit, as in audit.json.
        trained: results of trainings; the AUROC of a generator is the mean over its seeds and heads.

    Returns:
        A table for each scoring, with a row for each category that has at least three generators both audited and
        trained, and a row for all of them. Empty if there is no such category.
    """
    audits = {(entry["category"], generator_path(entry["generator"])): entry for entry in entries}
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for results in trained:
        settings = results.settings
        if (settings.category, settings.generator) in audits:
            generators = found.setdefault(settings.scoring, {}).setdefault(settings.category, {})
            generators.setdefault(str(settings.generator), []).append(results.metrics.image.auroc)
    return "\n".join(table for scoring in sorted(found) if (table := _table(scoring, found[scoring], audits)))


def _table(
    scoring: str,
    found: Mapping[str, Mapping[str, list[float]]],
    audits: Mapping[tuple[str, str], Mapping[str, Any]],
) -> str:
    rows, shares = [], []
    for category, generators in found.items():
        if len(generators) >= MIN_GENERATORS:
            aurocs = [fmean(values) for values in generators.values()]
            measured = [
                [sign * float(audits[category, name][measure]) for name in generators]
                for measure, sign in MEASURES.items()
            ]
            rows.append(_row(category, measured, aurocs))
            shares.append(np.array([rankdata(values) / len(values) for values in (*measured, aurocs)]))
    if not rows:
        return ""
    *measured, aurocs = np.concatenate(shares, axis=1).tolist()
    names = "  ".join(name.rjust(10) for name in MEASURES)
    head = f"rank correlation with AUROC after training, scored by {scoring} (stray: smaller is better)"
    return "\n".join([head, f"{'':22}  {names}", *rows, _row("all", measured, aurocs)]) + "\n"


def _row(name: str, measured: Sequence[Sequence[float]], aurocs: Sequence[float]) -> str:
    numbers = "  ".join(_correlation(values, aurocs).rjust(10) for values in measured)
    return f"{name:22}  {numbers}  of {len(aurocs)} generators"


def _correlation(values: Sequence[float], aurocs: Sequence[float]) -> str:
    """Return the correlation with two digits; a dash if all values are equal, or one is missing."""
    if len(set(values)) < 2 or len(set(aurocs)) < 2 or not np.isfinite(values).all():
        return "-"
    return f"{spearmanr(values, aurocs).statistic:.2f}"
