"""Recipes of geometric defects, with and without shading."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import clip_box
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.fields.base import DrawnField, displace
from defectsynth.fields.shading import SurfaceShading
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene

MIN_DEVIATION = 2.5 / 255.0  # standard deviation of a surface below which a displacement cannot be seen
BLACK_REFLECTANCE = np.float32(0.35)  # share of the shading that brightens even a black surface
SHADING_GAIN = np.float32(1.5)  # share of the brightness lost per unit of negative shading


@dataclass(frozen=True)
class WarpRecipe(Recipe):
    """A geometric defect, which displaces pixels.

    Attributes:
        field: displacement field.
    """

    field: DrawnField

    def forward(self, points: Array) -> Array:
        """Return the positions of points (N, 2) in pixels after the displacement."""
        return self.field.forward(points)

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the displaced pixels."""
        box = self.field.box(scene.size)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        if scene.channels <= 4 and cv2.meanStdDev(before)[1].max() < MIN_DEVIATION * scene.peak:
            return None  # without computing a displacement that nobody would see
        after = displace(canvas, self.field, box)
        return make_patch(before, after, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))


@dataclass(frozen=True)
class ReliefRecipe(WarpRecipe):
    """A displacement and the shading of the relief it leaves.

    Attributes:
        relief: shading, which is displaced with the pixels.
    """

    relief: SurfaceShading

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the displaced and shaded pixels."""
        box = self.field.box(scene.size)
        if box is None:
            return None
        reach = math.ceil(self.field.max_offset) + 2
        wide = clip_box(box.x0 - reach, box.y0 - reach, box.x1 + reach, box.y1 + reach, size=scene.size) or box
        flat = np.ascontiguousarray(canvas[wide.slices])
        shading = self.relief.shading(wide)
        if self.relief.method and not scene.foreground(self.relief.method).whole:
            shading *= cv2.blur(scene.object_mask(wide, self.relief.method), (3, 3)) * np.float32(1.0 / 255.0)
        surface = pixels_to_float(flat, scene.peak)
        gain, lift = (  # numpy is slow at broadcasting along a short last axis
            cv2.merge([plane] * surface.shape[2]).reshape(surface.shape)
            for plane in (1.0 + SHADING_GAIN * np.minimum(shading, 0.0), np.maximum(shading, 0.0))
        )
        lift *= np.minimum(surface + BLACK_REFLECTANCE, np.float32(1.0))
        surface *= gain
        surface += lift
        after = displace(float_to_pixels(surface, flat, scene.peak), self.field, box, origin=(wide.x0, wide.y0))
        before = np.ascontiguousarray(canvas[box.slices])
        return make_patch(before, after, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))
