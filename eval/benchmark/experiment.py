"""Run one experiment on one category: read, train, embed, score, evaluate and write.

No test image takes part in a decision: the last epoch counts, and the threshold comes from held-out training normals
and from twins drawn on them. For the ways to score see `eval.scoring.detector`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from eval.benchmark.artifacts import Embeddings, upsample, write_embeddings, write_heat_maps
from eval.benchmark.cell import Settings
from eval.benchmark.evaluation import evaluate, evaluate_baseline
from eval.benchmark.fitting import Fitted, fit
from eval.benchmark.provenance import PeakMemory, git_revision, versions
from eval.benchmark.reader import Reader
from eval.benchmark.results import BANK, CALIBRATION, MODEL, ImageScore, Metrics, Results, utc_now
from eval.benchmark.splits import held_out_twins
from eval.data.categories import Category, Record, missing_masks
from eval.models.checkpoints import save_model
from eval.models.embedding import best_device
from eval.progress import Progress
from eval.scoring.detector import Detector, HeldOut, make_detector
from eval.training.recipe import TrainingRecipe


def run_experiment(
    settings: Settings,
    *,
    read: Reader,
    folder: Path,
    checkpoint: Path,
    baseline: tuple[Results, Path] | None,
    progress: Progress,
) -> Results:
    """Run one cell and write its model, bank, embeddings and heat maps.

    Args:
        settings: settings of the cell, see `make_settings`.
        read: reads the categories.
        folder: folder of the cell.
        checkpoint: file of the training state; an existing one is resumed.
        baseline: results and folder of the baseline; None for experiment none.
        progress: see `Progress`.

    Raises:
        ValueError: if the data does not fit the experiment.
    """
    started, memory = utc_now(), PeakMemory()
    seconds = dict.fromkeys(("read", "train", "draw", "embed", "score", "evaluate"), 0.0)
    with _timed(seconds, "read"):
        images = _load(settings, read)
    with _timed(seconds, "train"):
        fitted = fit(settings, images.category, images.normals, read=read, checkpoint=checkpoint, progress=progress)
    seconds["train"] = max(fitted.seconds, seconds["train"]) if fitted.history else 0.0
    with _timed(seconds, "draw"):
        twins, sources = held_out_twins(settings, images.normals, fitted.held_out)
    with _timed(seconds, "embed"):
        detector, normals = make_detector(
            fitted.backbone,
            fitted.head,
            list(images.normals),
            scoring=settings.scoring,
            size=images.category.shape,
            held_out=HeldOut(
                normals=fitted.held_out,
                twins=twins,
                sources=sources,
                false_positives=settings.false_positives,
            ),
            seed=settings.seed,
            distance=TrainingRecipe.of(settings.recipe).distance,
            progress=progress,
        )
    with _timed(seconds, "score"):
        maps, origins, embeddings = detector.scores(list(images.pixels), progress=progress)
    with _timed(seconds, "evaluate"):
        scored = _evaluated(detector, images, maps, origins, embeddings)
        baseline_scores, baseline_metrics = evaluate_baseline(baseline, images.tests, images.paths, images.masks)
    like = None if baseline is None else baseline[1] / BANK
    _write(settings, fitted, detector, scored, normals=normals, folder=folder, like=like)
    return Results(
        settings=settings,
        versions=versions(),
        device=best_device().type,
        git_revision=git_revision(),
        started=started,
        finished=utc_now(),
        seconds={stage: round(time, 3) for stage, time in seconds.items()},
        peak_memory_mib=memory.mib(),
        shape=images.category.shape,
        peak=images.category.peak,
        copies=len(images.category.copies),
        bank_rows=len(detector.bank.rows),
        missing_masks=len(missing_masks(images.tests)),
        metrics=scored.metrics,
        baseline=baseline_metrics,
        history=tuple(asdict(epoch) for epoch in fitted.history),
        images=tuple(
            ImageScore(path=path, label=test.label, defect=test.defect, score=float(score), baseline_score=before)
            for path, test, score, before in zip(
                images.paths, images.tests, scored.scores, baseline_scores, strict=True
            )
        ),
    )


@dataclass(frozen=True)
class _Images:
    """Images of a cell.

    Attributes:
        category: the category.
        normals: training images, uint8 (N, H, W, 3).
        tests: records of the M test images.
        pixels: test images, uint8 (M, H, W, 3).
        masks: ground truth, bool (M, H, W); None unless patches are scored and no mask is missing.
    """

    category: Category
    normals: NDArray[np.uint8]
    tests: tuple[Record, ...]
    pixels: NDArray[np.uint8]
    masks: NDArray[np.bool_] | None

    @property
    def paths(self) -> list[str]:
        """Paths of the test images, relative to the data folder."""
        return [record.path.relative_to(record.path.parents[3]).as_posix() for record in self.tests]


def _load(settings: Settings, read: Reader) -> _Images:
    category = read(settings.category)
    tests = tuple(
        record
        for record in category.test
        if record.defect != settings.defect and f"{record.defect}/{record.path.name}" not in settings.known
    )
    if not any(record.label for record in tests):
        raise ValueError(f"test must hold other defects than {settings.defect or 'the known ones'}, got none")
    masks = category.masks(tests) if settings.localises and not missing_masks(tests) else None
    return _Images(category, category.images(category.train), tests, category.images(tests), masks)


@dataclass(frozen=True)
class _Scored:
    """Scores of the M test images.

    Attributes:
        maps: scores of the patches, float32 (M, h, w), with h = w = 1 for image scoring.
        origins: index of the nearest training normal, int64 (M, h, w).
        embeddings: float32 (M, h, w, D).
        scores: largest score of each image, float32 (M,).
        metrics: metrics of scores and maps.
    """

    maps: NDArray[np.float32]
    origins: NDArray[np.int64]
    embeddings: NDArray[np.float32]
    scores: NDArray[np.float32]
    metrics: Metrics


def _evaluated(
    detector: Detector,
    images: _Images,
    maps: NDArray[np.float32],
    origins: NDArray[np.int64],
    embeddings: NDArray[np.float32],
) -> _Scored:
    scores = maps.max(axis=(1, 2))
    heat_maps = None if images.masks is None else upsample(maps, size=images.category.shape)
    metrics = evaluate(images.tests, scores, heat_maps, images.masks, calibration=detector.calibration)
    return _Scored(maps, origins, embeddings, scores, metrics)


def _write(
    settings: Settings,
    fitted: Fitted,
    detector: Detector,
    scored: _Scored,
    *,
    normals: NDArray[np.float32],
    folder: Path,
    like: Path | None,
) -> None:
    """Write the files of a cell, without results.json; `like` is the bank of its baseline."""
    detector.bank.save(folder / BANK, like=like)
    detector.calibration.save(folder / CALIBRATION)
    count = len(scored.maps)
    hottest = scored.maps.reshape(count, -1).argmax(axis=1)
    nearest = scored.origins.reshape(count, -1)[np.arange(count), hottest]
    embeddings = Embeddings(normals.mean(axis=(1, 2)), scored.embeddings.mean(axis=(1, 2)), nearest)
    write_embeddings(folder, embeddings)
    if settings.localises:
        write_heat_maps(folder, scored.maps)
    if fitted.head is not None:
        about = {"name": settings.name, "shape": detector.size}
        save_model(folder / MODEL, fitted.backbone, fitted.head, settings=about)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[stage] += perf_counter() - began
