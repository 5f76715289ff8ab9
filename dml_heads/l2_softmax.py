"""L2-constrained softmax: embeddings are scaled to one length before the linear layer."""

import math

from torch import Tensor

from dml_heads.checks import checked_number
from dml_heads.cosine import unit
from dml_heads.softmax import SoftmaxHead


class L2SoftmaxHead(SoftmaxHead):
    """Head with the softmax loss on ``W (alpha x / |x|) + b``, with the length of each row.

    Args:
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.
        alpha: length of the scaled embeddings, above 0. According to the paper, a mean probability p needs more than
            ``log(p (C - 2) / (1 - p))``.

    Attributes:
        weight: weight of the linear layer, (C, D), not normalised.
        bias: bias of the linear layer, (C,), initially 0.

    Raises:
        TypeError: if an argument is not a number.
        ValueError: if an argument is out of bounds.

    References:
        R. Ranjan, C. D. Castillo, R. Chellappa, "L2-constrained Softmax Loss for Discriminative Face Verification",
        2017, arXiv:1703.09507. This is the variant with fixed alpha; a row of zeros stays zero.

    Examples:
        >>> import torch
        >>> head = L2SoftmaxHead(embedding_size=8, classes=3)
        >>> head
        L2SoftmaxHead(embedding_size=8, classes=3, alpha=16.0)
        >>> x = torch.linspace(-1, 1, 16).reshape(2, 8)
        >>> torch.allclose(head(x), head(100 * x), atol=1e-4)
        True
    """

    def __init__(self, *, embedding_size: int, classes: int, alpha: float = 16.0) -> None:
        super().__init__(embedding_size=embedding_size, classes=classes)
        self.alpha = checked_number("alpha", alpha, above=0, high=math.inf)

    def row_logits(self, rows: Tensor) -> Tensor:
        """Return the logits ``W (alpha x / |x|) + b`` (N, C) of rows (N, D)."""
        return super().row_logits(self.alpha * unit(rows))

    def extra_repr(self) -> str:
        """Return the arguments as the constructor takes them."""
        return f"{super().extra_repr()}, alpha={self.alpha}"
