"""Backbones of the library timm, by "timm:NAME"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from eval.models.backbone import Backbone
from eval.models.weight_files import read_weights

PREFIX = "timm:"
_PROBE_SIDE = 128  # px


class TimmBackbone(Backbone):
    """Backbone of a network that timm made with `features_only`.

    Args:
        network: returns its maps in a list, fine to coarse.
        channels_last: True if the maps are (B, h, w, C).
        name: see `Backbone`.
        strides: stride of each map; of equal ones, the last counts.
        channels: see `Backbone`.
        mean: see `Backbone`.
        std: see `Backbone`.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        name: str,
        channels_last: bool,
        strides: Sequence[int],
        channels: Mapping[int, int],
        mean: Sequence[float],
        std: Sequence[float],
    ) -> None:
        super().__init__(name=name, channels=channels, mean=mean, std=std)
        self.network = network
        self.channels_last = channels_last
        self.strides = tuple(strides)

    def stages(self) -> list[nn.Module]:
        """Return the children of the network that have parameters."""
        return [child for child in self.network.children() if any(True for _ in child.parameters())]

    def maps(self, pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
        """Run the whole network and return its maps up to stride `deepest`."""
        given = self.network(pixels)
        maps = [map_.movedim(-1, 1) for map_ in given] if self.channels_last else given
        return {stride: map_ for stride, map_ in zip(self.strides, maps, strict=True) if stride <= deepest}


def make_timm(name: str, weights: str | Path) -> Backbone:
    """Make a backbone of timm, by "timm:NAME"; default weights are downloaded once.

    Raises:
        FileNotFoundError, ModuleNotFoundError, OSError, ValueError: see `eval.models.registry.make_backbone`.
    """
    timm, own = import_timm(), name.removeprefix(PREFIX)
    about = timm.models.get_pretrained_cfg(own)
    fixed = {"dynamic_img_size": True} if about is not None and about.fixed_input_size else {}
    state = {} if weights in {"default", "none"} else {"state_dict": _checked_state(timm, own, weights)}
    try:
        network = timm.create_model(
            own, features_only=True, pretrained=weights != "none", pretrained_cfg_overlay=state, **fixed
        )
        network.eval()
        with torch.no_grad():
            maps = network(torch.zeros(1, 3, _PROBE_SIDE, _PROBE_SIDE))
    except OSError as error:
        raise OSError(f"weights='default' of {name} could not be downloaded ({error}); give weights=FILE") from error
    except (AssertionError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"backbone must make feature maps of images of any size, got {name}: {error}") from error
    strides, counts = network.feature_info.reduction(), network.feature_info.channels()
    sides = [_PROBE_SIDE // stride for stride in strides]
    shapes = [tuple(map_.shape[1:]) for map_ in maps]
    channels_last = shapes == list(zip(sides, sides, counts, strict=True))
    if not channels_last and shapes != list(zip(counts, sides, sides, strict=True)):
        raise ValueError(f"backbone must make maps of shape (C, h, w) or (h, w, C), got {shapes} from {name}")
    mean, std = (getattr(about, key, None) or (0.5,) * 3 for key in ("mean", "std"))
    return TimmBackbone(
        network,
        name=name,
        channels_last=channels_last,
        strides=strides,
        channels=dict(zip(strides, counts, strict=True)),
        mean=mean,
        std=std,
    )


def import_timm() -> Any:
    """Return the module timm.

    Raises:
        ModuleNotFoundError: if it is not installed; the error names it.
    """
    try:
        return import_module("timm")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"backbones {PREFIX}NAME need timm: pip install timm", name=error.name) from error


def _checked_state(timm: Any, own: str, weights: str | Path) -> dict[str, Tensor]:
    """Return the state dict in a file after a check that it fits the network with its classifier."""
    state = read_weights(Path(weights))
    try:
        timm.create_model(own).load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"weights must fit {PREFIX}{own}, got {weights}: {error}") from error
    return state
