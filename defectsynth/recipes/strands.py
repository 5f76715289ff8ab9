"""Recipe of a gap with wires, threads or fibres that lie over it and beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.layer import Box, Layer, clip_box, intersect_boxes, relative_slices, union_box
from defectsynth.core.parameters import Pair
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import planes_to_pixels
from defectsynth.core.serialization import Value
from defectsynth.functional.raster import fill_strip, line_normals
from defectsynth.looks.base import DrawnLook
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import DrawnShape

CORE_WIDTH = 0.6  # width of the bright middle of a strand, share of its thickness
GLINT_WIDTH = 0.3  # width of the highlight, share of its thickness
SOFTNESS = 0.15  # half width of the blur between middle and sides, share of its thickness
MIN_ACROSS_LIGHT = 0.75  # least sine of the angle between a strand and the light where it mirrors the light
GAP_RIM = 0.2  # half width of the soft rim of the gap, share of the thickness of a strand
TONE_PERCENTILES = (20, 60)  # of the pixels that are removed: the dark sides of a strand and its bright middle
MAX_DISTANCE = 4.0  # of a point of a path from the middle of the gap, multiples of the length of the gap


@dataclass(frozen=True)
class StrandPath(Value):
    """A wire, thread or fibre, or one end of it.

    Attributes:
        points: of its centre line, pixels.
        width: thickness in pixels.
        tip: thickness at its end, share of the width.
        glint: brightness of the highlight where it runs across the light, in [0, 1].
        tone: change of its brightness, in [-1, 1].
        fade: length in pixels over which it emerges from the strand that it is a part of, at its start and, unless it
            has a thinner tip, at its end.
    """

    points: tuple[Pair, ...]
    width: float
    tip: float
    glint: float
    tone: float
    fade: float = 0.0

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return its bounding box, clipped to an image of (height, width); None if it misses the image."""
        x, y = zip(*self.points, strict=True)
        pad = 2.0 + 0.5 * self.width
        return clip_box(min(x) - pad, min(y) - pad, max(x) + pad, max(y) + pad, size=size)


