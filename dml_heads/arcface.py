"""ArcFace: an additive margin on the angle."""

import math

import torch
from torch import Tensor

from dml_heads.checks import checked_number
from dml_heads.cosine import cosine, true_angle, with_true_class
from dml_heads.head import Head


class ArcFaceHead(Head):
    """Softmax loss on ``s cos(theta_j)``, the true class trained on ``s cos(theta_y + m)``.

    Args:
        embedding_size: D, length of an embedding, at least 1.
        classes: C, number of classes, at least 2.
        margin: m, radians, in [0, pi / 2].
        scale: s, above 0.

    Attributes:
        weight: (C, D), class prototypes; only their directions count.

    Raises:
        TypeError: if an argument is no number.
        ValueError: if an argument is out of bounds.

    References:
        J. Deng, J. Guo, N. Xue, S. Zafeiriou, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition",
        CVPR 2019, arXiv:1801.07698, equation 3. ``cos(theta + m)`` would rise again beyond ``theta = pi - m``, which
        the paper leaves open; there the true class gets ``cos(theta) - m sin(m)``, as in the authors' program. The
        angle comes from ``true_angle`` and not from a clamped arc cosine.

    Examples:
        >>> head = ArcFaceHead(embedding_size=8, classes=3).requires_grad_(False)
        >>> head
        ArcFaceHead(embedding_size=8, classes=3, margin=0.5, scale=30.0)
        >>> on_prototypes = 5 * head.weight
        >>> head(on_prototypes).diagonal().round(decimals=2)
        tensor([30., 30., 30.])
        >>> head.training_logits(on_prototypes, torch.arange(3)).diagonal().round(decimals=2)  # 30 cos(0.5)
        tensor([26.3300, 26.3300, 26.3300])
    """

    def __init__(self, *, embedding_size: int, classes: int, margin: float = 0.5, scale: float = 30.0) -> None:
        super().__init__(embedding_size=embedding_size, classes=classes)
        self.margin = checked_number("margin", margin, high=math.pi / 2)
        self.scale = checked_number("scale", scale, above=0, high=math.inf)

    def row_logits(self, rows: Tensor) -> Tensor:
        """``s cos(theta_j)``: rows (N, D) to logits (N, C)."""
        return self.scale * cosine(rows, self.weight.to(rows))

    def training_logits(self, rows: Tensor, label: Tensor) -> Tensor:
        """As ``row_logits``, with ``s cos(theta_y + m)`` for the true class: (N, C)."""
        theta = true_angle(rows, self.weight.to(rows), label)  # (N,)
        shifted = torch.where(
            theta <= math.pi - self.margin,
            torch.cos(theta + self.margin),
            torch.cos(theta) - self.margin * math.sin(self.margin),
        )
        return with_true_class(self.row_logits(rows), label, self.scale * shifted)

    def extra_repr(self) -> str:
        """The arguments, as the constructor takes them."""
        return f"{super().extra_repr()}, margin={self.margin}, scale={self.scale}"
