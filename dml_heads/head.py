"""The interface that every head shares, and the work that is the same in all of them."""

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
    """(B, D) as it is; (B, D, H, W) as (B * H * W, D)."""
    return tensor.movedim(1, -1).flatten(end_dim=-2)


class Head(nn.Module, ABC):
    """Last layer and loss in one: class logits for inference, a loss for training.

    ``head(embedding)`` gives logits, needs no label and never sees a margin, in training mode or not.
    ``head.loss(embedding, label)`` is what to minimise. Both take one embedding an image, (B, D), or one a place,
    (B, D, H, W). Both compute in float32, or in float64 if embedding or head are, also under autocast.

    A head of its own implements ``row_logits`` and, if it trains on other logits, ``training_logits``.

    Args:
        embedding_size: D, length of an embedding, at least 1.
        classes: C, number of classes, at least 2.

    Attributes:
        weight: (C, D), one row a class; drawn so that rows are about of length 1.
        accepts_probabilities: whether ``loss`` also takes class probabilities as label (for mixup).

    Raises:
        TypeError: if an argument is no integer.
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
        """Inference: rows (N, D) to logits (N, C), without any margin."""

    def training_logits(self, rows: Tensor, label: Tensor) -> Tensor:
        """Training: rows (N, D) and their label to logits (N, C); the margin goes on the true class here."""
        return self.row_logits(rows)

    def row_losses(self, rows: Tensor, label: Tensor, weight: Tensor) -> Tensor:
        """Loss of each row (N,), times the class weight (C,); the label holds no ignored row."""
        return functional.cross_entropy(self.training_logits(rows, label), label, weight=weight, reduction="none")

    def forward(self, embedding: Tensor) -> Tensor:
        """Logits for inference.

        Args:
            embedding: (B, D) or (B, D, H, W), floating point.

        Returns:
            (B, C) or (B, C, H, W), float32 or float64.

        Raises:
            TypeError: if the embedding is no floating point tensor.
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
        """The training loss.

        Args:
            embedding: (B, D) or (B, D, H, W), floating point.
            label: (B,) or (B, H, W) int64 in [0, C); -100 leaves a row out. Where ``accepts_probabilities``, also
                (B, C) or (B, C, H, W) floating point, summing to 1 over the classes; all 0 leaves a row out.
            weight: (C,) importance of each class, >= 0; None is 1 for all.
            reduction: "mean" divides the sum of the rows' losses by the sum of their weights, so that probabilities of
                0 and 1 give the value of the same int64 label (PyTorch divides by the row count there); or "sum".

        Returns:
            Scalar, float32 or float64; 0, with its graph, if every row is left out or weighs nothing.

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
        """The arguments, as the constructor takes them."""
        return f"embedding_size={self.embedding_size}, classes={self.classes}"

    def _exact_rows(self, embedding: Tensor) -> Tensor:
        dtype = torch.promote_types(torch.promote_types(embedding.dtype, self.weight.dtype), torch.float32)
        return _as_rows(embedding).to(dtype)
