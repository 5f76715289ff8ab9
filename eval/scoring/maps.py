"""Embeddings of images and, of trained models, the maps that their scores add to distances."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dml_heads import Head
from eval.data.images import Image, Size, load_images
from eval.models.backbone import Backbone, unprojected
from eval.models.embedding import StepProgress, device_of, embed_images
from eval.models.feature_cache import Features
from eval.models.segmenting import checked_segmenting
from eval.progress import Progress
from eval.scoring.fusion import Maps

QUARTERS = 4
"""Number of quarter turns that an ensemble averages over where turns help."""

_BLOCK = 32  # images that are embedded at a time


def embedded_maps(
    backbone: Backbone,
    head: Head | None,
    images: Sequence[Image],
    *,
    scoring: str,
    size: Size,
    turns: Sequence[int] = (0,),
    progress: Progress | None,
) -> tuple[NDArray[np.float32], Maps]:
    """Return embeddings (N, h, w, D) to measure distances between, and the maps that are added to the distances.

    Args:
        backbone: trained or not.
        head: see `eval.scoring.detector.make_detector`.
        images: arrays or paths.
        scoring: see there.
        size: size at which images are embedded, see `Size`.
        turns: quarter turns of each image whose maps an ensemble averages; the embeddings are those of the first.
        progress: see `Progress`.

    Returns:
        The embeddings, float32, and none or one map, evidence or segmentation, float32 (N, h, w).

    Raises:
        TypeError: if `scoring` needs a segmenter, and `backbone` has none.
        ValueError: if `scoring` needs a head that is missing.
    """
    steps = None if progress is None else partial(progress, "embed")
    if scoring == "image":
        return embed_images(backbone, images, size=size, progress=steps)[:, None, None], ()
    if scoring == "ensemble":
        return _segmented(backbone, load_images(images, size=size), turns=turns, progress=steps)
    trainable = 0 if unprojected(backbone) is backbone else len(backbone.stages())
    lower = Features(backbone, scoring="patch", trainable=trainable)(load_images(images, size=size), progress=steps)
    upper = partial(backbone.upper, scoring="patch", trainable=trainable)
    device = device_of(backbone)
    blocks = [lower[start : start + _BLOCK] for start in range(0, len(lower), _BLOCK)]
    with torch.inference_mode():
        if scoring == "pooled":
            pooled = partial(backbone.upper, scoring="pooled", trainable=trainable)
            return _joined([pooled(block.to(device)) for block in blocks])[:, None, None], ()
        if scoring == "patch":
            return _joined([upper(block.to(device)).movedim(1, -1) for block in blocks]), ()
        if head is None:
            raise ValueError("head must be a trained one for fused scoring, got None")
        evidence = _joined([evidence_of(head, upper(block.to(device))) for block in blocks])
        return np.ascontiguousarray(lower.movedim(1, -1).float().numpy()), (evidence,)


def _segmented(
    backbone: Backbone, images: NDArray[np.uint8], *, turns: Sequence[int], progress: StepProgress | None
) -> tuple[NDArray[np.float32], Maps]:
    """Return frozen patches (N, h, w, D) at the first turn, and the segmentation, averaged over all turns."""
    segmenting, device = checked_segmenting(backbone), device_of(backbone)
    frozen, logits = [], []
    with torch.inference_mode():
        for number, image in enumerate(images, 1):  # one at a time is the fastest on a CPU, see `Features`
            pixels = torch.from_numpy(image)[None].to(device)
            branches = [segmenting.branches(torch.rot90(pixels, turn, (1, 2))) for turn in turns]
            frozen.append(branches[0].frozen.half().movedim(1, -1))
            logits.append(_mean_over_turns([each.logits for each in branches], turns))
            if progress is not None:
                progress(number, len(images))
    return _joined(frozen), (_joined(logits),)


def _mean_over_turns(maps: Sequence[Tensor], turns: Sequence[int]) -> Tensor:
    """Return the mean of maps (B, h, w) of an image that was turned by quarters, turned back."""
    return torch.stack([torch.rot90(map_, -turn, (1, 2)) for map_, turn in zip(maps, turns, strict=True)]).mean(0)


def evidence_of(head: Head, embedding: Tensor) -> Tensor:
    """Return the logit of "defective" minus that of "normal" for embeddings (B, D, h, w): (B, h, w)."""
    logits = head(embedding)
    return logits[:, 1] - logits[:, 0]


def _joined(blocks: list[Tensor]) -> NDArray[np.float32]:
    return np.ascontiguousarray(torch.cat(blocks).float().cpu().numpy())
