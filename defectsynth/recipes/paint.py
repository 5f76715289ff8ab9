"""What all pasted defects share: looks that lay down a picture, and a recipe that works in the picture's own dtype.

A look such as `Cutting` or `Texture` does not depend on the surface under it, so the pixels need not pass through
floating point planes: an opaque patch is copied, an even opacity is one weighted sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.blending.blend import DrawnBlend
from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.core.layer import Box
from defectsynth.core.patch import Patch, add_change, make_patch, planes_to_pixels
from defectsynth.looks.base import DrawnImage, DrawnLook
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape


def laid_over(
    before: Array, laid: Array, alpha: Floats, scene: Scene, *, inside: Bytes | None = None, opacity: float = 1.0
) -> Array:
    """Return `laid` over `before`, both of one shape and dtype, with an opacity of alpha (h, w) in [0, 1].

    Where it is known that alpha is either 0 or one opacity, `inside`, uint8 (h, w), is 255 where it is that.
    """
    if inside is None:
        opacity = float(alpha.max())
        inside = threshold_mask(alpha, max(opacity, 1e-6))
        if cv2.countNonZero(inside) < cv2.countNonZero(alpha):  # a soft rim
            blend = DrawnBlend("alpha", opacity=1.0, feather=0.0)
            planes = blend.combine(scene.planes(before), scene.planes(laid), alpha)
            return planes_to_pixels(planes, before, scene.peak)
    if opacity == 1.0:
        return cv2.copyTo(laid, inside, np.array(before)).reshape(before.shape)
    opacity = float(np.float32(opacity))  # as alpha has it
    mixed = cv2.addWeighted(laid, opacity, before, 1.0 - opacity, 0.0).reshape(before.shape)
    return cv2.copyTo(before, cv2.bitwise_not(inside), mixed).reshape(before.shape)


@dataclass(frozen=True)
class PaintRecipe(Recipe):
    """A painted defect.

    Attributes:
        shape: the alpha layer.
        look: the pixels to lay down.
        blend: how they are combined with what is there.
        clip: how the object is found that the paint stays on; empty paints anywhere.
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
        allowed, plain = self._allowed(scene, layer.box), self.blend.mode == "alpha"
        change = self.look.change(layer) if plain else None
        coat = self.look.coat(layer) if plain and self.blend.feather == 0.0 else None
        if coat is not None:
            opacity = self.blend.opacity
            return coat.laid_over(before, layer.box, opacity=opacity, peak=scene.peak, allowed=allowed)
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

    def _allowed(self, scene: Scene, box: Box) -> Bytes | None:
        return scene.allowed_mask(box, self.clip)


@dataclass(frozen=True)
class PastedRecipe(PaintRecipe):
    """A defect whose look is a picture of its own."""

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the pasted defect; a seamless one is solved on what may change only."""
        layer = self.shape.layer(scene.size, margin=self.blend.margin)
        if layer is None or not isinstance(self.look, DrawnImage):
            return None if layer is None else super().render(scene, canvas)
        before = np.ascontiguousarray(canvas[layer.box.slices])
        allowed = self._allowed(scene, layer.box)
        hard = layer.hard if self.blend.reach == 1 else None
        if hard is None:
            alpha = self.blend.soften(layer.alpha)
        else:  # in place: of a whole picture a new one takes longer than what is done with it
            alpha = np.multiply(layer.alpha, np.float32(self.blend.opacity), out=layer.alpha)
        laid = self.look.picture(before, layer.box, scene)
        if self.blend.mode == "alpha":
            after = laid_over(before, laid, alpha, scene, inside=hard, opacity=self.blend.opacity)
        else:
            limited = alpha if allowed is None else cv2.copyTo(alpha, allowed)
            planes = self.blend.combine(scene.planes(before), scene.planes(laid), limited)
            after = planes_to_pixels(planes, before, scene.peak)
        return make_patch(before, after, layer.box, peak=scene.peak, alpha=alpha, allowed=allowed)
