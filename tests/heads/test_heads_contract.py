"""Interface of the heads, tested for each of them."""

import copy
import doctest
import importlib
import pickle
import pkgutil
from typing import Any

import pytest
import torch
from torch import Tensor

import dml_heads
from dml_heads import HEADS, Head, make_head

D, C = 5, 4
SOFT = ["softmax", "l2_softmax"]
every_head = pytest.mark.parametrize("name", HEADS)
every_reduction = pytest.mark.parametrize("reduction", ["mean", "sum"])


def make(name: str) -> Head:
    return make_head(name, embedding_size=D, classes=C).double().eval()


def rows(count: int = 9) -> tuple[Tensor, Tensor]:
    return torch.randn(count, D, dtype=torch.float64), torch.arange(count) % C


def one_hot(label: Tensor) -> Tensor:
    """Return (B, C) for (B,), or (B, C, H, W) for (B, H, W)."""
    return torch.nn.functional.one_hot(label, C).movedim(-1, 1).double()


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(5)


def test_names_are_complete() -> None:
    assert list(HEADS) == ["softmax", "l2_softmax", "arcface", "cosface", "sphereface", "center_loss"]
    assert {head.__name__ for head in HEADS.values()} < set(dml_heads.__all__)


@every_head
def test_attributes_and_repr(name: str) -> None:
    head = make(name)
    assert (head.embedding_size, head.classes) == (D, C)
    assert eval(repr(head), vars(dml_heads)).extra_repr() == head.extra_repr()  # noqa: S307 - our own repr


@every_head
@every_reduction
def test_gradcheck(name: str, reduction: Any) -> None:
    head = make(name)
    embedding, label = rows(6)
    label[2] = -100
    weight = torch.linspace(0.5, 2, C, dtype=torch.float64)

    def loss(embedding: Tensor, *_: Tensor) -> Tensor:
        return head.loss(embedding, label, weight=weight, reduction=reduction)

    assert torch.autograd.gradcheck(loss, (embedding.requires_grad_(), *head.parameters()))


@pytest.mark.parametrize("name", SOFT)
def test_gradcheck_with_probabilities(name: str) -> None:
    head = make(name)
    embedding, _ = rows(6)
    label = torch.randn(6, C, dtype=torch.float64).softmax(dim=1)
    assert torch.autograd.gradcheck(lambda e, *_: head.loss(e, label), (embedding.requires_grad_(), *head.parameters()))


@every_head
@every_reduction
@pytest.mark.parametrize("channels_last", [False, True], ids=["contiguous", "channels_last"])
def test_dense_equals_flattened(name: str, reduction: Any, channels_last: bool) -> None:
    head = make(name)
    dense = torch.randn(2, D, 3, 4, dtype=torch.float64)
    label = torch.randint(C, (2, 3, 4))
    label[0, 1] = -100
    flat = torch.stack([dense[b, :, y, x] for b in range(2) for y in range(3) for x in range(4)])
    flat_label = torch.stack([label[b, y, x] for b in range(2) for y in range(3) for x in range(4)])
    if channels_last:
        dense = dense.to(memory_format=torch.channels_last)
    logits = head(dense)
    assert logits.shape == (2, C, 3, 4)
    torch.testing.assert_close(logits[1, :, 2, 3], head(flat)[-1])
    torch.testing.assert_close(logits[0, :, 1, 0], head(flat)[4])
    dense.requires_grad_()
    flat.requires_grad_()
    from_dense = head.loss(dense, label, reduction=reduction)
    from_flat = head.loss(flat, flat_label, reduction=reduction)
    torch.testing.assert_close(from_dense, from_flat)
    (dense_gradient,) = torch.autograd.grad(from_dense, dense)
    (flat_gradient,) = torch.autograd.grad(from_flat, flat)
    torch.testing.assert_close(dense_gradient, flat_gradient.reshape(2, 3, 4, D).permute(0, 3, 1, 2))


@every_head
def test_ignored_rows_are_as_if_absent(name: str) -> None:
    head = make(name)
    embedding, label = rows()
    label[[1, 4]] = -100
    kept = label != -100
    expected = head.loss(embedding[kept], label[kept])
    embedding[~kept] = torch.nan  # whatever they hold
    embedding.requires_grad_()
    loss = head.loss(embedding, label)
    torch.testing.assert_close(loss, expected)
    (gradient,) = torch.autograd.grad(loss, embedding)
    assert not gradient[~kept].any()
    assert gradient[kept].isfinite().all()


@every_head
@every_reduction
@pytest.mark.parametrize("training", [True, False])
def test_all_ignored_is_zero_with_a_graph(name: str, reduction: Any, training: bool) -> None:
    head = make(name).train(training)
    embedding = torch.randn(3, D, 2, 2, dtype=torch.float64, requires_grad=True)
    loss = head.loss(embedding, torch.full((3, 2, 2), -100), reduction=reduction)
    assert loss.item() == 0
    loss.backward()  # type: ignore[no-untyped-call]
    for tensor in (embedding, *head.parameters()):
        assert tensor.grad is not None
        assert not tensor.grad.any()


