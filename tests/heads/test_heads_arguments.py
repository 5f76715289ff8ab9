"""Bad arguments: one table, the test id is the call."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from dml_heads import HEADS, make_head

SIZES: dict[str, Any] = {"embedding_size": 4, "classes": 3}
nan, inf = float("nan"), float("inf")


class Series:
    """Array of labels with an index, like that of pandas."""

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        """Return the labels."""
        return np.array([0, 1, 2, 0, 1])


BAD_CONSTRUCTIONS: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    *[
        case
        for name in HEADS
        for case in (
            (name, {"embedding_size": 0}, ValueError, "embedding_size must be an integer >= 1, got 0"),
            (name, {"embedding_size": -3}, ValueError, "embedding_size must be an integer >= 1, got -3"),
            (name, {"embedding_size": 4.0}, TypeError, "embedding_size must be an integer >= 1, got 4.0"),
            (name, {"classes": 1}, ValueError, "classes must be an integer >= 2, got 1"),
            (name, {"classes": 0}, ValueError, "classes must be an integer >= 2, got 0"),
            (name, {"classes": True}, TypeError, "classes must be an integer >= 2, got True"),
            (name, {"classes": "3"}, TypeError, "classes must be an integer >= 2, got '3'"),
            (name, {"classes": None}, TypeError, "classes must be an integer >= 2, got None"),
        )
    ],
    ("l2_softmax", {"alpha": 0}, ValueError, "alpha must be a finite number with 0 < alpha, got 0"),
    ("l2_softmax", {"alpha": inf}, ValueError, "alpha must be a finite number with 0 < alpha, got inf"),
    ("l2_softmax", {"alpha": "16"}, TypeError, "alpha must be a finite number with 0 < alpha, got '16'"),
    ("arcface", {"margin": -0.1}, ValueError, "margin must be a finite number with 0 <= margin <= 1.5708, got -0.1"),
    ("arcface", {"margin": 28.6}, ValueError, "margin must be a finite number with 0 <= margin <= 1.5708, got 28.6"),
    ("arcface", {"margin": nan}, ValueError, "margin must be a finite number with 0 <= margin <= 1.5708, got nan"),
    ("arcface", {"margin": True}, TypeError, "margin must be a finite number with 0 <= margin <= 1.5708, got True"),
    ("arcface", {"scale": 0.0}, ValueError, "scale must be a finite number with 0 < scale, got 0.0"),
    ("arcface", {"scale": nan}, ValueError, "scale must be a finite number with 0 < scale, got nan"),
    ("cosface", {"margin": 2.1}, ValueError, "margin must be a finite number with 0 <= margin <= 2, got 2.1"),
    ("cosface", {"margin": [0.4]}, TypeError, "margin must be a finite number with 0 <= margin <= 2, got [0.4]"),
    ("cosface", {"scale": -30}, ValueError, "scale must be a finite number with 0 < scale, got -30"),
    ("sphereface", {"margin": 0}, ValueError, "margin must be an integer >= 1, got 0"),
    ("sphereface", {"margin": 1.5}, TypeError, "margin must be an integer >= 1, got 1.5"),
    ("sphereface", {"scale": 0}, ValueError, "scale must be a finite number with 0 < scale, got 0"),
    ("sphereface", {"annealing": -1}, ValueError, "annealing must be a finite number with 0 <= annealing, got -1"),
    ("center_loss", {"center_weight": -1}, ValueError, "center_weight must be a finite number with 0 <= center_weight"),
    ("center_loss", {"center_rate": 1.5}, ValueError, "0 <= center_rate <= 1, got 1.5"),
    ("arcface", {"alpha": 16}, TypeError, "options of 'arcface' must be among (margin, scale), got 'alpha'"),
    ("softmax", {"margin": 0.5}, TypeError, "options of 'softmax' must be among (), got 'margin'"),
    (
        "ArcFace",
        {},
        ValueError,
        "name must be one of 'softmax', 'l2_softmax', 'arcface', 'cosface', 'sphereface', 'center_loss', got 'ArcFace'",
    ),
]


@pytest.mark.parametrize(
    ("name", "arguments", "error", "message"),
    BAD_CONSTRUCTIONS,
    ids=[f"make_head({name!r}, {arguments})" for name, arguments, _, _ in BAD_CONSTRUCTIONS],
)
def test_construction(name: str, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        make_head(name, **{**SIZES, **arguments})
    assert message in str(raised.value)


X, Y = torch.ones(5, 4), torch.tensor([0, 1, 2, 0, 1])
DENSE_X, DENSE_Y = torch.ones(2, 4, 3, 3), torch.zeros(2, 3, 3, dtype=torch.int64)

BAD_EMBEDDINGS: dict[str, tuple[Any, type[Exception], str]] = {
    "list": ([[1.0] * 4], TypeError, "embedding must be a torch.Tensor, got list"),
    "numpy": (np.ones((5, 4)), TypeError, "embedding must be a torch.Tensor, got ndarray"),
    "int64": (X.long(), TypeError, "embedding must have a floating point dtype, got torch.int64"),
    "complex": (X.to(torch.complex64), TypeError, "embedding must have a floating point dtype, got torch.complex64"),
    "1-D": (X[0], ValueError, "embedding must have shape (B, 4) or (B, 4, H, W), got (4,)"),
    "3-D": (X[None], ValueError, "embedding must have shape (B, 4) or (B, 4, H, W), got (1, 5, 4)"),
    "wrong D": (X[:, :3], ValueError, "embedding must have shape (B, 4) or (B, 4, H, W), got (5, 3)"),
    "D last": (DENSE_X.movedim(1, -1), ValueError, "(B, 4) or (B, 4, H, W), got (2, 3, 3, 4)"),
    "empty": (X[:0], ValueError, "at least one row (an empty batch has no loss), got shape (0, 4)"),
    "no width": (DENSE_X[..., :0], ValueError, "embedding must hold at least one row"),
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize(("embedding", "error", "message"), BAD_EMBEDDINGS.values(), ids=BAD_EMBEDDINGS)
def test_embedding(name: str, embedding: Any, error: type[Exception], message: str) -> None:
    head = make_head(name, **SIZES)
    for call in (partial(head, embedding), partial(head.loss, embedding, Y)):
        with pytest.raises(error) as raised:
            call()
        assert message in str(raised.value)


BAD_LOSS_ARGUMENTS: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "label list": ({"label": [0, 1, 2, 0, 1]}, TypeError, "label must be a torch.Tensor, got list"),
    "label Series": ({"label": Series()}, TypeError, "got Series; torch.as_tensor(numpy.asarray(label)) makes"),
    "label int32": ({"label": Y.int()}, TypeError, "int64"),
    "label bool": ({"label": Y.bool()}, TypeError, "got torch.bool"),
    "label too short": ({"label": Y[:4]}, ValueError, "label must have shape (5,) for an embedding of shape (5, 4)"),
    "label column": ({"label": Y[:, None]}, ValueError, "got (5, 1)"),
    "label for dense": ({"embedding": DENSE_X, "label": DENSE_Y[:, :2]}, ValueError, "must have shape (2, 3, 3)"),
    "label with channel": ({"embedding": DENSE_X, "label": DENSE_Y[:, None]}, ValueError, "got (2, 1, 3, 3)"),
    "label 3": ({"label": Y + 1}, ValueError, "label must be -100 (ignored) or in 0 <= label < classes = 3, got 3"),
    "label -1": ({"label": Y - 1}, ValueError, "in 0 <= label < classes = 3, got -1"),
    "label elsewhere": ({"label": Y.to("meta")}, ValueError, "label must be on the embedding's device cpu, got meta"),
    "weight list": ({"weight": [1.0, 1.0, 1.0]}, TypeError, "weight must be None or a torch.Tensor"),
    "weight int64": ({"weight": torch.ones(3).long()}, TypeError, "weight must have a floating point dtype"),
    "weight per row": ({"weight": torch.ones(5)}, ValueError, "must have shape (3,), one value a class, got (5,)"),
    "weight negative": ({"weight": torch.tensor([1.0, -1.0, 1.0])}, ValueError, "got [1.0, -1.0, 1.0]"),
    "weight nan": ({"weight": torch.tensor([1.0, nan, 1.0])}, ValueError, "weight must hold finite values >= 0"),
    "reduction none": ({"reduction": "none"}, ValueError, "reduction must be 'mean' or 'sum', got 'none'"),
    "reduction None": ({"reduction": None}, ValueError, "reduction must be 'mean' or 'sum', got None"),
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize(("arguments", "error", "message"), BAD_LOSS_ARGUMENTS.values(), ids=BAD_LOSS_ARGUMENTS)
def test_loss_arguments(name: str, arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        make_head(name, **SIZES).loss(**{"embedding": X, "label": Y, **arguments})
    assert message in str(raised.value)


@pytest.mark.parametrize("name", ["arcface", "cosface", "sphereface", "center_loss"])
def test_probabilities_where_they_make_no_sense(name: str) -> None:
    with pytest.raises(TypeError, match=r"label must be int64 for this head .* got torch.float32"):
        make_head(name, **SIZES).loss(X, torch.full((5, 3), 1 / 3))


BAD_PROBABILITIES: dict[str, tuple[Tensor, str]] = {
    "shape": (torch.full((5, 2), 0.5), "label must have shape (5, 3)"),
    "sum": (torch.full((5, 3), 0.5), "sum to 1 over the classes (or are all 0: ignored), got sums in [1.5, 1.5]"),
    "negative": (torch.tensor([[-0.5, 0.5, 1.0]]).repeat(5, 1), "a smallest value of -0.5"),
    "cancels": (torch.tensor([[-0.5, 0.5, 0.0]]).repeat(5, 1), "a smallest value of -0.5"),
    "nan": (torch.full((5, 3), nan), "got sums in [nan, nan]"),
    "float classes": (Y.float(), "label must have shape (5, 3)"),
}


@pytest.mark.parametrize("name", ["softmax", "l2_softmax"])
@pytest.mark.parametrize(("label", "message"), BAD_PROBABILITIES.values(), ids=BAD_PROBABILITIES)
def test_probabilities(name: str, label: Tensor, message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared below
        make_head(name, **SIZES).loss(X, label)
    assert message in str(raised.value)


@pytest.mark.parametrize("name", HEADS)
def test_arguments_after_the_obvious_ones_are_keywords(name: str) -> None:
    head = make_head(name, **SIZES)
    with pytest.raises(TypeError):
        HEADS[name](4, 3)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        head.loss(X, Y, torch.ones(3))  # type: ignore[call-arg]


def test_numbers_of_numpy_are_numbers() -> None:
    numbers: dict[str, Any] = {"embedding_size": np.int64(4), "classes": np.uint8(3), "margin": np.float32(0.5)}
    head = make_head("arcface", **numbers)
    assert repr(head) == "ArcFaceHead(embedding_size=4, classes=3, margin=0.5, scale=30.0)"
