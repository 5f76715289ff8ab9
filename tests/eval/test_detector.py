"""Detectors: frozen features, projections, and the three ways to score."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from torch import Tensor, nn  # noqa: E402 - after the check that it is there

from defectsynth import Line  # noqa: E402
from defectsynth.core.cache import clear_caches  # noqa: E402
from dml_heads import SphereFaceHead, make_head  # noqa: E402
from eval.data.twins import twin_split  # noqa: E402
from eval.models.backbone import (  # noqa: E402
    Backbone,
    ProjectedBackbone,
    unprojected,
)
from eval.models.checkpoints import load_model, save_model  # noqa: E402
from eval.models.feature_cache import Features  # noqa: E402
from eval.models.registry import make_backbone, wrap_backbone  # noqa: E402
from eval.scoring.detector import HeldOut, embed, make_detector  # noqa: E402
from eval.training.options import TrainingOptions  # noqa: E402
from eval.training.trainer import train  # noqa: E402

SIDE = 64


def noise(count: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, SIDE, SIDE, 3), np.uint8)


def small_backbone(seed: int = 3) -> Backbone:
    torch.manual_seed(seed)
    first = nn.Sequential(nn.Conv2d(3, 6, 8, stride=8), nn.BatchNorm2d(6), nn.ReLU())
    second = nn.Sequential(nn.Conv2d(6, 10, 3, stride=2, padding=1), nn.BatchNorm2d(10), nn.ReLU())
    return wrap_backbone(nn.Sequential(first, second), layers=["0", "1"])


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    clear_caches()


@pytest.mark.parametrize(
    ("scoring", "trainable"), [("image", 1), ("image", 2), ("image", 5), ("patch", 0), ("patch", 5)]
)
def test_lower_and_upper_equal_the_whole_backbone(scoring: str, trainable: int) -> None:
    backbone = make_backbone("resnet18", weights="none")
    images = torch.from_numpy(noise(2))
    with torch.no_grad():
        lower = backbone.lower(images, scoring=scoring, trainable=trainable)
        upper = backbone.upper(lower, scoring=scoring, trainable=trainable)
        whole = backbone.embed(images) if scoring == "image" else backbone.patch_embed(images)
    assert lower.dtype == (torch.uint8 if trainable == 5 else torch.float16)
    torch.testing.assert_close(upper, whole, rtol=2e-3, atol=2e-3)


def test_an_image_is_seen_once_by_backbones_with_the_same_frozen_part(monkeypatch: pytest.MonkeyPatch) -> None:
    backbone, seen = small_backbone(), 0
    original = type(backbone).lower

    def counting(self: Backbone, images: Tensor, **options: object) -> Tensor:
        nonlocal seen
        seen += len(images)
        return original(self, images, **options)

    monkeypatch.setattr(type(backbone), "lower", counting)
    images = noise(3)
    first = Features(backbone, scoring="patch", trainable=0)(images)
    assert seen == 3
    again = Features(small_backbone(), scoring="patch", trainable=0)(images[::-1].copy())
    assert seen == 3
    assert torch.equal(first, again.flip(0))
    projected = Features(ProjectedBackbone(small_backbone()), scoring="patch", trainable=1)(images)
    assert seen == 3
    assert torch.equal(first, projected)
    other = Features(small_backbone(seed=4), scoring="patch", trainable=0)(images)
    assert seen == 6
    assert not torch.equal(first, other)
    backbone.join_levels(8, 8)
    assert Features(backbone, scoring="patch", trainable=0)(images).shape[1] == 6
    assert seen == 9


def test_the_cache_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Features, "limit_mib", 0)
    features = Features(small_backbone(), scoring="patch", trainable=0)
    assert len(features(noise(4))) == 4
    assert not Features._cached
    assert Features._size == 0


def trained_projection() -> tuple[ProjectedBackbone, nn.Module]:
    backbone = ProjectedBackbone(small_backbone(), size=8)
    head = make_head("softmax", embedding_size=8, classes=2)
    split = twin_split(list(noise(8)), Line(), seed=0)
    rates = {"head_rates": (1e-2, 1e-2), "backbone_rates": (1e-2, 1e-2)}
    options = TrainingOptions(scoring="patch", epochs=1, frozen_epochs=0, passes=2, batch_statistics=True, **rates)
    train(backbone, head, split, options)
    return backbone, head


def test_only_the_projection_learns_and_it_is_saved_with_the_backbone(tmp_path: Path) -> None:
    torch.manual_seed(0)
    backbone, head = trained_projection()
    fresh = small_backbone()
    for name, tensor in backbone.inner.state_dict().items():
        assert torch.equal(tensor, fresh.state_dict()[name]), name
    assert int(backbone.projection[2].num_batches_tracked) > 0
    save_model(tmp_path / "model.pt", backbone, head)
    loaded = load_model(tmp_path / "model.pt", backbone=ProjectedBackbone(small_backbone(), size=8))
    images = torch.from_numpy(noise(2))
    assert torch.equal(loaded.backbone.patch_embed(images), backbone.patch_embed(images))
    assert torch.equal(backbone.embed(images), fresh.embed(images))
    assert unprojected(backbone) is backbone.inner
    assert unprojected(fresh) is fresh


def test_a_saved_projection_on_a_named_backbone_is_loaded_with_it(tmp_path: Path) -> None:
    backbone = ProjectedBackbone(make_backbone("resnet18", weights="none"), size=8)
    save_model(tmp_path / "model.pt", backbone, make_head("softmax", embedding_size=8, classes=2))
    images = torch.from_numpy(noise(1))
    loaded = load_model(tmp_path / "model.pt").backbone
    assert torch.equal(loaded.patch_embed(images), backbone.patch_embed(images))


def test_fused_scores_add_distance_and_evidence_in_units_of_a_quantile_of_good_patches() -> None:
    torch.manual_seed(0)
    backbone, head = trained_projection()
    normals, asked = list(noise(8)), list(noise(3, seed=1))
    held = np.array([2, 5])
    twins = list(noise(2, seed=2))
    held_out = HeldOut(normals=held, twins=twins, sources=held, false_positives=0.0)
    detector, known = make_detector(backbone, head, normals, scoring="fused", size=SIDE, held_out=held_out, seed=0)
    np.testing.assert_array_equal(known, embed(backbone.inner, normals, scoring="patch", size=SIDE))

    def distance(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
        flat, bank = (x.reshape(-1, x.shape[-1]).astype(np.float64) for x in (images, rows))
        flat, bank = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (flat, bank))
        return (1 - flat @ bank.T).min(axis=1).reshape(images.shape[:3])

    def evidence(images: list[np.ndarray]) -> np.ndarray:
        with torch.no_grad():
            logits = head(backbone.patch_embed(torch.from_numpy(np.stack(images))))
        return (logits[:, 1] - logits[:, 0]).numpy()

    def of_others(images: np.ndarray) -> np.ndarray:
        pairs = zip(images, held, strict=True)
        return np.concatenate([distance(image[None], known[np.arange(8) != place]) for image, place in pairs])

    far, sure = of_others(known[held]), evidence([normals[place] for place in held])
    queries = embed(backbone.inner, asked, scoring="patch", size=SIDE)
    reach, sure_reach = (np.quantile(each, 0.999) - each.mean() for each in (far, sure))
    expected = (distance(queries, known) - far.mean()) / reach + (evidence(asked) - sure.mean()) / sure_reach
    scores, origins, embedded = detector.scores(asked)
    np.testing.assert_allclose(scores, expected, rtol=2e-2, atol=2e-2)  # the bank is float16
    np.testing.assert_array_equal(embedded, queries)
    assert origins.shape == scores.shape
    of_twins = of_others(embed(backbone.inner, twins, scoring="patch", size=SIDE))
    for found, distances, logits in (
        (detector.calibration.normals, far, sure),
        (detector.calibration.twins, of_twins, evidence(twins)),
    ):
        summed = (distances - far.mean()) / reach + (logits - sure.mean()) / sure_reach
        np.testing.assert_allclose(found, np.sort(summed.max(axis=(1, 2))), atol=2e-2)


def test_fused_scores_need_a_head() -> None:
    held_out = HeldOut(normals=np.array([0]), twins=[], sources=np.zeros(0, np.int64), false_positives=0.05)
    with pytest.raises(ValueError, match="head must be a trained one for fused scoring, got None"):
        make_detector(small_backbone(), None, list(noise(3)), scoring="fused", size=SIDE, held_out=held_out, seed=0)


def test_annealing_falls_as_in_the_paper() -> None:
    head = SphereFaceHead(embedding_size=10, classes=2, annealing=1000.0)
    split = twin_split(list(noise(10)), Line(), seed=0)
    options = TrainingOptions(epochs=2, frozen_epochs=1, passes=2, batch=8)
    train(small_backbone(), head, split, options)  # 2 steps per pass
    assert head.annealing == pytest.approx(1000 / (1 + 0.1 * 7))
    plain = SphereFaceHead(embedding_size=10, classes=2)
    train(small_backbone(), plain, split, TrainingOptions(epochs=1, frozen_epochs=0, batch=8))
    assert plain.annealing == 0
