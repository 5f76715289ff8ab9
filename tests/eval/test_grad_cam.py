"""Grad-CAM of the score: against its formula on small networks, and without side effects."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")

import torch
from torch import Tensor, nn

from dml_heads import make_head
from eval.models.backbone import Backbone, ProjectedBackbone, StagedBackbone
from eval.models.registry import make_backbone
from eval.scoring.calibration import calibrate
from eval.scoring.detector import Detector
from eval.scoring.grad_cam import _highest_scores, grad_cam, grad_cams, recorded_maps
from eval.scoring.memory_bank import Bank

SIDE = 64
FINE, COARSE = 4, 6  # channels of the maps of stride 8 and 16

CALIBRATION = calibrate([0.1], [], false_positives=0.0)


class Small(StagedBackbone):
    """Make a backbone of two convolutions, of stride 8 and 16."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        stages = [nn.Conv2d(3, FINE, 8, 8), nn.Sequential(nn.BatchNorm2d(FINE), nn.Conv2d(FINE, COARSE, 2, 2))]
        looks: dict[str, Any] = {"mean": (0.5,) * 3, "std": (0.25,) * 3}
        super().__init__(name="small", stages=stages, strides=(8, 16), channels={8: FINE, 16: COARSE}, **looks)


class Projected(Backbone):
    """Backbone that multiplies the patches of another one by a matrix."""

    def __init__(self, inner: Backbone) -> None:
        looks: dict[str, Any] = {"mean": (0.5,) * 3, "std": (0.25,) * 3}
        super().__init__(name="projected", channels=inner.channels, **looks)
        self.inner = inner
        self.matrix = nn.Conv2d(inner.patch_size, 5, 1, bias=False)

    def stages(self) -> list[nn.Module]:
        """Return the stages of the other backbone and the matrix."""
        return [self.inner, self.matrix]

    def maps(self, pixels: Tensor, *, deepest: int) -> dict[int, Tensor]:
        """Return the maps of the other backbone."""
        return self.inner.maps(pixels, deepest=deepest)

    def patch_embed(self, images: Tensor) -> Tensor:
        """Return the patches of the other backbone, multiplied."""
        return self.matrix(self.inner.patch_embed(images))


class Deaf(Small):
    """Backbone whose embedding does not depend on the image."""

    def embed(self, images: Tensor) -> Tensor:
        """Return ones."""
        return 0 * super().embed(images) + torch.arange(1.0, COARSE + 1)


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


def bank_of(width: int, *, count: int = 5, seed: int = 0) -> Bank:
    rows = np.random.default_rng(seed).standard_normal((count, width)).astype(np.float32)
    return Bank(rows, np.arange(count))


def slope(embedding: np.ndarray, bank: Bank) -> np.ndarray:
    """Return the gradient of the cosine distance to the nearest row."""
    cosines = bank.rows @ embedding / np.linalg.norm(bank.rows, axis=1) / np.linalg.norm(embedding)
    nearest = bank.rows[cosines.argmax()]
    length = np.linalg.norm(embedding)
    return cosines.max() * embedding / length**2 - nearest / np.linalg.norm(nearest) / length


def heat(weights: np.ndarray, map_: Tensor) -> np.ndarray:
    cells = map_.shape[1] * map_.shape[2]
    return np.maximum(np.einsum("c,chw->hw", weights / cells, map_.detach().double().numpy()), 0)


def distances(rows: np.ndarray, bank: Bank) -> np.ndarray:
    known, asked = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (bank.rows, rows))
    return np.min(1 - asked @ known.T, axis=1)


