"""What all pasted defects share: looks that lay down a picture, and a recipe that works in the picture's own dtype.

A look such as `Cutting` or `Texture` does not depend on the surface under it, so the pixels need not pass through
floating point planes: an opaque patch is copied, an even opacity is one weighted sum.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.blends import DrawnBlend
from defectsynth.composed import PaintedDefect
from defectsynth.layers import Array, Box, Bytes, Floats, Layer, at_least
from defectsynth.looks import DrawnLook
from defectsynth.patches import Patch, finish, quantised
from defectsynth.recipes import PaintRecipe
from defectsynth.scene import Scene


class DrawnPicture(DrawnLook):
    """A look that lays down a picture, whatever the surface is."""

    @abstractmethod
    def picture(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return the pixels to lay down.

        Args:
            before: the picture inside `box`, (h, w) or (h, w, C).
            box: where they are laid.
            scene: the picture before any defect.

        Returns:
            Shape and dtype of `before`.
        """

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the picture as planes, and the alpha layer as it is."""
        before = scene.image[layer.box.slices]
        return scene.planes(self.picture(before, layer.box, scene)), layer.alpha


@dataclass(frozen=True)
class PastedRecipe(PaintRecipe):
    """A defect whose look is a picture of its own."""

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the pasted defect; a seamless one is solved on what may change only."""
        layer = self.shape.layer(scene.size, margin=self.blend.margin)
        if layer is None or not isinstance(self.look, DrawnPicture):
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
            after = quantised(planes, before, scene.peak)
        return finish(before, after, layer.box, peak=scene.peak, alpha=alpha, allowed=allowed)


def laid_over(
    before: Array, laid: Array, alpha: Floats, scene: Scene, *, inside: Bytes | None = None, opacity: float = 1.0
) -> Array:
    """Return `laid` over `before`, both of one shape and dtype, with an opacity of alpha (h, w) in [0, 1].

    Where it is known that alpha is either 0 or one opacity, `inside`, uint8 (h, w), is 255 where it is that.
    """
    if inside is None:
        opacity = float(alpha.max())
        inside = at_least(alpha, max(opacity, 1e-6))
        if cv2.countNonZero(inside) < cv2.countNonZero(alpha):  # a soft rim
            blend = DrawnBlend("alpha", opacity=1.0, feather=0.0)
            planes = blend.combine(scene.planes(before), scene.planes(laid), alpha)
            return quantised(planes, before, scene.peak)
    if opacity == 1.0:
        return cv2.copyTo(laid, inside, np.array(before)).reshape(before.shape)
    opacity = float(np.float32(opacity))  # as alpha has it
    mixed = cv2.addWeighted(laid, opacity, before, 1.0 - opacity, 0.0).reshape(before.shape)
    return cv2.copyTo(before, cv2.bitwise_not(inside), mixed).reshape(before.shape)


class PastedDefect(PaintedDefect):
    """Base of the defects that are pasted: a `PaintedDefect` whose recipes are `PastedRecipe`."""

    recipe_type = PastedRecipe
