"""Something opaque laid over a surface that covers little of its box: only the pixels that it covers are looked at."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, put_pixels, split_channels
from defectsynth.core.layer import Box
from defectsynth.core.patch import Patch, make_patch, planes_to_pixels

LARGE, SPARSE = 16_384, 0.25  # pixels of a box, and greatest share of them covered, that take less time on their own


class Overlay(NamedTuple):
    """What is laid down, the same on any surface: one colour under a light, and a shadow beside it.

    Attributes:
        values: the colour, one value for each channel in [0, 1]; a picture with more channels repeats it.
        light: float32 (h, w), what is added to every channel alike.
        alpha: float32 (h, w), how opaque the colour is.
        darkness: float32 (h, w), how opaque it is together with its shadow.
    """

    values: tuple[float, ...]
    light: Floats
    alpha: Floats
    darkness: Floats

    def laid_over(self, before: Array, box: Box, *, opacity: float, peak: float, allowed: Bytes | None) -> Patch | None:
        """Return the patch of the coat, None if nothing visible is left of it.

        Args:
            before: the picture inside the box, (h, w) or (h, w, C).
            box: where it lies.
            opacity: of the whole, in [0, 1].
            peak: greatest value of the dtype.
            allowed: uint8 (h, w), non-zero where pixels may change; None allows all.
        """
        alpha = self.darkness * np.float32(opacity)
        covered = np.flatnonzero(alpha > 0.0) if alpha.size >= LARGE else None
        if covered is None or covered.size > SPARSE * alpha.size:
            after = self._over(before, self.light, self.alpha * np.float32(opacity), alpha, peak)
            return make_patch(before, after, box, peak=peak, alpha=alpha, allowed=allowed)
        if not covered.size:
            return None
        light, body, dark = (plane.reshape(1, -1).take(covered, axis=1) for plane in (self.light, self.alpha, alpha))
        under = before.reshape(1, alpha.size, -1).take(covered, axis=1)
        body *= np.float32(opacity)
        found = make_patch(
            under,
            self._over(under, light, body, dark, peak),
            box,
            peak=peak,
            alpha=dark,
            allowed=None if allowed is None else allowed.reshape(1, -1).take(covered, axis=1),
        )
        if found is None:
            return None
        pixels, mask, change = before.copy(), np.zeros(alpha.shape, np.uint8), np.zeros(alpha.shape, before.dtype)
        for whole, rows in ((pixels, found.pixels), (mask, found.mask), (change, found.change)):
            put_pixels(whole, covered, rows)
        return replace(found, pixels=pixels, mask=mask, change=change, alpha=alpha)

    def _over(self, before: Array, light: Floats, body: Floats, dark: Floats, peak: float) -> Array:
        """Return pixels with colour as opaque as `body`, lit, and all but `dark` of what was there; (h, w) each."""
        planes = split_channels(before) * ((np.float32(1.0) - dark) * np.float32(1.0 / peak))
        light = light * body
        for plane, value in zip(planes, cycle(self.values), strict=False):
            np.add(plane, cv2.scaleAdd(body, value, light).reshape(light.shape), out=plane)
        return planes_to_pixels(planes, before, peak)
