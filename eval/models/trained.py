"""Trained parts on top of a frozen backbone, by the kind of scoring that they are trained for."""

from __future__ import annotations

from eval.models.backbone import ProjectedBackbone
from eval.models.pooling import PooledBackbone
from eval.models.segmenting import SegmentingBackbone

TRAINED: dict[str, type[ProjectedBackbone]] = {
    "patch": ProjectedBackbone,
    "pooled": PooledBackbone,
    "ensemble": SegmentingBackbone,
}
"""Kinds of backbones by name."""
