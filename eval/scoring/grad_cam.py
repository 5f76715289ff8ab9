"""Grad-CAM of the score: what in an image its distance to the training normals comes from."""

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

from eval.models.backbone import Backbone
from eval.models.embedding import device_of
from eval.models.projection import unprojected
from eval.scoring.detector import Detector, evidence_of
from eval.scoring.memory_bank import Bank
from eval.scoring.nearest import nearest


def grad_cam(detector: Detector, image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Where the coarsest feature map holds what makes the score of an image large.

    The score is that of the detector: of the whole image, or of its highest patch. Each channel of the map is weighted
    by the average of the score's gradient over the map's cells; the weighted sum of the channels is cut at 0. Nothing
    about the backbone is changed: no gradient is left behind, and it is in the mode that it was in.

    Args:
        detector: computes where the weights of its backbone are. With image scoring the map is the coarsest there is,
            otherwise the coarsest that goes into the embedding of patches.
        image: uint8 (H, W, 3).

    Returns:
        float32 (h, w), at least 0, on the grid of that map; without unit, so only to be compared within the image.

    References:
        R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
        ICCV 2017. There the gradient is that of a class's logit. Here it is the score's, which has no class: it is
        the same question for every head, and for a backbone that was never trained.
    """
    backbone = detector.backbone
    stride = max(backbone.channels) if detector.scoring == "image" else backbone.patch_strides[-1]
    pixels = torch.tensor(image[None], device=device_of(backbone))
    was_training = backbone.training
    backbone.eval()
    try:
        with torch.enable_grad(), recorded_maps(backbone, stride=stride) as maps:
            (gradient,) = torch.autograd.grad(_highest_score(detector, pixels), maps[-1])
    finally:
        backbone.train(was_training)
    map_ = maps[-1].detach()[0]
    weights = gradient[0].mean(dim=(1, 2))
    heat = functional.relu(torch.einsum("c,chw->hw", weights.float(), map_.float()))
    return np.asarray(heat.cpu().numpy(), np.float32)


@contextmanager
def recorded_maps(backbone: Backbone, *, stride: int) -> Iterator[list[Tensor]]:
    """Within this context, the maps of one stride that ``backbone.maps`` gives are kept, and gradients start at them.

    A backbone that hands the work to another one within it calls both; the last map kept is that of the outer one,
    which is what embeddings are made of.

    Args:
        backbone: whose `maps` is replaced on the object, and put back.
        stride: of the map, in px a cell.

    Yields:
        The maps (B, C, h, w), in the order in which they were made.
    """
    maps: list[Tensor] = []

    def recording(original: Any) -> Any:
        def recorded(pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
            with torch.no_grad():  # gradients start at the map, so nothing before it is kept
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


def _highest_score(detector: Detector, pixels: Tensor) -> Tensor:
    """The score of one image (1, H, W, 3), with a gradient."""
    backbone = detector.backbone
    if detector.scoring == "image":
        return _distances(backbone.embed(pixels), detector.bank)[0]
    if detector.scoring == "patch" or detector.head is None:
        return _distances(_rows(backbone.patch_embed(pixels)), detector.bank).max()
    known = unprojected(backbone).patch_embed(pixels)
    if detector.scoring == "pooled":
        trainable = 0 if unprojected(backbone) is backbone else len(backbone.stages())
        return _distances(backbone.upper(known, scoring="pooled", trainable=trainable), detector.bank)[0]
    evidence = evidence_of(detector.head, backbone.upper(known, scoring="patch", trainable=len(backbone.stages())))
    _, far_reach, _, sure_reach = detector.bank.scales
    return (_distances(_rows(known), detector.bank) / far_reach + evidence.flatten() / sure_reach).max()


def _rows(patches: Tensor) -> Tensor:
    """Patches (1, D, h, w) to (h * w, D)."""
    return patches.float().flatten(2)[0].T


def _distances(rows: Tensor, bank: Bank) -> Tensor:
    """The cosine distance of each row of (P, D) to the nearest one of the bank, (P,); with a gradient."""
    known = torch.from_numpy(bank.rows).to(rows.device)
    _, places = nearest(known, rows.detach(), return_index=True)
    return 1 - functional.cosine_similarity(rows.float(), known[torch.from_numpy(places[:, 0])].float(), dim=1)