@every_head
def test_class_weights(name: str) -> None:
    head = make(name)
    embedding, label = rows()
    weight = torch.tensor([0.0, 1.0, 2.5, 0.3], dtype=torch.float64)
    each = torch.stack([head.loss(embedding[[i]], label[[i]]) for i in range(len(label))])
    expected = (each * weight[label]).sum()
    torch.testing.assert_close(head.loss(embedding, label, weight=weight, reduction="sum"), expected)
    torch.testing.assert_close(head.loss(embedding, label, weight=weight), expected / weight[label].sum())
    assert head.loss(embedding, label, weight=torch.zeros(C)).item() == 0


@every_head
def test_inference_never_sees_a_margin(name: str) -> None:
    head = make(name)
    embedding, label = rows()
    x, w = embedding, head.weight
    lengths = torch.linalg.vector_norm(x, dim=1, keepdim=True)
    cosine = (x / lengths) @ (w / torch.linalg.vector_norm(w, dim=1, keepdim=True)).T
    expected = {
        "softmax": x @ w.T,
        "l2_softmax": 16 * x / lengths @ w.T,
        "arcface": 30 * cosine,
        "cosface": 30 * cosine,
        "sphereface": lengths * cosine,
        "center_loss": x @ w.T,
    }[name]
    for training in (True, False):
        head.train(training)
        torch.testing.assert_close(head(embedding), expected)
        head.loss(embedding, label)
        torch.testing.assert_close(head(embedding), expected)


@pytest.mark.parametrize("name", ["arcface", "cosface", "sphereface"])
def test_training_sees_the_margin_on_the_true_class_only(name: str) -> None:
    head = make(name)
    embedding, label = rows()
    gap = (head(embedding) - head.training_logits(embedding, label)) / torch.linalg.vector_norm(
        embedding, dim=1, keepdim=True
    )
    true = one_hot(label).bool()
    assert (gap[true] > 0).all()
    assert not gap[~true].any()


@pytest.mark.parametrize("name", SOFT)
@every_reduction
@pytest.mark.parametrize("places", [(), (3, 2)], ids=["rows", "dense"])
def test_probabilities(name: str, reduction: Any, places: tuple[int, ...]) -> None:
    """One-hot equals int64, all zeros equals -100, and mixed labels give mixed losses, with class weights, too."""
    head = make(name)
    embedding = torch.randn(6, D, *places, dtype=torch.float64)
    first, second = torch.randint(C, (6, *places)), torch.randint(C, (6, *places))

    def loss(label: Tensor, weight: Tensor | None = None) -> Tensor:
        return head.loss(embedding, label, weight=weight, reduction=reduction)

    mixed = 0.3 * one_hot(first) + 0.7 * one_hot(second)
    torch.testing.assert_close(loss(mixed), 0.3 * loss(first) + 0.7 * loss(second))
    weight = torch.tensor([0.5, 1.0, 2.5, 0.3], dtype=torch.float64)
    torch.testing.assert_close(loss(one_hot(first), weight), loss(first, weight))
    partly, partly_soft = first.clone(), one_hot(first)
    partly[:2], partly_soft[:2] = -100, 0
    torch.testing.assert_close(loss(partly_soft), loss(partly))
    assert loss(torch.zeros_like(mixed)).item() == 0
    torch.testing.assert_close(loss(mixed.bfloat16()), loss(mixed.bfloat16().double()))


@every_head
def test_copies_keep_the_loss(name: str) -> None:
    head = make(name)
    embedding, label = rows()
    head.train().loss(embedding, label)  # moves centers
    head.eval()
    other = make(name)
    other.load_state_dict(head.state_dict())
    for copied in (copy.deepcopy(head), pickle.loads(pickle.dumps(head)), other):  # noqa: S301 - our own bytes
        assert copied.loss(embedding, label).item() == head.loss(embedding, label).item()


@every_head
def test_inputs_are_not_written_to(name: str) -> None:
    head = make(name)
    embedding, label = rows()
    before = embedding.clone(), label.clone()
    head(embedding)
    head.train().loss(embedding, label).backward()  # type: ignore[no-untyped-call]
    assert torch.equal(embedding, before[0])
    assert torch.equal(label, before[1])


def test_sphereface_annealing_goes_from_no_margin_to_the_whole() -> None:
    embedding, label = rows()
    losses = []
    head = make("sphereface")
    for annealing in (0.0, 5.0, 1000.0, 1e12):
        head.annealing = annealing  # type: ignore[assignment]  # as a training loop does between steps
        losses.append(head.loss(embedding, label).item())
    plain = make_head("sphereface", embedding_size=D, classes=C, margin=1).double()
    plain.load_state_dict(head.state_dict())
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(plain.loss(embedding, label).item())


@pytest.mark.parametrize("module", [module.name for module in pkgutil.iter_modules(dml_heads.__path__)])
def test_examples_in_docstrings(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"dml_heads.{module}")).failed == 0
