"""Cosine and angle between embeddings and class prototypes, exact and with bounded slopes at every angle."""

import torch
from torch import Tensor
from torch.nn import functional

_SHORTEST = 1e-12


def unit(rows: Tensor) -> Tensor:
    """Each row divided by its own Euclidean length.

    A row not longer than 1e-12 has no direction: it comes out as zeros and takes no gradient
    (``torch.nn.functional.normalize`` multiplies the gradient of such a row by 1e12).

    Args:
        rows: (N, D), lengths up to about 1e18 in float32.

    Returns:
        (N, D), of length 1, or 0 where a row has no direction.

    Examples:
        >>> unit(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
        tensor([[0.6000, 0.8000],
                [0.0000, 0.0000]])
    """
    length: Tensor = torch.linalg.vector_norm(rows, dim=1, keepdim=True)  # (N, 1)
    return torch.where(length > _SHORTEST, rows, 0) / length.clamp(min=_SHORTEST)


def cosine(rows: Tensor, prototypes: Tensor) -> Tensor:
    """Cosine of every row to every class prototype; 0 for a row of zeros.

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
    """Angle of each row to the prototype of its own class, in radians; pi / 2 for a row of zeros.

    With unit vectors u and w the angle is ``2 atan2(|u - w|, |u + w|)``. Unlike ``acos(u . w)``, which loses half of
    its digits near 0 and pi and has an infinite slope there, it is right to rounding and of bounded slope everywhere,
    so that nothing has to be clamped.

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
    """The logits (N, C) with the one of the true class, ``label`` (N,), replaced by ``true_logit`` (N,)."""
    return logits.scatter(1, label[:, None], true_logit[:, None])
