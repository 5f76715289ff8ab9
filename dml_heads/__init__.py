"""Deep metric learning heads with one interface: ``head(embedding)`` and ``head.loss(embedding, label)``.

The package needs torch only.

Examples:
    >>> import torch
    >>> head = make_head("arcface", embedding_size=8, classes=2, margin=0.3)
    >>> head
    ArcFaceHead(embedding_size=8, classes=2, margin=0.3, scale=30.0)
    >>> embedding = torch.ones(4, 8, requires_grad=True)
    >>> head.loss(embedding, torch.tensor([0, 1, 1, -100])).backward()  # -100: ignored
    >>> head(embedding).argmax(dim=1).shape
    torch.Size([4])
"""

from dml_heads.arcface import ArcFaceHead
from dml_heads.center_loss import CenterLossHead
from dml_heads.cosface import CosFaceHead
from dml_heads.head import Head
from dml_heads.l2_softmax import L2SoftmaxHead
from dml_heads.registry import HEADS, make_head
from dml_heads.softmax import SoftmaxHead
from dml_heads.sphereface import SphereFaceHead

__all__ = [
    "HEADS",
    "ArcFaceHead",
    "CenterLossHead",
    "CosFaceHead",
    "Head",
    "L2SoftmaxHead",
    "SoftmaxHead",
    "SphereFaceHead",
    "make_head",
]
