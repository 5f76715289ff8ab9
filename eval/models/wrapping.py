"""Backbones made of any network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from eval.data.images import MIN_SIDE
from eval.models.backbone import Backbone

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Means and standard deviations of R, G and B in ImageNet, for images in [0, 1]."""


def wrap_backbone(
    module: nn.Module,
    *,
    layers: Sequence[str],
    mean: Sequence[float] = IMAGENET[0],
    std: Sequence[float] = IMAGENET[1],
    name: str = "wrapped",
) -> Backbone:
    """Make a backbone of any network.

    Args:
        module: network for normalised images (B, 3, H, W); runs once on zeros of 64 x 64 px, to measure its maps. Its
            direct children are the stages: replace a classifier by ``nn.Identity``.
        layers: names of submodules, as in ``module.named_modules()``, whose outputs (B, C, h, w) are the feature maps,
            with different strides. ``embed`` pools the coarsest one.
        mean: see ``Backbone``.
        std: see ``Backbone``.
        name: see ``Backbone``.

    Returns:
        The backbone, in evaluation mode; it shares the weights of the module.

    Raises:
        ValueError: if a layer is missing, its output is no map, or its stride is that of another one.

    Examples:
        >>> tiny = nn.Sequential(nn.Conv2d(3, 4, 8, stride=8), nn.Conv2d(4, 6, 2, stride=2))
        >>> backbone = wrap_backbone(tiny, layers=["0", "1"])
        >>> backbone.channels
        {8: 4, 16: 6}
        >>> backbone.patch_embed(torch.zeros(1, 64, 64, 3)).shape
        torch.Size([1, 10, 8, 8])
    """
    known = [layer for layer, _ in module.named_modules() if layer]
    if not layers or any(layer not in known for layer in layers):
        raise ValueError(f"layers must name submodules among {known}, got {list(layers)}")
    side = 2 * MIN_SIDE
    first = next(module.parameters(), torch.zeros(0))
    with torch.no_grad():
        seen = outputs_of(module.eval(), torch.zeros(1, 3, side, side, device=first.device), layers=layers)
    strides: dict[int, str] = {}
    for layer in layers:
        shape = tuple(getattr(seen.get(layer), "shape", ()))
        if len(shape) != 4 or min(shape[2:]) < 1:
            raise ValueError(f"layers must give maps of shape (B, C, h, w), got {shape or None} from {layer!r}")
        stride = round(side / shape[-1])
        if stride in strides:
            raise ValueError(f"layers must have different strides, got {stride} of {strides[stride]!r} and {layer!r}")
        strides[stride] = layer
    channels = {stride: seen[layer].shape[1] for stride, layer in strides.items()}
    return WrappedBackbone(module, name=name, layers=strides, channels=channels, mean=mean, std=std).eval()


class WrappedBackbone(Backbone):
    """Backbone of any network, whose maps forward hooks read; made by ``wrap_backbone``."""

    def __init__(
        self,
        module: nn.Module,
        *,
        name: str,
        layers: Mapping[int, str],
        channels: Mapping[int, int],
        mean: Sequence[float],
        std: Sequence[float],
    ) -> None:
        super().__init__(name=name, channels=channels, mean=mean, std=std)
        self.module = module
        self.layers = dict(layers)

    def stages(self) -> list[nn.Module]:
        """Return the direct children of the module that have parameters."""
        return [child for child in self.module.children() if any(True for _ in child.parameters())]

    def maps(self, pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
        """Run the whole module and return the outputs of its layers."""
        seen = outputs_of(self.module, pixels, layers=list(self.layers.values()))
        return {stride: seen[layer] for stride, layer in self.layers.items() if stride <= deepest}


def outputs_of(module: nn.Module, pixels: Tensor, *, layers: Sequence[str]) -> dict[str, Tensor]:
    """Run a module and return the outputs of some of its layers by name."""
    seen: dict[str, Tensor] = {}
    named = dict(module.named_modules())
    with ExitStack() as stack:
        for layer in layers:

            def keep(_module: nn.Module, _inputs: Any, output: Tensor, layer: str = layer) -> None:
                seen[layer] = output

            handle = named[layer].register_forward_hook(keep)
            stack.callback(handle.remove)
        module(pixels)
    return seen
