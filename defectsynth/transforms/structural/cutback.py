"""What stands out of an outline cut back to a line: the background goes on, behind the cut lies a bare face.

The background is what lies as far beyond what stands out farthest as the pixel lies before it, mirrored: shadows and
shading go on. What is unlike it is the object; no foreground is needed for that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, max_over_channels, split_channels
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box, clip_box, relative_slices, union_box
from defectsynth.core.parameters import Pair
from defectsynth.core.patch import Patch, float_to_pixels, make_patch
from defectsynth.functional.membrane import membrane
from defectsynth.recipes.base import Recipe
from defectsynth.recipes.fracture_face import FractureFace
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

UNLIKE = (0.4, 0.7)  # difference from the background at which the object starts and is certain, a share of its own
FAINTEST = 0.03  # difference of an object from the background, of the range, under which there is none to cut
TYPICAL = 75  # percentile of what lies before the cut that the object's own difference from the background is
AROUND = 8.0  # pixels of background beyond it that are asked how bright it is
NEAR = 8.0  # share of the object around a pixel from which on it goes with the object, inverse
KNOWN = 0.1  # share of the object under which a pixel shows the background
RAMP = 3.0  # pixels over which a cut runs out at its ends
COLUMNS = 48  # places along a cut at which the object's reach is looked at
INWARDS = 2.4  # how far inwards they are looked at, as a share of how far outwards
SHARP, EDGE = 0.006, 0.5  # width of a sharp change, fraction of min(H, W); its least strength, of that of the outline


@dataclass(frozen=True)
class CutbackRecipe(Recipe):
    """A stretch of outline cut back; lengths in pixels, angles in radians.

    Attributes:
        x: a point on the outline, pixels to the right.
        y: the same, pixels down.
        outwards: the direction away from the object.
        half: half the length of the cut.
        farthest: how far out of that point the object reaches.
        cut: how far out it reaches afterwards, at evenly spread places from one end to the other.
        face: the face behind the cut.
        halo: how far shadow and blur reach beside what is gone, in pixels.
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
        """Return the outline cut back and the face."""
        face, cut = self.face.box(scene.size), self._box(scene.size)
        box = None if cut is None else union_box([cut, face])
        if box is None or face is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        along, out = self._frame(box)
        surface = pixels_to_float(before, scene.peak)
        background = pixels_to_float(self._mirrored(canvas, box, out), scene.peak)
        unlike = max_over_channels(np.abs(surface - background)).reshape(box.shape)
        ends = np.linspace(-self.half, self.half, len(self.cut))
        level = np.interp(along.ravel(), ends, self.cut).astype(np.float32).reshape(box.shape)
        inside = out < np.minimum(level, self.farthest) - 1.0
        own = float(np.percentile(unlike[inside], TYPICAL)) if inside.any() else 0.0
        if own < FAINTEST:
            return None
        thing = np.clip((unlike * np.float32(1.0 / own) - UNLIKE[0]) / (UNLIKE[1] - UNLIKE[0]), 0.0, 1.0)
        width, fade = 2 * round(self.halo) + 1, 2 * round(0.8 * self.halo) + 1
        near = np.minimum(cv2.blur(thing, (width, width)) * np.float32(NEAR), np.float32(1.0))
        known = (near < KNOWN) & (out > min(self.cut))
        removed = cv2.blur(near, (fade, fade))
        if not known.any():
            return None
        background += membrane(surface - background, known.astype(np.float32))
        worn = pixels_to_float(np.ascontiguousarray(before[relative_slices(face, box)]), scene.peak)
        worn = self.face.paint(scene, before[relative_slices(face, box)], face) - worn
        after = surface.copy()
        after[relative_slices(face, box)] += worn * thing[relative_slices(face, box)][..., None]
        within_cut = np.clip((self.half - np.abs(along)) * np.float32(1.0 / max(self.halo, RAMP)), 0.0, 1.0)
        beyond = np.clip(out - level + np.float32(0.5), 0.0, 1.0) * within_cut
        after += (background - after) * (beyond * removed)[..., None]
        pixels = float_to_pixels(after, before, scene.peak)
        return make_patch(before, pixels, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))

    @property
    def _margin(self) -> float:
        """Pixels from what stands out farthest to the line that the background is mirrored at."""
        return 1.0 + self.halo

    def _box(self, size: tuple[int, int]) -> Box | None:
        """Return the pixels between the cut and what stands out farthest."""
        cos, sin = math.cos(self.outwards), math.sin(self.outwards)
        corners = [
            (self.x + out * cos - along * sin, self.y + out * sin + along * cos)
            for along in (-self.half, self.half)
            for out in (min(self.cut), self.farthest + self._margin + AROUND)
        ]
        x, y = zip(*corners, strict=True)
        return clip_box(min(x), min(y), max(x), max(y), size=size)

    def _frame(self, box: Box) -> tuple[Floats, Floats]:
        """Return how far along the cut and how far out each pixel of a box lies, float32 (h, w)."""
        cos, sin = np.float32(math.cos(self.outwards)), np.float32(math.sin(self.outwards))
        x = np.arange(box.x0, box.x1, dtype=np.float32)[None] - np.float32(self.x)
        y = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - np.float32(self.y)
        return y * cos - x * sin, x * cos + y * sin

    def _mirrored(self, canvas: Array, box: Box, out: Floats) -> Array:
        """Return what lies as far beyond the farthest point as each pixel lies before it, (h, w[, C])."""
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


def beside(place: Place, outwards: float, along: float, out: float) -> Pair:
    """Return the point (x, y) at distances from a place, along the outline and out of it, in pixels."""
    cos, sin = math.cos(outwards), math.sin(outwards)
    return float(place.x + out * cos - along * sin), float(place.y + out * sin + along * cos)


def farthest(scene: Scene, place: Place, outwards: float, extent: float, reach: float) -> float:
    """Return how far out of a place the object stands within the length of a cut, in pixels.

    There the outermost sharp change of brightness is: a shadow beside the object fades.

    Args:
        scene: the picture.
        place: a point on the object or on its outline.
        outwards: direction of what is measured, radians.
        extent: of the cut across that direction, in pixels.
        reach: distance out of the place that is looked at, in pixels; inwards somewhat more.
    """
    out = np.arange(reach, -INWARDS * reach, -1.0)
    along = np.linspace(-0.5, 0.5, COLUMNS)[:, None] * extent
    cos, sin = math.cos(outwards), math.sin(outwards)
    columns = np.rint(place.x + out * cos - along * sin).astype(np.intp).clip(0, scene.size[1] - 1)
    rows = np.rint(place.y + out * sin + along * cos).astype(np.intp).clip(0, scene.size[0] - 1)
    profile = scene.image[rows, columns].reshape(COLUMNS, out.size, -1).mean(axis=2, dtype=np.float32)
    apart = max(2, round(SHARP * scene.side))
    step = np.abs(profile[:, apart:] - profile[:, :-apart])
    sharp = step >= EDGE * np.percentile(step.max(axis=1), 75)
    first = np.argmax(sharp, axis=1)[sharp.any(axis=1)]
    return float(out[int(first.min())] - apart) if first.size else 0.0
