"""Softmax: linear layer and softmax loss."""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from dml_heads.head import Head


class SoftmaxHead(Head):
    """Head with the softmax loss on ``W x + b``: the baseline of metric learning.

    Args:
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.

    Attributes:
        weight: weight of the linear layer, (C, D).
        bias: bias of the linear layer, (C,), initially 0.

    Raises:
        TypeError: if an argument is not an integer.
        ValueError: if an argument is out of bounds.

    Examples:
        >>> head = SoftmaxHead(embedding_size=8, classes=3)
        >>> head
        SoftmaxHead(embedding_size=8, classes=3)
        >>> head(torch.ones(4, 8)).shape, head(torch.ones(4, 8, 7, 5)).shape
        (torch.Size([4, 3]), torch.Size([4, 3, 7, 5]))

        For mixup, the label may be probabilities.

        >>> mixed = torch.tensor([[0.7, 0.3, 0.0]])
        >>> head.loss(torch.ones(1, 8), mixed).shape
        torch.Size([])
    """

    accepts_probabilities: ClassVar[bool] = True

    def __init__(self, *, embedding_size: int, classes: int) -> None:
        super().__init__(embedding_size=embedding_size, classes=classes)
        self.bias = nn.Parameter(torch.zeros(self.classes))

    def row_logits(self, rows: Tensor) -> Tensor:
        """Return the logits ``W x + b`` (N, C) of rows (N, D)."""
        return functional.linear(rows, self.weight.to(rows), self.bias.to(rows))
