"""Segmentation of defects by a small U-Net on the maps of a frozen backbone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from eval.models.backbone import PROJECTED, Backbone, ProjectedBackbone

FINEST = 4  # px, stride of the logits, unless the backbone has coarser maps only
_WIDTH, _FINE_WIDTH = 32, 24  # channels of maps of stride 8 and above, and below 8
_DROPPED = 0.1  # share of the channels
_RARE = 0.02  # expected share of defective cells, which the first logits stand for


class Segmenter(nn.Module):
    """Decoder that goes from the coarsest map of a backbone to the finest and adds each map and the pixels.

    Args:
        channels: channels of each map of the backbone by its stride in px; maps finer than 4 px are not used.

    Attributes:
        strides: strides of the maps that are used, fine to coarse.

    References:
        O. Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI 2015. Here the
        encoder is frozen, and the decoder is narrow, because it sees a few thousand images only.
    """

    def __init__(self, channels: Mapping[int, int]) -> None:
        super().__init__()
        self.strides = tuple(stride for stride in sorted(channels) if stride >= FINEST)
        finest = self.strides[0]
        widths = {stride: _FINE_WIDTH if stride < 2 * FINEST else _WIDTH for stride in self.strides}
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.BatchNorm2d(count, affine=False), *_convolution(count, width, side=1))
            for count, width in ((channels[stride], width) for stride, width in widths.items())
        )
        merged = [width + above for width, above in zip(widths.values(), [*list(widths.values())[1:], 0], strict=True)]
        self.merges = nn.ModuleList(
            nn.Sequential(*_convolution(count, width), nn.Dropout2d(_DROPPED))
            for count, width in zip(merged, widths.values(), strict=True)
        )
        halvings = finest.bit_length() - 1
        self.stem = nn.Sequential(
            *(layer for step in range(halvings) for layer in _convolution(16 if step else 3, 16, stride=2))
        )
        width = widths[finest]
        self.last = nn.Sequential(*_convolution(width + 16, width))
        self.classifier = nn.Conv2d(width, 1, 1)
        with torch.no_grad():
            self.classifier.bias.fill_(math.log(_RARE / (1 - _RARE)))  # type: ignore[union-attr]  # it has a bias

    def forward(self, maps: Mapping[int, Tensor], pixels: Tensor) -> Tensor:
        """Return the logits of "defective" (B, h, w) on the grid of the finest map.

        Args:
            maps: maps of the backbone by stride.
            pixels: normalised images, (B, 3, H, W).
        """
        parts = list(zip(self.strides, self.laterals, self.merges, strict=True))
        stride, lateral, merge = parts.pop()
        found = merge(lateral(maps[stride]))
        for stride, lateral, merge in reversed(parts):
            own = lateral(maps[stride])
            found = merge(torch.cat([own, _resized(found, own)], 1))
        fine = self.stem(pixels)
        logits: Tensor = self.classifier(self.last(torch.cat([_resized(found, fine), fine], 1)))
        return logits[:, 0].float()


class Branches(NamedTuple):
    """Outputs of the branches of a `SegmentingBackbone`.

    Attributes:
        frozen: patches of the frozen backbone, float32 (B, C, h, w).
        projected: trained embeddings of these patches, float32 (B, D, h, w).
        logits: logits of "defective" on a finer grid, float32 (B, h', w').
    """

    frozen: Tensor
    projected: Tensor
    logits: Tensor


class SegmentingBackbone(ProjectedBackbone):
    """Projected backbone with a segmenter as a second branch; both are trained, the backbone stays frozen.

    Args:
        inner: backbone, whose weights stay frozen.
        size: D of ``patch_embed``.
    """

    def __init__(self, inner: Backbone, *, size: int = PROJECTED) -> None:
        super().__init__(inner, size=size)
        self.segmenter = Segmenter(inner.channels)
        self.to(inner.mean.device)
        self.eval()

    def stages(self) -> list[nn.Module]:
        """Return projection and segmenter as one stage."""
        return [nn.ModuleList([self.projection, self.segmenter])]

    def lower(self, images: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Return the images for "ensemble" scoring; otherwise see ``ProjectedBackbone.lower``."""
        return images if scoring == "ensemble" else super().lower(images, scoring=scoring, trainable=trainable)

    def upper(self, lower: Tensor, *, scoring: str, trainable: int) -> Tensor:
        """Embed the patches of images for "ensemble" scoring; otherwise see ``ProjectedBackbone.upper``."""
        if scoring == "ensemble":
            return self.patch_embed(lower)
        return super().upper(lower, scoring=scoring, trainable=trainable)

    def branches(self, images: Tensor) -> Branches:
        """Run all branches on images (B, H, W, 3)."""
        pixels = self.inner.normalise(images)
        maps = self.inner.maps(pixels, deepest=max(self.inner.channels))
        frozen = self.inner.join_patches(maps)
        return Branches(frozen, self.projection(frozen).float(), self.segmenter(maps, pixels))


def checked_segmenting(backbone: Backbone) -> SegmentingBackbone:
    """Return the backbone of an ensemble.

    Raises:
        TypeError: if it has no segmenter.
    """
    if not isinstance(backbone, SegmentingBackbone):
        raise TypeError(f"backbone must be a trained SegmentingBackbone for ensembles, got {type(backbone).__name__}")
    return backbone


def _convolution(inputs: int, outputs: int, *, side: int = 3, stride: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(inputs, outputs, side, stride=stride, padding=side // 2, bias=False)
    return [conv, nn.BatchNorm2d(outputs), nn.ReLU()]


def _resized(map_: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(map_, like.shape[2:], mode="bilinear")
