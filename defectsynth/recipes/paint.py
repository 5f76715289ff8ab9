"""Recipes of painted and of pasted defects.

The look of a pasted defect, such as `OtherImage` or `Texture`, does not depend on the surface. Its recipe therefore
works in the dtype of the image instead of float planes: it copies an opaque patch, and one of constant opacity is a
weighted sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.blending.blend import DrawnBlend
from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.core.layer import Box
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import add_change, planes_to_pixels
from defectsynth.looks.base import DrawnImage, DrawnLook
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape


def composite(
    before: Array, pixels: Array, alpha: Floats, scene: Scene, *, inside: Bytes | None = None, opacity: float = 1.0
) -> Array:
    """Return pixels composited over an image.

    Args:
        before: the image inside the bounding box, (h, w) or (h, w, C).
        pixels: shape and dtype of `before`.
        alpha: float32 (h, w) in [0, 1].
        scene: the whole image.
        inside: uint8 (h, w), 255 where alpha is `opacity` and 0 where it is 0; None if alpha can have other values.
        opacity: the constant value of alpha, used with `inside`.
    """
    if inside is None:
        opacity = float(alpha.max())
        inside = threshold_mask(alpha, max(opacity, 1e-6))
        if cv2.countNonZero(inside) < cv2.countNonZero(alpha):  # a soft rim
            blend = DrawnBlend("alpha", opacity=1.0, feather=0.0)
            planes = blend.combine(scene.planes(before), scene.planes(pixels), alpha)
            return planes_to_pixels(planes, before, scene.peak)
    if opacity == 1.0:
        return cv2.copyTo(pixels, inside, np.array(before)).reshape(before.shape)
    opacity = float(np.float32(opacity))  # rounded as in alpha
    mixed = cv2.addWeighted(pixels, opacity, before, 1.0 - opacity, 0.0).reshape(before.shape)
    return cv2.copyTo(before, cv2.bitwise_not(inside), mixed).reshape(before.shape)


@dataclass(frozen=True)
class PaintRecipe(Recipe):
    """A painted defect.

    Attributes:
        shape: shape of the alpha layer.
        look: pixels inside the shape.
        blend: combination of the pixels with the image.
        clip: method that finds the foreground to which the defect is clipped; empty does not clip it.
    """

    shape: DrawnShape
    look: DrawnLook
    blend: DrawnBlend
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the painted defect."""
        layer = self.shape.layer(scene.size, margin=self.look.margin + self.blend.margin)
        if layer is None:
            return None
        before = np.ascontiguousarray(canvas[layer.box.slices])
        allowed, plain = self._allowed_mask(scene, layer.box), self.blend.mode == "alpha"
        change = self.look.brightness_change(layer) if plain else None
        overlay = self.look.overlay(layer) if plain and self.blend.feather == 0.0 else None
        if overlay is not None:
            opacity = self.blend.opacity
            return overlay.render(before, layer.box, opacity=opacity, peak=scene.peak, allowed=allowed)
        if change is None:
            surface = scene.planes(before)
            pixels, alpha = self.look.paint(surface, layer, scene)
            alpha = self.blend.soften(alpha)
            after = planes_to_pixels(self.blend.combine(surface, pixels, alpha), before, scene.peak)
        else:
            alpha = self.blend.soften(layer.alpha)
            change *= alpha
            after = add_change(before, change, scene.peak)
        return make_patch(before, after, layer.box, peak=scene.peak, alpha=alpha, allowed=allowed)

    def _allowed_mask(self, scene: Scene, box: Box) -> Bytes | None:
        return scene.allowed_mask(box, self.clip)


@dataclass(frozen=True)
class PastedRecipe(PaintRecipe):
    """A painted defect whose look does not depend on the surface."""

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the pasted defect; Poisson blending is solved only where pixels may change."""
        layer = self.shape.layer(scene.size, margin=self.blend.margin)
        if layer is None or not isinstance(self.look, DrawnImage):
            return None if layer is None else super().render(scene, canvas)
        before = np.ascontiguousarray(canvas[layer.box.slices])
        allowed = self._allowed_mask(scene, layer.box)
        hard = layer.hard if self.blend.window == 1 else None
        if hard is None:
            alpha = self.blend.soften(layer.alpha)
        else:  # in place, which is faster than a new layer for a defect as large as the image
            alpha = np.multiply(layer.alpha, np.float32(self.blend.opacity), out=layer.alpha)
        pixels = self.look.pixels(before, layer.box, scene)
        if self.blend.mode == "alpha":
            after = composite(before, pixels, alpha, scene, inside=hard, opacity=self.blend.opacity)
        else:
            limited = alpha if allowed is None else cv2.copyTo(alpha, allowed)
            planes = self.blend.combine(scene.planes(before), scene.planes(pixels), limited)
            after = planes_to_pixels(planes, before, scene.peak)
        return make_patch(before, after, layer.box, peak=scene.peak, alpha=alpha, allowed=allowed)
