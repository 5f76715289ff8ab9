"""Numerical stability: angles of 0 and pi, zeros, huge rows, low precision, any shape."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dml_heads import HEADS, ArcFaceHead, Head, SphereFaceHead, make_head
from dml_heads.cosine import true_angle

every_head = pytest.mark.parametrize("name", HEADS)
half_precision = pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=["bf16", "fp16"])


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(7)


def assert_finite(head: Head, embedding: Tensor, label: Tensor) -> None:
    embedding = embedding.clone().requires_grad_()
    assert head(embedding).isfinite().all()
    loss = head.loss(embedding, label)
    assert loss.ndim == 0
    assert loss.isfinite()
    for gradient in torch.autograd.grad(loss, [embedding, *head.parameters()]):
        assert gradient.isfinite().all()


KINDS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {  # of prototypes w, one per row, and random rows x
    "random": lambda w, x: x,
    "zeros": lambda w, x: torch.zeros_like(x),
    "one row of zeros": lambda w, x: torch.cat([torch.zeros_like(x[:1]), x[1:]]),
    "huge": lambda w, x: 1e4 * x,
    "all 1e4": lambda w, x: torch.full_like(x, 1e4),
    "tiny": lambda w, x: 1e-6 * x,
    "on the prototypes": lambda w, x: w,
    "opposite to the prototypes": lambda w, x: -w,
    "huge, on the prototypes": lambda w, x: 1e4 * w,
    "huge, opposite": lambda w, x: -1e4 * w,
    "nearly on the prototypes": lambda w, x: w + 1e-7 * x,
}


@st.composite
def problems(draw: st.DrawFn) -> tuple[Head, Tensor, Tensor]:
    """Draw a head of any size, embeddings of any shape and kind, and their labels."""
    size, classes, batch = draw(st.integers(1, 9)), draw(st.integers(2, 12)), draw(st.integers(1, 5))
    places = draw(st.one_of(st.just(()), st.tuples(st.integers(1, 3), st.integers(1, 3))))
    torch.manual_seed(draw(st.integers(0, 2**31)))
    head = make_head(draw(st.sampled_from(list(HEADS))), embedding_size=size, classes=classes)
    count = batch * math.prod(places)
    class_or_ignored = st.one_of(st.integers(0, classes - 1), st.just(-100))
    label = torch.tensor(draw(st.lists(class_or_ignored, min_size=count, max_size=count)))
    kind = KINDS[draw(st.sampled_from(list(KINDS)))]
    rows = kind(head.weight.detach()[label.clamp(min=0)], torch.randn(count, size))
    dtype = draw(st.sampled_from([torch.float32, torch.float64, torch.bfloat16]))
    embedding = rows.reshape(batch, *places, size).movedim(-1, 1).to(dtype)
    return head, embedding, label.reshape(batch, *places)


@settings(max_examples=300, deadline=None)
@given(problems())
def test_loss_and_gradients_are_finite(problem: tuple[Head, Tensor, Tensor]) -> None:
    assert_finite(*problem)


@every_head
@pytest.mark.parametrize("factor", [1.0, -1.0, 1e4, -1e4, 1e-3])
def test_cosine_of_exactly_plus_and_minus_one(name: str, factor: float) -> None:
    """Prototypes along the axes: every angle is 0, pi / 2 or pi without any rounding."""
    head = make_head(name, embedding_size=4, classes=4)
    with torch.no_grad():
        head.weight.copy_(2 * torch.eye(4))
    assert_finite(head, factor * head.weight.detach(), torch.arange(4))


def exact_loss(true_logit: float, other_logit: float, others: int) -> float:
    largest = max(true_logit, other_logit)
    return largest + math.log(math.exp(true_logit - largest) + others * math.exp(other_logit - largest)) - true_logit


@pytest.mark.parametrize(("sign", "cosine"), [(1, math.cos(0.5)), (-1, -1 - 0.5 * math.sin(0.5))])
def test_arcface_value_at_angles_of_zero_and_pi(sign: int, cosine: float) -> None:
    head = ArcFaceHead(embedding_size=4, classes=4)
    with torch.no_grad():
        head.weight.copy_(torch.eye(4))
    loss = head.loss(sign * 3 * torch.eye(4), torch.arange(4), reduction="mean").item()
    assert loss == pytest.approx(exact_loss(30 * cosine, 0, 3), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize(("sign", "value"), [(1, 1), (-1, -7)])
def test_sphereface_value_at_angles_of_zero_and_pi(sign: int, value: int) -> None:
    head = SphereFaceHead(embedding_size=4, classes=4)
    with torch.no_grad():
        head.weight.copy_(torch.eye(4))
    loss = head.loss(sign * 3 * torch.eye(4), torch.arange(4)).item()
    assert loss == pytest.approx(exact_loss(3 * value, 0, 3), rel=1e-5)


@pytest.mark.parametrize("size", [2, 512])
def test_angle_keeps_its_digits_everywhere(size: int) -> None:
    """Two orthogonal directions span every angle; float32 stays within 1e-6, where an arc cosine is off by 3e-4."""
    small = torch.logspace(-6, -1, 50, dtype=torch.float64)
    angle = torch.cat([torch.zeros(1), small, torch.linspace(0.1, 3.0, 50), math.pi - small, torch.tensor([math.pi])])
    plane, _ = torch.linalg.qr(torch.randn(size, 2, dtype=torch.float64))
    rows = 5 * (torch.cos(angle)[:, None] * plane[:, 0] + torch.sin(angle)[:, None] * plane[:, 1])
    measured = true_angle(rows.float(), plane.T.float(), torch.zeros(len(angle), dtype=torch.int64))
    torch.testing.assert_close(measured.double(), angle.double(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["arcface", "cosface", "sphereface", "l2_softmax"])
def test_slope_is_bounded_at_and_near_the_prototypes(name: str) -> None:
    """A step on the unit sphere changes the loss by no more than a few times the scale."""
    head = make_head(name, embedding_size=8, classes=3)
    label = torch.arange(3)
    prototypes = torch.nn.functional.normalize(head.weight.detach())
    for sign in (1, -1):
        for distance in (0.0, 1e-8, 1e-7, 1e-6, 1e-4, 1e-2):
            embedding = (sign * prototypes + distance * torch.randn(3, 8)).requires_grad_()
            (gradient,) = torch.autograd.grad(head.loss(embedding, label, reduction="sum"), embedding)
            assert torch.linalg.vector_norm(gradient, dim=1).max() < 2.5 * 30


@pytest.mark.parametrize("name", ["arcface", "cosface", "l2_softmax"])
def test_a_row_of_zeros_gets_no_gradient_and_right_angles(name: str) -> None:
    head = make_head(name, embedding_size=4, classes=3)
    embedding = torch.zeros(1, 4, requires_grad=True)
    assert not head(embedding).any()
    loss = head.loss(embedding, torch.tensor([1]))
    target = {"arcface": 30 * math.cos(math.pi / 2 + 0.5), "cosface": -30 * 0.4, "l2_softmax": 0}[name]
    assert loss.item() == pytest.approx(exact_loss(target, 0, 2), rel=1e-5)
    (gradient,) = torch.autograd.grad(loss, embedding)
    assert not gradient.any()


@every_head
@half_precision
def test_autocast_computes_in_float32(name: str, dtype: torch.dtype) -> None:
    head = make_head(name, embedding_size=64, classes=5).eval()
    embedding, label = torch.randn(8, 64), torch.arange(8) % 5
    backbone = torch.nn.Linear(64, 64)
    with torch.autocast("cpu", dtype=dtype):
        low = backbone(embedding)
        assert low.dtype == dtype
        logits, loss = head(low), head.loss(low, label)
    assert logits.dtype == loss.dtype == torch.float32
    assert torch.equal(logits, head(low.float()))
    assert torch.equal(loss, head.loss(low.float(), label))
    loss.backward()  # type: ignore[no-untyped-call]
    for parameter in (*backbone.parameters(), *head.parameters()):
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()


@every_head
@half_precision
@pytest.mark.parametrize("kind", ["zeros", "huge", "on the prototypes", "opposite to the prototypes"])
def test_half_precision_embeddings_are_finite(name: str, dtype: torch.dtype, kind: str) -> None:
    head = make_head(name, embedding_size=16, classes=5)
    rows = KINDS[kind](head.weight.detach(), torch.randn(5, 16).clamp(-3, 3))
    assert_finite(head, rows.to(dtype), torch.arange(5))
    assert_finite(head.to(dtype), rows.to(dtype), torch.arange(5))  # a head cast as a whole


@every_head
def test_two_classes_one_row_one_dimension(name: str) -> None:
    assert_finite(make_head(name, embedding_size=1, classes=2), torch.ones(1, 1), torch.tensor([1]))


@every_head
def test_many_classes(name: str) -> None:
    assert_finite(make_head(name, embedding_size=8, classes=5000), torch.randn(4, 8), torch.tensor([0, 17, 4999, -100]))
