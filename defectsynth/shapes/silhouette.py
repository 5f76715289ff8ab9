"""Whole object, for defects that cover all of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.parameters import choice
from defectsynth.scene.foreground import FOREGROUND_METHODS
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnPolygonUnion, square_at

MARGIN_CELLS = 2.0  # around the detected object, so that its edge is not cut off


@dataclass(frozen=True)
class Silhouette(Shape):
    """Whole object: its bounding box, which the placement then clips to the object.

    Args:
        foreground: method that finds the object, see `find_foreground`.
    """

    foreground: str = choice("auto", *FOREGROUND_METHODS)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPolygonUnion:
        """Return the bounding box."""
        if not (-1 < place.x < scene.size[1] and -1 < place.y < scene.size[0]):
            return square_at(place)
        found = scene.foreground(self.foreground)
        column, row, columns, rows = cv2.boundingRect(found.cells)
        left, top = (column - MARGIN_CELLS) * found.step[0], (row - MARGIN_CELLS) * found.step[1]
        right = (column + columns + MARGIN_CELLS) * found.step[0]
        bottom = (row + rows + MARGIN_CELLS) * found.step[1]
        left, top = max(left, -1.0), max(top, -1.0)
        right, bottom = min(right, scene.size[1]), min(bottom, scene.size[0])
        return DrawnPolygonUnion((((left, top), (right, top), (right, bottom), (left, bottom)),), softness=0.0)
