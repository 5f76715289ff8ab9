"""Ragged rims around an opening, where material has chipped or frayed."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Floats, clip_above, threshold_mask
from defectsynth.functional.noise import fractal_noise

FINEST_CELL = 1.5  # pixels of the finest unevenness of a rim


def box_noise(shape: tuple[int, int], cell: float, seed: int) -> Floats:
    """Return noise whose finest cells are at least `cell` pixels, float32 (h, w), standard deviation about 1."""
    wanted = math.log2(max(max(shape) / (4.0 * max(cell, FINEST_CELL)), 1.0)) + 1.0
    noise = fractal_noise(seed, octaves=int(min(max(round(wanted), 2), 7)), gain=0.9)
    side = max(shape)
    return cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR)[: shape[0], : shape[1]]


def distance_outside(alpha: Floats) -> Floats:
    """Return the distance of each pixel outside of an opening from it, float32 (h, w) in pixels; 0 inside.

    Args:
        alpha: float32 (h, w); the opening is where it is at least 0.5.
    """
    outside = cv2.bitwise_not(threshold_mask(alpha, 0.5))
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_5)
    return clip_above(distance.reshape(alpha.shape), float(sum(alpha.shape)))


def ragged_rim(distance: Floats, width: float, noise: Floats) -> Floats:
    """Return the opacity of a rim of uneven width, float32 (h, w) in [0, 1].

    Args:
        distance: float32 (h, w), pixels from the opening, see `distance_outside`.
        width: greatest width of the rim, pixels.
        noise: float32 (h, w), standard deviation 1; where it is low, there is no rim.
    """
    reach = np.clip(np.float32(0.4) + np.float32(0.45) * noise, 0.0, 1.0) * np.float32(width)
    reach -= distance
    reach += np.float32(0.5)
    return np.clip(reach, 0.0, 1.0, out=reach)
