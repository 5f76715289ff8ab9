"""Taken out of burst.py, polygon.py, recolored_part.py."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.layer import Layer, clip_box
from defectsynth.functional.polygons import Outline, fill_polygons
from defectsynth.functional.raster import SUBPIXEL, canvas_to_alpha, fixed_point
from defectsynth.scene.place import Place
from defectsynth.shapes.base import DrawnShape


@dataclass(frozen=True)
class DrawnOutlines(DrawnShape):
    """Polygons, filled; corners in pixels, and the width of their soft rim."""

    outlines: tuple[Outline, ...]
    softness: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        x, y = zip(*(corner for outline in self.outlines for corner in outline), strict=True)
        pad = 1 + math.ceil(self.softness) + margin
        box = clip_box(min(x) - pad, min(y) - pad, max(x) + pad, max(y) + pad, size=size)
        if box is None:
            return None
        canvas = fill_polygons(box, self.outlines[0])
        for outline in self.outlines[1:]:
            canvas = cv2.max(canvas, fill_polygons(box, outline)).reshape(box.shape)
        reach = 2 * round(self.softness / 2) + 1
        if reach > 1:
            canvas = cv2.blur(cv2.blur(canvas, (reach, reach)), (reach, reach)).reshape(box.shape)
        return Layer(box, canvas_to_alpha(canvas, 1.0))


def speck(place: Place, reach: float = 0.5) -> DrawnOutlines:
    """Return a square at a place, what is left of a shape that finds nothing there."""
    x, y = place.x, place.y
    return DrawnOutlines(
        (((x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)),),
        softness=0.0,
    )


@dataclass(frozen=True)
class DrawnOutline(DrawnShape):
    """A closed outline, corner after corner, and the width of its soft rim, in pixels."""

    outline: Outline
    softness: float

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        (x0, y0), (x1, y1) = np.min(self.outline, axis=0), np.max(self.outline, axis=0)
        pad = self.softness + 1 + margin
        box = clip_box(x0 - pad, y0 - pad, x1 + pad, y1 + pad, size=size)
        if box is None:
            return None
        canvas = fill_polygons(box, self.outline)
        reach = 2 * round(self.softness / 2) + 1
        if reach > 1:
            canvas = cv2.blur(cv2.blur(canvas, (reach, reach)), (reach, reach))
        return Layer(box, canvas * np.float32(1.0 / 255.0))


@dataclass(frozen=True)
class DrawnRegion(DrawnShape):
    """What lies between outlines; corners in pixels."""

    outlines: tuple[Outline, ...]

    def layer(self, size: tuple[int, int], *, margin: int) -> Layer | None:
        """Return the alpha layer."""
        corners = np.concatenate([np.array(outline) for outline in self.outlines])
        box = clip_box(*(corners.min(axis=0) - margin - 1), *(corners.max(axis=0) + margin + 1), size=size)
        if box is None:
            return None
        canvas = np.zeros(box.shape, np.uint8)
        outlines = [fixed_point(np.array(outline) - box[:2]) for outline in self.outlines]
        cv2.fillPoly(canvas, outlines, 255, cv2.LINE_AA, SUBPIXEL)
        return Layer(box, canvas * np.float32(1 / 255))
