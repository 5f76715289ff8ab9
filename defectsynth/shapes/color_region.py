"""The area of one colour around a place: a half of a part, what fills a vessel, a wire, the whole part."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.parameters import Pair, between, span
from defectsynth.scene.foreground import small_copy
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnOutlines, speck

GRID = 128  # cells along each side of the small picture in which the area is looked for
COARSEST = 1.2  # greatest distance of what is left out between two corners of its outline, in cells


@dataclass(frozen=True)
class ColorRegion(Shape):
    """All that is of about the colour of a place and hangs together with it.

    Args:
        tolerance_range: greatest difference of colour to the place, in [0, 1].
        inset_range: how far it stays inside its outline, in [-0.1, 0.1], fraction of min(H, W).
        softness_range: width of the soft rim, in [0, 0.1], fraction of min(H, W); 0 is sharp.
    """

    tolerance_range: Pair = span((0.06, 0.15), 0.0, 1.0, "greatest difference of colour")
    inset_range: Pair = span((0.0, 0.0), -0.1, 0.1, "fraction of min(H, W)")
    softness_range: Pair = span((0.0, 0.008), 0.0, 0.1, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnOutlines:
        """Return the outline of the area in pixels."""
        if not (-1 < place.x < scene.size[1] and -1 < place.y < scene.size[0]):
            return speck(place)
        tolerance, inset, soft = rng.random(3).tolist()
        rows, columns = min(scene.size[0], GRID), min(scene.size[1], GRID)
        step = (scene.size[1] / columns, scene.size[0] / rows)
        small = cv2.blur(small_copy(scene.image, rows, columns), (3, 3)).reshape(rows, columns, -1)
        column = min(max(int((place.x + 0.5) / step[0]), 0), columns - 1)
        row = min(max(int((place.y + 0.5) / step[1]), 0), rows - 1)
        unlike = np.abs(small.astype(np.int16) - small[row, column].astype(np.int16)).max(axis=2)
        alike = (unlike <= between(self.tolerance_range, tolerance) * 255).astype(np.uint8)
        labels = cv2.connectedComponents(alike, connectivity=4)[1].reshape(rows, columns)
        area = (labels == labels[row, column]).astype(np.uint8)
        closed = cv2.morphologyEx(area, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).reshape(rows, columns)
        wide = cv2.resize(closed * 255, (2 * columns, 2 * rows), interpolation=cv2.INTER_LINEAR)
        level = 127.0
        deeper = between(self.inset_range, inset) * scene.side / min(step) * 2
        if abs(deeper) >= 1.0:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(abs(deeper)) + 1,) * 2)
            wide = cv2.erode(wide, kernel) if deeper > 0 else cv2.dilate(wide, kernel)
        found = (wide.reshape(2 * rows, 2 * columns) > level).view(np.uint8)
        contours = cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
        if not contours:
            return speck(place, 0.5 * max(step))
        outline = max(contours, key=len)
        corners = cv2.approxPolyDP(outline, COARSEST, closed=True)[:, 0].astype(np.float64)
        pixels = np.round((corners + 0.5) * (0.5 * step[0], 0.5 * step[1]) - 0.5, 2)
        return DrawnOutlines(
            (tuple((float(x), float(y)) for x, y in pixels),), softness=between(self.softness_range, soft) * scene.side
        )
