"""Embeddings of images that are pooled from trained patches."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from torch import Tensor  # noqa: E402 - after the check that it is there

from defectsynth import Line  # noqa: E402
from dml_heads import make_head  # noqa: E402
from eval.data.twins import twin_split  # noqa: E402
from eval.models.backbone import ProjectedBackbone  # noqa: E402
from eval.models.checkpoints import load_model, save_model  # noqa: E402
from eval.models.pooling import LENGTH, PooledBackbone  # noqa: E402
from eval.scoring.detector import HeldOut, make_detector  # noqa: E402
from eval.scoring.grad_cam import grad_cam  # noqa: E402
from eval.training.options import TrainingOptions  # noqa: E402
from eval.training.trainer import train  # noqa: E402
from tests.eval.test_detector import noise, small_backbone  # noqa: E402


def trained(seed: int = 0) -> tuple[PooledBackbone, torch.nn.Module]:
    torch.manual_seed(seed)
    backbone = PooledBackbone(small_backbone(), size=8)
    head = make_head("softmax", embedding_size=backbone.embedding_size, classes=2)
    rates = {"head_rates": (1e-2, 1e-2), "backbone_rates": (1e-2, 1e-2)}
    split = twin_split(list(noise(8)), Line(), seed=0)
    options = TrainingOptions(scoring="pooled", epochs=2, frozen_epochs=0, batch_statistics=True, **rates)
    train(backbone, head, split, options)
    return backbone, head


def by_hand(backbone: PooledBackbone, images: Tensor) -> Tensor:
    rows = []
    for patches in backbone.inner.patch_embed(images):
        projected = backbone.projection(patches[None])
        logits = backbone.classifier(projected)[0]
        weight = torch.exp((logits[1] - logits[0]) / 2)
        suspect = (patches * weight).sum(dim=(1, 2)) / weight.sum()
        largest = projected[0].amax(dim=(1, 2))
        halves = [half / half.norm() for half in (largest, suspect)]
        rows.append(torch.cat(halves) * LENGTH / 2**0.5)
    return torch.stack(rows)


def test_the_embedding_joins_maximum_and_weighted_mean() -> None:
    backbone, _ = trained()
    images = torch.from_numpy(noise(3, seed=5))
    with torch.no_grad():
        embedded = backbone.embed(images)
        torch.testing.assert_close(embedded, by_hand(backbone, images), rtol=1e-4, atol=1e-4)
    assert embedded.shape == (3, backbone.embedding_size) == (3, 8 + backbone.inner.patch_size)
    torch.testing.assert_close(embedded.norm(dim=1), torch.full((3,), LENGTH))


def test_training_changes_projection_and_classifier_and_nothing_below() -> None:
    torch.manual_seed(0)
    fresh = PooledBackbone(small_backbone(), size=8)
    backbone, _ = trained()
    for name, tensor in backbone.inner.state_dict().items():
        assert torch.equal(tensor, fresh.inner.state_dict()[name]), name
    assert not torch.equal(backbone.classifier.weight, fresh.classifier.weight)
    assert not torch.equal(backbone.projection[1].weight, fresh.projection[1].weight)
    again, _ = trained()
    assert all(torch.equal(one, other) for one, other in zip(backbone.parameters(), again.parameters(), strict=True))


def test_it_is_saved_and_loaded(tmp_path: Path) -> None:
    backbone, head = trained()
    save_model(tmp_path / "model.pt", backbone, head)
    loaded = load_model(tmp_path / "model.pt", backbone=PooledBackbone(small_backbone(seed=9), size=8))
    images = torch.from_numpy(noise(2))
    assert torch.equal(loaded.backbone.embed(images), backbone.embed(images))


def test_it_scores_images_and_explains_the_scores() -> None:
    backbone, head = trained()
    normals, image = noise(6), noise(1, seed=7)[0]
    held_out = HeldOut(normals=np.array([4, 5]), twins=[], sources=np.zeros(0, np.int64), false_positives=0.05)
    made = make_detector(backbone, head, list(normals), scoring="pooled", size=64, held_out=held_out, seed=0)
    scores, origins, embedded = made[0].scores([image, normals[2]])
    assert scores.shape == origins.shape == (2, 1, 1)
    assert embedded.shape == (2, 1, 1, backbone.embedding_size)
    assert scores[1] < 1e-5 < scores[0]
    assert origins[1] == 2
    heat = grad_cam(made[0], image)
    assert heat.shape == (4, 4)
    assert np.isfinite(heat).all()


def test_an_untrained_backbone_pools_its_patches_evenly() -> None:
    backbone, images = small_backbone(), torch.from_numpy(noise(2))
    lower = backbone.lower(images, scoring="pooled", trainable=0)
    torch.testing.assert_close(
        backbone.upper(lower, scoring="pooled", trainable=0), lower.float().mean(dim=(2, 3)), rtol=1e-5, atol=1e-5
    )


def test_other_backbones_cannot_be_trained_so() -> None:
    backbone = ProjectedBackbone(small_backbone(), size=8)
    head = make_head("softmax", embedding_size=8, classes=2)
    with pytest.raises(ValueError, match="backbone must be a PooledBackbone for 'pooled' scoring"):
        train(backbone, head, twin_split(list(noise(8)), Line(), seed=0), TrainingOptions(scoring="pooled"))
