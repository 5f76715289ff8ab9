"""Grad-CAM of the score: the regions of an image that its score comes from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from inspect import ismethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from eval.models.backbone import Backbone, unprojected
from eval.models.embedding import device_of
from eval.models.segmenting import checked_segmenting
from eval.scoring.detector import Detector
from eval.scoring.fusion import CELLS, tails_of
from eval.scoring.maps import evidence_of
from eval.scoring.memory_bank import Bank
from eval.scoring.nearest import nearest


def grad_cam(detector: Detector, image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the heat map (h, w) of one image (H, W, 3); see `grad_cams`."""
    return np.asarray(grad_cams(detector, image[None])[0], np.float32)


def grad_cams(
    detector: Detector, images: NDArray[np.uint8], *, scores: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return the regions of the coarsest feature map that raise the score of each image.

    The score is that of the detector, without turns: of the whole image, or of its highest patch. Each channel of the
    map is weighted by the average of the score's gradient over the map's cells; the weighted sum of the channels is
    cut at 0. The backbone is left unchanged: no gradient is stored, and its mode is restored.

    Args:
        detector: computes on the device of its backbone. With image scoring the map is the coarsest of all, otherwise
            the coarsest that goes into the embedding of patches.
        images: uint8 (N, H, W, 3).
        scores: of the patches as the detector returned them, (N, h, w), to save time: only patches near the highest
            score are scored again. None scores all.

    Returns:
        float32 (N, h, w), at least 0, on the grid of that map. It has no unit; compare values within an image only.

    References:
        R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
        ICCV 2017. There the gradient is that of a class's logit. Here it is that of the score, which has no class: it
        is the same for every head, and for a backbone that was never trained.
    """
    backbone = detector.backbone
    stride = max(backbone.channels) if detector.scoring == "image" else backbone.patch_strides[-1]
    pixels = torch.tensor(images, device=device_of(backbone))
    high = None if scores is None else torch.from_numpy(_near_highest(scores)).to(pixels.device)
    was_training = backbone.training
    backbone.eval()
    try:
        with torch.enable_grad(), recorded_maps(backbone, stride=stride) as maps:
            (gradient,) = torch.autograd.grad(_highest_scores(detector, pixels, high).sum(), maps[-1])
    finally:
        backbone.train(was_training)
    weights = gradient.mean(dim=(2, 3))
    heat = functional.relu(torch.einsum("bc,bchw->bhw", weights.float(), maps[-1].detach().float()))
    return np.asarray(heat.cpu().numpy(), np.float32)


def _near_highest(scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the patches (N, h * w) whose score may be the highest of its image before it was rounded to float16."""
    flat = scores.reshape(len(scores), -1)
    highest = flat.max(axis=1, keepdims=True)
    return np.asarray(flat >= highest - 4 * np.finfo(np.float16).eps * np.abs(highest), np.bool_)


@contextmanager
def recorded_maps(backbone: Backbone, *, stride: int) -> Iterator[list[Tensor]]:
    """Record the feature maps of one stride that `Backbone.maps` returns in this context; gradients start at them.

    A backbone that contains another one calls the method of both; the last map recorded is that of the outer backbone,
    which embeddings are made of.

    Args:
        backbone: backbone, whose `maps` is replaced on the object and restored afterwards.
        stride: stride of the maps in px.

    Yields:
        The maps (B, C, h, w), in the order in which they were made.
    """
    maps: list[Tensor] = []

    def recording(original: Any) -> Any:
        def recorded(pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
            with torch.no_grad():  # gradients start at the map: nothing before it is kept
                found: dict[int, Tensor] = original(pixels, deepest=deepest)
            if stride in found:
                maps.append(found[stride].requires_grad_())
            return found

        return recorded

    with ExitStack() as stack:
        for module in backbone.modules():
            if ismethod(original := getattr(module, "maps", None)):
                module.__dict__["maps"] = recording(original)
                stack.callback(module.__dict__.pop, "maps")
        yield maps


def _highest_scores(detector: Detector, pixels: Tensor, high: Tensor | None = None) -> Tensor:
    """Return the score of each image (B, H, W, 3), with gradients, (B,).

    Args:
        detector: scores the images.
        pixels: the images.
        high: patches that are scored, bool (B, h * w), at least one per image; None for all.
    """
    backbone, bank = detector.backbone, detector.bank
    if detector.scoring == "image":
        return _distances(backbone.embed(pixels), bank)
    if detector.scoring == "patch" or detector.head is None:
        rows = _rows(backbone.patch_embed(pixels))
        return _highest(_distances(_chosen(rows, high), bank), rows, high)
    if detector.scoring == "ensemble":
        return _scores_of_ensemble(detector, pixels)
    known = unprojected(backbone).patch_embed(pixels)
    if detector.scoring == "pooled":
        trainable = 0 if unprojected(backbone) is backbone else len(backbone.stages())
        return _distances(backbone.upper(known, scoring="pooled", trainable=trainable), bank)
    evidence = evidence_of(detector.head, backbone.upper(known, scoring="patch", trainable=len(backbone.stages())))
    _, distance_scale, _, evidence_scale = bank.scales
    rows = _rows(known)
    distances = _distances(_chosen(rows, high), bank)
    return _highest(distances / distance_scale + _chosen(evidence.flatten(1), high) / evidence_scale, rows, high)


def _scores_of_ensemble(detector: Detector, pixels: Tensor) -> Tensor:
    """Return the score of each image by an ensemble, with gradients, (B,); see `eval.scoring.fusion`."""
    branches = checked_segmenting(detector.backbone).branches(pixels)
    distances = _distances(_rows(branches.frozen).flatten(0, 1), detector.bank)
    maps = (distances, branches.logits)
    total = pixels.new_zeros(len(pixels), dtype=torch.float32)
    for map_, tail, count in zip(maps, tails_of(detector.bank.scales), CELLS, strict=True):
        largest = map_.reshape(len(pixels), -1).topk(min(count, map_[0].numel()), dim=1).values.mean(dim=1)
        total = total + tail.weight * functional.softplus((largest - tail.center) / tail.spread)
    return total


def _rows(patches: Tensor) -> Tensor:
    """Return patches (B, D, h, w) as (B, h * w, D)."""
    return patches.float().flatten(2).transpose(1, 2)


def _chosen(values: Tensor, high: Tensor | None) -> Tensor:
    """Return those of (B, h * w, ...) that are scored, of all images in one dimension (P, ...)."""
    return values.flatten(0, 1) if high is None else values[high]


def _highest(scores: Tensor, rows: Tensor, high: Tensor | None) -> Tensor:
    """Return the highest score of each image, (B,), from those of the scored patches (P,)."""
    if high is None:
        return scores.view(rows.shape[:2]).max(dim=1).values
    spread = scores.new_full(rows.shape[:2], -torch.inf).masked_scatter(high, scores)
    return spread.max(dim=1).values


def _distances(rows: Tensor, bank: Bank) -> Tensor:
    """Return the cosine distance of each row (P, D) to the nearest one of the bank, (P,), with gradients."""
    known = torch.from_numpy(bank.rows).to(rows.device)
    _, places = nearest(known, rows.detach(), return_index=True)
    return 1 - functional.cosine_similarity(rows.float(), known[torch.from_numpy(places[:, 0])].float(), dim=1)
