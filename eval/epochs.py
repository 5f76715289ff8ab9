"""The epochs of a training: steps, learning rates, validation, and the state to go on from."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dml_heads import Head
from eval.backbone import Backbone
from eval.checkpoints import read_checkpoint, write_checkpoint
from eval.embedding import autocasting
from eval.examples import Batch, Split, load_batches
from eval.twins import mixup, patch_labels

HEAVIEST = 10.0  # weight of a defective patch beside a normal one


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


class Run:
    """A training under way, for `train`, which checks the arguments.

    Args:
        backbone: trained in place.
        head: trained in place.
        split: what to train and validate on.
        settings: those of ``TrainingResult``.
        workers: see ``load_batches``.
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
    ) -> None:
        self.backbone, self.head, self.split = backbone, head, split
        self.settings, self.workers, self.device = settings, workers, device
        stages = backbone.stages()
        low, high = settings["backbone_rates"]
        self.rates = [low * (high / low) ** (place / max(1, len(stages) - 1)) for place in range(len(stages))]
        groups = [{"params": list(part.parameters())} for part in (head, *stages)]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, weight_decay=settings["weight_decay"])

    def epoch(self, number: int) -> Epoch:
        """Train and validate once; what is drawn depends on the seed and the number only."""
        began = perf_counter()
        frozen = number < self.settings["frozen_epochs"]
        self.backbone.freeze(trainable=0 if frozen else self.settings["trainable_stages"])
        self._start_training()
        first = 0 if frozen else self.settings["frozen_epochs"]
        last = self.settings["frozen_epochs"] if frozen else self.settings["epochs"]
        steps = -(-len(self.split.training) // self.settings["batch"])
        rng = np.random.default_rng((self.settings["seed"], number))
        losses = []
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(int(rng.integers(1 << 62)))
            for step, batch in enumerate(self._batches(number)):
                self._set_rates(((number - first) * steps + step) / ((last - first) * steps), frozen=frozen)
                losses.append(self._step(batch, rng))
                if not math.isfinite(losses[-1]):
                    raise FloatingPointError(
                        f"the loss must stay finite, got {losses[-1]} in epoch {number + 1}: lower the learning rates"
                    )
        return Epoch(number + 1, frozen, float(np.mean(losses)), self._accuracy(), perf_counter() - began)

    def restored(self, path: Path) -> list[Epoch]:
        """Take up the state of a checkpoint, if there is one, and return its history."""
        state = read_checkpoint(path, settings=self.settings)
        if state is None:
            return []
        self.backbone.load_state_dict(state["backbone"])
        self.head.load_state_dict(state["head"])
        self.optimiser.load_state_dict(state["optimiser"])
        return [Epoch(**epoch) for epoch in state["history"]]

    def save(self, path: Path, history: Sequence[Epoch]) -> None:
        """Write the state."""
        state = {
            "settings": self.settings,
            "history": [asdict(epoch) for epoch in history],
            "backbone": self.backbone.state_dict(),
            "head": self.head.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        write_checkpoint(path, state)

    def _start_training(self) -> None:
        self.backbone.train()
        self.head.train()
        if not self.settings["batch_statistics"]:
            for module in self.backbone.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - what all of them are
                    module.eval()

    def _batches(self, number: int) -> Iterator[Batch]:
        own = {"batch": self.settings["batch"], "seed": self.settings["seed"], "workers": self.workers}
        return load_batches(self.split.training, epoch=number, shuffle=True, **own)

    def _set_rates(self, progress: float, *, frozen: bool) -> None:
        head_rate = self.settings["head_rates"][0 if frozen else 1]
        for group, rate in zip(self.optimiser.param_groups, [head_rate, *self.rates], strict=True):
            group["lr"] = rate * one_cycle(progress)

    def _step(self, batch: Batch, rng: np.random.Generator) -> float:
        images, masks, labels = (part.to(self.device) for part in batch)
        target, weight = labels, None
        if self.settings["mixup_strength"]:
            strength = self.settings["mixup_strength"]
            images, target = mixup(images, labels, classes=self.split.classes, rng=rng, strength=strength)
        with autocasting(self.device, wanted=self.settings["autocast"]):
            embedding = self._embedding(images)
        if self.settings["scoring"] == "patch":
            target = patch_labels(masks, grid=(embedding.shape[2], embedding.shape[3]))
            weight = _patch_weight(target)
        loss = self.head.loss(embedding, target, weight=weight)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def _embedding(self, images: Tensor) -> Tensor:
        return self.backbone.embed(images) if self.settings["scoring"] == "image" else self.backbone.patch_embed(images)

    def _accuracy(self) -> float | None:
        if self.split.validation is None:
            return None
        self.backbone.eval()
        self.head.eval()
        counts = torch.zeros(2, self.split.classes)  # right ones, all
        own = {"batch": self.settings["batch"], "seed": self.settings["seed"], "workers": self.workers}
        with torch.inference_mode():
            for batch in load_batches(self.split.validation, epoch=0, shuffle=False, **own):
                images, masks, labels = (part.to(self.device) for part in batch)
                with autocasting(self.device, wanted=self.settings["autocast"]):
                    embedding = self._embedding(images)
                if self.settings["scoring"] == "patch":
                    labels = patch_labels(masks, grid=(embedding.shape[2], embedding.shape[3]))
                right = (self.head(embedding).argmax(dim=1) == labels).float()
                for number in range(self.split.classes):
                    of_class = labels == number
                    counts[:, number] += torch.tensor([right[of_class].sum(), of_class.sum()])
        seen = counts[1] > 0
        return float((counts[0][seen] / counts[1][seen]).mean())


def _patch_weight(labels: Tensor) -> Tensor:
    """(2,): a defective patch counts as often as there are normal ones to it, within bounds."""
    normal, defective = (int((labels == number).sum()) for number in (0, 1))
    return torch.tensor([1.0, min(HEAVIEST, max(1.0, normal / max(1, defective)))], device=labels.device)
