"""Backbone that pools the embedding of an image from patches that are trained on masks."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from eval.models.backbone import PROJECTED, Backbone, ProjectedBackbone

LENGTH = 16.0  # of an embedding, as in L2-constrained softmax
_TEMPERATURE = 2.0  # of the softmax over patches, in units of the evidence


class PooledBackbone(ProjectedBackbone):
    """Projected backbone that embeds an image by its most suspicious patches.

    The embedding joins two halves of equal length: the maximum of each projected channel, and the mean of the patches
    of the frozen backbone, weighted by the evidence of a small patch classifier. Projection and classifier are trained
    together with the head, the classifier on the masks.

    Args:
        inner: backbone, whose weights stay frozen.
        size: D of ``patch_embed``.
    """

    def __init__(self, inner: Backbone, *, size: int = PROJECTED) -> None:
        super().__init__(inner, size=size)
        self.classifier = nn.Conv2d(size, 2, 1)
        self.embedding_size = size + inner.patch_size
        self.to(inner.mean.device)

    def stages(self) -> list[nn.Module]:
        """Return projection and classifier as one stage."""
        return [nn.ModuleList([self.projection, self.classifier])]

    def embed(self, images: Tensor) -> Tensor:
        """Embed images (B, H, W, 3), (B, D)."""
        return self.pooled(self.inner.patch_embed(images))[0]

    def upper(self, lower: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Embed images for "pooled" scoring; otherwise see ``ProjectedBackbone.upper``."""
        if scoring == "pooled":
            return self.pooled(lower)[0]
        return super().upper(lower, scoring=scoring, trainable=trainable)

    def pooled(self, lower: Tensor) -> tuple[Tensor, Tensor]:
        """Return embeddings (B, D) and logits of the patches (B, 2, h, w) for frozen patches (B, C, h, w)."""
        projected = self.projection(lower.float())
        logits = self.classifier(projected)
        evidence = (logits[:, 1] - logits[:, 0]).flatten(1)
        weights = torch.softmax(evidence / _TEMPERATURE, dim=1)
        suspect = torch.einsum("bcn,bn->bc", lower.float().flatten(2), weights)
        halves = (projected.flatten(2).amax(dim=2).float(), suspect.float())
        joined = torch.cat([functional.normalize(half, dim=1) for half in halves], dim=1)
        return joined * (LENGTH / 2**0.5), logits.float()
