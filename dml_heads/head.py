"""Base class of the heads: their interface, and all that they share."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from dml_heads.checks import (
    IGNORED,
    check_class_weight,
    check_embedding,
    check_label,
    check_reduction,
    checked_integer,
)


def _as_rows(tensor: Tensor) -> Tensor:
    """Return (B, D) unchanged, and (B, D, H, W) as (B * H * W, D)."""
    return tensor.movedim(1, -1).flatten(end_dim=-2)


class Head(nn.Module, ABC):
    """Last layer and loss: class logits for inference, a loss for training.

    ``head(embedding)`` returns logits without margin, in training mode, too. ``head.loss(embedding, label)`` returns
    the loss to minimise. Both take one embedding per image, (B, D), or one per place, (B, D, H, W). Both compute in
    float32, or in float64 if the embedding or the head is float64, also under autocast.

    A subclass implements ``row_logits`` and, if it trains on other logits, ``training_logits``.

    Args:
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.

    Attributes:
        weight: one row per class, (C, D); initially random, of lengths near 1.
        accepts_probabilities: True if ``loss`` also takes class probabilities as label, for mixup.

    Raises:
        TypeError: if an argument is not an integer.
        ValueError: if an argument is out of bounds.
    """

    accepts_probabilities: ClassVar[bool] = False

    def __init__(self, *, embedding_size: int, classes: int) -> None:
        super().__init__()
        self.embedding_size = checked_integer("embedding_size", embedding_size, low=1)
        self.classes = checked_integer("classes", classes, low=2)
        self.weight = nn.Parameter(torch.empty(self.classes, self.embedding_size))
        nn.init.normal_(self.weight, std=self.embedding_size**-0.5)

    @abstractmethod
    def row_logits(self, rows: Tensor) -> Tensor:
        """Return the logits for inference (N, C) of rows (N, D), without margin."""

    def training_logits(self, rows: Tensor, label: Tensor) -> Tensor:
        """Return the logits for training (N, C) of rows (N, D) and their label, with the margin on the true class."""
        return self.row_logits(rows)

    def row_losses(self, rows: Tensor, label: Tensor, weight: Tensor) -> Tensor:
        """Return the loss of each row (N,), times the class weight (C,); no label is that of an ignored row."""
        return functional.cross_entropy(self.training_logits(rows, label), label, weight=weight, reduction="none")

    def forward(self, embedding: Tensor) -> Tensor:
        """Return the logits for inference.

        Args:
            embedding: (B, D) or (B, D, H, W), floating point.

        Returns:
            (B, C) or (B, C, H, W), float32 or float64.

        Raises:
            TypeError: if the embedding is not a floating point tensor.
            ValueError: if its shape does not fit or it is empty.
        """
        check_embedding(embedding, embedding_size=self.embedding_size)
        with torch.autocast(embedding.device.type, enabled=False):
            logits = self.row_logits(self._exact_rows(embedding))  # (N, C)
        batch, _, *places = embedding.shape
        return logits.reshape(batch, *places, self.classes).movedim(-1, 1)

    def loss(
        self,
        embedding: Tensor,
        label: Tensor,
        *,
        weight: Tensor | None = None,
        reduction: Literal["mean", "sum"] = "mean",
    ) -> Tensor:
        """Return the loss for training.

        Args:
            embedding: (B, D) or (B, D, H, W), floating point.
            label: int64 (B,) or (B, H, W), in [0, C), or -100 for a row to ignore. If ``accepts_probabilities``, also
                floating point (B, C) or (B, C, H, W) with sum 1 over the classes, or all 0 for a row to ignore.
            weight: weight of each class, (C,), >= 0; None: 1 for all.
            reduction: "sum", or "mean": the sum of the losses of the rows divided by the sum of their weights, so that
                probabilities of 0 and 1 give the loss of the int64 label; PyTorch divides by the number of rows there.

        Returns:
            Scalar, float32 or float64; 0, with a graph, if all rows are ignored or have weight 0.

        Raises:
            TypeError: if an argument has a wrong type or dtype.
            ValueError: if shape, device or values do not fit, or the batch is empty.
        """
        check_embedding(embedding, embedding_size=self.embedding_size)
        check_label(label, embedding=embedding, classes=self.classes, probabilities=self.accepts_probabilities)
        check_class_weight(weight, classes=self.classes)
        check_reduction(reduction)
        with torch.autocast(embedding.device.type, enabled=False):
            rows = self._exact_rows(embedding)
            class_weight = rows.new_ones(self.classes) if weight is None else weight.to(rows)
            if label.is_floating_point():
                label = _as_rows(label).to(rows)
                kept = label.sum(dim=1) > 0
            else:
                label = label.flatten()
                kept = label != IGNORED
            if not kept.all():
                rows, label = rows[kept], label[kept]
            total = self.row_losses(rows, label, class_weight).sum()
            if reduction == "sum":
                return total
            row_weight = label @ class_weight if label.is_floating_point() else class_weight[label]
            divisor = row_weight.sum()
            return total / torch.where(divisor > 0, divisor, 1)

    def extra_repr(self) -> str:
        """Return the arguments as the constructor takes them."""
        return f"embedding_size={self.embedding_size}, classes={self.classes}"

    def _exact_rows(self, embedding: Tensor) -> Tensor:
        dtype = torch.promote_types(torch.promote_types(embedding.dtype, self.weight.dtype), torch.float32)
        return _as_rows(embedding).to(dtype)
