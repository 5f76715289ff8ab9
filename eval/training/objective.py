"""Loss and accuracy of a backbone with a head."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dml_heads import Head
from dml_heads.checks import IGNORED
from eval.models.backbone import Backbone
from eval.models.embedding import autocasting
from eval.models.pooling import PooledBackbone
from eval.models.segmenting import SegmentingBackbone
from eval.training.epoch_data import EpochData
from eval.training.options import TrainingOptions
from eval.training.segmentation import segmentation_loss
from eval.training.targets import image_labels, mixup, patch_labels, patch_weights

_MIXUP_STRENGTH = 0.4  # as in fastai


class Objective:
    """Loss and accuracy on features of `Backbone.lower`.

    Args:
        backbone: backbone, which embeds features by `Backbone.upper`.
        head: head for its embeddings, on the same device.
        options: options of the training.
        trainable: number of trained stages, see `Backbone.lower`.
        device: device of the backbone.
        autocast: True if embeddings are computed in bfloat16.

    Attributes:
        mixup_strength: resolved option of that name.
    """

    def __init__(
        self,
        backbone: Backbone,
        head: Head,
        options: TrainingOptions,
        *,
        trainable: int,
        device: torch.device,
        autocast: bool,
    ) -> None:
        self.backbone, self.head, self.trainable = backbone, head, trainable
        self.scoring, self.label_share = options.scoring, options.label_share
        default = _MIXUP_STRENGTH if can_mix(head, options) else 0.0
        self.mixup_strength = default if options.mixup_strength is None else options.mixup_strength
        self.device, self.autocast = device, autocast

    def loss(self, features: Tensor, labels: Tensor, rng: np.random.Generator) -> Tensor:
        """Return the mean loss of a batch.

        Args:
            features: (B, ...), of `EpochData`, on the device of the backbone.
            labels: targets of `EpochData`.
            rng: draws mixup.
        """
        if isinstance(self.backbone, PooledBackbone):
            return self._pooled_loss(self.backbone, features, labels)
        if isinstance(self.backbone, SegmentingBackbone):
            return self._segmenting_loss(self.backbone, features, labels)
        if self.mixup_strength > 0:
            features, labels = mixup(features, labels, classes=self.head.classes, rng=rng, strength=self.mixup_strength)
        weight = patch_weights(labels) if self.scoring == "patch" else None
        return self.head.loss(self._embed(features), labels, weight=weight)

    def balanced_accuracy(self, data: EpochData, *, batch: int) -> float:
        """Return the recall averaged over the classes that occur, in [0, 1]."""
        hits, counts = (torch.zeros(self.head.classes) for _ in range(2))
        with torch.inference_mode():
            for places in torch.split(torch.arange(len(data)), batch):
                features, labels = data.batch(places, self.device)
                embedded = self._embed(features)
                if self.scoring == "ensemble":
                    labels = self._labels_of_masks(labels, embedded)
                labels = image_labels(labels) if self.scoring == "pooled" else labels
                right = self.head(embedded).argmax(dim=1) == labels
                kept = labels != IGNORED
                hits += labels[kept & right].bincount(minlength=len(hits)).cpu()
                counts += labels[kept].bincount(minlength=len(counts)).cpu()
        seen = counts > 0
        return float((hits[seen] / counts[seen]).mean())

    def _embed(self, features: Tensor) -> Tensor:
        with autocasting(self.device, wanted=self.autocast):
            return self.backbone.upper(features, scoring=self.scoring, trainable=self.trainable)

    def _pooled_loss(self, backbone: PooledBackbone, features: Tensor, labels: Tensor) -> Tensor:
        """Return the loss of the images plus the cross-entropy of the patch classifier."""
        with autocasting(self.device, wanted=self.autocast):
            embedded, logits = backbone.pooled(features)
        patch_loss = functional.cross_entropy(logits, labels, weight=patch_weights(labels), ignore_index=IGNORED)
        return self.head.loss(embedded, image_labels(labels)) + patch_loss

    def _segmenting_loss(self, backbone: SegmentingBackbone, images: Tensor, masks: Tensor) -> Tensor:
        """Return the loss of the patches plus that of the segmentation, for images and their masks (B, H, W)."""
        with autocasting(self.device, wanted=self.autocast):
            branches = backbone.branches(images)
        labels = self._labels_of_masks(masks, branches.projected)
        patch_loss = self.head.loss(branches.projected, labels, weight=patch_weights(labels))
        return patch_loss + segmentation_loss(branches.logits, masks)

    def _labels_of_masks(self, masks: Tensor, embedded: Tensor) -> Tensor:
        return patch_labels(masks, grid=(embedded.shape[2], embedded.shape[3]), share=self.label_share)


def can_mix(head: Head, options: TrainingOptions) -> bool:
    """Return True if mixup is possible: for images, with a head that takes probabilities."""
    return head.accepts_probabilities and options.scoring == "image"
