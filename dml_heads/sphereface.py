"""SphereFace (A-Softmax): multiplicative margin on the angle."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from dml_heads.checks import checked_integer, checked_number
from dml_heads.cosine import true_angle, unit, with_true_class
from dml_heads.head import Head


def psi(theta: Tensor, *, margin: int) -> Tensor:
    """Return ``cos(m theta)`` made monotonic: ``(-1)^k cos(m theta) - 2 k`` in ``[k pi / m, (k + 1) pi / m]``.

    Args:
        theta: angles in [0, pi], radians, any shape.
        margin: m, at least 1.

    Returns:
        The same shape; falls from 1 at 0 to 1 - 2 m at pi.

    Examples:
        >>> psi(torch.tensor([0.0, math.pi / 2, math.pi]), margin=4)
        tensor([ 1., -3., -7.])
    """
    k = (theta.detach() * (margin / math.pi)).floor()  # both pieces agree where they meet, at pi as well
    sign = 1 - 2 * (k % 2)
    return sign * torch.cos(margin * theta) - 2 * k


class SphereFaceHead(Head):
    """Head with the softmax loss on ``s |x| cos(theta_j)``; the true class gets ``s |x| psi(theta_y)``.

    Args:
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.
        margin: m, an integer, at least 1.
        scale: s, above 0; 1 in the paper. Embeddings keep their length here, unlike in ArcFace with its scale of 30.
        annealing: lambda, at least 0; the true class is trained on ``s |x| (lambda cos + psi) / (lambda + 1)``. 0 is
            A-Softmax itself. For hard data the authors decrease it from 1000 to 5 over the first iterations: set the
            attribute between steps; the head counts no steps, and ``state_dict`` does not contain it.

    Attributes:
        weight: class prototypes, (C, D); only their directions matter.

    Raises:
        TypeError: if an argument is not a number, or ``margin`` is not an integer.
        ValueError: if an argument is out of bounds.

    References:
        W. Liu et al., "SphereFace: Deep Hypersphere Embedding for Face Recognition", CVPR 2017, arXiv:1704.08063,
        equation 7, and its appendix for the annealing. The constraint |W_j| = 1 is met by dividing by the length.

    Examples:
        >>> head = SphereFaceHead(embedding_size=8, classes=3).requires_grad_(False)
        >>> head
        SphereFaceHead(embedding_size=8, classes=3, margin=4, scale=1.0, annealing=0.0)
        >>> opposite = -5 * unit(head.weight)
        >>> head(opposite).diagonal().round(decimals=2)
        tensor([-5., -5., -5.])
        >>> head.training_logits(opposite, torch.arange(3)).diagonal().round(decimals=2)  # 5 psi(pi)
        tensor([-35., -35., -35.])
    """

    def __init__(
        self, *, embedding_size: int, classes: int, margin: int = 4, scale: float = 1.0, annealing: float = 0.0
    ) -> None:
        super().__init__(embedding_size=embedding_size, classes=classes)
        self.margin = checked_integer("margin", margin, low=1)
        self.scale = checked_number("scale", scale, above=0, high=math.inf)
        self.annealing = checked_number("annealing", annealing, high=math.inf)

    def row_logits(self, rows: Tensor) -> Tensor:
        """Return the logits ``s |x| cos(theta_j)``, i.e. ``s x . W_j / |W_j|``, (N, C) of rows (N, D)."""
        return self.scale * functional.linear(rows, unit(self.weight.to(rows)))

    def training_logits(self, rows: Tensor, label: Tensor) -> Tensor:
        """Return ``row_logits`` with the annealed ``s |x| psi(theta_y)`` for the true class, (N, C)."""
        theta = true_angle(rows, self.weight.to(rows), label)  # (N,)
        length = torch.linalg.vector_norm(rows, dim=1)  # (N,)
        annealed = (self.annealing * torch.cos(theta) + psi(theta, margin=self.margin)) / (self.annealing + 1)
        return with_true_class(self.row_logits(rows), label, self.scale * length * annealed)

    def extra_repr(self) -> str:
        """Return the arguments as the constructor takes them."""
        return f"{super().extra_repr()}, margin={self.margin}, scale={self.scale}, annealing={self.annealing}"
