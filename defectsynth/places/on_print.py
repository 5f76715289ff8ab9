"""WHERE there is something on the object: print, engraving, structure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, threshold_mask
from defectsynth.core.parameters import number
from defectsynth.places.base import Where
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

GRID = 96  # cells along each side of the small picture in which detail is looked for
REACH = 7  # cells of the object's grid that an outline shows as detail, across it
STARTS = 3  # other places tried, of which the one with most detail around counts
GATHERED = 6  # steps towards the middle of the detail around
STRONGEST = 0.9  # share of the object's cells with less detail than those that count


@dataclass(frozen=True)
class OnPrint(Where):
    """On the object where most detail is, away from its outline: on print, engraving or other structure.

    On a plain object it is anywhere on it.

    Args:
        gather: how far around detail draws the place to its middle, in [0, 0.5], fraction of min(H, W); 0 leaves it.
        foreground: how the object is found, see `foreground.find_foreground`.
    """

    gather: float = number(0.0, 0.0, 0.5, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if there is none."""
        place = super().sample(rng, scene)
        if place is None or self.gather == 0.0 or scene.roi is not None:
            return place
        cells = self._cells(scene)
        rows, columns = np.nonzero(cells)
        points = np.stack([columns + 0.5, rows + 0.5], axis=1)
        points = points * (scene.size[1] / cells.shape[1], scene.size[0] / cells.shape[0]) - 0.5
        fullest, most = np.array([place.x, place.y]), 0
        for start in [fullest, *points[rng.integers(len(points), size=STARTS)]]:
            middle, held = start, 0
            for _ in range(GATHERED):
                near = ((points - middle) ** 2).sum(axis=1) <= (self.gather * scene.side) ** 2
                held = int(near.sum())
                middle = points[near].mean(axis=0) if held else middle
            if held > most:
                fullest, most = middle, held
        return replace(place, x=float(fullest[0]), y=float(fullest[1]))

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
        return cv2.bitwise_and(
            cells, threshold_mask(detail, float(values[int(STRONGEST * (values.size - 1))]))
        ).reshape(rows, columns)
