"""One experiment on one category: train or not, embed, score, compare with the truth. No test image decides anything.

How images are scored, see `eval.detector`. The last epoch counts. Where patches are scored, a projection of them is
trained on the backbone as it is; otherwise the last stage of the backbone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dml_heads import Head, make_head
from eval.benchmark.artifacts import Embedded, read_heat_maps, upsampled, write_embeddings, write_heat_maps
from eval.benchmark.results import BANK, MODEL, Decision, ImageScore, Metrics, Results, Settings
from eval.benchmark.settings import training_scoring
from eval.benchmark.splits import HELD_OUT, Reader, split_of
from eval.data.datasets import Category, Record
from eval.data.examples import split_indices
from eval.models.backbone import Backbone
from eval.models.checkpoints import save_model
from eval.models.embedding import best_device
from eval.models.pooling import PooledBackbone
from eval.models.projection import ProjectedBackbone
from eval.models.registry import make_backbone
from eval.progress import Progress
from eval.scoring.detector import make_detector
from eval.scoring.metrics import image_metrics, per_defect_auroc, pixel_metrics
from eval.training.epoch_loop import Epoch
from eval.training.recipe import TrainingRecipe
from eval.training.trainer import train

FROZEN_SHARE = 0.3  # of the epochs train the head alone, where images are embedded
ANNEALING = 1000.0  # SphereFace's, at the start
EXAMPLES = {"image": 300, "pooled": 600, "patch": 600}  # an epoch goes over at least; small sets more than once
IMAGE_TRAINING: dict[str, Any] = {
    "trainable_stages": 1,
    "head_rates": (1e-2, 3e-3),
    "backbone_rates": (1e-6, 3e-4),
    "batch": 16,
}
PATCH_TRAINING: dict[str, Any] = {
    "trainable_stages": 1,
    "batch": 16,
}  # beside the recipe


def run_experiment(
    settings: Settings,
    *,
    read: Reader,
    folder: Path,
    checkpoint: Path,
    baseline: tuple[Results, Path] | None,
    about: Callable[[], dict[str, Any]],
    progress: Progress,
) -> Results:
    """Run one cell and put model, bank and heat maps into its folder.

    Args:
        settings: as `make_settings` gives them.
        read: gives the categories.
        folder: of the cell.
        checkpoint: where the training keeps its state, and goes on from.
        baseline: results and folder of the same cell without training; None for the experiment none.
        about: gives, when all is done, the entries of `Results` that are not about scores and stages.
        progress: see `Progress`.

    Raises:
        ValueError: if the data does not fit the experiment.
    """
    seconds = dict.fromkeys(("read", "train", "embed", "score"), 0.0)
    with _timed(seconds, "read"):
        category = read(settings.category)
        tests = [
            record
            for record in category.test
            if record.defect != settings.defect and f"{record.defect}/{record.path.name}" not in settings.known
        ]
        if not any(record.label for record in tests):
            raise ValueError(f"test must hold other defects than {settings.defect or 'the known ones'}, got none")
        normals, images = category.images(category.train), category.images(tests)
        masks = category.masks(tests) if settings.localises else None
    began = perf_counter()
    backbone, head, history, held_out = _trained(
        settings, category, normals, read=read, checkpoint=checkpoint, progress=progress
    )
    resumed = sum(epoch.seconds for epoch in history)
    seconds["train"] = max(resumed, perf_counter() - began) if history else 0.0
    with _timed(seconds, "embed"):
        detector, known = make_detector(
            backbone,
            head,
            list(normals),
            scoring=settings.scoring,
            size=category.shape,
            held_out=held_out,
            seed=settings.seed,
            distance=TrainingRecipe.of(settings.recipe).distance,
            progress=progress,
        )
    bank = detector.bank
    with _timed(seconds, "score"):
        maps, origins, asked = detector.scores(list(images), progress=progress)
        scores = maps.max(axis=(1, 2))
        heat_maps = None if masks is None else upsampled(maps, size=category.shape)
        metrics = _metrics(tests, scores, heat_maps, masks, threshold=bank.threshold, held_out=bank.held_out)
    bank.save(folder / BANK)
    hottest = maps.reshape(len(maps), -1).argmax(axis=1)
    of_hottest = origins.reshape(len(maps), -1)[np.arange(len(maps)), hottest]
    write_embeddings(folder, Embedded(known.mean(axis=(1, 2)), asked.mean(axis=(1, 2)), of_hottest))
    if masks is not None:
        write_heat_maps(folder, maps)
    if head is not None:
        save_model(folder / MODEL, backbone, head, settings={"name": settings.name, "shape": category.shape})
    paths = [record.path.relative_to(record.path.parents[3]).as_posix() for record in tests]
    before, old_metrics = _compared(baseline, tests, paths, masks)
    return Results(
        settings=settings,
        seconds={stage: round(time, 3) for stage, time in seconds.items()},
        shape=category.shape,
        copies=len(category.copies),
        bank_rows=len(bank.rows),
        metrics=metrics,
        baseline=old_metrics,
        history=tuple(asdict(epoch) for epoch in history),
        images=tuple(
            ImageScore(path=path, label=test.label, defect=test.defect, score=float(score), baseline_score=old)
            for path, test, score, old in zip(paths, tests, scores, before, strict=True)
        ),
        **about(),
    )


def _trained(
    settings: Settings,
    category: Category,
    normals: NDArray[np.uint8],
    *,
    read: Reader,
    checkpoint: Path,
    progress: Progress,
) -> tuple[Backbone, Head | None, tuple[Epoch, ...], NDArray[np.int64]]:
    """The backbone, trained if asked for, and which of the normals it did not learn from."""
    backbone = untrained(settings)
    split, counts, own = split_of(settings, category, normals, read)
    rng = np.random.default_rng(settings.seed)  # as the splits draw theirs
    held = [split_indices(count, held_out=HELD_OUT, rng=rng, name="train/good")[1] for count in counts][own]
    if split is None:
        return backbone, None, (), held
    scoring = training_scoring(settings)
    of_patches = scoring != "image"
    if of_patches:
        backbone = {"patch": ProjectedBackbone, "pooled": PooledBackbone}[scoring](backbone)
    recipe = TrainingRecipe.of(settings.recipe)
    rates = (recipe.learning_rate,) * 2
    of_recipe = {
        "head_rates": rates,
        "backbone_rates": rates,
        "label_share": recipe.label_share,
        "batch_statistics": bool(recipe.batch_statistics),
        "averaged_epochs": min(int(recipe.averaged_epochs), settings.epochs),
    }
    options = PATCH_TRAINING | of_recipe if of_patches else IMAGE_TRAINING
    frozen = 0 if of_patches else int(FROZEN_SHARE * settings.epochs)
    whole = settings.weights == "none" and not of_patches
    if whole:  # nothing to build on: all stages learn, by the statistics of the batches
        options = {**options, "trainable_stages": None, "batch_statistics": True}
    head = _make_head(settings, backbone, classes=split.classes)
    result = train(
        backbone,
        head,
        split,
        epochs=settings.epochs,
        frozen_epochs=frozen,
        passes=-(-EXAMPLES[scoring] // len(split.training)),
        scoring=scoring,
        seed=settings.seed,
        checkpoint=checkpoint,
        reading=partial(progress, "train"),
        **options,
    )
    return backbone, head, result.history, held


def untrained(settings: Settings) -> Backbone:
    """The backbone as every training of these settings starts from it; sets torch's seed."""
    torch.manual_seed(settings.seed)
    backbone = make_backbone(settings.backbone, weights=settings.weights).to(best_device())
    recipe = TrainingRecipe.of(settings.recipe)
    backbone.join_levels(recipe.finest, recipe.coarsest)
    return backbone


