"""Teeth and threads that stick out beyond a line along which their surface has parted."""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.core.arrays import Floats

STEPS = 5  # points between the root and a pixel at which the material must be bright
ROOT = 0.5  # distance of the root on its own side of the line, share of the overhang


def rooted_material(
    surface: Floats,
    shown: tuple[Floats, ...],
    outwards: tuple[np.float32, np.float32],
    beyond: Floats,
    *,
    overhang: float,
) -> tuple[Floats, Floats]:
    """Return the bright material of one side beyond a line, and its opacity.

    A pixel shows it if the material is bright all the way from the side to it, so that the teeth of the other side,
    which reach between those of this one, are left out.

    Args:
        surface: the surface before it parts, float32 (H, W, C).
        shown: x and y in the surface of what each pixel shows, float32, of shapes that broadcast to (h, w).
        outwards: unit vector from the line towards the side that the material belongs to.
        beyond: distance of what each pixel shows beyond the line in pixels, float32 (h, w).
        overhang: greatest length of the material beyond the line in pixels.

    Returns:
        the material, float32 (h, w, C), and its opacity in [0, 1], float32 (h, w).
    """
    x, y = (np.broadcast_to(values, beyond.shape) for values in shown)
    gray = np.ascontiguousarray(surface.mean(axis=2))
    back = beyond + np.float32(ROOT * overhang)
    darkest = np.full(beyond.shape, np.inf, np.float32)
    for step in np.linspace(0.0, 1.0, STEPS, dtype=np.float32):
        map_x, map_y = x + outwards[0] * back * step, y + outwards[1] * back * step
        np.minimum(
            darkest,
            cv2.remap(gray, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
            out=darkest,
        )
    material = cv2.remap(
        surface, np.ascontiguousarray(x), np.ascontiguousarray(y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).reshape(*beyond.shape, -1)
    spread = max(float(gray.std()), 1e-3)
    bright = (darkest - np.float32(gray.mean())) * np.float32(2.0 / spread) + np.float32(0.5)
    return material, np.clip(np.minimum(bright, np.float32(overhang) - beyond + np.float32(0.5)), 0.0, 1.0)
