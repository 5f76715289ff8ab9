"""Fracture face: the rough, faceted surface that shows where a fragment broke off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.serialization import Value
from defectsynth.functional.polygons import Outline, fill_polygons
from defectsynth.scene.scene import Scene

MIN_FACET = 2.5  # size of the smallest facet in pixels
SHADE = np.float32(1.6)  # share of its brightness that a face turned away from the light loses, per unit of contrast
TEXTURE_LOSS = 0.65  # share of the surface texture that the mean colour replaces on a face


@dataclass(frozen=True)
class FractureFace(Value):
    """A fracture face.

    Attributes:
        outline: its corners in pixels; the share of it that is broken through is removed afterwards.
        outwards: downhill direction of its slope, radians.
        light: direction the light comes from, radians.
        contrast: change of brightness, in [0, 1].
        cell: size of a facet in pixels.
        seed: of the facets.
        method: foreground method that detects the object it lies on; empty: it may lie anywhere.
    """

    outline: Outline
    outwards: float
    light: float
    contrast: float
    cell: float
    seed: int
    method: str

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return its bounding box, clipped to an image of (height, width)."""
        x, y = zip(*self.outline, strict=True)
        return clip_box(min(x) - 1, min(y) - 1, max(x) + 1, max(y) + 1, size=size)

    def paint(self, scene: Scene, pixels: Array, box: Box) -> Floats:
        """Return the pixels of a box with the face, float32 (h, w, C): one colour, shaded by its slope and facets."""
        surface = pixels_to_float(np.ascontiguousarray(pixels), scene.peak)
        alpha = fill_polygons(box, self.outline)
        if self.method:
            inside = cv2.blur(scene.object_mask(box, self.method), (3, 3))
            alpha = cv2.min(alpha, cv2.convertScaleAbs(cv2.subtract(inside, 128), alpha=2.0))  # 0 on the background
        share = alpha[..., None] * np.float32(1.0 / 255.0)
        weight = max(float(share.sum()), 1e-6)
        mean = np.einsum("hwc,hwk->c", surface, share) / np.float32(weight)
        rng = np.random.default_rng(self.seed)
        slope = math.cos(self.outwards - self.light)
        facets = 0.35 * _facets(rng, self.cell, box) + 0.12 * _facets(rng, 0.4 * self.cell, box) + (0.7 * slope - 0.35)
        rim = alpha.astype(np.float32) - cv2.blur(alpha, (3, 3)).astype(np.float32)  # the sharp edge catches the light
        lit = self.contrast * (facets - math.copysign(1.0 / 128.0, slope) * rim)[..., None].astype(np.float32)
        plain = surface + np.float32(TEXTURE_LOSS) * (mean - surface)
        face = plain * (1.0 + SHADE * np.minimum(lit, 0.0)) + np.maximum(lit, 0.0)
        return np.asarray(surface + (face - surface) * share)


def _facets(rng: np.random.Generator, cell: float, box: Box) -> Floats:
    """Return noise with cells of about `cell` pixels and standard deviation 1, float32 (h, w)."""
    cells = [max(2, math.ceil(side / max(cell, MIN_FACET))) for side in box.shape]
    return cv2.resize(rng.standard_normal(cells, dtype=np.float32), box.shape[::-1], interpolation=cv2.INTER_LINEAR)
