"""Run one experiment on one category: read, train, embed, score, evaluate and write.

No test image takes part in a decision: the last epoch counts, and the threshold comes from held-out training normals
and from twins drawn on them. For the ways to score see `eval.scoring.detector`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

from eval.benchmark.artifacts import write_artifacts
from eval.benchmark.cell import Settings
from eval.benchmark.evaluation import evaluate, evaluate_baseline
from eval.benchmark.fitting import fit
from eval.benchmark.generators import knows_category
from eval.benchmark.inputs import Inputs
from eval.benchmark.provenance import PeakMemory, git_revision, versions
from eval.benchmark.reader import Reader
from eval.benchmark.results import ImageScore, Results, utc_now
from eval.benchmark.splits import divide
from eval.data.categories import Category, Record, missing_masks
from eval.models.embedding import best_device
from eval.progress import Progress
from eval.scoring.detector import make_detector
from eval.training.recipe import TrainingRecipe

_GENERIC = 2.0  # weight of the distance in ensembles, where defects were not made for the category


def run_experiment(
    settings: Settings,
    *,
    read: Reader,
    folder: Path,
    checkpoint: Path,
    baseline: tuple[Results, Path] | None,
    inputs: Inputs,
    progress: Progress,
) -> Results:
    """Run one cell and write its model, bank, embeddings and heat maps.

    Args:
        settings: settings of the cell, see `make_settings`.
        read: reads the categories.
        folder: folder of the cell.
        checkpoint: file of the training state; an existing one is resumed.
        baseline: results and folder of the baseline; None for experiment none.
        inputs: digests of the files that the cell is made of.
        progress: see `Progress`.

    Raises:
        ValueError: if the data does not fit the experiment.
    """
    started, memory = utc_now(), PeakMemory()
    seconds = dict.fromkeys(("read", "train", "draw", "embed", "score", "evaluate"), 0.0)
    with _timed(seconds, "read"):
        category = read(settings.category)
        tests = _test_records(settings, category)
        arrays = category.arrays(tests, with_masks=settings.localises)
    with _timed(seconds, "draw"):
        split, held_out = divide(settings, category, arrays.normals, read)
    with _timed(seconds, "train"):
        fitted = fit(settings, split, checkpoint=checkpoint, inputs=inputs.of_training, progress=progress)
    seconds["train"] = max(fitted.seconds, seconds["train"]) if fitted.history else 0.0
    with _timed(seconds, "embed"):
        detector, normals = make_detector(
            fitted.backbone,
            fitted.head,
            list(arrays.normals),
            scoring=settings.scoring,
            size=category.shape,
            held_out=held_out,
            seed=settings.seed,
            distance=_weight_of_distance(settings),
            progress=progress,
        )
    with _timed(seconds, "score"):
        scores = detector.scores(list(arrays.tests), progress=progress)
    with _timed(seconds, "evaluate"):
        largest = scores.maps.max(axis=(1, 2))
        metrics = evaluate(tests, largest, scores.maps, arrays.masks, calibration=detector.calibration)
        paths = [record.path.relative_to(record.path.parents[3]).as_posix() for record in tests]
        baseline_scores, baseline_metrics = evaluate_baseline(baseline, tests, paths, arrays.masks)
    like = None if baseline is None else baseline[1]
    write_artifacts(folder, settings, detector, scores, normals=normals, like=like)
    return Results(
        settings=settings,
        versions=versions(),
        device=best_device().type,
        git_revision=git_revision(),
        started=started,
        finished=utc_now(),
        seconds={stage: round(time, 3) for stage, time in seconds.items()},
        peak_memory_mib=memory.mib(),
        shape=category.shape,
        peak=category.peak,
        copies=len(category.copies),
        bank_rows=len(detector.bank.rows),
        missing_masks=len(missing_masks(tests)),
        metrics=metrics,
        baseline=baseline_metrics,
        history=tuple(asdict(epoch) for epoch in fitted.history),
        **asdict(inputs),
        images=tuple(
            ImageScore(path=path, label=test.label, defect=test.defect, score=float(score), baseline_score=before)
            for path, test, score, before in zip(paths, tests, largest, baseline_scores, strict=True)
        ),
    )


def _weight_of_distance(settings: Settings) -> float:
    """Return the weight of the untrained distance in fused and ensemble scores.

    It is 1, times what the recipe says, and twice as much in an ensemble that was trained on defects which were not
    made for the category, as they resemble real ones less.
    """
    is_generic = settings.scoring == "ensemble" and not knows_category(settings.generator, category=settings.category)
    return TrainingRecipe.of(settings.recipe).distance * (_GENERIC if is_generic else 1.0)


def _test_records(settings: Settings, category: Category) -> tuple[Record, ...]:
    """Return the test images of a cell: without those that it learns from, or that its generator was fitted to."""
    tests = tuple(
        record
        for record in category.test
        if record.defect != settings.defect and f"{record.defect}/{record.path.name}" not in settings.known
    )
    if not any(record.label for record in tests):
        raise ValueError(f"test must hold other defects than {settings.defect or 'the known ones'}, got none")
    return tests


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[stage] += perf_counter() - began
