"""Places: a point with a direction, and the draw of a random point inside a mask."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.serialization import Value
from defectsynth.scene.scene import Scene

MAX_TRIES = 4  # random points before all pixels of the region of interest are searched


@dataclass(frozen=True)
class Place(Value):
    """Point in an image with a direction.

    Attributes:
        x: column in pixels.
        y: row in pixels.
        angle: direction in radians, from x to y; on an edge, the tangent, with the outside at `angle - pi / 2`.
        edge: True if the point lies on the outline of the object.
    """

    x: float
    y: float
    angle: float
    edge: bool = False

    def inwards(self, share: float) -> float:
        """Return the direction of a slit in radians: that of the place; on an edge, inwards.

        Args:
            share: random number in [0, 1) that tilts the direction on an edge by up to 0.6 radians to either side.
        """
        return self.angle + 0.5 * math.pi + 1.2 * (share - 0.5) if self.edge else self.angle


def pick_point(rng: np.random.Generator, cells: Bytes, scene: Scene) -> tuple[float, float] | None:
    """Return a random point (x, y) in pixels that lies in a non-zero cell and in the region of interest, or None."""
    rows, columns = cells.shape
    if scene.roi is not None:
        return _pick_in_roi(rng, cells, scene, scene.roi)
    candidates = np.flatnonzero(cells > 0)
    if candidates.size == 0:
        return None
    row, column = divmod(int(candidates[rng.integers(candidates.size)]), columns)
    jitter = rng.random(2).tolist()
    return (column + jitter[0]) * scene.size[1] / columns - 0.5, (row + jitter[1]) * scene.size[0] / rows - 0.5


def _pick_in_roi(rng: np.random.Generator, cells: Bytes, scene: Scene, roi: Bytes) -> tuple[float, float] | None:
    rows, columns = cells.shape
    for _ in range(MAX_TRIES):
        allowed = cv2.bitwise_and(cells, cells, mask=cv2.resize(roi, (columns, rows), interpolation=cv2.INTER_NEAREST))
        candidates = np.flatnonzero(allowed > 0)
        if candidates.size == 0:
            break
        row, column = divmod(int(candidates[rng.integers(candidates.size)]), columns)
        jitter = rng.random(2).tolist()
        x = (column + jitter[0]) * scene.size[1] / columns - 0.5
        y = (row + jitter[1]) * scene.size[0] / rows - 0.5
        if roi[min(max(round(y), 0), scene.size[0] - 1), min(max(round(x), 0), scene.size[1] - 1)]:
            return x, y
    pixels = np.flatnonzero(roi > 0)  # the region is finer than the grid: search all its pixels
    y_all, x_all = np.divmod(pixels, scene.size[1])
    inside = np.flatnonzero(cells[y_all * rows // scene.size[0], x_all * columns // scene.size[1]])
    if inside.size == 0:
        return None
    chosen = inside[rng.integers(inside.size)]
    return float(x_all[chosen]), float(y_all[chosen])


def is_in_roi(scene: Scene, x: float, y: float) -> bool:
    """Return whether the pixel at (x, y) lies inside the image and its region of interest."""
    inside = 0 <= round(x) < scene.size[1] and 0 <= round(y) < scene.size[0]
    return inside and (scene.roi is None or bool(scene.roi[round(y), round(x)]))
