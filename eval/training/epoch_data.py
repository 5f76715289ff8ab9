"""Read the examples of an epoch and run the frozen stages on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from eval.data.examples import Examples, read_batches
from eval.models.backbone import Backbone
from eval.models.embedding import device_of
from eval.models.feature_cache import Features
from eval.training.options import TrainingOptions
from eval.training.targets import patch_labels


@dataclass(frozen=True)
class EpochData:
    """Examples of an epoch behind the frozen stages, on the CPU.

    Attributes:
        features: (N, ...), see `Backbone.lower`.
        targets: int64, classes of images (N,) or of patches (N, h, w); for a segmentation the masks, uint8 (N, H, W).
        classes: classes of the images that occur.
    """

    features: Tensor
    targets: Tensor
    classes: frozenset[int]

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.targets)

    def batch(self, places: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        """Return features and targets of the examples at these places, on a device."""
        return self.features[places].to(device), self.targets[places].to(device)


class EpochReader:
    """Reads examples and runs the frozen stages on them.

    Args:
        backbone: backbone, whose frozen stages must not change.
        options: options of the training.
        trainable: number of trained stages, see `Backbone.lower`.
    """

    def __init__(self, backbone: Backbone, options: TrainingOptions, *, trainable: int) -> None:
        self.backbone, self.options, self.trainable = backbone, options, trainable
        self.of_images = options.scoring == "image"

    @cached_property
    def features(self) -> Features:
        """The frozen stages."""
        kind = self.options.scoring if self.options.scoring in {"image", "ensemble"} else "patch"
        return Features(self.backbone, scoring=kind, trainable=self.trainable)

    def read(self, examples: Examples, epoch: int, *, progress: Callable[[int], None] | None = None) -> EpochData:
        """Read all examples once.

        Args:
            examples: the examples, as they are in that epoch.
            epoch: number of the epoch, from 0.
            progress: called with the number of examples read, after each batch.
        """
        self.backbone.eval()
        features: list[Tensor] = []
        targets: list[Tensor] = []
        classes: set[int] = set()
        done = 0
        for images, masks, labels in read_batches(examples, batch=self.options.batch, epoch=epoch):
            features.append(self.features(images.numpy()))
            targets.append(self._targets(masks, labels, features[-1]))
            classes.update(labels.tolist())
            done += len(images)
            if progress is not None:
                progress(done)
        return EpochData(torch.cat(features), torch.cat(targets), frozenset(classes))

    def _targets(self, masks: Tensor, labels: Tensor, features: Tensor) -> Tensor:
        if self.of_images:
            return labels
        return masks if self.options.scoring == "ensemble" else self._patch_labels(masks, features)

    def _patch_labels(self, masks: Tensor, features: Tensor) -> Tensor:
        with torch.inference_mode():
            one = features[:1].to(device_of(self.backbone))
            _, _, height, width = self.backbone.upper(one, scoring="patch", trainable=self.trainable).shape
        return patch_labels(masks, grid=(height, width), share=self.options.label_share)
