"""Metrics of scores against labels and of heat maps against masks, by scikit-learn where it has them.

References:
    P. Bergmann, M. Fauser, D. Sattlegger, C. Steger, "MVTec AD - A Comprehensive Real-World Dataset for Unsupervised
    Anomaly Detection", CVPR 2019: the pair of TPR and TNR (table 2).
    P. Bergmann, K. Batzner, M. Fauser, D. Sattlegger, C. Steger, "The MVTec Anomaly Detection Dataset: A Comprehensive
    Real-World Dataset for Unsupervised Anomaly Detection", IJCV 2021: the per-region overlap, integrated up to 30 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from eval.data.categories import GOOD

FPR_LIMIT = 0.3
_ROUNDING = 1e-9  # of differences of rates that are equal
_WITH_DIAGONALS = 8  # neighbours of a pixel that belong to its region, as in the data set's own program


@dataclass(frozen=True)
class ImageMetrics:
    """Metrics of scores of images; every value but the threshold is in [0, 1].

    Attributes:
        auroc: area under the ROC curve; 0.5 for random scores.
        average_precision: mean precision over the recalls.
        f1_max: largest F1 of any threshold: an upper bound, because the threshold depends on the labels.
        threshold: score at and above which an image counts as defective for `f1_max`.
        tpr: share of defective images that are detected, of the pair with the largest mean.
        tnr: share of good images that are accepted, of the same pair.
        pair_threshold: score at and above which an image counts as defective for this pair.
    """

    auroc: float
    average_precision: float
    f1_max: float
    threshold: float
    tpr: float
    tnr: float
    pair_threshold: float


@dataclass(frozen=True)
class PixelMetrics:
    """Metrics of heat maps; every value is in [0, 1].

    Attributes:
        auroc: area under the ROC curve of all pixels of all images.
        average_precision: mean precision over the recalls, of all pixels of all images.
        aupro: area under the per-region overlap up to a false positive rate of 30 %, divided by 0.3.
    """

    auroc: float
    average_precision: float
    aupro: float


def image_metrics(labels: ArrayLike, scores: ArrayLike) -> ImageMetrics:
    """Compare one score per image with its label.

    Args:
        labels: (N,), 1 or True for a defective image, 0 or False for a good one; both must occur.
        scores: (N,), finite, in any unit; a larger score means more likely defective.

    Raises:
        ValueError: if the lengths differ, a label has another value, one class is missing or a score is not finite.

    References:
        Bergmann et al. 2019 (above) report TPR and TNR at one threshold per method. Here the pair is that of the
        threshold with the largest mean of the two, and of equal ones that with the larger TNR.

    Examples:
        >>> image_metrics([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.9])
        ImageMetrics(auroc=1.0, average_precision=1.0, f1_max=1.0, threshold=0.3, tpr=1.0, tnr=1.0, pair_threshold=0.3)
    """
    values = _finite("scores", scores, ndim=1)
    truth = _binary("labels", labels, shape=values.shape)
    precision, recall, thresholds = precision_recall_curve(truth, values)
    f1 = 2 * precision * recall / np.maximum(precision + recall, np.finfo(np.float64).tiny)
    best = int(np.argmax(f1[:-1]))  # the last point is (1, 0) and has no threshold
    fpr, tpr, at = roc_curve(truth, values, drop_intermediate=False)
    difference = tpr - fpr  # the mean of TPR and TNR is (TPR - FPR + 1) / 2
    pair = int(np.flatnonzero(difference >= difference.max() - _ROUNDING)[0])
    return ImageMetrics(
        auroc=float(roc_auc_score(truth, values)),
        average_precision=float(average_precision_score(truth, values)),
        f1_max=float(f1[best]),
        threshold=float(thresholds[best]),
        tpr=float(tpr[pair]),
        tnr=float(1 - fpr[pair]),
        pair_threshold=float(at[pair]) if np.isfinite(at[pair]) else float(np.nextafter(values.max(), np.inf)),
    )


def per_defect_auroc(defects: Sequence[str], scores: ArrayLike) -> dict[str, float]:
    """Return the area under the ROC curve of each defect type against all good images.

    Args:
        defects: N names, "good" for a good image; "good" and another name must occur.
        scores: (N,), finite; a larger score means more likely defective.

    Returns:
        The areas, in [0, 1], by defect name, sorted.

    Raises:
        ValueError: if the lengths differ, one class is missing or a score is not finite.

    Examples:
        >>> per_defect_auroc(["good", "dent", "crack", "good"], [0.1, 0.3, 0.9, 0.4])
        {'crack': 1.0, 'dent': 0.5}
    """
    values = _finite("scores", scores, ndim=1)
    names = np.asarray(defects)
    if names.shape != values.shape:
        raise ValueError(f"defects must name one defect for each of {len(values)} scores, got shape {names.shape}")
    good = names == GOOD
    _both_occur("defects", ~good)
    types = sorted({str(name) for name in names[~good]})
    return {
        defect: float(roc_auc_score(names[good | (names == defect)] == defect, values[good | (names == defect)]))
        for defect in types
    }


def pixel_metrics(masks: ArrayLike, heat_maps: ArrayLike) -> PixelMetrics:
    """Compare heat maps with masks, over all pixels of defective and good images.

    Args:
        masks: (N, H, W), 1 or True at defects; defective and good pixels must occur.
        heat_maps: (N, H, W), finite, with one unit for all images; a larger value means more likely defective.

    Raises:
        ValueError: if the shapes differ, a mask has other values, one class is missing or a value is not finite.

    References:
        Bergmann et al. 2021 (above).
    """
    heats = _finite("heat_maps", heat_maps, ndim=3)
    truth = _binary("masks", masks, shape=heats.shape)
    order = np.argsort(heats, axis=None)  # sorted once here: the functions below then sort fast
    weights = region_weights(truth).ravel()[order]
    flat_truth, flat_heats = truth.ravel()[order], heats.ravel()[order]
    return PixelMetrics(
        auroc=float(roc_auc_score(flat_truth, flat_heats)),
        average_precision=float(average_precision_score(flat_truth, flat_heats)),
        aupro=_overlap_area(flat_truth, flat_heats, weights, FPR_LIMIT),
    )


def aupro(masks: ArrayLike, heat_maps: ArrayLike, *, fpr_limit: float = FPR_LIMIT) -> float:
    """Return the area under the per-region overlap, in which every defect counts the same, whatever its size.

    A region is a connected component of a mask, with diagonal neighbours. The overlap at a threshold is the share of
    the pixels of a region at or above it, averaged over all regions of all images; the false positive rate is the share
    of the good pixels at or above it. Every value of the heat maps is a threshold, so that the area is exact.

    Args:
        masks: (N, H, W), 1 or True at defects; defective and good pixels must occur.
        heat_maps: (N, H, W), finite, with one unit for all images; a larger value means more likely defective.
        fpr_limit: upper limit of the integral over the false positive rate, in (0, 1].

    Returns:
        The area divided by `fpr_limit`, in [0, 1]: 1 for a perfect map, `fpr_limit / 2` for a constant one.

    Raises:
        TypeError: if `fpr_limit` is no number.
        ValueError: if it is out of bounds, the shapes differ, a mask has other values, one class is missing or a value
            is not finite.

    References:
        Bergmann et al. 2021 (above). The curve is a weighted ROC curve, in which a pixel of a region weighs one over
        the size of the region.
    """
    limit = _checked_limit(fpr_limit)
    heats = _finite("heat_maps", heat_maps, ndim=3)
    truth = _binary("masks", masks, shape=heats.shape)
    return _overlap_area(truth.ravel(), heats.ravel(), region_weights(truth).ravel(), limit)


def _checked_limit(limit: Any) -> float:
    is_number = isinstance(limit, Real) and not isinstance(limit, bool)
    if not is_number or not 0 < float(limit) <= 1:
        error = ValueError if is_number else TypeError
        raise error(f"fpr_limit must be a number with 0 < fpr_limit <= 1, got {limit!r}")
    return float(limit)


def region_weights(masks: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the weights of pixels (N, H, W): 1 on good ones, one over the size of their region on the others."""
    weights = np.ones(masks.shape)
    for weight, mask in zip(weights, masks, strict=True):
        if mask.any():
            _, regions = cv2.connectedComponents(mask.astype(np.uint8), connectivity=_WITH_DIAGONALS)
            weight[mask] = 1 / np.bincount(regions.ravel())[regions[mask]]
    return weights


