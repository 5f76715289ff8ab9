"""Shading of bumps, pits and rough surfaces under a directional light, and the usual colour of a surface."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Floats, clip_above
from defectsynth.core.layer import Layer, distance_to_outline
from defectsynth.core.statistics import median_of_rows
from defectsynth.functional.noise import fractal_noise

PIT_FLOOR_SHADE = 0.6  # darkness of the floor of a pit, which receives less light, as a share of the contrast
MIRROR_SLOPE = 0.5  # slope at which a glossy surface reflects the light into the camera
HIGHLIGHT_VARIANCE = 0.025  # squared width of the highlight, in units of slope
SMOOTHING = 0.12  # half width of the blur of the heights, as a share of the largest depth
MIN_HALF_SIZE_DEPTH = 9.0  # depth in pixels from which on the relief is shaded at half resolution
MIN_HALF_SIZE_WALL = 4.5  # width of the slope in pixels from which on it is, too, if nothing is glossy
FINEST_BUMP = 2.0  # pixels
SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32) / 8  # slope in x


def slope_kernel(angle: float) -> Floats:
    """Return the kernel, float32 (3, 3), that filters heights to their slope along a direction in radians."""
    return SOBEL_X * np.float32(math.cos(angle)) + SOBEL_X.T * np.float32(math.sin(angle))


def median_color(surface: Floats, layer: Layer) -> Floats:
    """Return the median colour of a surface (C, h, w) under a layer, float32 (C, 1, 1)."""
    covered = layer.alpha > 0.5
    flat = surface.reshape(surface.shape[0], -1)
    if covered.any():
        flat = flat.take(np.flatnonzero(covered), axis=1)
    return median_of_rows(flat)[:, None, None]


def shade_bump(
    alpha: Floats, *, wall: float, light: float, contrast: float, gloss: float, level: float = 0.0
) -> Floats:
    """Return the shading of a bump; with the light from the opposite side, that of a pit.

    Args:
        alpha: float32 (h, w); the bump covers the pixels where it is at least 0.5.
        wall: in [0, 1], width of the slope inside the outline, as a share of the largest depth.
        light: direction towards the light, radians.
        contrast: change of brightness of a slope that faces the light.
        gloss: brightness of the highlight.
        level: change of brightness on the top of the bump or the floor of the pit.

    Returns:
        float32 (h, w), change of brightness.
    """
    half = max(1, alpha.shape[1] // 2), max(1, alpha.shape[0] // 2)
    depth, pixel = distance_to_outline(cv2.resize(alpha, half, interpolation=cv2.INTER_LINEAR).reshape(half[::-1])), 2.0
    reach = float(depth.max()) * pixel
    if reach < MIN_HALF_SIZE_DEPTH and (gloss > 0.0 or reach * wall < MIN_HALF_SIZE_WALL):
        depth, pixel = distance_to_outline(alpha), 1.0
    deepest = float(depth.max())
    smooth = 2 * round(SMOOTHING * deepest - 0.25 * (pixel - 1.0)) + 1
    if smooth > 1:
        depth = cv2.blur(depth, (smooth, smooth)).reshape(depth.shape)
    elif pixel > 1.0:  # removes the steps along a slanting outline
        depth = cv2.GaussianBlur(depth, (3, 3), 0.0).reshape(depth.shape)
    height = clip_above(depth * np.float32(1 / max(wall * deepest, 1.0 / pixel)), 1.0)
    slope_weight = np.float32(1) - height
    lit = cv2.filter2D(depth, cv2.CV_32F, -slope_kernel(light)).reshape(depth.shape)
    lit *= slope_weight
    highlight = None
    if gloss > 0.0:
        across = cv2.filter2D(depth, cv2.CV_32F, slope_kernel(light + 0.5 * math.pi)).reshape(depth.shape)
        across *= slope_weight
        across *= across
        highlight = lit - np.float32(MIRROR_SLOPE)
        highlight *= highlight
        highlight += across
        highlight *= np.float32(-1 / HIGHLIGHT_VARIANCE)
        np.exp(highlight, out=highlight)
        np.multiply(height, np.float32(3), out=across)
        highlight *= clip_above(across, 1.0)
        highlight *= np.float32(gloss)
    lit *= np.float32(contrast)
    if level:
        height *= np.float32(level)
        lit += height
    if highlight is not None:
        lit += highlight
    return lit if pixel == 1.0 else cv2.resize(lit, alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)


def shade_rough_surface(shape: tuple[int, int], light: float, seed: int) -> Floats:
    """Return the shading of a rough surface, float32 (h, w) with standard deviation 1/2.

    Args:
        shape: (height, width).
        light: direction towards the light, radians.
        seed: seed of the noise that gives the heights.
    """
    octaves = int(min(max(math.log2(max(shape) / (4 * FINEST_BUMP)) + 1.0, 3.0), 6.0))
    heights = fractal_noise(seed, octaves=octaves, gain=0.9)
    lit = cv2.filter2D(heights, cv2.CV_32F, slope_kernel(light))
    lit *= np.float32(0.5 / max(float(cv2.meanStdDev(lit)[1][0, 0]), 1e-6))
    side, number = max(shape), len(lit)
    rows, columns = (min(-(-length * number // side) + 1, number) for length in shape)
    size = round(columns * side / number), round(rows * side / number)
    return cv2.resize(lit[:rows, :columns], size, interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]]
