"""Placement on print, engraving or other detail of the object."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, threshold_mask
from defectsynth.core.parameters import number
from defectsynth.places.base import Where
from defectsynth.places.grid import grid_shape, sample_gray
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

OUTLINE_CELLS = 7  # width of the band along the outline in which the outline itself shows as detail
EXTRA_STARTS = 3  # further starts of the mean shift; the result with the most detail around it is taken
MEAN_SHIFT_STEPS = 6
DETAIL_QUANTILE = 0.9  # cells of the object with at least this quantile of detail are candidates


@dataclass(frozen=True)
class OnPrint(Where):
    """Place on the print, engraving or other fine detail of the object, away from its outline.

    On an object without detail it is anywhere.

    Args:
        gather: radius within which the place moves to the middle of the detail (mean shift), in [0, 0.5], fraction of
            min(H, W); 0 keeps the place.
        foreground: method that finds the object, see `find_foreground`.
    """

    gather: float = number(0.0, 0.0, 0.5, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if there is no candidate."""
        place = super().sample(rng, scene)
        if place is None or self.gather == 0.0 or scene.roi is not None:
            return place
        cells = self._cells(scene)
        rows, columns = np.nonzero(cells)
        points = np.stack([columns + 0.5, rows + 0.5], axis=1)
        points = points * (scene.size[1] / cells.shape[1], scene.size[0] / cells.shape[0]) - 0.5
        best, best_count = np.array([place.x, place.y]), 0
        for start in [best, *points[rng.integers(len(points), size=EXTRA_STARTS)]]:
            middle, count = start, 0
            for _ in range(MEAN_SHIFT_STEPS):
                near = ((points - middle) ** 2).sum(axis=1) <= (self.gather * scene.side) ** 2
                count = int(near.sum())
                middle = points[near].mean(axis=0) if count else middle
            if count > best_count:
                best, best_count = middle, count
        return replace(place, x=float(best[0]), y=float(best[1]))

    def _cells(self, scene: Scene) -> Bytes:
        rows, columns = grid_shape(scene)
        gray = sample_gray(scene)
        detail = cv2.blur(np.abs(gray - cv2.blur(gray, (5, 5)).reshape(gray.shape)), (3, 3)).reshape(gray.shape)
        on_object = scene.foreground(self.foreground).cells
        inner = cv2.erode(on_object, np.ones((OUTLINE_CELLS, OUTLINE_CELLS), np.uint8)).reshape(on_object.shape)
        cells = cv2.resize(inner, (columns, rows), interpolation=cv2.INTER_NEAREST).reshape(rows, columns)
        values = np.sort(detail[cells > 0])
        if not values.size:
            return on_object
        least = float(values[int(DETAIL_QUANTILE * (values.size - 1))])
        return cv2.bitwise_and(cells, threshold_mask(detail, least)).reshape(rows, columns)
