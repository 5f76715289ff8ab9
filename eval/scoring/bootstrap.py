"""Bootstrap intervals of metrics over the test images: how much they would change with other images.

Good and defective images are drawn anew with replacement, each as many as there are, so that both always occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from eval.data.categories import GOOD
from eval.scoring.metrics import FPR_LIMIT, region_weights

LEVEL = 0.95
"""Share of the resamples within an interval."""

Interval = tuple[float, float]
"""Lower and upper end."""

Number = tuple[float, Interval]
"""A metric and its interval."""

_IMAGE_RESAMPLES, _PIXEL_RESAMPLES = 2000, 300
_LEVELS = 1000  # quantiles of defective and of good pixels at which heat maps are cut


def image_intervals(
    defects: Sequence[str], scores: NDArray[np.floating], *, threshold: float, seed: int = 0
) -> dict[str, Interval]:
    """Return intervals of metrics of images by their names.

    Args:
        defects: type of defect of each image, "good" for a good one; both must occur.
        scores: (N,), finite.
        threshold: an image above it counts as defective.
        seed: seed of the resamples.

    Returns:
        Intervals of "auroc", "average_precision", "f1_max", "tpr" and "tnr", and of the AUROC of each type of defect,
        "defect NAME".
    """
    names, values = np.asarray(defects), np.asarray(scores, np.float64)
    labels = names != GOOD
    weights = _resamples(labels, count=_IMAGE_RESAMPLES, seed=seed)
    bad, good = values[labels], values[~labels]
    wins = (bad[:, None] > good).astype(np.float64) + 0.5 * (bad[:, None] == good)  # of each pair
    above = weights[:, ~labels] @ wins.T / (~labels).sum()  # (R, defective images)
    of_bad = weights[:, labels]
    found = {"auroc": (of_bad * above).sum(axis=1) / of_bad.sum(axis=1)}
    found["average_precision"], found["f1_max"] = _precision_metrics(labels, values, weights)
    found["tpr"] = of_bad @ (bad > threshold) / of_bad.sum(axis=1)
    found["tnr"] = weights[:, ~labels] @ (good <= threshold) / (~labels).sum()
    rng = np.random.default_rng((seed, 1))
    for kind in sorted(set(names[labels].tolist())):
        own = np.flatnonzero(names[labels] == kind)
        drawn = own[rng.integers(0, len(own), (_IMAGE_RESAMPLES, len(own)))]
        found[f"defect {kind}"] = np.take_along_axis(above, drawn, axis=1).mean(axis=1)
    return {name: _interval(numbers) for name, numbers in found.items()}


def pixel_intervals(masks: NDArray[np.bool_], heat_maps: NDArray[np.float32], *, seed: int = 0) -> dict[str, Interval]:
    """Return intervals of metrics of heat maps by their names: "auroc", "average_precision" and "aupro".

    The heat maps are cut at quantiles of defective and of good pixels, which moves the metrics by less than 0.001.

    Args:
        masks: (N, H, W); images with and without a defect must occur.
        heat_maps: (N, H, W), finite.
        seed: seed of the resamples.
    """
    labels = np.asarray(masks.any(axis=(1, 2)), np.bool_)
    shares = np.linspace(0, 1, _LEVELS)
    edges = np.unique(np.concatenate([np.quantile(heat_maps[truth], shares) for truth in (masks, ~masks)]))
    bins = len(edges) + 1
    good, bad, regions = (np.zeros((len(masks), bins)) for _ in range(3))
    weights = region_weights(masks)
    for place, (mask, heat) in enumerate(zip(masks, heat_maps, strict=True)):
        at = np.searchsorted(edges, heat, side="right")
        good[place] = np.bincount(at[~mask], minlength=bins)
        bad[place] = np.bincount(at[mask], minlength=bins)
        regions[place] = np.bincount(at[mask], weights=weights[place][mask], minlength=bins)
    drawn = _resamples(labels, count=_PIXEL_RESAMPLES, seed=seed)
    false, true, overlap = (_from_the_top(drawn @ counts) for counts in (good, bad, regions))  # (R, bins + 1)
    precision = true[:, 1:] / np.maximum(true[:, 1:] + false[:, 1:], 1)
    fpr, recall, covered = (counts / counts[:, -1:] for counts in (false, true, overlap))
    found = {
        "auroc": _areas(fpr, recall),
        "average_precision": (np.diff(recall, axis=1) * precision).sum(axis=1),
        "aupro": np.array([_area_below(x, y, FPR_LIMIT) for x, y in zip(fpr, covered, strict=True)]),
    }
    return {name: _interval(numbers) for name, numbers in found.items()}


def mean_interval(numbers: Sequence[Sequence[Number]]) -> Interval:
    """Return the interval of a mean over categories of numbers with their intervals, one list a category.

    Runs of one category share its test images, so their ends are averaged; categories do not, so their half widths add
    up as those of independent numbers.
    """
    ends = [[fmean(ends[side] for _, ends in runs) for side in (0, 1)] for runs in numbers]
    means = [fmean(value for value, _ in runs) for runs in numbers]
    below, above = (
        sum((end[side] - mean) ** 2 for end, mean in zip(ends, means, strict=True)) ** 0.5 / len(means)
        for side in (0, 1)
    )
    return fmean(means) - below, fmean(means) + above


def _resamples(labels: NDArray[np.bool_], *, count: int, seed: int) -> NDArray[np.float64]:
    """Return how often each image is in each resample, (count, N)."""
    rng = np.random.default_rng(seed)
    weights = np.zeros((count, len(labels)))
    for places in (np.flatnonzero(labels), np.flatnonzero(~labels)):
        if len(places):
            weights[:, places] = rng.multinomial(len(places), np.full(len(places), 1 / len(places)), size=count)
    return weights


def _precision_metrics(
    labels: NDArray[np.bool_], values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return average precision and largest F1 of each resample."""
    order = np.argsort(-values, kind="stable")
    ends = np.flatnonzero(np.diff(values[order], append=-np.inf))  # the last of equal scores
    true = np.cumsum((weights * labels)[:, order], axis=1)[:, ends]
    taken = np.cumsum(weights[:, order], axis=1)[:, ends]
    precision, total = true / np.maximum(taken, 1), true[:, -1:]
    gained = np.diff(true, axis=1, prepend=0)
    return (gained * precision).sum(axis=1) / total[:, 0], (2 * true / (taken + total)).max(axis=1)


def _from_the_top(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much lies at and above each level, from 0 above the highest to all above the lowest."""
    return np.pad(np.cumsum(counts[:, ::-1], axis=1), ((0, 0), (1, 0)))


def _area_below(x: NDArray[np.float64], y: NDArray[np.float64], limit: float) -> float:
    """Return the area under a curve up to a limit of x, divided by the limit."""
    inside = int(np.searchsorted(x, limit, side="right"))
    across, up = np.append(x[:inside], limit), np.append(y[:inside], np.interp(limit, x, y))
    return float(_areas(across[None], up[None])[0] / limit)


def _areas(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the areas under curves, (R,), by the trapezoidal rule."""
    return np.asarray((np.diff(x, axis=1) * (y[:, 1:] + y[:, :-1]) / 2).sum(axis=1))


def _interval(numbers: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(numbers, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)
