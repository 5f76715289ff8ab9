"""ROC curves of the heads on one category, the untrained backbone beside."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_curve

from eval.data.datasets import GOOD
from eval.report.groups import Group
from eval.report.runs import Run
from eval.report.svg import MUTED, Drawing, Key, colour_of, in_page, new_axes, to_svg

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""False and true positive rates, (P,) each, in [0, 1] and rising."""


def mean_curve(labels: Sequence[ArrayLike], scores: Sequence[ArrayLike]) -> Curve:
    """ROC curves, averaged over the true positive rate: the area is the mean area.

    Args:
        labels: of each curve, (N,), 1 for a defective image and 0 for a good one.
        scores: of each curve, (N,).
    """
    curves = [roc_curve(*pair, drop_intermediate=False)[:2] for pair in zip(labels, scores, strict=True)]
    levels = np.unique(np.concatenate([false for false, _ in curves]))
    sides = [_sides(false, true, levels) for false, true in curves]
    return np.repeat(levels, 2), np.mean(sides, axis=0).ravel()


def roc_drawing(group: Group, category: str, *, name: str) -> Drawing | None:
    """The curves of a category; None if no cell of it finished."""
    figure, axes = new_axes(width=250, height=235)
    keys = []
    runs = {head: those for head in group.heads or ("",) if (those := group.runs(head, category))}
    beside = group.untrained.get(category)
    if not runs:
        return None
    if beside is not None:
        labels = [defect != GOOD for defect in beside.defects]
        axes.plot(*mean_curve([labels], [beside.scores]), color=MUTED, linewidth=1.6, linestyle=(0, (4, 2)))
        keys.append(Key(colour=in_page(MUTED), mark="┅", text=f"untrained {beside.metrics.image.auroc:.3f}"))
    for head, those in runs.items():
        if not head:
            continue
        scores = [[image.score for image in run.results.images] for run in those]
        axes.plot(*mean_curve([_labels(run) for run in those], scores), color=colour_of(head), linewidth=1.6)
        mean = fmean(run.results.metrics.image.auroc for run in those)
        keys.append(Key(colour=colour_of(head), mark="━", text=f"{head} {mean:.3f}"))
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.7)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="good images rejected", ylabel="defective images found")
    axes.set_aspect("equal")
    title = f"ROC, {category}"
    words = "; ".join(key.text for key in keys)
    svg = to_svg(figure, name=name, description=f"{title}. AUROC: {words}")
    return Drawing(svg=svg, title=title, keys=tuple(keys))


def _labels(run: Run) -> list[int]:
    return [image.label for image in run.results.images]


def _sides(false: NDArray[np.float64], true: NDArray[np.float64], levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lowest and the highest true positive rate of a curve at each false positive rate, (L, 2)."""
    first, last = np.searchsorted(false, levels, "left"), np.searchsorted(false, levels, "right") - 1
    there = first <= last  # otherwise the level lies between two points of the curve
    width = np.where(there, 1, false[first] - false[last])
    between = true[last] + (levels - false[last]) / width * (true[first] - true[last])
    return np.stack([np.where(there, true[first], between), np.where(there, true[last], between)], axis=1)
