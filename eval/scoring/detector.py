"""Detector of defects: a backbone with a bank of normals, which scores images or their patches.

Scorings:

- image: cosine distance of the embedding of an image to the nearest training normal, as in the seed article;
- pooled: the same distance of an embedding that is pooled from patches, see `eval.models.pooling`;
- patch: largest cosine distance of a patch to the nearest patch of a training normal;
- fused: largest sum of two numbers per patch: its distance to the nearest normal patch before any training, and the
  evidence of the head, which is its logit of "defective" minus that of "normal". The distance finds what differs from
  the normals, the evidence finds what resembles the synthetic defects. Both are scaled by the patches of the held-out
  normals: 0 is their mean, 1 is their 99.9 % quantile. On the built-in sample set, standard deviations as units were
  better for no family of parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dml_heads import Head
from eval.data.images import Image, Size, load_images
from eval.models.backbone import Backbone
from eval.models.embedding import device_of, embed_images
from eval.models.feature_cache import Features
from eval.models.projection import unprojected
from eval.progress import Progress
from eval.scoring.memory_bank import Bank, make_bank

_QUANTILE = 0.999  # of the held-out patches; 1 in fused scores
_BLOCK = 32  # images that are embedded at a time


@dataclass(frozen=True)
class Detector:
    """Detector of defects.

    Attributes:
        backbone: embeds images.
        head: trained head; None if nothing was trained.
        bank: bank of normals.
        scoring: "image", "pooled", "patch" or "fused".
        size: size at which images are embedded, see `Size`.
    """

    backbone: Backbone
    head: Head | None
    bank: Bank
    scoring: str
    size: Size

    def scores(
        self, images: Sequence[Image], *, progress: Progress | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
        """Score images.

        Args:
            images: arrays or paths.
            progress: see `Progress`.

        Returns:
            Scores float32 (N, h, w), with h = w = 1 for image and pooled scoring; indices of the nearest training
            normals, int64 (N, h, w); and embeddings, float32 (N, h, w, D).
        """
        embedded, evidence = _embedded(
            self.backbone, self.head, images, scoring=self.scoring, size=self.size, progress=progress
        )
        steps = None if progress is None else partial(progress, "score")
        distances, origins = self.bank.search(embedded, progress=steps)
        return _fused(distances, evidence, self.bank.scales), origins, embedded


def embed(
    backbone: Backbone, images: Sequence[Image], *, scoring: str, size: Size, progress: Progress | None = None
) -> NDArray[np.float32]:
    """Return embeddings (N, h, w, D): of patches, with the precision of float16, or of images, with h = w = 1."""
    return _embedded(backbone, None, images, scoring=scoring, size=size, progress=progress)[0]


def make_detector(
    backbone: Backbone,
    head: Head | None,
    normals: Sequence[Image],
    *,
    scoring: str,
    size: Size,
    held_out: NDArray[np.int64],
    seed: int,
    distance: float = 1.0,
    progress: Progress | None = None,
) -> tuple[Detector, NDArray[np.float32]]:
    """Make a detector.

    Args:
        backbone: trained or not.
        head: head that was trained with it; None if nothing was trained.
        normals: all good images of the training set, arrays or paths.
        scoring: "image", "pooled", "patch" or "fused"; "fused" needs a head that was trained on patches, with the
            classes 0 for normal and 1 for defective ones.
        size: size at which images are embedded, see `Size`.
        held_out: indices of the normals that nothing was trained on; threshold and scales come from them.
        seed: seed of the coreset.
        distance: weight of the distance in fused scores, at least 0.
        progress: see `Progress`.

    Returns:
        The detector, and the embeddings of all normals, float32 (N, h, w, D).

    Raises:
        ValueError: if `scoring` is "fused" and `head` is None.
    """
    known, evidence = _embedded(backbone, head, normals, scoring=scoring, size=size, progress=progress)
    bank, distances = make_bank(known, held_out=held_out, seed=seed, progress=progress)
    if evidence is not None:
        held_evidence = evidence[held_out]
        far, reach, sure, sure_reach = (
            float(number) for values in (distances, held_evidence) for number in (values.mean(), _reach(values))
        )
        scales = (far, reach / distance if distance > 0 else float("inf"), sure, sure_reach)
        threshold = float(_fused(distances, held_evidence, scales).max())
        bank = replace(bank, threshold=threshold, scales=scales)
    return Detector(backbone, head, bank, scoring, size), known


def _embedded(
    backbone: Backbone,
    head: Head | None,
    images: Sequence[Image],
    *,
    scoring: str,
    size: Size,
    progress: Progress | None,
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Return embeddings (N, h, w, D) to measure distances between, and for fused scoring the evidence (N, h, w)."""
    steps = None if progress is None else partial(progress, "embed")
    if scoring == "image":
        return embed_images(backbone, images, size=size, progress=steps)[:, None, None], None
    trainable = 0 if unprojected(backbone) is backbone else len(backbone.stages())
    lower = Features(backbone, scoring="patch", trainable=trainable)(load_images(images, size=size), progress=steps)
    upper = partial(backbone.upper, scoring="patch", trainable=trainable)
    device = device_of(backbone)
    blocks = [lower[start : start + _BLOCK] for start in range(0, len(lower), _BLOCK)]
    with torch.inference_mode():
        if scoring == "pooled":
            pooled = partial(backbone.upper, scoring="pooled", trainable=trainable)
            return _joined([pooled(block.to(device)) for block in blocks])[:, None, None], None
        if scoring == "patch":
            return _joined([upper(block.to(device)).movedim(1, -1) for block in blocks]), None
        if head is None:
            raise ValueError("head must be a trained one for fused scoring, got None")
        evidence = _joined([evidence_of(head, upper(block.to(device))) for block in blocks])
        return np.ascontiguousarray(lower.movedim(1, -1).float().numpy()), evidence


def evidence_of(head: Head, embedding: Tensor) -> Tensor:
    """Return the logit of "defective" minus that of "normal" for embeddings (B, D, h, w): (B, h, w)."""
    logits = head(embedding)
    return logits[:, 1] - logits[:, 0]


def _joined(blocks: list[Tensor]) -> NDArray[np.float32]:
    return np.ascontiguousarray(torch.cat(blocks).float().cpu().numpy())


def _fused(
    distances: NDArray[np.float32], evidence: NDArray[np.float32] | None, scales: tuple[float, ...]
) -> NDArray[np.float32]:
    if evidence is None:
        return distances
    far, reach, sure, sure_reach = scales
    tiny = float(np.finfo(np.float32).tiny)
    summed = (distances - far) / max(reach, tiny) + (evidence - sure) / max(sure_reach, tiny)
    return np.asarray(summed, np.float32)


def _reach(values: NDArray[np.float32]) -> float:
    """Return the distance of the 99.9 % quantile from the mean."""
    return float(np.quantile(values, _QUANTILE) - values.mean())
