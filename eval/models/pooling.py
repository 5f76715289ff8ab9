"""One embedding an image, pooled from patches that were trained on the masks."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from eval.models.backbone import Backbone
from eval.models.projection import SIZE, ProjectedBackbone

LENGTH = 16.0  # of an embedding; that of L2-constrained softmax
WARMTH = 2.0  # of the softmax over patches, in units of the evidence


class PooledBackbone(ProjectedBackbone):
    """A projected backbone that embeds a whole image by its most suspicious places.

    The embedding joins two halves of equal length: the largest value of each projected channel, and the average of the
    frozen backbone's patches, weighted by how much a small classifier takes them for a defect. The classifier learns
    from the masks, projection and classifier together with the head.

    Args:
        inner: the backbone; its weights are frozen for good.
        size: D of ``patch_embed``.
    """

    def __init__(self, inner: Backbone, *, size: int = SIZE) -> None:
        super().__init__(inner, size=size)
        self.classifier = nn.Conv2d(size, 2, 1)
        self.embedding_size = size + inner.patch_size
        self.to(inner.mean.device)

    def stages(self) -> list[nn.Module]:
        """Projection and classifier, as one."""
        return [nn.ModuleList([self.projection, self.classifier])]

    def embed(self, images: Tensor) -> Tensor:
        """Images (B, H, W, 3) to (B, D)."""
        return self.pooled(self.inner.patch_embed(images))[0]

    def upper(self, lower: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Patches of the frozen backbone to embeddings of images, or projected patches."""
        if scoring == "pooled":
            return self.pooled(lower)[0]
        return super().upper(lower, scoring=scoring, trainable=trainable)

    def pooled(self, lower: Tensor) -> tuple[Tensor, Tensor]:
        """Patches of the frozen backbone (B, C, h, w) to embeddings (B, D) and the classifier's logits (B, 2, h, w)."""
        known = self.projection[0](lower.float())
        projected = self.projection[1:](known)
        logits = self.classifier(projected)
        evidence = (logits[:, 1] - logits[:, 0]).flatten(1)
        weights = torch.softmax(evidence / WARMTH, dim=1)
        suspect = torch.einsum("bcn,bn->bc", lower.float().flatten(2), weights)
        halves = (projected.flatten(2).amax(dim=2).float(), suspect.float())
        joined = torch.cat([functional.normalize(half, dim=1) for half in halves], dim=1)
        return joined * (LENGTH / 2**0.5), logits.float()
