"""Epochs of a training: steps, learning rates, validation, and the state that a checkpoint keeps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_swa_avg_fn

from dml_heads import Head, SphereFaceHead
from eval.data.examples import Split
from eval.models.backbone import Backbone
from eval.models.checkpoints import read_checkpoint, write_checkpoint
from eval.models.embedding import StepProgress, bfloat16_pays, device_of
from eval.training.epoch_data import EpochData, EpochReader
from eval.training.objective import Objective
from eval.training.options import TrainingOptions
from eval.training.schedules import annealing_at, one_cycle


@dataclass(frozen=True)
class Epoch:
    """Result of an epoch.

    Attributes:
        epoch: number of the epoch, from 1.
        frozen: True if only the head was trained.
        loss: mean loss of the training batches.
        accuracy: recall on the validation examples, averaged over the classes, in [0, 1]; None without validation.
        seconds: duration, with validation.
    """

    epoch: int
    frozen: bool
    loss: float
    accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class TrainingResult:
    """Result of a training; backbone and head were trained in place.

    Attributes:
        history: one entry per epoch.
        settings: settings of the training, plain data.
        resumed: number of epochs that came from a checkpoint.
    """

    history: tuple[Epoch, ...]
    settings: dict[str, Any]
    resumed: int


class TrainingRun:
    """A training in progress; `train` checks the arguments and runs it.

    Args:
        backbone: trained in place, on its device.
        head: trained in place, moved to that device.
        split: training and validation examples.
        options: options of the training.
        inputs: see `train`.
        progress: called with the number of training examples read, and with that of all epochs together.

    Attributes:
        settings: plain data that the result depends on; a checkpoint is resumed with equal settings only.
    """

    def __init__(
        self,
        backbone: Backbone,
        head: Head,
        split: Split,
        options: TrainingOptions,
        *,
        inputs: Mapping[str, str | None] | None = None,
        progress: StepProgress | None = None,
    ) -> None:
        self.backbone, self.head, self.split, self.options, self.progress = backbone, head, split, options, progress
        self.device = device_of(backbone)
        head.to(self.device)
        stages = backbone.stages()
        self.trainable = len(stages) if options.trainable_stages is None else options.trainable_stages
        self.reader = EpochReader(backbone, options, trainable=self.trainable)
        autocast = bfloat16_pays(self.device)
        self.objective = Objective(
            backbone, head, options, trainable=self.trainable, device=self.device, autocast=autocast
        )
        # torch's default on accelerators divides buffers of whole numbers, which fails
        average: Callable[..., Any] = get_swa_avg_fn()  # type: ignore[no-untyped-call]
        self.averaged = AveragedModel(self._trained_modules(), avg_fn=average, use_buffers=True)
        self.first_annealing = head.annealing if isinstance(head, SphereFaceHead) else 0.0
        self.validation: EpochData | None = None
        low, high = options.backbone_rates
        self.stage_rates = [low * (high / low) ** (place / max(1, len(stages) - 1)) for place in range(len(stages))]
        groups = [{"params": list(module.parameters())} for module in (head, *stages)]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, weight_decay=options.weight_decay)
        self.settings = self._settings() | dict(inputs or {})  # now: the annealing of the head, in its repr, falls

    def run(self, checkpoint: Path | None, *, progress: Callable[[Epoch], None] | None = None) -> TrainingResult:
        """Train all epochs that a checkpoint does not hold; leave the backbone unfrozen, both in evaluation mode.

        Args:
            checkpoint: see `train`.
            progress: called after each epoch.
        """
        history = [] if checkpoint is None else self.restore(checkpoint)
        resumed = len(history)
        for number in range(resumed, self.options.epochs):
            history.append(self.epoch(number))
            if checkpoint is not None:
                self.save(checkpoint, history)
            if progress is not None:
                progress(history[-1])
        self.average()
        self.backbone.freeze(trainable=len(self.backbone.stages()))
        self.backbone.eval()
        self.head.eval()
        return TrainingResult(tuple(history), self.settings, resumed)

    def epoch(self, number: int) -> Epoch:
        """Train and validate once; the random numbers depend on the seed and the number of the epoch only.

        Raises:
            ValueError: if all training examples of the first epoch are of one class, as twins are if no defect finds
                a place.
        """
        began = perf_counter()
        frozen = number < self.options.frozen_epochs
        data = self.reader.read(self.split.training, number, progress=self._progress_of(number))
        if number == 0 and len(data.classes) < 2:
            raise ValueError(
                "training examples must be of two classes, got one in the first epoch: the generator found no "
                "place for a defect in any image; look at what it draws with defectsynth preview"
            )
        self.backbone.freeze(trainable=0 if frozen else self.trainable)
        self._set_training_mode()
        rng = np.random.default_rng((self.options.seed, number))
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(int(rng.integers(1 << 62)))
            losses = list(self._train(data, number, rng))
        if number >= self.options.epochs - self.options.averaged_epochs:
            self.averaged.update_parameters(self._trained_modules())
        return Epoch(number + 1, frozen, float(np.mean(losses)), self._accuracy(), perf_counter() - began)

    def average(self) -> None:
        """Set backbone and head to the average of their weights at the ends of the last epochs."""
        if self.options.averaged_epochs > 1:
            self._trained_modules().load_state_dict(self.averaged.module.state_dict())

    def restore(self, path: Path) -> list[Epoch]:
        """Load the state of a checkpoint if the file exists, and return its history.

        Raises:
            ValueError: see `read_checkpoint`.
        """
        state = read_checkpoint(path, settings=self.settings)
        if state is None:
            return []
        self.backbone.load_state_dict(state["backbone"])
        self.head.load_state_dict(state["head"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.averaged.load_state_dict(state["averaged"])
        return [Epoch(**epoch) for epoch in state["history"]]

    def save(self, path: Path, history: Sequence[Epoch]) -> None:
        """Write the state to a checkpoint."""
        state = {
            "settings": self.settings,
            "history": [asdict(epoch) for epoch in history],
            "backbone": self.backbone.state_dict(),
            "head": self.head.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "averaged": self.averaged.state_dict(),
        }
        write_checkpoint(path, state)

    def _settings(self) -> dict[str, Any]:
        options = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self.options).items()
        }
        return options | {
            "backbone": self.backbone.name,
            "head": repr(self.head),
            "examples": [len(self.split.training), 0 if self.split.validation is None else len(self.split.validation)],
            "trainable_stages": self.trainable,
            "mixup_strength": self.objective.mixup_strength,
            "autocast": self.objective.autocast,
        }

    def _train(self, data: EpochData, number: int, rng: np.random.Generator) -> Iterator[float]:
        """Train on an epoch, pass after pass in random order, and yield the loss of each step."""
        batches = -(-len(data) // self.options.batch)
        steps = self.options.passes * batches  # of an epoch
        frozen = number < self.options.frozen_epochs
        first, last = (0, self.options.frozen_epochs) if frozen else (self.options.frozen_epochs, self.options.epochs)
        step = number * steps
        for _ in range(self.options.passes):
            for places in np.array_split(rng.permutation(len(data)), batches):
                self._set_rates((step - first * steps) / ((last - first) * steps), frozen=frozen)
                if isinstance(self.head, SphereFaceHead):
                    self.head.annealing = annealing_at(step, start=self.first_annealing)
                loss = self._step(data, torch.from_numpy(places), rng)
                if not math.isfinite(loss):
                    raise FloatingPointError(
                        f"the loss must stay finite, got {loss} in epoch {number + 1}: lower the learning rates"
                    )
                yield loss
                step += 1

    def _set_rates(self, progress: float, *, frozen: bool) -> None:
        head_rate = self.options.head_rates[0 if frozen else 1]
        for group, rate in zip(self.optimiser.param_groups, [head_rate, *self.stage_rates], strict=True):
            group["lr"] = rate * one_cycle(progress)

    def _step(self, data: EpochData, places: Tensor, rng: np.random.Generator) -> float:
        features, labels = data.batch(places, self.device)
        loss = self.objective.loss(features, labels, rng)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def _accuracy(self) -> float | None:
        if self.split.validation is None:
            return None
        self.backbone.eval()
        self.head.eval()
        if self.validation is None:
            self.validation = self.reader.read(self.split.validation, 0)
        return self.objective.balanced_accuracy(self.validation, batch=self.options.batch)

    def _set_training_mode(self) -> None:
        self.backbone.train()
        self.head.train()
        if not self.options.batch_statistics:
            for module in self.backbone.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - base of all of them
                    module.eval()

    def _trained_modules(self) -> nn.Module:
        return nn.ModuleList([self.head, *self.backbone.stages()[-self.trainable :]])

    def _progress_of(self, number: int) -> Callable[[int], None] | None:
        """Return a function that reports the examples read in an epoch."""
        progress, count = self.progress, len(self.split.training)
        if progress is None:
            return None
        return lambda done: progress(number * count + done, self.options.epochs * count)
