"""ArcFace: additive margin on the angle."""

import math

import torch
from torch import Tensor

from dml_heads.checks import checked_number
from dml_heads.cosine import cosine, true_angle, with_true_class
from dml_heads.head import Head


class ArcFaceHead(Head):
    """Head with the softmax loss on ``s cos(theta_j)``; the true class gets ``s cos(theta_y + m)``.

    Args:
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.
        margin: m, radians, in [0, pi / 2].
        scale: s, above 0.

    Attributes:
        weight: class prototypes, (C, D); only their directions matter.

    Raises:
        TypeError: if an argument is not a number.
        ValueError: if an argument is out of bounds.

    References:
        J. Deng, J. Guo, N. Xue, S. Zafeiriou, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition",
        CVPR 2019, arXiv:1801.07698, equation 3. ``cos(theta + m)`` would rise again beyond ``theta = pi - m``, where
        the paper defines nothing; there the true class gets ``cos(theta) - m sin(m)``, as in the authors' program. The
        angle is computed by ``true_angle``, not by a clamped arc cosine.

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
        """Return the logits ``s cos(theta_j)`` (N, C) of rows (N, D)."""
        return self.scale * cosine(rows, self.weight.to(rows))

    def training_logits(self, rows: Tensor, label: Tensor) -> Tensor:
        """Return ``row_logits`` with ``s cos(theta_y + m)`` for the true class, (N, C)."""
        theta = true_angle(rows, self.weight.to(rows), label)  # (N,)
        shifted = torch.where(
            theta <= math.pi - self.margin,
            torch.cos(theta + self.margin),
            torch.cos(theta) - self.margin * math.sin(self.margin),
        )
        return with_true_class(self.row_logits(rows), label, self.scale * shifted)

    def extra_repr(self) -> str:
        """Return the arguments as the constructor takes them."""
        return f"{super().extra_repr()}, margin={self.margin}, scale={self.scale}"
