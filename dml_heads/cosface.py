"""CosFace: additive margin on the cosine."""

import math

from torch import Tensor

from dml_heads.checks import checked_number
from dml_heads.cosine import cosine, with_true_class
from dml_heads.head import Head


class CosFaceHead(Head):
    """Head with the softmax loss on ``s cos(theta_j)``; the true class gets ``s (cos(theta_y) - m)``.

    Args:
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.
        margin: m, in [0, 2]; according to the paper, no margin above C / (C - 1) can be reached.
        scale: s, above 0.

    Attributes:
        weight: class prototypes, (C, D); only their directions matter.

    Raises:
        TypeError: if an argument is not a number.
        ValueError: if an argument is out of bounds.

    References:
        H. Wang et al., "CosFace: Large Margin Cosine Loss for Deep Face Recognition", CVPR 2018, arXiv:1801.09414,
        equation 4.

    Examples:
        >>> import torch
        >>> head = CosFaceHead(embedding_size=8, classes=3).requires_grad_(False)
        >>> head
        CosFaceHead(embedding_size=8, classes=3, margin=0.4, scale=30.0)
        >>> on_prototypes = 5 * head.weight
        >>> head(on_prototypes).diagonal().round(decimals=2)
        tensor([30., 30., 30.])
        >>> head.training_logits(on_prototypes, torch.arange(3)).diagonal().round(decimals=2)  # 30 (1 - 0.4)
        tensor([18., 18., 18.])
    """

    def __init__(self, *, embedding_size: int, classes: int, margin: float = 0.4, scale: float = 30.0) -> None:
        super().__init__(embedding_size=embedding_size, classes=classes)
        self.margin = checked_number("margin", margin, high=2)
        self.scale = checked_number("scale", scale, above=0, high=math.inf)

    def row_logits(self, rows: Tensor) -> Tensor:
        """Return the logits ``s cos(theta_j)`` (N, C) of rows (N, D)."""
        return self.scale * cosine(rows, self.weight.to(rows))

    def training_logits(self, rows: Tensor, label: Tensor) -> Tensor:
        """Return ``row_logits`` with ``s (cos(theta_y) - m)`` for the true class, (N, C)."""
        logits = self.row_logits(rows)
        true_logit = logits.gather(1, label[:, None]).squeeze(1)  # (N,)
        return with_true_class(logits, label, true_logit - self.scale * self.margin)

    def extra_repr(self) -> str:
        """Return the arguments as the constructor takes them."""
        return f"{super().extra_repr()}, margin={self.margin}, scale={self.scale}"
