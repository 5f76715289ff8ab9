"""The epochs of a training: steps, learning rates, validation, and the state to go on from.

An epoch reads every example once, lets the stages that are not trained run on it once, and then passes over what these
gave as often as asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from dml_heads import Head, SphereFaceHead
from dml_heads.checks import IGNORED
from eval.data.examples import Examples, Split, load_batches
from eval.models.backbone import Backbone
from eval.models.checkpoints import read_checkpoint, write_checkpoint
from eval.models.embedding import autocasting
from eval.models.feature_cache import Features
from eval.models.pooling import PooledBackbone
from eval.training.targets import mixup, patch_labels

LEAST_ANNEALING = 5.0
HEAVIEST = 50.0  # weight of a defective patch beside a normal one


@dataclass(frozen=True)
class Epoch:
    """What an epoch came to.

    Attributes:
        epoch: from 1.
        frozen: whether only the head was trained.
        loss: mean of the training batches.
        accuracy: on the validation examples, recall averaged over the classes, in [0, 1]; None without validation.
        seconds: it took, validation included.
    """

    epoch: int
    frozen: bool
    loss: float
    accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class Drawn:
    """The examples of an epoch.

    Attributes:
        features: what the stages that are not trained gave, (N, ...), on the CPU.
        targets: int64 (N,), classes of images, or (N, h, w), of patches.
    """

    features: Tensor
    targets: Tensor


def one_cycle(progress: float) -> float:
    """The learning rate as a share of its largest value, at a share of the way through a phase, both in [0, 1].

    References:
        L. N. Smith, N. Topin, "Super-Convergence", 2018, as fastai runs it: cosine from 1 / 25 up to 1 over the first
        quarter, then cosine down to 1e-5.
    """
    rise, start, end = 0.25, 1 / 25, 1e-5
    if progress < rise:
        return start + (1 - start) * (1 - math.cos(math.pi * progress / rise)) / 2
    return end + (1 - end) * (1 + math.cos(math.pi * (progress - rise) / (1 - rise))) / 2


class TrainingRun:
    """A training under way, for `train`, which checks the arguments.

    Args:
        backbone: trained in place.
        head: trained in place.
        split: what to train and validate on.
        settings: those of ``TrainingResult``.
        workers: see ``load_batches``.
        progress: called with how many examples are read, and of how many, of all epochs together.
        device: where backbone and head lie.
    """

    def __init__(
        self,
        backbone: Backbone,
        head: Head,
        split: Split,
        *,
        settings: dict[str, Any],
        workers: int,
        device: torch.device,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.backbone, self.head, self.split = backbone, head, split
        self.settings, self.workers, self.device, self.progress = settings, workers, device, progress
        backbone.eval()
        of_what = "image" if settings["scoring"] == "image" else "patch"
        self.features = Features(backbone, scoring=of_what, trainable=settings["trainable_stages"])
        self.averaged = AveragedModel(self._trained(), use_buffers=True)
        self.annealing = head.annealing if isinstance(head, SphereFaceHead) else 0.0
        self.validation: Drawn | None = None
        stages = backbone.stages()
        low, high = settings["backbone_rates"]
        self.rates = [low * (high / low) ** (place / max(1, len(stages) - 1)) for place in range(len(stages))]
        groups = [{"params": list(part.parameters())} for part in (head, *stages)]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, weight_decay=settings["weight_decay"])

    def epoch(self, number: int) -> Epoch:
        """Train and validate once; what is drawn depends on the seed and the number only."""
        began = perf_counter()
        frozen = number < self.settings["frozen_epochs"]
        first = 0 if frozen else self.settings["frozen_epochs"]
        last = self.settings["frozen_epochs"] if frozen else self.settings["epochs"]
        drawn = self._drawn(self.split.training, number)
        passes = self.settings["passes"]
        self.backbone.freeze(trainable=0 if frozen else self.settings["trainable_stages"])
        self._start_training()
        rng = np.random.default_rng((self.settings["seed"], number))
        losses: list[float] = []
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(int(rng.integers(1 << 62)))
            steps = -(-len(drawn.targets) // self.settings["batch"])
            for round_ in range(passes):
                for step, places in enumerate(np.array_split(rng.permutation(len(drawn.targets)), steps)):
                    done = (number - first) * passes * steps + round_ * steps + step
                    self._set_rates(done / ((last - first) * passes * steps), frozen=frozen)
                    self._anneal(done + first * passes * steps)
                    losses.append(self._step(drawn, torch.from_numpy(places), rng))
                    if not math.isfinite(losses[-1]):
                        raise FloatingPointError(
                            f"the loss must stay finite, got {losses[-1]} in epoch {number + 1}: "
                            "lower the learning rates"
                        )
        if number >= self.settings["epochs"] - self.settings["averaged_epochs"]:
            self.averaged.update_parameters(self._trained())
        return Epoch(number + 1, frozen, float(np.mean(losses)), self._accuracy(), perf_counter() - began)

    def average(self) -> None:
        """Give backbone and head the average of what they were at the ends of the last epochs."""
        if self.settings["averaged_epochs"] > 1:
            self._trained().load_state_dict(self.averaged.module.state_dict())

    def _trained(self) -> nn.Module:
        return nn.ModuleList([self.head, *self.backbone.stages()[-self.settings["trainable_stages"] :]])

    def restored(self, path: Path) -> list[Epoch]:
        """Take up the state of a checkpoint, if there is one, and return its history."""
        state = read_checkpoint(path, settings=self.settings)
        if state is None:
            return []
        self.backbone.load_state_dict(state["backbone"])
        self.head.load_state_dict(state["head"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.averaged.load_state_dict(state["averaged"])
        return [Epoch(**epoch) for epoch in state["history"]]

    def save(self, path: Path, history: Sequence[Epoch]) -> None:
        """Write the state."""
        state = {
            "settings": self.settings,
            "history": [asdict(epoch) for epoch in history],
            "backbone": self.backbone.state_dict(),
            "head": self.head.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "averaged": self.averaged.state_dict(),
        }
        write_checkpoint(path, state)

    def _start_training(self) -> None:
        self.backbone.train()
        self.head.train()
        if not self.settings["batch_statistics"]:
            for module in self.backbone.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - what all of them are
                    module.eval()

    def _drawn(self, examples: Examples, number: int, *, counted: bool = True) -> Drawn:
        """Read all examples once, and let the stages that are not trained run on them."""
        self.backbone.eval()
        features: list[Tensor] = []
        targets: list[Tensor] = []
        before, total = number * len(examples), self.settings["epochs"] * len(examples)
        own = {"batch": self.settings["batch"], "seed": self.settings["seed"], "workers": self.workers}
        for images, masks, labels in load_batches(examples, epoch=number, **own):
            features.append(self.features(images.numpy()))
            if self.settings["scoring"] != "image":
                with torch.inference_mode():
                    few = self.backbone.upper(
                        features[-1][:1].to(self.device), scoring="patch", trainable=self.settings["trainable_stages"]
                    )
                grid, share = (few.shape[2], few.shape[3]), self.settings["label_share"]
                labels = patch_labels(masks, grid=grid, share=share)  # noqa: PLW2901 - of patches now
            targets.append(labels)
            before += len(images)
            if counted and self.progress is not None:
                self.progress(before, total)
        return Drawn(torch.cat(features), torch.cat(targets))

    def _set_rates(self, progress: float, *, frozen: bool) -> None:
        head_rate = self.settings["head_rates"][0 if frozen else 1]
        for group, rate in zip(self.optimiser.param_groups, [head_rate, *self.rates], strict=True):
            group["lr"] = rate * one_cycle(progress)

    def _anneal(self, step: int) -> None:
        """Let SphereFace's margin come in slowly, if it is to; the authors' schedule."""
        if isinstance(self.head, SphereFaceHead):
            self.head.annealing = max(min(LEAST_ANNEALING, self.annealing), self.annealing / (1 + 0.1 * step))

    def _step(self, drawn: Drawn, places: Tensor, rng: np.random.Generator) -> float:
        features, labels = (part[places].to(self.device) for part in (drawn.features, drawn.targets))
        target, weight = labels, None
        if self.settings["mixup_strength"]:
            strength = self.settings["mixup_strength"]
            features, target = mixup(features, labels, classes=self.split.classes, rng=rng, strength=strength)
        if self.settings["scoring"] == "patch":
            weight = _patch_weight(labels)
        if isinstance(self.backbone, PooledBackbone):
            with autocasting(self.device, wanted=self.settings["autocast"]):
                embedded, seen = self.backbone.pooled(features)
            beside = functional.cross_entropy(seen, labels, weight=_patch_weight(labels), ignore_index=IGNORED)
            loss = self.head.loss(embedded, _of_images(labels)) + beside
        else:
            loss = self.head.loss(self._embedding(features), target, weight=weight)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def _embedding(self, features: Tensor) -> Tensor:
        with autocasting(self.device, wanted=self.settings["autocast"]):
            return self.backbone.upper(
                features, scoring=self.settings["scoring"], trainable=self.settings["trainable_stages"]
            )

    def _accuracy(self) -> float | None:
        if self.split.validation is None:
            return None
        self.backbone.eval()
        self.head.eval()
        if self.validation is None:
            self.validation = self._drawn(self.split.validation, 0, counted=False)
        counts = torch.zeros(2, self.split.classes)  # right ones, all
        with torch.inference_mode():
            known = self.validation
            for start in range(0, len(known.targets), self.settings["batch"]):
                stop = start + self.settings["batch"]
                features, labels = (part[start:stop].to(self.device) for part in (known.features, known.targets))
                labels = _of_images(labels) if self.settings["scoring"] == "pooled" else labels
                right = (self.head(self._embedding(features)).argmax(dim=1) == labels).float()
                for number in range(self.split.classes):
                    of_class = labels == number
                    counts[:, number] += torch.tensor([right[of_class].sum(), of_class.sum()])
        seen = counts[1] > 0
        return float((counts[0][seen] / counts[1][seen]).mean())


def _of_images(labels: Tensor) -> Tensor:
    """Classes of patches (B, h, w) to those of images (B,): defective if any patch is, or is touched by a defect."""
    return (labels != 0).flatten(1).any(dim=1).long()


def _patch_weight(labels: Tensor) -> Tensor:
    """(2,): a defective patch counts as often as there are normal ones to it, within bounds."""
    normal, defective = (int((labels == number).sum()) for number in (0, 1))
    return torch.tensor([1.0, min(HEAVIEST, max(1.0, normal / max(1, defective)))], device=labels.device)
