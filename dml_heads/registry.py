"""Heads by name."""

import inspect

from dml_heads.arcface import ArcFaceHead
from dml_heads.center_loss import CenterLossHead
from dml_heads.cosface import CosFaceHead
from dml_heads.head import Head
from dml_heads.l2_softmax import L2SoftmaxHead
from dml_heads.softmax import SoftmaxHead
from dml_heads.sphereface import SphereFaceHead

HEADS: dict[str, type[Head]] = {
    "softmax": SoftmaxHead,
    "l2_softmax": L2SoftmaxHead,
    "arcface": ArcFaceHead,
    "cosface": CosFaceHead,
    "sphereface": SphereFaceHead,
    "center_loss": CenterLossHead,
}
"""Heads by name."""


def make_head(name: str, *, embedding_size: int, classes: int, **options: float) -> Head:
    """Make a head by its name.

    Args:
        name: key of ``HEADS``.
        embedding_size: D, size of an embedding, at least 1.
        classes: C, number of classes, at least 2.
        options: other arguments of the head, such as ``margin``.

    Raises:
        TypeError: if the head has no such option, or an argument has the wrong type.
        ValueError: if there is no such head, or an argument is out of bounds.

    Examples:
        >>> make_head("cosface", embedding_size=512, classes=2, margin=0.2)
        CosFaceHead(embedding_size=512, classes=2, margin=0.2, scale=30.0)
    """
    if name not in HEADS:
        raise ValueError(f"name must be one of {', '.join(map(repr, HEADS))}, got {name!r}")
    head = HEADS[name]
    known = [option for option in inspect.signature(head).parameters if option not in {"embedding_size", "classes"}]
    for option in options:
        if option not in known:
            raise TypeError(f"options of {name!r} must be among ({', '.join(known)}), got {option!r}")
    return head(embedding_size=embedding_size, classes=classes, **options)
