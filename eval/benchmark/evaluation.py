"""Metrics of a cell and of its baseline on the same test images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.benchmark.artifacts import read_heat_maps
from eval.benchmark.results import CALIBRATION, Decision, Metrics, Results
from eval.data.categories import GOOD, Record
from eval.scoring.bootstrap import image_intervals, pixel_intervals
from eval.scoring.calibration import Calibration
from eval.scoring.fusion import resized
from eval.scoring.metrics import image_metrics, per_defect_auroc, pixel_metrics


def evaluate(
    tests: Sequence[Record],
    scores: NDArray[np.float32],
    maps: NDArray[np.float32] | None,
    masks: NDArray[np.bool_] | None,
    *,
    calibration: Calibration,
) -> Metrics:
    """Return the metrics of scores and heat maps, with their intervals over the test images.

    Args:
        tests: the N test images.
        scores: float32 (N,).
        maps: scores of the patches, float32 (N, h, w) on any grid; None unless there are masks.
        masks: ground truth, bool (N, H, W); None unless patches are scored and all masks are there.
        calibration: gives the threshold.
    """
    labels, defects = np.array([test.label for test in tests], np.bool_), [test.defect for test in tests]
    threshold, image = calibration.threshold, image_metrics(labels, scores)
    is_above = scores > threshold
    pixel, intervals = None, image_intervals(defects, scores, threshold=threshold)
    if maps is not None and masks is not None:
        heat_maps = resized(maps, masks.shape[1:])
        pixel = pixel_metrics(masks, heat_maps)
        intervals |= {f"pixel {name}": ends for name, ends in pixel_intervals(masks, heat_maps).items()}
    return Metrics(
        image=image,
        per_defect=per_defect_auroc(defects, scores),
        pixel=pixel,
        decision=Decision(
            threshold=threshold,
            held_out=len(calibration.normals),
            twins=len(calibration.twins),
            false_positives=calibration.false_positives,
            tpr=float(is_above[labels].mean()),
            tnr=float(1 - is_above[~labels].mean()),
            found=_shares(defects, is_above),
            best_found=_shares(defects, scores >= image.pair_threshold),
        ),
        intervals=intervals,
    )


def _shares(defects: Sequence[str], is_found: NDArray[np.bool_]) -> dict[str, float]:
    """Return the share of each type of defect that is found."""
    names = np.asarray(defects)
    return {name: float(is_found[names == name].mean()) for name in sorted(set(defects) - {GOOD})}


def evaluate_baseline(
    baseline: tuple[Results, Path] | None,
    tests: Sequence[Record],
    paths: Sequence[str],
    masks: NDArray[np.bool_] | None,
) -> tuple[Sequence[float | None], Metrics | None]:
    """Return scores and metrics of the baseline on the test images of a cell, which may be fewer than its own.

    Args:
        baseline: results and folder of the baseline; None for experiment none.
        tests: the test images of the cell.
        paths: their paths in `ImageScore`.
        masks: see `evaluate`.

    Raises:
        ValueError: if the baseline lacks a test image.
    """
    if baseline is None:
        return [None] * len(paths), None
    results, folder = baseline
    indices = {image.path: index for index, image in enumerate(results.images)}
    if missing := [path for path in paths if path not in indices]:
        raise ValueError(f"test images must be those of the baseline {folder}, got {missing[0]} too: remove it")
    chosen = [indices[path] for path in paths]
    scores = [results.images[index].score for index in chosen]
    if len(paths) == len(indices):
        return scores, results.metrics
    calibration = Calibration.load(folder / CALIBRATION)
    maps = None if masks is None else read_heat_maps(folder)[chosen]
    metrics = evaluate(tests, np.array(scores, np.float32), maps, masks, calibration=calibration)
    return scores, metrics
