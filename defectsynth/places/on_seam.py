"""WHERE two parts of the object meet: a seam, a joint, the end of a sleeve."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats
from defectsynth.places.base import OnObject
from defectsynth.scene.foreground import small_copy
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene

GRID = 96  # cells along each side of the small picture in which seams are looked for
REACH = 7  # cells of the object's grid that its outline shows as a seam, across it
STRONGEST = 0.97  # share of the object's cells with less of an edge than those that count


class OnSeam(OnObject):
    """On the strongest edges inside the object: where two of its parts or colours meet; the angle is along them.

    On a plain object it is anywhere on it.
    """

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place with its angle along the seam, or None if there is no object."""
        rows, columns = min(scene.size[0], GRID), min(scene.size[1], GRID)
        slopes = _slopes(small_copy(scene.image, rows, columns))
        point = pick_point(rng, self._strongest(scene, slopes), scene)
        if point is None:
            return None
        row = min(max(int((point[1] + 0.5) * rows / scene.size[0]), 0), rows - 1)
        column = min(max(int((point[0] + 0.5) * columns / scene.size[1]), 0), columns - 1)
        across, down = float(slopes[0][row, column]), float(slopes[1][row, column])
        normal = math.atan2(down * rows / scene.size[0], across * columns / scene.size[1])
        return Place(*point, normal + math.pi / 2)

    def _strongest(self, scene: Scene, slopes: tuple[Floats, Floats]) -> Bytes:
        strength = slopes[0] * slopes[0] + slopes[1] * slopes[1]
        on_object = scene.foreground(self.foreground).cells
        padded = cv2.copyMakeBorder(on_object, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        inner = cv2.erode(padded, np.ones((REACH, REACH), np.uint8)).reshape(padded.shape)[1:-1, 1:-1]
        rows, columns = strength.shape
        cells = cv2.resize(inner, (columns, rows), interpolation=cv2.INTER_NEAREST).reshape(rows, columns)
        values = np.sort(strength[cells > 0])
        if not values.size or values[-1] == 0.0:
            return on_object
        least = max(float(values[int(STRONGEST * (values.size - 1))]), 1e-6)
        return np.ascontiguousarray((cells > 0) & (strength >= least)).view(np.uint8)


def _slopes(small: Bytes) -> tuple[Floats, Floats]:
    """Return how the brightness rises in x and in y, float32 (h, w) each."""
    rows, columns = small.shape[:2]
    gray = cv2.blur(small.mean(axis=2, dtype=np.float32), (3, 3)).reshape(rows, columns)
    across, down = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    return across.reshape(rows, columns), down.reshape(rows, columns)