def _make_head(settings: Settings, backbone: Backbone, *, classes: int) -> Head:
    width = backbone.patch_size if training_scoring(settings) == "patch" else backbone.embedding_size
    options = {"annealing": ANNEALING} if settings.head == "sphereface" else {}
    return make_head(str(settings.head), embedding_size=width, classes=classes, **options)


def _metrics(
    tests: Sequence[Record],
    scores: NDArray[np.float32],
    heat_maps: NDArray[np.float32] | None,
    masks: NDArray[np.bool_] | None,
    *,
    threshold: float,
    held_out: int,
) -> Metrics:
    labels = np.array([test.label for test in tests], np.bool_)
    above = scores > threshold
    return Metrics(
        image=image_metrics(labels, scores),
        per_defect=per_defect_auroc([test.defect for test in tests], scores),
        pixel=None if heat_maps is None or masks is None else pixel_metrics(masks, heat_maps),
        decision=Decision(
            threshold=threshold,
            held_out=held_out,
            tpr=float(above[labels].mean()),
            tnr=float(1 - above[~labels].mean()),
        ),
    )


def _compared(
    baseline: tuple[Results, Path] | None,
    tests: Sequence[Record],
    paths: Sequence[str],
    masks: NDArray[np.bool_] | None,
) -> tuple[list[float | None], Metrics | None]:
    """Scores and metrics of the baseline on the test images of this cell, which may be fewer than its own."""
    if baseline is None:
        return [None] * len(paths), None
    old, folder = baseline
    places = {image.path: place for place, image in enumerate(old.images)}
    if missing := [path for path in paths if path not in places]:
        raise ValueError(f"test images must be those of the baseline {folder}, got {missing[0]} too: remove it")
    chosen = [places[path] for path in paths]
    scores = [old.images[place].score for place in chosen]
    if len(paths) == len(places):
        return list(scores), old.metrics
    maps = None if masks is None else read_heat_maps(folder, size=(masks.shape[1], masks.shape[2]))[chosen]
    decided = old.metrics.decision
    measured = _metrics(
        tests, np.array(scores, np.float32), maps, masks, threshold=decided.threshold, held_out=decided.held_out
    )
    return list(scores), measured


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[stage] += perf_counter() - began
