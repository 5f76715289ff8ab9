"""Placement on a seam, where two parts of the object meet."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats, channel_mean
from defectsynth.places.base import OnObject
from defectsynth.places.grid import brightness_gradient, cell_at, grid_shape
from defectsynth.scene.foreground import small_copy
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene

OUTLINE_CELLS = 7  # width of the band along the outline in which the outline itself shows as an edge
EDGE_QUANTILE = 0.97  # cells of the object with at least this quantile of the edge strength are candidates
SMOOTHING_CELLS = 3  # side of the mean filter before edges are measured


class OnSeam(OnObject):
    """Place on the strongest edges inside the object, where two parts or colours meet; the angle is along the edge.

    On an object without such edges it is anywhere.
    """

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place whose angle is along the seam, or None if there is no candidate."""
        rows, columns = grid_shape(scene)
        gray = channel_mean(small_copy(scene.image, rows, columns, scene.peak))
        across, down = brightness_gradient(gray, SMOOTHING_CELLS)
        point = pick_point(rng, self._strong_edges(scene, across * across + down * down), scene)
        if point is None:
            return None
        cell = cell_at(scene, point, gray)
        normal = math.atan2(float(down[cell]) * rows / scene.size[0], float(across[cell]) * columns / scene.size[1])
        return Place(*point, normal + math.pi / 2)

    def _strong_edges(self, scene: Scene, strength: Floats) -> Bytes:
        on_object = scene.foreground(self.foreground).cells
        padded = cv2.copyMakeBorder(on_object, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        inner = cv2.erode(padded, np.ones((OUTLINE_CELLS, OUTLINE_CELLS), np.uint8)).reshape(padded.shape)[1:-1, 1:-1]
        rows, columns = strength.shape
        cells = cv2.resize(inner, (columns, rows), interpolation=cv2.INTER_NEAREST).reshape(rows, columns)
        values = np.sort(strength[cells > 0])
        if not values.size or values[-1] == 0.0:
            return on_object
        least = max(float(values[int(EDGE_QUANTILE * (values.size - 1))]), 1e-6)
        return np.ascontiguousarray((cells > 0) & (strength >= least)).view(np.uint8)
