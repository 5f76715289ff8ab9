"""Recipe of a thin folded sheet on the surface: flat facets of one material, and a cast shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import clip_box
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import planes_to_pixels
from defectsynth.core.serialization import Value
from defectsynth.functional.polygons import MAX_COORDINATE, Outline
from defectsynth.functional.raster import SUBPIXEL, fixed_point
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene

EDGE_LIGHT = 0.16  # brightness that an edge facing the light gains


@dataclass(frozen=True)
class SheetFacet(Value):
    """One flat facet.

    Attributes:
        outline: its corners in pixels, the first two of which form the edge where its brightness starts.
        start: brightness there, in [0, 1.5].
        end: brightness at the opposite edge, in [0, 1.5].
    """

    outline: Outline
    start: float
    end: float


@dataclass(frozen=True)
class FoldedSheetRecipe(Recipe):
    """Facets drawn one over the other.

    Attributes:
        facets: the facets.
        brightness: of the gray material, in [0, 1]; the brightness of a facet is relative to it.
        shadow: opacity of the shadow, in [0, 1].
        height: length of the shadow in pixels.
        light: direction towards the light, radians.
        opacity: of facets and shadow, in [0, 1].
        clip: method that finds the object to which the defect is clipped; empty does not clip it.
    """

    facets: tuple[SheetFacet, ...]
    brightness: float
    shadow: float
    height: float
    light: float
    opacity: float
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return facets and shadow."""
        corners = np.concatenate([np.array(facet.outline) for facet in self.facets])
        pad = math.ceil(1.5 * self.height) + 2
        low, high = (corners.min(axis=0) - pad).tolist(), (corners.max(axis=0) + pad).tolist()
        box = clip_box(*low, *high, size=scene.size)
        if box is None:
            return None
        tone, body = np.zeros(box.shape, np.float32), np.zeros(box.shape, np.uint8)
        for facet in self.facets:
            outline = np.clip(np.array(facet.outline) - box[:2], -MAX_COORDINATE, MAX_COORDINATE)
            mask = np.zeros(box.shape, np.uint8)
            cv2.fillPoly(mask, [fixed_point(outline)], 255, cv2.LINE_AA, SUBPIXEL)
            np.maximum(body, mask, out=body)
            first, last = outline[:2].mean(axis=0), outline[2:].mean(axis=0)
            axis = (last - first) / max(float(((last - first) ** 2).sum()), 1e-6)
            x = np.arange(box.shape[1], dtype=np.float32) - np.float32(first[0])
            y = np.arange(box.shape[0], dtype=np.float32)[:, None] - np.float32(first[1])
            along = np.clip(x * np.float32(axis[0]) + y * np.float32(axis[1]), 0.0, 1.0)
            own = np.float32(facet.start) + np.float32(facet.end - facet.start) * along
            tone += (own - tone) * (mask.astype(np.float32) * np.float32(1 / 255))
        alpha = body.astype(np.float32) * np.float32(1 / 255)
        tone /= np.maximum(alpha, np.float32(1e-3))
        cos, sin = math.cos(self.light), math.sin(self.light)
        facing = cv2.warpAffine(alpha, np.array([[1, 0, -cos], [0, 1, -sin]], np.float32), box.shape[::-1]).reshape(
            box.shape
        )
        tone += np.float32(EDGE_LIGHT) * (alpha - facing)
        move = np.array([[1, 0, -self.height * cos], [0, 1, -self.height * sin]], np.float32)
        reach = 2 * round(0.4 * self.height) + 1
        cast = cv2.blur(cv2.warpAffine(alpha, move, box.shape[::-1]), (reach, reach)).reshape(box.shape)
        cast *= np.float32(self.shadow) * (np.float32(1.0) - alpha)
        before = np.ascontiguousarray(canvas[box.slices])
        planes = scene.planes(before)
        body_opacity, cast = alpha * np.float32(self.opacity), cast * np.float32(self.opacity)
        metal = np.clip(tone * np.float32(self.brightness), 0.0, 1.0)
        planes *= np.float32(1.0) - cast
        planes += (metal - planes) * body_opacity
        return make_patch(
            before,
            planes_to_pixels(planes, before, scene.peak),
            box,
            peak=scene.peak,
            alpha=body_opacity + cast,
            allowed=scene.allowed_mask(box, self.clip),
        )
