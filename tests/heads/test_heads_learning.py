"""Every head trains a small network on a small problem, with embeddings of images and of places."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from dml_heads import HEADS, Head, make_head

CLASSES, INPUTS, EMBEDDING, STEPS = 4, 6, 8, 120


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Use one thread: more are no faster on small tensors, and take seconds to synchronise on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def clusters(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return points around two random places per class, so that no line separates the classes."""
    places = 3 * torch.randn(2, CLASSES, INPUTS, generator=torch.Generator().manual_seed(0))
    label = torch.randint(CLASSES, (count,), generator=generator)
    side = torch.randint(2, (count,), generator=generator)
    return places[side, label] + 0.5 * torch.randn(count, INPUTS, generator=generator), label


def train(network: nn.Module, head: Head, inputs: Tensor, label: Tensor) -> tuple[float, float]:
    optimizer = torch.optim.Adam([*network.parameters(), *head.parameters()], lr=1e-2)
    losses = []
    for _ in range(STEPS):
        loss = head.loss(network(inputs), label)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1]


@pytest.mark.parametrize("name", HEADS)
def test_learns_images(name: str) -> None:
    torch.manual_seed(11)
    generator = torch.Generator().manual_seed(12)
    network = nn.Sequential(nn.Linear(INPUTS, 32), nn.ReLU(), nn.Linear(32, EMBEDDING))
    head = make_head(name, embedding_size=EMBEDDING, classes=CLASSES)
    first, last = train(network, head, *clusters(256, generator))
    inputs, label = clusters(500, generator)
    with torch.no_grad():
        accuracy = (head(network(inputs)).argmax(dim=1) == label).float().mean().item()
    assert last < 0.5 * first
    assert accuracy > 0.95


@pytest.mark.parametrize("name", HEADS)
def test_learns_places(name: str) -> None:
    torch.manual_seed(13)
    generator = torch.Generator().manual_seed(14)
    network = nn.Sequential(nn.Conv2d(INPUTS, 32, 1), nn.ReLU(), nn.Conv2d(32, EMBEDDING, 1))
    head = make_head(name, embedding_size=EMBEDDING, classes=CLASSES)
    points, label = clusters(256, generator)
    inputs, label = points.reshape(4, 8, 8, INPUTS).permute(0, 3, 1, 2), label.reshape(4, 8, 8)
    some_ignored = label.clone()
    some_ignored[:, ::4] = -100
    first, last = train(network, head, inputs, some_ignored)
    with torch.no_grad():
        accuracy = (head(network(inputs)).argmax(dim=1) == label).float().mean().item()
    assert last < 0.5 * first
    assert accuracy > 0.95
