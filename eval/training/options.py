"""Options of a training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from eval.training.targets import LABEL_SHARE

Scoring = Literal["image", "pooled", "patch", "ensemble"]

_MINIMA = {
    "epochs": 1,
    "frozen_epochs": 0,
    "averaged_epochs": 1,
    "passes": 1,
    "batch": 2,
    "seed": 0,
    "weight_decay": 0,
}


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """Options of a training, checked when they are made.

    Attributes:
        epochs: number of epochs, at least 1.
        frozen_epochs: number of first epochs that train the head alone, with the backbone in evaluation mode, in
            [0, epochs].
        passes: number of times that an epoch goes over its examples, at least 1. The examples are read, and run through
            the frozen stages, once per epoch.
        scoring: "image" trains on one embedding per image; "pooled" does, too, and trains the patch classifier of a
            `PooledBackbone`; "patch" trains on one embedding per patch; "ensemble" does, too, and trains the
            segmenter of a `SegmentingBackbone`. Patches take their labels from the masks, and defective patches weigh
            up to 50 times as much as normal ones.
        head_rates: largest learning rate of the head in the frozen epochs and after them, each above 0.
        backbone_rates: largest learning rate of the first and of the last stage, each above 0; geometric in between.
        trainable_stages: number of last stages that are trained after the frozen epochs, at least 1; None: all. The
            first stages cost the most time and change the least.
        batch_statistics: True: batch normalisation in the trained stages uses and collects the statistics of the
            batches; networks without trained weights need it. False: it keeps the statistics that it has, which suits
            small batches with many defects.
        weight_decay: weight decay of AdamW, at least 0.
        label_share: smallest share of a patch that a defect covers for the patch to count as defective, in (0, 1].
        averaged_epochs: number of last epochs whose weights are averaged at the end, in [1, epochs].
        mixup_strength: see `eval.training.targets.mixup`, at least 0; 0 blends nothing. None: 0.4 for images with heads
            that take probabilities (softmax and L2 softmax), otherwise 0.
        batch: largest number of images in a batch, at least 2.
        seed: seed of the order, the twins of each epoch, mixup and dropout, at least 0.

    Raises:
        ValueError: if a value is out of bounds.
    """

    epochs: int = 10
    frozen_epochs: int = 3
    passes: int = 1
    scoring: Scoring = "image"
    head_rates: tuple[float, float] = (1e-2, 1e-4)
    backbone_rates: tuple[float, float] = (1e-6, 1e-4)
    trainable_stages: int | None = None
    batch_statistics: bool = False
    weight_decay: float = 1e-2
    label_share: float = LABEL_SHARE
    averaged_epochs: int = 1
    mixup_strength: float | None = None
    batch: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values."""
        if self.scoring not in get_args(Scoring):
            raise ValueError(f"scoring must be 'image', 'pooled', 'patch' or 'ensemble', got {self.scoring!r}")
        for name, low in _MINIMA.items():
            value, within_epochs = getattr(self, name), name in {"frozen_epochs", "averaged_epochs"}
            if not low <= value <= (self.epochs if within_epochs else math.inf):
                bound = f" <= {self.epochs} epochs" if within_epochs else ""
                raise ValueError(f"{name} must be in {low} <= {name}{bound}, got {value}")
        for name in ("head_rates", "backbone_rates"):
            rates = getattr(self, name)
            if len(rates) != 2 or not all(0 < rate < math.inf for rate in rates):
                raise ValueError(f"{name} must be two numbers > 0, got {rates!r}")
        if not 0 < self.label_share <= 1:
            raise ValueError(f"label_share must be in 0 < label_share <= 1, got {self.label_share}")
