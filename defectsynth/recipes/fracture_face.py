"""The face of a break: the rough facets that show where a piece broke off."""

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

FINEST = 2.5  # pixels: the smallest facet
SHADED = np.float32(1.6)  # share of its brightness that a face turned away loses, for each unit of contrast
FLATTEST = 0.65  # share of the surface's own texture that a face replaces by its mean colour


@dataclass(frozen=True)
class FractureFace(Value):
    """A face of a break.

    Attributes:
        outline: its corners in pixels; where it is broken right through is opened afterwards.
        outwards: the direction it slopes down to, radians.
        light: the direction the light comes from, radians.
        contrast: change of brightness, in [0, 1].
        cell: size of a facet in pixels.
        seed: of the facets.
        method: how the object is found that it lies on; empty: anywhere.
    """

    outline: Outline
    outwards: float
    light: float
    contrast: float
    cell: float
    seed: int
    method: str

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the pixels that it covers."""
        x, y = zip(*self.outline, strict=True)
        return clip_box(min(x) - 1, min(y) - 1, max(x) + 1, max(y) + 1, size=size)

    def paint(self, scene: Scene, here: Array, box: Box) -> Floats:
        """Return the pixels of `box` with the face, float32 (h, w, C): one colour, lit by its slope and its facets."""
        surface = pixels_to_float(np.ascontiguousarray(here), scene.peak)
        alpha = fill_polygons(box, self.outline)
        if self.method:
            inside = cv2.blur(scene.object_mask(box, self.method), (3, 3))
            alpha = cv2.min(alpha, cv2.convertScaleAbs(cv2.subtract(inside, 128), alpha=2.0))  # not a pixel beside it
        share = alpha[..., None] * np.float32(1.0 / 255.0)
        weight = max(float(share.sum()), 1e-6)
        mean = np.einsum("hwc,hwk->c", surface, share) / np.float32(weight)
        rng = np.random.default_rng(self.seed)
        slope = math.cos(self.outwards - self.light)
        facets = 0.35 * _field(rng, self.cell, box) + 0.12 * _field(rng, 0.4 * self.cell, box) + (0.7 * slope - 0.35)
        inner = alpha.astype(np.float32) - cv2.blur(alpha, (3, 3)).astype(np.float32)  # its sharp edge catches light
        lit = self.contrast * (facets - math.copysign(1.0 / 128.0, slope) * inner)[..., None].astype(np.float32)
        plain = surface + np.float32(FLATTEST) * (mean - surface)
        face = plain * (1.0 + SHADED * np.minimum(lit, 0.0)) + np.maximum(lit, 0.0)
        return np.asarray(surface + (face - surface) * share)


def _field(rng: np.random.Generator, cell: float, box: Box) -> Floats:
    """Return facets of about `cell` pixels, float32 (h, w), deviation 1."""
    cells = [max(2, math.ceil(side / max(cell, FINEST))) for side in box.shape]
    return cv2.resize(rng.standard_normal(cells, dtype=np.float32), box.shape[::-1], interpolation=cv2.INTER_LINEAR)
