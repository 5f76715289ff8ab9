"""ROC curves of the heads on one category, with that of the untrained backbone."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_curve

from eval.data.categories import GOOD
from eval.report.groups import Group
from eval.report.runs import Run
from eval.report.svg import MUTED, Drawing, Key, Plot, colour_of

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""False and true positive rates, (P,) each, in [0, 1] and rising."""


def mean_curve(labels: Sequence[ArrayLike], scores: Sequence[ArrayLike]) -> Curve:
    """Average ROC curves over the true positive rate, so that the area below is the mean area.

    Args:
        labels: of each curve, (N,), 1 for a defective image and 0 for a good one.
        scores: of each curve, (N,).
    """
    curves = [roc_curve(*pair, drop_intermediate=False)[:2] for pair in zip(labels, scores, strict=True)]
    levels = np.unique(np.concatenate([false for false, _ in curves]))
    bounds = [_rate_bounds(false, true, levels) for false, true in curves]
    return np.repeat(levels, 2), np.mean(bounds, axis=0).ravel()


def roc_drawing(group: Group, category: str) -> Drawing | None:
    """Plot the curves of a category; None if no cell of it finished."""
    runs = {head: cells for head in group.heads or ("",) if (cells := group.runs(head, category))}
    if not runs:
        return None
    plot = Plot(
        width=250,
        height=235,
        x=(-0.01, 1.01),
        y=(-0.01, 1.01),
        x_label="good images rejected",
        y_label="defective images found",
        square=True,
    )
    keys = []
    baseline = group.untrained.get(category)
    if baseline is not None:
        defective = [defect != GOOD for defect in baseline.defects]
        plot.line(*mean_curve([defective], [baseline.scores]), MUTED, width=1.6, dashes="6.4 3.2")
        keys.append(Key(colour=MUTED, mark="┅", text=f"untrained {baseline.metrics.image.auroc:.3f}"))
    for head, cells in runs.items():
        if head:
            scores = [[image.score for image in run.results.images] for run in cells]
            plot.line(*mean_curve([_labels(run) for run in cells], scores), colour_of(head), width=1.6)
            mean = fmean(run.results.metrics.image.auroc for run in cells)
            keys.append(Key(colour=colour_of(head), mark="━", text=f"{head} {mean:.3f}"))
    plot.line([0, 1], [0, 1], MUTED, width=0.7)
    title = f"ROC, {category}"
    description = f"{title}. AUROC: {'; '.join(key.text for key in keys)}"
    return Drawing(svg=plot.to_svg(description), title=title, keys=tuple(keys))


def _labels(run: Run) -> list[int]:
    return [image.label for image in run.results.images]


def _rate_bounds(
    false: NDArray[np.float64], true: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the lowest and the highest true positive rate of a curve at each false positive rate, (L, 2)."""
    first, last = np.searchsorted(false, levels, "left"), np.searchsorted(false, levels, "right") - 1
    on_point = first <= last  # otherwise the level lies between two points of the curve
    width = np.where(on_point, 1, false[first] - false[last])
    between = true[last] + (levels - false[last]) / width * (true[first] - true[last])
    return np.stack([np.where(on_point, true[first], between), np.where(on_point, true[last], between)], axis=1)
