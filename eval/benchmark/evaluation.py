"""Metrics of a cell and of its baseline on the same test images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.benchmark.artifacts import read_heat_maps
from eval.benchmark.results import Decision, Metrics, Results
from eval.data.datasets import Record
from eval.scoring.metrics import image_metrics, per_defect_auroc, pixel_metrics


def evaluate(
    tests: Sequence[Record],
    scores: NDArray[np.float32],
    heat_maps: NDArray[np.float32] | None,
    masks: NDArray[np.bool_] | None,
    *,
    threshold: float,
    held_out: int,
) -> Metrics:
    """Return the metrics of scores and heat maps.

    Args:
        tests: the N test images.
        scores: float32 (N,).
        heat_maps: float32 (N, H, W); None unless patches are scored.
        masks: ground truth, bool (N, H, W); None unless patches are scored.
        threshold: see `Decision`.
        held_out: see `Decision`.
    """
    labels = np.array([test.label for test in tests], np.bool_)
    is_above = scores > threshold
    return Metrics(
        image=image_metrics(labels, scores),
        per_defect=per_defect_auroc([test.defect for test in tests], scores),
        pixel=None if heat_maps is None or masks is None else pixel_metrics(masks, heat_maps),
        decision=Decision(
            threshold=threshold,
            held_out=held_out,
            tpr=float(is_above[labels].mean()),
            tnr=float(1 - is_above[~labels].mean()),
        ),
    )


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
    heat_maps = None if masks is None else read_heat_maps(folder, size=(masks.shape[1], masks.shape[2]))[chosen]
    decision = results.metrics.decision
    metrics = evaluate(
        tests,
        np.array(scores, np.float32),
        heat_maps,
        masks,
        threshold=decision.threshold,
        held_out=decision.held_out,
    )
    return scores, metrics
