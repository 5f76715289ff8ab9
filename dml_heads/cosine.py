"""Cosine and angle between embeddings and class prototypes, exact and with bounded gradients at every angle."""

import torch
from torch import Tensor
from torch.nn import functional

_MIN_LENGTH = 1e-12


def unit(rows: Tensor) -> Tensor:
    """Divide each row by its Euclidean length.

    A row of length 1e-12 or less becomes zeros and gets no gradient; ``torch.nn.functional.normalize`` multiplies the
    gradient of such a row by 1e12.

    Args:
        rows: (N, D), lengths up to about 1e18 in float32.

    Returns:
        (N, D), of length 1, or 0 for such rows.

    Examples:
        >>> unit(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
        tensor([[0.6000, 0.8000],
                [0.0000, 0.0000]])
    """
    length: Tensor = torch.linalg.vector_norm(rows, dim=1, keepdim=True)  # (N, 1)
    return torch.where(length > _MIN_LENGTH, rows, 0) / length.clamp(min=_MIN_LENGTH)


def cosine(rows: Tensor, prototypes: Tensor) -> Tensor:
    """Return the cosine of every row and every class prototype; 0 for a row of zeros.

    Args:
        rows: (N, D).
        prototypes: (C, D).

    Returns:
        (N, C), in [-1, 1] up to rounding.

    Examples:
        >>> cosine(torch.tensor([[2.0, 0.0]]), torch.tensor([[5.0, 0.0], [0.0, 1.0], [-3.0, 0.0]]))
        tensor([[ 1.,  0., -1.]])
    """
    return functional.linear(unit(rows), unit(prototypes))


def true_angle(rows: Tensor, prototypes: Tensor, label: Tensor) -> Tensor:
    """Return the angle of each row to the prototype of its class, in radians; pi / 2 for a row of zeros.

    For unit vectors u and w the angle is ``2 atan2(|u - w|, |u + w|)``. ``acos(u . w)`` loses half of its digits near 0
    and pi, and its gradient is infinite there; this formula is exact up to rounding and has bounded gradients
    everywhere, without clamping.

    Args:
        rows: (N, D).
        prototypes: (C, D).
        label: (N,) int64, in [0, C).

    Returns:
        (N,), in [0, pi].

    References:
        W. Kahan, "How Futile are Mindless Assessments of Roundoff in Floating-Point Computation?", 2006, section 12.

    Examples:
        >>> classes = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> true_angle(torch.tensor([[7.0, 0.0], [7.0, 0.0]]), classes, torch.tensor([0, 1]))
        tensor([0.0000, 1.5708])
    """
    embedding = unit(rows)  # (N, D)
    prototype = unit(prototypes).index_select(0, label)  # (N, D)
    apart = torch.linalg.vector_norm(embedding - prototype, dim=1)  # (N,): 2 sin(angle / 2)
    along = torch.linalg.vector_norm(embedding + prototype, dim=1)  # (N,): 2 cos(angle / 2)
    return 2 * torch.atan2(apart, along)


def with_true_class(logits: Tensor, label: Tensor, true_logit: Tensor) -> Tensor:
    """Replace the logit of the true class, ``label`` (N,), by ``true_logit`` (N,) in logits (N, C)."""
    return logits.scatter(1, label[:, None], true_logit[:, None])
