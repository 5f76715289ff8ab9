"""Train the model of a cell.

Where patches are scored, a projection of them is trained on the frozen backbone; otherwise the last stage of the
backbone, or all stages if it has no trained weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from dml_heads import Head, make_head
from eval.benchmark.cell import Settings, training_scoring
from eval.data.examples import Split
from eval.models.backbone import Backbone
from eval.models.embedding import best_device
from eval.models.registry import TRAINED, make_backbone
from eval.progress import Progress
from eval.training.epoch_loop import Epoch
from eval.training.options import Scoring, TrainingOptions
from eval.training.recipe import TrainingRecipe
from eval.training.trainer import train

BATCH = 16
MIN_EXAMPLES = {"image": 300, "pooled": 600, "patch": 600, "ensemble": 600}
"""Examples of an epoch, which repeats those that it has until they are as many."""
FROZEN_SHARE = 0.3  # of the epochs train the head alone, where images are embedded
IMAGE_HEAD_RATES = (1e-2, 3e-3)  # largest learning rate with frozen backbone, and after
IMAGE_BACKBONE_RATES = (1e-6, 3e-4)  # largest learning rate of the first stage, and of the last
ANNEALING = 1000.0  # of SphereFace, at the start


@dataclass(frozen=True)
class Fitted:
    """Model of a cell.

    Attributes:
        backbone: the backbone, trained unless the experiment is none.
        head: the trained head; None if nothing was trained.
        history: one entry per epoch.
    """

    backbone: Backbone
    head: Head | None
    history: tuple[Epoch, ...]

    @property
    def seconds(self) -> float:
        """Duration of all epochs, also of those before an interruption."""
        return sum(epoch.seconds for epoch in self.history)


def fit(
    settings: Settings, split: Split | None, *, checkpoint: Path, inputs: Mapping[str, str | None], progress: Progress
) -> Fitted:
    """Make the model of a cell and train it.

    Args:
        settings: settings of the cell.
        split: training and validation examples; None trains nothing.
        checkpoint: file of the training state; an existing one is resumed.
        inputs: see `train`.
        progress: see `Progress`.

    Raises:
        ValueError: if the examples do not fit the experiment.
    """
    backbone = untrained_backbone(settings)
    if split is None:
        return Fitted(backbone, None, ())
    scoring = training_scoring(settings)
    if scoring in TRAINED:
        backbone = TRAINED[scoring](backbone)
    width = backbone.patch_size if scoring in {"patch", "ensemble"} else backbone.embedding_size
    annealing = {"annealing": ANNEALING} if settings.head == "sphereface" else {}
    head = make_head(str(settings.head), embedding_size=width, classes=split.classes, **annealing)
    options = _options(settings, scoring, examples=len(split.training))
    reading = partial(progress, "train")
    result = train(backbone, head, split, options, checkpoint=checkpoint, inputs=inputs, reading=reading)
    return Fitted(backbone, head, result.history)


def untrained_backbone(settings: Settings) -> Backbone:
    """Return the backbone that every training with these settings starts from; sets the seed of torch."""
    torch.manual_seed(settings.seed)
    backbone = make_backbone(settings.backbone, weights=settings.weights).to(best_device())
    recipe = TrainingRecipe.of(settings.recipe)
    if {"finest", "coarsest"} & dict(settings.recipe).keys():
        backbone.join_levels(recipe.finest, recipe.coarsest)
    return backbone


def _options(settings: Settings, scoring: Scoring, *, examples: int) -> TrainingOptions:
    """Return the options of the training of a cell with a number of training examples."""
    recipe = TrainingRecipe.of(settings.recipe)
    passes = -(-MIN_EXAMPLES[scoring] // examples)
    if scoring == "image":
        from_scratch = settings.weights == "none"
        return TrainingOptions(
            epochs=settings.epochs,
            frozen_epochs=int(FROZEN_SHARE * settings.epochs),
            passes=passes,
            head_rates=IMAGE_HEAD_RATES,
            backbone_rates=IMAGE_BACKBONE_RATES,
            trainable_stages=None if from_scratch else 1,
            batch_statistics=from_scratch,
            batch=BATCH,
            seed=settings.seed,
        )
    return TrainingOptions(
        epochs=settings.epochs,
        frozen_epochs=0,
        passes=passes,
        scoring=scoring,
        head_rates=(recipe.learning_rate, recipe.learning_rate),
        backbone_rates=(recipe.learning_rate, recipe.learning_rate),
        trainable_stages=1,
        batch_statistics=bool(recipe.batch_statistics),
        label_share=recipe.label_share,
        averaged_epochs=min(int(recipe.averaged_epochs), settings.epochs),
        batch=BATCH,
        seed=settings.seed,
    )
