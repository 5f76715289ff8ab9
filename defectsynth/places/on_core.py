"""WHERE the object is thickest: its core, what fills a bore, the middle of a face."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.parameters import Pair, between, span
from defectsynth.places.base import OnObject
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene


@dataclass(frozen=True)
class OnCore(OnObject):
    """On the object, away from its edge by a share of its own greatest depth, so on a part of any size.

    Args:
        share_range: least distance from the edge, in [0, 1], share of the greatest that there is.
    """

    share_range: Pair = span((0.6, 0.9), 0.0, 1.0, "share of the greatest distance from the edge")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if there is no object in the region of interest."""
        share = between(self.share_range, float(rng.random()))
        point = pick_point(rng, self._deep(scene, share), scene)
        return None if point is None else Place(*point, float(rng.uniform(0.0, 2 * np.pi)))

    def _deep(self, scene: Scene, share: float) -> Bytes:
        found = scene.foreground(self.foreground)
        padded = cv2.copyMakeBorder(found.cells, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
        deep = (depth > 0) & (depth >= share * float(depth.max()))
        return np.ascontiguousarray(deep).view(np.uint8)
