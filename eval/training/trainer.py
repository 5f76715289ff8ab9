"""Training of a backbone with a head: head alone first, then both; one cycle of the learning rate each; resumable."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dml_heads import Head
from eval.data.examples import Split
from eval.models.backbone import Backbone
from eval.models.embedding import bfloat16_pays, device_of
from eval.models.pooling import PooledBackbone
from eval.training.epoch_loop import Epoch, TrainingRun
from eval.training.targets import SHARE

MIXUP = 0.4  # strength, as in fastai

Scoring = Literal["image", "pooled", "patch"]


@dataclass(frozen=True)
class TrainingResult:
    """What a training came to; backbone and head were trained in place and are those of the last epoch.

    Attributes:
        history: one entry an epoch.
        settings: of the training, plain data.
        resumed: how many epochs came from a checkpoint.
    """

    history: tuple[Epoch, ...]
    settings: dict[str, Any]
    resumed: int

    @property
    def seconds(self) -> float:
        """Of all epochs together, also of those before an interruption."""
        return sum(epoch.seconds for epoch in self.history)


def train(
    backbone: Backbone,
    head: Head,
    split: Split,
    *,
    epochs: int = 10,
    frozen_epochs: int = 3,
    passes: int = 1,
    scoring: Scoring = "image",
    head_rates: tuple[float, float] = (1e-2, 1e-4),
    backbone_rates: tuple[float, float] = (1e-6, 1e-4),
    trainable_stages: int | None = None,
    batch_statistics: bool = False,
    weight_decay: float = 1e-2,
    label_share: float = SHARE,
    averaged_epochs: int = 1,
    mixup_strength: float | None = None,
    batch: int = 16,
    workers: int = 0,
    seed: int = 0,
    autocast: bool | None = None,
    checkpoint: str | Path | None = None,
    progress: Callable[[Epoch], None] | None = None,
    reading: Callable[[int, int], None] | None = None,
) -> TrainingResult:
    """Train backbone and head in place, where the backbone lies; the end counts, no epoch is picked.

    The same arguments, weights and machine give the same result. Draw the head after ``torch.manual_seed`` for that.

    Args:
        backbone: what to train; unfrozen when done.
        head: with the embedding size of the backbone (of its patches, if those are scored) and the split's classes. The
            annealing of a SphereFace head is lowered at every step, from what it is, to 5 or less.
        split: what to train and validate on; never test images.
        epochs: at least 1.
        frozen_epochs: how many of them train only the head, with the backbone in evaluation mode, in [0, epochs].
        passes: how often an epoch goes over its examples, at least 1; they are drawn, and go through the stages that
            are not trained, once.
        scoring: "image" trains on one embedding an image; "pooled", too, and its backbone's classifier on patches, see
            `eval.pooling`; "patch" on one a patch. Patches have labels from the true masks and
            defective patches weighted up, to 50 times a normal one.
        head_rates: largest learning rate of the head while the backbone is frozen, and after, each above 0.
        backbone_rates: largest learning rate of the first stage and of the last, above 0; in between geometrically.
        trainable_stages: how many of the backbone's last stages are trained after the frozen epochs; None: all. The
            first stages cost the most time and change the least.
        batch_statistics: whether batch normalisation in stages under training goes by the statistics of the batch, and
            gathers them. If not, it keeps those that the weights came with, which suits small batches, half of them
            defects; networks without trained weights need it.
        weight_decay: of AdamW, at least 0.
        label_share: of a patch that a defect must cover to count as defective, in (0, 1].
        averaged_epochs: at the ends of how many last epochs the weights are averaged in the end, in [1, epochs].
        mixup_strength: at least 0; 0 blends nothing. None: 0.4 for images with heads that take probabilities (softmax
            and L2 softmax), otherwise 0.
        batch: images at a time, at least 2.
        workers: processes that draw twins ahead, see ``load_batches``.
        seed: at least 0; of the order, the twins of each epoch, mixup and dropout.
        autocast: compute in bfloat16; None: where it pays.
        checkpoint: file that is replaced after every epoch. If it exists, training goes on after its last epoch, and
            ends as if it had never been interrupted.
        progress: called after each epoch.
        reading: called while an epoch reads its examples, with how many are read, and of how many, of all epochs.

    Returns:
        History and settings.

    Raises:
        ValueError: if an argument is out of bounds, head, backbone and split do not fit each other, or the checkpoint
            is broken or of a training with other settings.
        FloatingPointError: if the loss is no longer finite.
    """
    _check_fit(backbone, head, split, scoring=scoring)
    _check_numbers(
        epochs=epochs,
        frozen_epochs=frozen_epochs,
        averaged_epochs=averaged_epochs,
        passes=passes,
        batch=batch,
        seed=seed,
        weight_decay=weight_decay,
    )
    _check_rates(head_rates=head_rates, backbone_rates=backbone_rates)
    stages = len(backbone.stages())
    if trainable_stages is not None and not 1 <= trainable_stages <= stages:
        raise ValueError(f"trainable_stages must be in 1 <= trainable_stages <= {stages}, got {trainable_stages}")
    blends = head.accepts_probabilities and scoring == "image"
    strength = (MIXUP if blends else 0.0) if mixup_strength is None else mixup_strength
    if strength < 0 or (strength > 0 and not blends):
        rule = ">= 0, and 0 unless the head takes probabilities and scoring is 'image'"
        raise ValueError(f"mixup_strength must be {rule}, got {mixup_strength} for {head} and {scoring!r}")
    device = device_of(backbone)
    bfloat16 = bfloat16_pays(device) if autocast is None else autocast
    settings: dict[str, Any] = {
        "backbone": backbone.name,
        "head": repr(head),
        "examples": [len(split.training), 0 if split.validation is None else len(split.validation)],
        "epochs": epochs,
        "frozen_epochs": frozen_epochs,
        "passes": passes,
        "scoring": scoring,
        "head_rates": list(head_rates),
        "backbone_rates": list(backbone_rates),
        "trainable_stages": stages if trainable_stages is None else trainable_stages,
        "batch_statistics": batch_statistics,
        "weight_decay": weight_decay,
        "label_share": label_share,
        "averaged_epochs": averaged_epochs,
        "mixup_strength": strength,
        "batch": batch,
        "seed": seed,
        "autocast": bfloat16,
    }
    head.to(device)
    run = TrainingRun(backbone, head, split, settings=settings, workers=workers, device=device, progress=reading)
    history = [] if checkpoint is None else run.restored(Path(checkpoint))
    resumed = len(history)
    for number in range(resumed, epochs):
        history.append(run.epoch(number))
        if checkpoint is not None:
            run.save(Path(checkpoint), history)
        if progress is not None:
            progress(history[-1])
    run.average()
    backbone.freeze(trainable=stages)
    backbone.eval()
    head.eval()
    return TrainingResult(tuple(history), settings, resumed)


def _check_fit(backbone: Backbone, head: Head, split: Split, *, scoring: str) -> None:
    if scoring not in {"image", "pooled", "patch"}:
        raise ValueError(f"scoring must be 'image', 'pooled' or 'patch', got {scoring!r}")
    if scoring == "pooled" and not isinstance(backbone, PooledBackbone):
        raise ValueError(f"backbone must be a PooledBackbone for 'pooled' scoring, got {type(backbone).__name__}")
    size = backbone.patch_size if scoring == "patch" else backbone.embedding_size
    if (head.embedding_size, head.classes) != (size, split.classes):
        raise ValueError(
            f"head must have embedding_size={size} and classes={split.classes} for {backbone.name!r}, this split and "
            f"{scoring!r} scoring, got {head}"
        )
    if scoring != "image" and not split.training.has_masks:
        raise ValueError(f"scoring must be 'image' for examples without masks, got {scoring!r}")


def _check_numbers(**numbers: float) -> None:
    epochs = numbers["epochs"]
    for name, low in (
        ("epochs", 1),
        ("frozen_epochs", 0),
        ("averaged_epochs", 1),
        ("passes", 1),
        ("batch", 2),
        ("seed", 0),
        ("weight_decay", 0),
    ):
        high = epochs if name in {"frozen_epochs", "averaged_epochs"} else math.inf
        if not low <= numbers[name] <= high:
            bound = f" <= {epochs} epochs" if high < math.inf else ""
            raise ValueError(f"{name} must be in {low} <= {name}{bound}, got {numbers[name]}")


def _check_rates(**rates: tuple[float, float]) -> None:
    for name, pair in rates.items():
        if len(pair) != 2 or not all(0 < rate < math.inf for rate in pair):
            raise ValueError(f"{name} must be two numbers > 0, got {pair!r}")
