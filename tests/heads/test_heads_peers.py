"""Values and gradients against PyTorch itself and against pytorch-metric-learning."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from dml_heads import ArcFaceHead, CosFaceHead, Head, SoftmaxHead, SphereFaceHead

DIMENSIONS, CLASSES, ROWS = 16, 7, 64


def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    embedding = torch.randn(ROWS, DIMENSIONS, generator=generator, dtype=torch.float64)
    return embedding, torch.randint(CLASSES, (ROWS,), generator=generator)


def heads() -> list[tuple[Head, str, dict[str, Any]]]:
    """Return our heads, the losses of pytorch-metric-learning and their options; its ArcFace takes degrees."""
    size = {"embedding_size": DIMENSIONS, "classes": CLASSES}
    return [
        (ArcFaceHead(**size), "ArcFaceLoss", {"margin": math.degrees(0.5), "scale": 30}),
        (ArcFaceHead(**size, margin=1.3, scale=64), "ArcFaceLoss", {"margin": math.degrees(1.3), "scale": 64}),
        (CosFaceHead(**size), "CosFaceLoss", {"margin": 0.4, "scale": 30}),
        (CosFaceHead(**size, margin=0, scale=20), "NormalizedSoftmaxLoss", {"temperature": 1 / 20}),
        (SphereFaceHead(**size), "SphereFaceLoss", {"margin": 4, "scale": 1}),
        (SphereFaceHead(**size, margin=3, scale=5), "SphereFaceLoss", {"margin": 3, "scale": 5}),
        (SphereFaceHead(**size, margin=2), "SphereFaceLoss", {"margin": 2, "scale": 1}),
    ]


with torch.random.fork_rng():
    torch.manual_seed(2)
    PAIRS = heads()


@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")  # from within pytorch-metric-learning 2.9
@pytest.mark.parametrize(("head", "name", "options"), PAIRS, ids=[f"{name}-{head}" for head, name, _ in PAIRS])
def test_pytorch_metric_learning(head: Head, name: str, options: dict[str, Any]) -> None:
    losses = pytest.importorskip("pytorch_metric_learning.losses")
    embedding, label = batch()
    label[: CLASSES * 2] = torch.arange(CLASSES).repeat(2)
    head.double()
    embedding[:CLASSES] = 2 * head.weight.detach() + 0.05 * embedding[:CLASSES]  # small angles
    embedding[CLASSES : 2 * CLASSES] = -head.weight.detach() + 0.05 * embedding[CLASSES : 2 * CLASSES]  # large ones
    theirs = getattr(losses, name)(num_classes=CLASSES, embedding_size=DIMENSIONS, **options).double()
    theirs.W.data = head.weight.detach().T.clone()

    our_embedding, their_embedding = embedding.clone().requires_grad_(), embedding.clone().requires_grad_()
    our_loss, their_loss = head.loss(our_embedding, label), theirs(their_embedding, label)
    our_loss.backward()  # type: ignore[no-untyped-call]
    their_loss.backward()

    torch.testing.assert_close(our_loss, their_loss, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(our_embedding.grad, their_embedding.grad, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(head.weight.grad, theirs.W.grad.T, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_softmax_is_a_linear_layer_and_cross_entropy(reduction: Any, weighted: bool) -> None:
    embedding, label = batch()
    label[::5] = -100
    weight = torch.linspace(0.1, 2, CLASSES, dtype=torch.float64) if weighted else None
    head = SoftmaxHead(embedding_size=DIMENSIONS, classes=CLASSES).double()
    linear = nn.Linear(DIMENSIONS, CLASSES).double()
    linear.load_state_dict(head.state_dict())
    expected = nn.functional.cross_entropy(linear(embedding), label, weight=weight, reduction=reduction)
    torch.testing.assert_close(head.loss(embedding, label, weight=weight, reduction=reduction), expected)


def test_softmax_with_probabilities_is_cross_entropy() -> None:
    embedding, _ = batch()
    probabilities = torch.randn(ROWS, CLASSES, dtype=torch.float64).softmax(dim=1)
    head = SoftmaxHead(embedding_size=DIMENSIONS, classes=CLASSES).double()
    expected = nn.functional.cross_entropy(head(embedding), probabilities)
    torch.testing.assert_close(head.loss(embedding, probabilities), expected)
