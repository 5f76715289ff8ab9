"""A defect with every number drawn: small, frozen, written as plain data, rendered again at any time."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

import cv2
import numpy as np

from defectsynth.blends import DrawnBlend
from defectsynth.displacement import DrawnField, displaced
from defectsynth.layers import Array, Box, Bytes
from defectsynth.looks import DrawnLook
from defectsynth.patches import Patch, changed_by, finish, quantised
from defectsynth.scene import Scene
from defectsynth.shapes import DrawnShape
from defectsynth.values import Value

PLAIN = 2.5 / 255.0  # standard deviation of a surface so plain that its displacement cannot be seen


@dataclass(frozen=True)
class Recipe(Value):
    """What all recipes share.

    Attributes:
        kind: name of the defect.
        severity: in [0, 1].
        seed: what the transform's draw was seeded with.
        defect_type: what the caller calls it; empty for the kind.
    """

    kind: str
    severity: float
    seed: int
    defect_type: str = field(default="", kw_only=True)

    @abstractmethod
    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the defect, or None if nothing of it can be seen.

        Args:
            scene: the picture before any defect; the object, the light and the region of interest are taken from it.
            canvas: the picture so far, same shape and dtype, with earlier defects; it is not written to.
        """

    def forward(self, points: Array) -> Array:
        """Return where points (N, 2) in pixels stand afterwards; what a painted defect lies on stays."""
        return points

    def forward_outline(self, outline: Array) -> Array:
        """Return where the outline (N, 2) of a bounding box stands afterwards."""
        return self.forward(outline)


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
            after = quantised(self.blend.combine(surface, pixels, alpha), before, scene.peak)
        else:
            alpha = self.blend.soften(layer.alpha)
            change *= alpha
            after = changed_by(before, change, scene.peak)
        return finish(before, after, layer.box, peak=scene.peak, alpha=alpha, allowed=allowed)

    def _allowed(self, scene: Scene, box: Box) -> Bytes | None:
        return scene.allowed_in(box, self.clip)


@dataclass(frozen=True)
class WarpRecipe(Recipe):
    """A geometric defect: what is there moves.

    Attributes:
        field: the displacement.
    """

    field: DrawnField

    def forward(self, points: Array) -> Array:
        """Return where points (N, 2) in pixels stand afterwards."""
        return self.field.forward(points)

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the displaced part of the picture."""
        box = self.field.box(scene.size)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        if scene.channels <= 4 and cv2.meanStdDev(before)[1].max() < PLAIN * scene.peak:
            return None  # nothing to see moves here; it need not be computed
        after = displaced(canvas, self.field, box)
        return finish(before, after, box, peak=scene.peak, alpha=None, allowed=scene.roi_in(box))
