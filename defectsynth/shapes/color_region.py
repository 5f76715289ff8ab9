"""Region of one colour, found by flood fill."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import max_over_channels
from defectsynth.core.parameters import Pair, between, span
from defectsynth.scene.foreground import small_copy
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnPolygonUnion, square_at

GRID_SIDE = 128  # greatest number of cells along a side of the grid that is filled
MAX_DEVIATION = 1.2  # between the outline and its polygon, in half cells


@dataclass(frozen=True)
class ColorRegion(Shape):
    """Region of one colour around the place: a wire, a liquid, half of a part (flood fill).

    Args:
        tolerance_range: greatest difference of colour to the place, in [0, 1].
        inset_range: distance by which the region shrinks, in [-0.1, 0.1], fraction of min(H, W); negative values grow
            it.
        softness_range: width of the soft edge, in [0, 0.1], fraction of min(H, W); 0 is sharp.
    """

    tolerance_range: Pair = span((0.06, 0.15), 0.0, 1.0, "greatest difference of colour")
    inset_range: Pair = span((0.0, 0.0), -0.1, 0.1, "fraction of min(H, W)")
    softness_range: Pair = span((0.0, 0.008), 0.0, 0.1, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPolygonUnion:
        """Return the outline of the region."""
        if not (-1 < place.x < scene.size[1] and -1 < place.y < scene.size[0]):
            return square_at(place)
        tolerance, inset, soft = rng.random(3).tolist()
        rows, columns = min(scene.size[0], GRID_SIDE), min(scene.size[1], GRID_SIDE)
        step = (scene.size[1] / columns, scene.size[0] / rows)
        small = cv2.blur(small_copy(scene.image, rows, columns, scene.peak), (3, 3)).reshape(rows, columns, -1)
        column = min(max(int((place.x + 0.5) / step[0]), 0), columns - 1)
        row = min(max(int((place.y + 0.5) / step[1]), 0), rows - 1)
        difference = max_over_channels(cv2.absdiff(small, np.full_like(small, small[row, column])).reshape(small.shape))
        similar = (difference <= between(self.tolerance_range, tolerance) * 255).astype(np.uint8)
        labels = cv2.connectedComponents(similar, connectivity=4)[1].reshape(rows, columns)
        region = (labels == labels[row, column]).astype(np.uint8)
        closed = cv2.morphologyEx(region, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).reshape(rows, columns)
        doubled = cv2.resize(closed * 255, (2 * columns, 2 * rows), interpolation=cv2.INTER_LINEAR)
        shrink = between(self.inset_range, inset) * scene.side / min(step) * 2
        if abs(shrink) >= 1.0:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(abs(shrink)) + 1,) * 2)
            doubled = cv2.erode(doubled, kernel) if shrink > 0 else cv2.dilate(doubled, kernel)
        mask = (doubled.reshape(2 * rows, 2 * columns) > 127).view(np.uint8)
        contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
        if not contours:
            return square_at(place, 0.5 * max(step))
        corners = cv2.approxPolyDP(max(contours, key=len), MAX_DEVIATION, closed=True)[:, 0].astype(np.float64)
        pixels = np.round((corners + 0.5) * (0.5 * step[0], 0.5 * step[1]) - 0.5, 2)
        return DrawnPolygonUnion(
            (tuple((float(x), float(y)) for x, y in pixels),), softness=between(self.softness_range, soft) * scene.side
        )