def test_image_scoring_is_the_formula(image: np.ndarray) -> None:
    backbone, bank = Small().eval(), bank_of(COARSE)
    map_ = backbone.features(torch.from_numpy(image[None]))[16][0]
    embedding = map_.detach().double().mean(dim=(1, 2)).numpy()
    found = grad_cam(Detector(backbone, None, bank, "image", SIDE, CALIBRATION), image)
    assert found.dtype == np.float32
    assert found.shape == (4, 4)
    assert found.max() > 0
    np.testing.assert_allclose(found, heat(slope(embedding, bank), map_), rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("projected", [False, True])
def test_patch_scoring_is_the_formula_for_the_farthest_patch_whatever_comes_after_the_maps(
    image: np.ndarray, *, projected: bool
) -> None:
    small = Small().eval()
    backbone = Projected(small).eval() if projected else small
    pixels = torch.from_numpy(image[None])
    map_ = small.features(pixels)[16][0]
    with torch.no_grad():
        rows = backbone.patch_embed(pixels)[0].flatten(1).T.double().numpy()
    bank = bank_of(rows.shape[1])
    of_patch = slope(rows[distances(rows, bank).argmax()], bank)
    if projected:
        matrix = dict(backbone.named_parameters())["matrix.weight"][:, :, 0, 0]
        of_patch = of_patch @ matrix.detach().double().numpy()
    # a constant that is added to a channel of the coarse map is added to that channel of every patch
    found = grad_cam(Detector(backbone, None, bank, "patch", SIDE, CALIBRATION), image)
    assert found.max() > 0
    np.testing.assert_allclose(found, heat(of_patch[FINE:], map_), rtol=1e-3, atol=1e-7)


def test_without_a_gradient_there_is_no_heat(image: np.ndarray) -> None:
    found = grad_cam(Detector(Deaf(), None, bank_of(COARSE), "image", SIDE, CALIBRATION), image)
    np.testing.assert_array_equal(found, np.zeros((4, 4), np.float32))


@pytest.mark.parametrize("scoring", ["image", "patch"])
@pytest.mark.parametrize("frozen", [False, True])
def test_there_are_no_side_effects(image: np.ndarray, *, scoring: str, frozen: bool) -> None:
    backbone = Small()
    backbone.freeze(trainable=0 if frozen else 2)
    backbone.train()
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    width = COARSE if scoring == "image" else FINE + COARSE
    first = grad_cam(Detector(backbone, None, bank_of(width), scoring, SIDE, CALIBRATION), image)
    after: Mapping[str, Tensor] = backbone.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert all(parameter.grad is None for parameter in backbone.parameters())
    assert all(parameter.requires_grad != frozen for parameter in backbone.parameters())
    assert backbone.training
    assert "maps" not in vars(backbone)
    np.testing.assert_array_equal(
        grad_cam(Detector(backbone, None, bank_of(width), scoring, SIDE, CALIBRATION), image), first
    )
    with pytest.raises(ValueError, match="images must have shape"):
        grad_cam(Detector(backbone, None, bank_of(width), scoring, SIDE, CALIBRATION), image[:20, :20])
    assert backbone.training
    assert "maps" not in vars(backbone)


def test_maps_are_recorded_only_inside_and_of_all_backbones_within() -> None:
    backbone = Projected(Small()).eval()
    pixels = torch.zeros(1, 3, SIDE, SIDE)
    with recorded_maps(backbone, stride=8) as maps:
        outer = backbone.maps(pixels, deepest=16)
        assert [map_ is outer[8] for map_ in maps] == [True, True]  # the outer one returns the map of the inner one
        assert maps[0].requires_grad
        assert maps[0].is_leaf
    backbone.maps(pixels, deepest=16)
    assert len(maps) == 2


@pytest.mark.parametrize(("scoring", "grid"), [("image", (2, 2)), ("patch", (4, 4))])
def test_the_grid_is_that_of_the_coarsest_map_of_the_embedding(
    image: np.ndarray, scoring: str, grid: tuple[int, int]
) -> None:
    backbone = make_backbone("resnet18", weights="none")
    width = backbone.embedding_size if scoring == "image" else backbone.patch_size
    found = grad_cam(Detector(backbone, None, bank_of(width), scoring, SIDE, CALIBRATION), image)
    assert found.shape == grid
    assert found.min() >= 0


def test_fused_scoring_explains_the_sum_of_distance_and_evidence(image: np.ndarray) -> None:
    backbone = ProjectedBackbone(Small().eval(), size=5)
    head = make_head("softmax", embedding_size=5, classes=2)
    bank = replace(bank_of(FINE + COARSE), scales=(0.2, 0.1, 0.5, 2.0))
    detector = Detector(backbone, head, bank, "fused", SIDE, CALIBRATION)
    scores, _, _ = detector.scores([image])
    far, far_spread, sure, sure_spread = bank.scales
    highest = float(_highest_scores(detector, torch.tensor(image[None])).detach())
    assert highest - far / far_spread - sure / sure_spread == pytest.approx(scores.max(), abs=1e-2)
    found = grad_cam(detector, image)
    assert found.shape == (SIDE // 16, SIDE // 16)
    assert found.min() >= 0
    assert found.max() > 0
    without = Detector(backbone, head, replace(bank, scales=(0.2, 1e9, 0.5, 2.0)), "fused", SIDE, CALIBRATION)
    assert not np.allclose(grad_cam(without, image), found)


@pytest.mark.parametrize("scoring", ["image", "patch", "fused"])
def test_several_images_at_once_and_with_known_scores_have_the_same_maps(scoring: str) -> None:
    images = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)
    backbone: Any = Small().eval()
    head, width = None, COARSE if scoring == "image" else FINE + COARSE
    if scoring == "fused":
        backbone = ProjectedBackbone(backbone, size=5)
        head = make_head("softmax", embedding_size=5, classes=2)
    detector = Detector(
        backbone, head, replace(bank_of(width), scales=(0.2, 0.1, 0.5, 2.0)), scoring, SIDE, CALIBRATION
    )
    alone = np.stack([grad_cam(detector, image) for image in images])
    np.testing.assert_allclose(grad_cams(detector, images), alone, atol=1e-6)
    if scoring != "image":
        scores = detector.scores(list(images))[0].astype(np.float16).astype(np.float32)
        np.testing.assert_allclose(grad_cams(detector, images, scores=scores), alone, atol=1e-6)
