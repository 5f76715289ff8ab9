"""An opaque colour and its shadow, composited over an image.

In a large, sparsely covered bounding box only the covered pixels are computed.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, put_pixels, split_channels
from defectsynth.core.layer import Box
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import planes_to_pixels

MIN_SPARSE_AREA = 16_384  # pixels of a bounding box from which on computing only the covered ones can be faster
MAX_SPARSE_COVER = 0.25  # share of covered pixels up to which it is faster


class Overlay(NamedTuple):
    """One shaded colour and its shadow, which do not depend on the surface under them.

    Attributes:
        values: the colour, one value in [0, 1] for each channel; an image with more channels repeats it.
        light: float32 (h, w), shading that is added to every channel.
        alpha: float32 (h, w), opacity of the colour.
        alpha_with_shadow: float32 (h, w), opacity of the colour together with its shadow.
    """

    values: tuple[float, ...]
    light: Floats
    alpha: Floats
    alpha_with_shadow: Floats

    def render(self, before: Array, box: Box, *, opacity: float, peak: float, allowed: Bytes | None) -> Patch | None:
        """Return the overlay as a patch, or None if nothing visible is left of it.

        Args:
            before: the image inside `box`, (h, w) or (h, w, C).
            box: bounding box of the overlay.
            opacity: factor on both alpha planes, in [0, 1].
            peak: white level of the image.
            allowed: uint8 (h, w), non-zero where pixels may change; None allows all.
        """
        alpha = self.alpha_with_shadow * np.float32(opacity)
        covered = np.flatnonzero(alpha > 0.0) if alpha.size >= MIN_SPARSE_AREA else None
        if covered is None or covered.size > MAX_SPARSE_COVER * alpha.size:
            after = self._composite(before, self.light, self.alpha * np.float32(opacity), alpha, peak)
            return make_patch(before, after, box, peak=peak, alpha=alpha, allowed=allowed)
        if not covered.size:
            return None
        light, body, total = (plane.reshape(1, -1).take(covered, axis=1) for plane in (self.light, self.alpha, alpha))
        pixels = before.reshape(1, alpha.size, -1).take(covered, axis=1)
        body *= np.float32(opacity)
        sparse = make_patch(
            pixels,
            self._composite(pixels, light, body, total, peak),
            box,
            peak=peak,
            alpha=total,
            allowed=None if allowed is None else allowed.reshape(1, -1).take(covered, axis=1),
        )
        if sparse is None:
            return None
        pixels, mask, change = before.copy(), np.zeros(alpha.shape, np.uint8), np.zeros(alpha.shape, before.dtype)
        for whole, part in ((pixels, sparse.pixels), (mask, sparse.mask), (change, sparse.change)):
            put_pixels(whole, covered, part)
        return replace(sparse, pixels=pixels, mask=mask, change=change, alpha=alpha)

    def _composite(self, before: Array, light: Floats, body: Floats, total: Floats, peak: float) -> Array:
        """Return the image with the overlay.

        Args:
            before: the image, (h, w) or (h, w, C).
            light: float32 (h, w), shading of the colour.
            body: float32 (h, w), opacity of the colour.
            total: float32 (h, w), opacity of colour and shadow.
            peak: white level of the image.
        """
        planes = split_channels(before) * ((np.float32(1.0) - total) * np.float32(1.0 / peak))
        light = light * body
        for plane, value in zip(planes, cycle(self.values), strict=False):
            np.add(plane, cv2.scaleAdd(body, value, light).reshape(light.shape), out=plane)
        return planes_to_pixels(planes, before, peak)
