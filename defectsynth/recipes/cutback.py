"""Recipe of a stretch of outline that is cut back to a line, with a bare face behind the cut.

The background is mirrored at a line just outside the outermost point of the object, so that shadow and shading
continue. Pixels that differ from it are the object; no foreground detection is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, max_over_channels, split_channels
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box, clip_box, relative_slices, union_box
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.core.statistics import percentile
from defectsynth.functional.membrane import membrane
from defectsynth.recipes.base import Recipe
from defectsynth.recipes.fracture_face import FractureFace
from defectsynth.scene.scene import Scene

OBJECT_RANGE = (0.4, 0.7)  # difference from the background at which a pixel may be, and surely is, the object; share
# of the object's own difference
MIN_CONTRAST = 0.03  # least difference between object and background, share of the range
CONTRAST_PERCENTILE = 75  # of the differences inside the cut, which is the object's own difference
BACKGROUND_WIDTH = 8.0  # pixels of background outside the outermost point in which its brightness is measured
REMOVAL_GAIN = 8.0  # opacity of the removal per share of object pixels around a pixel
MAX_REMOVAL = 0.1  # that opacity up to which a pixel counts as background
RAMP = 3.0  # least length in pixels over which a cut fades at its ends


@dataclass(frozen=True)
class CutbackRecipe(Recipe):
    """A stretch of outline cut back; lengths in pixels, angles in radians.

    Attributes:
        x, y: a point on the outline.
        outwards: the direction away from the object.
        half: half the length of the cut.
        farthest: distance of the outermost point of the object from (x, y), outwards.
        cut: distance of the cut from (x, y), outwards, at evenly spaced positions from one end to the other.
        face: the face behind the cut.
        halo: width of shadow and blur along the outline.
    """

    x: float
    y: float
    outwards: float
    half: float
    farthest: float
    cut: tuple[float, ...]
    face: FractureFace
    halo: float

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Cut back the outline and draw the face behind it."""
        face, cut = self.face.box(scene.size), self._box(scene.size)
        box = None if cut is None else union_box([cut, face])
        if box is None or face is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        along, out = self._frame(box)
        surface = pixels_to_float(before, scene.peak)
        background = pixels_to_float(self._mirrored(canvas, box, out), scene.peak)
        difference = max_over_channels(np.abs(surface - background)).reshape(box.shape)
        ends = np.linspace(-self.half, self.half, len(self.cut))
        level = np.interp(along.ravel(), ends, self.cut).astype(np.float32).reshape(box.shape)
        inside = out < np.minimum(level, self.farthest) - 1.0
        contrast = percentile(difference[inside], CONTRAST_PERCENTILE) if inside.any() else 0.0
        if contrast < MIN_CONTRAST:
            return None
        low, high = OBJECT_RANGE
        mask = np.clip((difference * np.float32(1.0 / contrast) - low) / (high - low), 0.0, 1.0)
        width, fade = 2 * round(self.halo) + 1, 2 * round(0.8 * self.halo) + 1
        removal = np.minimum(cv2.blur(mask, (width, width)) * np.float32(REMOVAL_GAIN), np.float32(1.0))
        known = (removal < MAX_REMOVAL) & (out > min(self.cut))
        removed = cv2.blur(removal, (fade, fade))
        if not known.any():
            return None
        background += membrane(surface - background, known.astype(np.float32))
        change = pixels_to_float(np.ascontiguousarray(before[relative_slices(face, box)]), scene.peak)
        change = self.face.paint(scene, before[relative_slices(face, box)], face) - change
        after = surface.copy()
        after[relative_slices(face, box)] += change * mask[relative_slices(face, box)][..., None]
        within_cut = np.clip((self.half - np.abs(along)) * np.float32(1.0 / max(self.halo, RAMP)), 0.0, 1.0)
        beyond = np.clip(out - level + np.float32(0.5), 0.0, 1.0) * within_cut
        after += (background - after) * (beyond * removed)[..., None]
        pixels = float_to_pixels(after, before, scene.peak)
        return make_patch(before, pixels, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))

    @property
    def _margin(self) -> float:
        """Distance in pixels from the outermost point of the object to the line of reflection."""
        return 1.0 + self.halo

    def _box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box of the cut and of the background outside it, clipped to the image."""
        cos, sin = math.cos(self.outwards), math.sin(self.outwards)
        corners = [
            (self.x + out * cos - along * sin, self.y + out * sin + along * cos)
            for along in (-self.half, self.half)
            for out in (min(self.cut), self.farthest + self._margin + BACKGROUND_WIDTH)
        ]
        x, y = zip(*corners, strict=True)
        return clip_box(min(x), min(y), max(x), max(y), size=size)

    def _frame(self, box: Box) -> tuple[Floats, Floats]:
        """Return the coordinates of the pixels of a box along the cut and outwards, float32 (h, w)."""
        cos, sin = np.float32(math.cos(self.outwards)), np.float32(math.sin(self.outwards))
        x = np.arange(box.x0, box.x1, dtype=np.float32)[None] - np.float32(self.x)
        y = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - np.float32(self.y)
        return y * cos - x * sin, x * cos + y * sin

    def _mirrored(self, canvas: Array, box: Box, out: Floats) -> Array:
        """Return the pixels of a box, (h, w[, C]), mirrored at the line outside the outermost point of the object."""
        shift = 2.0 * np.maximum(np.float32(self.farthest + self._margin) - out, np.float32(0.0))
        dx, dy = shift * np.float32(math.cos(self.outwards)), shift * np.float32(math.sin(self.outwards))
        reach = math.ceil(float(shift.max())) + 1
        x0, y0 = max(0, box.x0 - reach), max(0, box.y0 - reach)
        source = np.ascontiguousarray(canvas[y0 : box.y1 + reach, x0 : box.x1 + reach])
        map_x = dx + np.arange(box.x0 - x0, box.x1 - x0, dtype=np.float32)[None]
        map_y = dy + np.arange(box.y0 - y0, box.y1 - y0, dtype=np.float32)[:, None]
        planes = split_channels(source) if source.ndim == 3 and source.shape[2] > 4 else [source]
        moved = [cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in planes]
        return moved[0].reshape(*box.shape, -1) if len(moved) == 1 else np.stack(moved, axis=2)