def _overlap_area(
    truth: NDArray[np.bool_], heats: NDArray[np.floating], weights: NDArray[np.float64], limit: float
) -> float:
    """Return the normalised area under the weighted ROC curve of flat arrays up to `limit`."""
    fpr, overlap, _ = roc_curve(truth, heats, sample_weight=weights, drop_intermediate=True)
    inside = int(np.searchsorted(fpr, limit, side="right"))
    end = np.interp(limit, fpr, overlap)
    return float(auc(np.append(fpr[:inside], limit), np.append(overlap[:inside], end)) / limit)


def _finite(argument: str, values: ArrayLike, *, ndim: int) -> NDArray[np.floating]:
    """Return finite values of `ndim` dimensions; floating point dtypes are kept."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{argument} must be numbers, got {array.dtype}")
    if array.ndim != ndim:
        wanted = {1: "(N,)", 3: "(N, H, W)"}[ndim]
        raise ValueError(f"{argument} must have shape {wanted}, got {array.shape}")
    if array.dtype.kind != "f":
        return array.astype(np.float64)
    if not np.isfinite(array).all():
        nans, infinite = int(np.isnan(array).sum()), int(np.isinf(array).sum())
        raise ValueError(f"{argument} must be finite, got {nans} NaN and {infinite} infinite of {array.size} values")
    return array


def _binary(argument: str, values: ArrayLike, *, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return values that are 0 or 1 as bool, checked to have a shape and both classes."""
    array = np.asarray(values)
    if array.shape != shape:
        raise ValueError(f"{argument} must have one value for each score, shape {shape}, got {array.shape}")
    truth = array == 1
    others = ~truth & (array != 0)
    if others.any():
        raise ValueError(f"{argument} must be 0 or 1, got {array[others][0]!r}")
    _both_occur(argument, truth)
    return truth


def _both_occur(argument: str, defective: NDArray[np.bool_]) -> None:
    bad = int(np.count_nonzero(defective))
    if not 0 < bad < defective.size:
        raise ValueError(f"{argument} must hold good and defective ones, got {defective.size - bad} and {bad}")
