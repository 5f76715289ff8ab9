"""WHERE there is something on the object: print, engraving, structure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.layers import Bytes, at_least
from defectsynth.placement import Where
from defectsynth.scene import Scene

GRID = 96  # cells along each side of the small picture in which detail is looked for
REACH = 7  # cells of the object's grid that an outline shows as detail, across it
STRONGEST = 0.9  # share of the object's cells with less detail than those that count


@dataclass(frozen=True)
class OnPrint(Where):
    """On the object where most detail is, away from its outline: on print, engraving or other structure.

    On a plain object it is anywhere on it.
    """

    def _cells(self, scene: Scene) -> Bytes:
        rows, columns = min(scene.size[0], GRID), min(scene.size[1], GRID)
        small = cv2.resize(scene.image, (columns, rows), interpolation=cv2.INTER_NEAREST)
        gray = small.reshape(rows, columns, -1).mean(axis=2, dtype=np.float32)
        detail = cv2.blur(np.abs(gray - cv2.blur(gray, (5, 5)).reshape(gray.shape)), (3, 3)).reshape(gray.shape)
        on_object = scene.foreground(self.foreground).cells
        inner = cv2.erode(on_object, np.ones((REACH, REACH), np.uint8)).reshape(on_object.shape)
        cells = cv2.resize(inner, (columns, rows), interpolation=cv2.INTER_NEAREST).reshape(rows, columns)
        values = np.sort(detail[cells > 0])
        if not values.size:
            return on_object
        return cv2.bitwise_and(cells, at_least(detail, float(values[int(STRONGEST * (values.size - 1))]))).reshape(
            rows, columns
        )
