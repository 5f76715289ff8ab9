"""The whole object, for what happens to all of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.parameters import choice
from defectsynth.scene.foreground import FOREGROUND_METHODS
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnOutlines, speck

RIM = 2.0  # cells around what is found, so that the outline is that of the picture


@dataclass(frozen=True)
class Silhouette(Shape):
    """The box of the whole object; where the paint stays on the object, the object itself.

    Args:
        foreground: how the object is found, see `foreground.find_foreground`.
    """

    foreground: str = choice("auto", *FOREGROUND_METHODS)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnOutlines:
        """Return the box in pixels."""
        if not (-1 < place.x < scene.size[1] and -1 < place.y < scene.size[0]):
            return speck(place)
        found = scene.foreground(self.foreground)
        column, row, columns, rows = cv2.boundingRect(found.cells)
        left, top = (column - RIM) * found.step[0], (row - RIM) * found.step[1]
        right, bottom = (column + columns + RIM) * found.step[0], (row + rows + RIM) * found.step[1]
        left, top = max(left, -1.0), max(top, -1.0)
        right, bottom = min(right, scene.size[1]), min(bottom, scene.size[0])
        return DrawnOutlines((((left, top), (right, top), (right, bottom), (left, bottom)),), softness=0.0)
