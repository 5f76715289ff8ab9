"""Backbones: shapes, strides, freezing, weights, and bad arguments."""

import re
from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from torch import Tensor, nn  # noqa: E402 - after the check that it is there

from eval.models.backbone import Backbone  # noqa: E402
from eval.models.registry import BACKBONES, make_backbone, wrap_backbone  # noqa: E402

SIDE = 64
SIZES = {
    "efficientnet_lite0": (1280, 152),
    "mobilenet_v2": (1280, 128),
    "resnet18": (512, 384),
    "resnet34": (512, 384),
    "torchvision:regnet_y_400mf": (440, 312),
}


def noise(count: int, *, side: int = SIDE, seed: int = 0) -> np.ndarray:
    """Return random images, uint8 (N, side, side, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), np.uint8)


def small_backbone() -> Backbone:
    """Make a backbone of two convolutions, of stride 8 and 16."""
    layers = nn.Sequential(nn.Conv2d(3, 4, 8, stride=8), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 6, 2, stride=2))
    return wrap_backbone(layers, layers=["2", "3"])


@pytest.fixture(scope="module")
def lite() -> Backbone:
    torch.manual_seed(0)
    return make_backbone(weights="none")


@pytest.mark.parametrize("name", SIZES)
def test_maps_and_embeddings_have_the_promised_shapes(name: str) -> None:
    backbone = make_backbone(name, weights="none")
    images = torch.from_numpy(noise(2))
    embedding_size, patch_size = SIZES[name]
    maps = backbone.features(images)
    assert not backbone.training
    assert {8, 16, 32} <= maps.keys() == backbone.channels.keys()
    assert {stride: tuple(map_.shape) for stride, map_ in maps.items()} == {
        stride: (2, count, SIDE // stride, SIDE // stride) for stride, count in backbone.channels.items()
    }
    assert backbone.embed(images).shape == (2, embedding_size) == (2, backbone.embedding_size)
    assert backbone.patch_embed(images).shape == (2, patch_size, 8, 8) == (2, backbone.patch_size, 8, 8)


@pytest.mark.parametrize(
    ("finest", "coarsest", "size", "grid"), [(8, 8, 40, 8), (16, 16, 112, 4), (8, 32, 152 + 1280, 8), (16, 32, 1392, 4)]
)
def test_levels_can_be_chosen(finest: int, coarsest: int, size: int, grid: int) -> None:
    backbone = make_backbone(weights="none")
    backbone.join_levels(finest, coarsest)
    assert backbone.patch_embed(torch.from_numpy(noise(1))).shape == (1, size, grid, grid)
    assert backbone.patch_size == size
    with pytest.raises(ValueError, match=r"must hold a stride of .*_lite0 between them \(4, 8, 16, 32\), got 9 "):
        backbone.join_levels(9, 15)


def test_every_name_makes_a_backbone() -> None:
    assert {name for name in SIZES if ":" not in name} <= set(BACKBONES)


def test_sides_need_not_be_square_or_multiples_of_the_stride(lite: Backbone) -> None:
    maps = lite.features(torch.zeros(1, 45, 70, 3, dtype=torch.uint8))
    shapes = {stride: tuple(map_.shape[2:]) for stride, map_ in maps.items()}
    assert shapes == {4: (12, 18), 8: (6, 9), 16: (3, 5), 32: (2, 3)}
    assert lite.patch_embed(torch.zeros(1, 45, 70, 3, dtype=torch.uint8)).shape == (1, 152, 6, 9)


def test_floats_in_0_to_1_are_the_same_as_bytes(lite: Backbone) -> None:
    images = torch.from_numpy(noise(1))
    assert torch.allclose(lite.embed(images), lite.embed(images.double() / 255), atol=1e-5)


def test_the_embedding_is_the_average_of_the_coarsest_map(lite: Backbone) -> None:
    images = torch.from_numpy(noise(2))
    assert torch.allclose(lite.embed(images), lite.features(images)[32].mean(dim=(2, 3)))


def test_patches_are_local_averages_of_both_maps_on_the_finer_grid() -> None:
    backbone = small_backbone()
    images = torch.from_numpy(noise(1))
    fine, coarse = backbone.features(images).values()
    patches = backbone.patch_embed(images)
    assert torch.allclose(patches[:, :4, 3, 3], fine[:, :, 2:5, 2:5].mean(dim=(2, 3)), atol=1e-6)
    assert torch.allclose(patches[:, :4, 0, 0], fine[:, :, :2, :2].mean(dim=(2, 3)), atol=1e-6)  # no zeros mixed in
    assert torch.allclose(patches[:, 4:, 0, 0], coarse[:, :, :2, :2].mean(dim=(2, 3)), atol=1e-6)


def test_gradients_reach_the_first_layer(lite: Backbone) -> None:
    lite.patch_embed(torch.from_numpy(noise(1))).square().sum().backward()
    assert next(lite.parameters()).grad is not None
    lite.zero_grad()


def test_a_frozen_stage_takes_no_gradient_and_keeps_its_statistics() -> None:
    backbone = make_backbone("resnet18", weights="none")
    backbone.freeze(trainable=1)
    backbone.train()
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    backbone.embed(torch.from_numpy(noise(2)))
    changed = {name.split(".")[1] for name, tensor in backbone.state_dict().items() if not before[name].equal(tensor)}
    assert [any(weight.requires_grad for weight in stage.parameters()) for stage in backbone.stages()] == [
        False,
        False,
        False,
        False,
        True,
    ]
    assert changed <= {"4"}
    backbone.freeze(trainable=5)
    assert all(weight.requires_grad for weight in backbone.parameters())
    assert backbone.stages()[0].training
    with pytest.raises(ValueError, match=re.escape("trainable must be in 0 <= trainable <= 5 stages, got 6")):
        backbone.freeze(trainable=6)


BAD_CALLS: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "make_backbone('vgg')": (lambda: make_backbone("vgg"), ValueError, "backbone must be one of"),
    "make_backbone('torchvision:vgg')": (
        lambda: make_backbone("torchvision:vgg"),
        ValueError,
        "timm:NAME or torchvision:NAME, got 'torchvision:vgg'",
    ),
    "layers=['x']": (
        lambda: wrap_backbone(nn.Sequential(nn.Conv2d(3, 4, 8, stride=8)), layers=["x"]),
        ValueError,
        "layers must name submodules among ['0'], got ['x']",
    ),
    "two layers of one stride": (
        lambda: wrap_backbone(nn.Sequential(nn.Conv2d(3, 4, 8, stride=8), nn.ReLU()), layers=["0", "1"]),
        ValueError,
        "layers must have different strides, got 8 of '0' and '1'",
    ),
    "layers that give no map": (
        lambda: wrap_backbone(nn.Sequential(nn.Conv2d(3, 4, 8, stride=8), nn.Flatten()), layers=["1"]),
        ValueError,
        "layers must give maps of shape (B, C, h, w), got (1, 256) from '1'",
    ),
    "std=(1, 0, 1)": (
        lambda: wrap_backbone(nn.Sequential(nn.Conv2d(3, 4, 8, stride=8)), layers=["0"], std=(1, 0, 1)),
        ValueError,
        "std must hold three numbers > 0, one each for R, G and B, got (1, 0, 1)",
    ),
    "images int64": (
        lambda: small_backbone().embed(torch.zeros(1, 64, 64, 3, dtype=torch.int64)),
        TypeError,
        "images must be uint8 or floating point, got torch.int64",
    ),
    "images (B, 3, H, W)": (
        lambda: small_backbone().embed(torch.zeros(1, 3, 64, 64)),
        ValueError,
        "images must have shape (B, H, W, 3) with H, W >= 32, got (1, 3, 64, 64)",
    ),
    "float images to 255": (
        lambda: small_backbone().embed(torch.full((1, 64, 64, 3), 255.0)),
        ValueError,
        "images must lie in [0, 1] where they are floats, got [255, 255]",
    ),
}


@pytest.mark.parametrize("call", BAD_CALLS)
def test_bad_arguments_are_named(call: str) -> None:
    run, error, message = BAD_CALLS[call]
    with pytest.raises(error, match=re.escape(message)):
        run()


def test_a_network_with_hooks_gives_the_maps_of_its_layers_and_no_hook_stays() -> None:
    from torchvision import models  # noqa: PLC0415

    network = models.resnet18(weights=None)
    wrapped = wrap_backbone(network, layers=["layer2", "layer3", "layer4"], name="resnet18 by hooks")
    assert wrapped.channels == {8: 128, 16: 256, 32: 512}
    assert not any(module._forward_hooks for module in network.modules())
    staged = make_backbone("resnet18", weights="none")
    names = [name for name in network.state_dict() if not name.startswith("fc.")]
    staged.load_state_dict(
        {own: network.state_dict()[name] for own, name in zip(staged.state_dict(), names, strict=True)}
    )
    images = torch.from_numpy(noise(2))
    wrapped.eval()
    output: Tensor = wrapped.patch_embed(images)
    assert torch.allclose(output, staged.patch_embed(images), atol=1e-5)
    assert torch.allclose(wrapped.embed(images), staged.embed(images), atol=1e-5)
    wrapped.freeze()
    assert not any(weight.requires_grad for stage in wrapped.stages() for weight in stage.parameters())
