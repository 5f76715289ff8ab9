"""Placement in the core of the object, where it is thickest."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.parameters import Pair, between, span
from defectsynth.places.base import OnObject
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class OnCore(OnObject):
    """Place in the core of the object, at a distance from its edge that scales with the object.

    Args:
        share_range: smallest distance from the edge, in [0, 1], share of the greatest distance in the object.
    """

    share_range: Pair = span((0.6, 0.9), 0.0, 1.0, "share of the greatest distance from the edge")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if the region of interest holds none of the object's core."""
        share = between(self.share_range, float(rng.random()))
        return self._pick(rng, scene, self._deep(scene, share))

    def _deep(self, scene: Scene, share: float) -> Bytes:
        found = scene.foreground(self.foreground)
        padded = cv2.copyMakeBorder(found.cells, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
        deep = (depth > 0) & (depth >= share * float(depth.max()))
        return np.ascontiguousarray(deep).view(np.uint8)
