"""Center loss: softmax loss plus the distance of each embedding to the center of its class."""

import math
from typing import ClassVar

import torch
from torch import Tensor

from dml_heads.checks import checked_number
from dml_heads.softmax import SoftmaxHead


class CenterLossHead(SoftmaxHead):
    """Head with the softmax loss on ``W x + b`` plus ``center_weight / 2 |x - c_y|^2``.

    The centers are no parameters. As in the paper, each ``loss`` in training mode and with gradients enabled first uses
    the centers and then moves those of the classes in the batch by ``center_rate`` of their smoothed mean difference.
    Differences that are not finite, which mixed precision can cause, move nothing. In evaluation mode ``loss`` changes
    nothing. The centers are a buffer: saved with the head, and not subject to the optimiser and its weight decay.

    Args:
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.
        center_weight: lambda, weight of the distance term, at least 0.
        center_rate: alpha, step size of the centers, in [0, 1].

    Attributes:
        weight: weight of the linear layer, (C, D).
        bias: bias of the linear layer, (C,), initially 0.
        centers: centers of the classes, (C, D), initially 0.

    Raises:
        TypeError: if an argument is not a number.
        ValueError: if an argument is out of bounds.

    References:
        Y. Wen, K. Zhang, Z. Li, Y. Qiao, "A Discriminative Feature Learning Approach for Deep Face Recognition", ECCV
        2016, equations 3 to 5. The paper sums both terms over the batch; here ``reduction`` and the class weights
        apply to both. The paper does not define the initial centers.

    Examples:
        >>> head = CenterLossHead(embedding_size=2, classes=3)
        >>> head
        CenterLossHead(embedding_size=2, classes=3, center_weight=0.125, center_rate=0.5)
        >>> _ = head.loss(torch.tensor([[4.0, 8.0]]), torch.tensor([1]))
        >>> head.centers  # 0.5 (x - c) / (1 + 1 seen)
        tensor([[0., 0.],
                [1., 2.],
                [0., 0.]])
    """

    accepts_probabilities: ClassVar[bool] = False
    centers: Tensor

    def __init__(
        self, *, embedding_size: int, classes: int, center_weight: float = 1 / 8, center_rate: float = 0.5
    ) -> None:
        super().__init__(embedding_size=embedding_size, classes=classes)
        self.center_weight = checked_number("center_weight", center_weight, high=math.inf)
        self.center_rate = checked_number("center_rate", center_rate, high=1)
        self.register_buffer("centers", torch.zeros(self.classes, self.embedding_size))

    def row_losses(self, rows: Tensor, label: Tensor, weight: Tensor) -> Tensor:
        """Return the loss of each row (N,), softmax and distance to its center, times the class weight (C,)."""
        distance = (rows - self.centers.to(rows)[label]).square().sum(dim=1)  # (N,)
        losses = super().row_losses(rows, label, weight) + self.center_weight / 2 * weight[label] * distance
        if self.training and torch.is_grad_enabled():
            self._move_centers(rows.detach(), label)
        return losses

    @torch.no_grad()
    def _move_centers(self, rows: Tensor, label: Tensor) -> None:
        """Apply equation 4: ``c_j -= alpha sum(c_j - x_i) / (1 + n_j)`` over the ``n_j`` rows of class j."""
        seen = torch.bincount(label, minlength=self.classes)[:, None].to(rows)  # (C, 1)
        centers = self.centers.to(rows)
        sums = torch.zeros_like(centers).index_add_(0, label, rows)  # (C, D)
        difference = (seen * centers - sums) / (1 + seen)
        self.centers.copy_(centers - self.center_rate * difference.nan_to_num(0, 0, 0))

    def extra_repr(self) -> str:
        """Return the arguments as the constructor takes them."""
        return f"{super().extra_repr()}, center_weight={self.center_weight}, center_rate={self.center_rate}"