@dataclass(frozen=True)
class StrandRecipe(Recipe):
    """A gap, and strands along their paths.

    Attributes:
        gap: shape of what is removed, such as a stretch of a strand.
        ground: what shows in the gap.
        strands: drawn one over the other, in the colours of what is removed.
        light: direction towards the light, radians.
        opacity: of all of it, in [0, 1].
        clip: method that finds the object to which the defect is clipped; empty does not clip it.
        tones: percentiles of the brightness of what is removed: the sides of a strand and its middle.
    """

    gap: DrawnShape
    ground: DrawnLook
    strands: tuple[StrandPath, ...]
    light: float
    opacity: float
    clip: str
    tones: Pair = TONE_PERCENTILES

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the gap with the strands over it."""
        gap = self.gap.layer(scene.size, margin=self.ground.margin)
        if gap is None:
            return None
        box = self._box(gap.box, scene.size)
        before = np.ascontiguousarray(canvas[box.slices])
        surface = scene.planes(before)
        inner = relative_slices(gap.box, box)
        under = np.ascontiguousarray(surface[:, inner[0], inner[1]])
        sides, middle = self._tones(under, gap)
        pixels, alpha = self.ground.paint(under, gap, scene)
        rim = 2 * round(GAP_RIM * max((each.width for each in self.strands), default=0.0)) + 1
        alpha = cv2.blur(alpha, (rim, rim)).reshape(alpha.shape)
        after, covered = surface.copy(), np.zeros(box.shape, np.float32)
        after[:, inner[0], inner[1]] += (pixels - under) * alpha
        covered[inner] = alpha
        for strand in self.strands:
            own = strand.box(scene.size)
            if own is None or (shared := intersect_boxes(own, box)) is None:
                continue
            here = relative_slices(shared, box)
            body, core, glint = (plane.astype(np.float32) * np.float32(1 / 255) for plane in self._draw(strand, shared))
            if strand.fade > 0.0:
                body *= _emergence(strand, shared)
            tone = sides + (middle - sides) * core
            tone += glint + np.float32(strand.tone)
            below = after[:, here[0], here[1]]
            below += (tone - below) * body
            np.maximum(covered[here], body, out=covered[here])
        after = surface + (after - surface) * np.float32(self.opacity)
        covered *= np.float32(self.opacity)
        allowed = scene.allowed_mask(box, self.clip)
        return make_patch(
            before, planes_to_pixels(after, before, scene.peak), box, peak=scene.peak, alpha=covered, allowed=allowed
        )

    def _box(self, gap: Box, size: tuple[int, int]) -> Box:
        """Return the bounding box of the gap and the strands, clipped to the image."""
        around = union_box([gap, *(strand.box(size) for strand in self.strands)]) or gap
        reach = math.ceil(MAX_DISTANCE * max(gap.shape))
        near = clip_box(gap.x0 - reach, gap.y0 - reach, gap.x1 + reach, gap.y1 + reach, size=size) or gap
        return intersect_boxes(around, near) or gap

    def _tones(self, surface: Floats, gap: Layer) -> tuple[Floats, Floats]:
        """Return the colours of the sides and of the middle of what is removed, float32 (C, 1, 1) each."""
        inside = gap.alpha > 0.5
        removed = surface[:, inside] if inside.any() else surface.reshape(surface.shape[0], -1)
        order = np.argsort(removed.sum(axis=0))
        low, high = (order[round(share / 100 * (len(order) - 1))] for share in self.tones)
        return removed[:, low, None, None], removed[:, high, None, None]

    def _draw(self, strand: StrandPath, box: Box) -> tuple[Bytes, Bytes, Bytes]:
        """Return body, bright middle and highlight of a strand, uint8 (h, w) each."""
        line = np.array(strand.points) - box[:2]
        share = 4.0 * np.linspace(1.0, 0.0, len(line))
        half = 0.5 * strand.width * np.minimum(strand.tip + (1.0 - strand.tip) * share, 1.0)
        body, core, glint = (np.zeros(box.shape, np.uint8) for _ in range(3))
        normal = line_normals(line)
        fill_strip(body, line, normal, half, 255)
        fill_strip(core, line, normal, CORE_WIDTH * half, 255)
        soft = 2 * round(SOFTNESS * strand.width) + 1
        core = cv2.blur(core, (soft, soft)).reshape(box.shape)
        if strand.glint > 0.0:
            facing = np.abs(normal @ np.array([math.cos(self.light), math.sin(self.light)]))
            for part in _runs(facing > MIN_ACROSS_LIGHT):
                fill_strip(glint, line[part], normal[part], GLINT_WIDTH * half[part], round(255 * strand.glint))
            glint = cv2.blur(glint, (soft, soft)).reshape(box.shape)
        return body, core, glint


def _emergence(strand: StrandPath, box: Box) -> Floats:
    """Return the opacity of a strand by the distance from its attached ends, float32 (h, w) in [0, 1]."""
    x = np.arange(box.x0, box.x1, dtype=np.float32)[None]
    y = np.arange(box.y0, box.y1, dtype=np.float32)[:, None]
    ends = [strand.points[0]] if strand.tip < 1.0 else [strand.points[0], strand.points[-1]]
    opacity = np.ones(box.shape, np.float32)
    for end in ends:
        squared = (x - np.float32(end[0])) ** 2 + (y - np.float32(end[1])) ** 2
        opacity *= np.minimum(np.sqrt(squared) * np.float32(1.0 / strand.fade), 1.0)
    return opacity


def _runs(mask: Array) -> list[slice]:
    """Return the slice of each run of at least three true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask, [0]]).astype(np.int8))).reshape(-1, 2)
    return [slice(start, end) for start, end in edges.tolist() if end - start >= 3]
