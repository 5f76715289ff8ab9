"""Every head against a slow loop, one row and one class at a time, written from its paper in float64."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from dml_heads import HEADS, ArcFaceHead, CenterLossHead, CosFaceHead, Head, L2SoftmaxHead, SoftmaxHead, SphereFaceHead
from dml_heads.sphereface import psi

DIMENSIONS, CLASSES, ROWS = 6, 5, 23
Loop = Callable[[Tensor, Tensor], Tensor]


def length(vector: Tensor) -> Tensor:
    return (vector * vector).sum().sqrt()


def cos_angle(x: Tensor, w: Tensor) -> Tensor:
    return (x * w).sum() / (length(x) * length(w))


def negative_log_probability(logits: list[Tensor], true: int) -> Tensor:
    largest = max(logit.item() for logit in logits)
    total = torch.stack([torch.exp(logit - largest) for logit in logits]).sum()
    return torch.log(total) + largest - logits[true]


def mean_over_rows(row_loss: Callable[[Tensor, int], Tensor]) -> Loop:
    def loop(embedding: Tensor, label: Tensor) -> Tensor:
        losses = [row_loss(x, int(y)) for x, y in zip(embedding, label, strict=True)]
        return torch.stack(losses).mean()

    return loop


def softmax_loop(head: SoftmaxHead) -> Loop:
    def row_loss(x: Tensor, y: int) -> Tensor:
        logits = [(head.weight[j] * x).sum() + head.bias[j] for j in range(CLASSES)]
        return negative_log_probability(logits, y)

    return mean_over_rows(row_loss)


def l2_softmax_loop(head: L2SoftmaxHead) -> Loop:
    """Ranjan 2017, equation 3: minimise the softmax loss subject to |f(x_i)| = alpha for every i."""

    def row_loss(x: Tensor, y: int) -> Tensor:
        constrained = head.alpha * x / length(x)
        logits = [(head.weight[j] * constrained).sum() + head.bias[j] for j in range(CLASSES)]
        return negative_log_probability(logits, y)

    return mean_over_rows(row_loss)


def arcface_loop(head: ArcFaceHead) -> Loop:
    """Deng 2019, equation 3, with the monotonic continuation beyond pi - m."""

    def row_loss(x: Tensor, y: int) -> Tensor:
        logits = []
        for j in range(CLASSES):
            theta = torch.arccos(cos_angle(x, head.weight[j]))
            if j != y:
                logits.append(head.scale * torch.cos(theta))
            elif theta + head.margin <= math.pi:
                logits.append(head.scale * torch.cos(theta + head.margin))
            else:
                logits.append(head.scale * (torch.cos(theta) - head.margin * math.sin(head.margin)))
        return negative_log_probability(logits, y)

    return mean_over_rows(row_loss)


def cosface_loop(head: CosFaceHead) -> Loop:
    """Wang 2018, equation 4."""

    def row_loss(x: Tensor, y: int) -> Tensor:
        cosines = [cos_angle(x, head.weight[j]) for j in range(CLASSES)]
        logits = [head.scale * (c - head.margin) if j == y else head.scale * c for j, c in enumerate(cosines)]
        return negative_log_probability(logits, y)

    return mean_over_rows(row_loss)


def sphereface_loop(head: SphereFaceHead) -> Loop:
    """Liu 2017, equation 7 and the annealing of its appendix."""

    def row_loss(x: Tensor, y: int) -> Tensor:
        m, annealing = head.margin, head.annealing
        logits = []
        for j in range(CLASSES):
            theta = torch.arccos(cos_angle(x, head.weight[j]))
            value = torch.cos(theta)
            if j == y:
                for k in range(m):
                    if k * math.pi / m <= theta <= (k + 1) * math.pi / m:
                        piece = (-1) ** k * torch.cos(m * theta) - 2 * k
                value = (annealing * torch.cos(theta) + piece) / (1 + annealing)
            logits.append(head.scale * length(x) * value)
        return negative_log_probability(logits, y)

    return mean_over_rows(row_loss)


def center_loss_loop(head: CenterLossHead) -> Loop:
    """Wen 2016, equation 5, the sum taken as a mean."""
    centers = head.centers.clone()
    softmax = softmax_loop(head)

    def distance(x: Tensor, y: int) -> Tensor:
        return head.center_weight / 2 * ((x - centers[y]) ** 2).sum()

    return lambda embedding, label: softmax(embedding, label) + mean_over_rows(distance)(embedding, label)


def cases() -> list[tuple[Head, Loop]]:
    size = {"embedding_size": DIMENSIONS, "classes": CLASSES}
    softmax, l2, center = SoftmaxHead(**size), L2SoftmaxHead(**size), CenterLossHead(**size)
    for head in (softmax, l2, center):
        torch.nn.init.normal_(head.bias)
    center.centers.normal_()
    pairs: list[tuple[Head, Loop]] = [
        (softmax, softmax_loop(softmax)),
        (l2, l2_softmax_loop(l2)),
        (center, center_loss_loop(center)),
    ]
    arcs = ArcFaceHead(**size), ArcFaceHead(**size, margin=1.2, scale=64), ArcFaceHead(**size, margin=0)
    coses = CosFaceHead(**size), CosFaceHead(**size, margin=0.1, scale=64)
    spheres = [SphereFaceHead(**size, margin=margin) for margin in (1, 2, 3, 4, 5)]
    spheres.append(SphereFaceHead(**size, margin=4, scale=7.5, annealing=5))
    pairs.extend((arc, arcface_loop(arc)) for arc in arcs)
    pairs.extend((cos, cosface_loop(cos)) for cos in coses)
    pairs.extend((sphere, sphereface_loop(sphere)) for sphere in spheres)
    return pairs


with torch.random.fork_rng():
    torch.manual_seed(0)
    CASES = cases()


def data(head: Head) -> tuple[Tensor, Tensor]:
    """Return random rows, and for each class rows at a small and at a large angle to its prototype."""
    generator = torch.Generator().manual_seed(1)
    embedding = 2 * torch.randn(ROWS, DIMENSIONS, generator=generator, dtype=torch.float64)
    label = torch.randint(CLASSES, (ROWS,), generator=generator)
    noise = 0.02 * torch.randn(2 * CLASSES, DIMENSIONS, generator=generator, dtype=torch.float64)
    near = torch.cat([3 * head.weight.detach().double(), -2 * head.weight.detach().double()]) + noise
    return torch.cat([embedding, near]), torch.cat([label, torch.arange(CLASSES).repeat(2)])


@pytest.mark.parametrize(("head", "loop"), CASES, ids=[str(head) for head, _ in CASES])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-9), (torch.float32, 1e-5)], ids=["f64", "f32"])
def test_loss_and_gradients_are_those_of_the_paper(
    head: Head, loop: Loop, dtype: torch.dtype, tolerance: float
) -> None:
    values, label = data(head)
    values = values.to(dtype)
    parameters = list(head.parameters())

    head.double()  # the loop reads the head's own parameters
    slow_embedding = values.double().requires_grad_()
    slow = loop(slow_embedding, label)
    slow_gradients = torch.autograd.grad(slow, [slow_embedding, *parameters])

    head.to(dtype).eval()
    embedding = values.clone().requires_grad_()
    fast = head.loss(embedding, label)
    fast_gradients = torch.autograd.grad(fast, [embedding, *parameters])
    head.float()

    torch.testing.assert_close(fast.double(), slow, rtol=tolerance, atol=tolerance)
    for fast_gradient, slow_gradient in zip(fast_gradients, slow_gradients, strict=True):
        torch.testing.assert_close(fast_gradient.double(), slow_gradient, rtol=tolerance, atol=tolerance)


def test_every_head_has_a_loop() -> None:
    assert {type(head) for head, _ in CASES} == set(HEADS.values())


def test_l2_softmax_normalises_each_row_and_not_the_batch() -> None:
    head = L2SoftmaxHead(embedding_size=3, classes=2)
    row = torch.tensor([[1.0, 2.0, 3.0]])
    alone = head(row)
    beside_a_long_one = head(torch.cat([row, 1000 * row]))[:1]
    torch.testing.assert_close(alone, beside_a_long_one)


@pytest.mark.parametrize("margin", range(1, 7))
def test_psi_falls_monotonically_without_steps(margin: int) -> None:
    theta = torch.linspace(0, math.pi, 20_001, dtype=torch.float64)
    value = psi(theta, margin=margin)
    steps = value.diff()
    assert (steps < 1e-12).all()
    assert (steps > -2 * margin * math.pi / 20_000).all()
    assert value[0].item() == 1
    assert value[-1].item() == pytest.approx(1 - 2 * margin)


def test_center_loss_gradient_is_the_difference_to_the_center() -> None:
    """Wen 2016, equation 3: the derivative of the distance term by x is x - c."""
    head = CenterLossHead(embedding_size=4, classes=3, center_weight=0.5).eval()
    plain = CenterLossHead(embedding_size=4, classes=3, center_weight=0).eval()
    head.centers.normal_()
    plain.load_state_dict(head.state_dict())
    label = torch.tensor([0, 2, 2, 1, 0])
    embedding = torch.randn(5, 4, requires_grad=True)
    (gradient,) = torch.autograd.grad(head.loss(embedding, label, reduction="sum"), embedding)
    (of_softmax,) = torch.autograd.grad(plain.loss(embedding, label, reduction="sum"), embedding)
    torch.testing.assert_close(gradient - of_softmax, 0.5 * (embedding.detach() - head.centers[label]))


def test_centers_move_as_in_the_paper() -> None:
    """Three steps of Wen 2016, equation 4; the loss of a step uses the centers before they move."""
    head = CenterLossHead(embedding_size=4, classes=3, center_rate=0.3).double()
    expected = torch.zeros(3, 4, dtype=torch.float64)
    for _ in range(3):
        embedding, label = torch.randn(7, 4, dtype=torch.float64), torch.tensor([0, 2, 2, -100, 0, 2, -100])
        loss = head.loss(embedding, label)
        frozen = CenterLossHead(embedding_size=4, classes=3).double().eval()
        frozen.load_state_dict({**head.state_dict(), "centers": expected})
        torch.testing.assert_close(loss, frozen.loss(embedding, label))
        for j in range(3):
            seen = [x for x, y in zip(embedding, label, strict=True) if y == j]
            difference = sum((expected[j] - x for x in seen), torch.zeros(4)) / (1 + len(seen))
            expected[j] = expected[j] - 0.3 * difference
        torch.testing.assert_close(head.centers, expected)
    assert not head.centers[1].any()  # never seen


def test_centers_stay_in_evaluation_and_without_gradients() -> None:
    head = CenterLossHead(embedding_size=4, classes=3)
    embedding, label = torch.ones(2, 4), torch.tensor([0, 1])
    with torch.no_grad():
        head.loss(embedding, label)
    head(embedding)
    head.eval().loss(embedding, label)
    assert not head.centers.any()


def test_a_step_that_is_not_finite_leaves_the_centers_finite() -> None:
    head = CenterLossHead(embedding_size=2, classes=2)
    head.loss(torch.tensor([[math.inf, 1.0], [2.0, math.nan]]), torch.tensor([0, 1]))
    assert head.centers.isfinite().all()


def test_a_row_that_overflowed_holds_back_no_other_center() -> None:
    head = CenterLossHead(embedding_size=2, classes=2)
    head.loss(torch.tensor([[torch.inf, 0.0], [4.0, 8.0]]), torch.tensor([0, 1]))
    assert head.centers.tolist() == [[0.0, 0.0], [1.0, 2.0]]
