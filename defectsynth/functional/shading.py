"""Taken out of looks.py, relief.py."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Floats, clip_above
from defectsynth.core.layer import Layer, distance_to_outline
from defectsynth.functional.noise import fractal_noise

ACROSS = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32) / 8  # slope in x, smoothed in y


def slope_kernel(angle: float) -> Floats:
    """Return what filters heights to their slope along a direction in radians, float32 (3, 3)."""
    return ACROSS * np.float32(math.cos(angle)) + ACROSS.T * np.float32(math.sin(angle))


def median_color(surface: Floats, layer: Layer) -> Floats:
    """Return the median colour of a surface (C, h, w) under a layer, float32 (C, 1, 1)."""
    covered = layer.alpha > 0.5
    flat = surface[:, covered] if covered.any() else surface.reshape(surface.shape[0], -1)
    return np.asarray(np.median(flat, axis=1), np.float32)[:, None, None]


PIT_FLOOR_SHADE = (
    0.6  # how much darker the floor of a pit is, as a share of the contrast: less of the sky is seen from there
)
MIRROR = 0.5  # slope at which a glossy surface mirrors the light into the camera
HIGHLIGHT = 0.025  # squared width of the highlight, in units of slope
SMOOTH = 0.12  # half the width over which heights are averaged, as a share of the greatest depth
DEEP = 9.0  # pixels from which on a relief is smooth enough to be lit on half the size
GENTLE = 4.5  # pixels of slope from which on it is, if nothing mirrors the light
FINEST = 2.0  # pixels of the finest bumps of a rough surface


def shade_bump(
    alpha: Floats, *, wall: float, light: float, contrast: float, gloss: float, level: float = 0.0
) -> Floats:
    """Return how a bump is lit, or with the light from the other side a pit; a deep one is lit on half the size.

    Args:
        alpha: float32 (h, w), it lies where it is at least 0.5.
        wall: in [0, 1], how far the slope reaches in from the outline, as a share of the greatest depth.
        light: where the light comes from, radians.
        contrast: change of brightness where a slope faces the light.
        gloss: brightness of the highlight.
        level: change of brightness where it is highest or deepest.

    Returns:
        float32 (h, w), the change of brightness.
    """
    half = max(1, alpha.shape[1] // 2), max(1, alpha.shape[0] // 2)
    depth, pixel = distance_to_outline(cv2.resize(alpha, half, interpolation=cv2.INTER_LINEAR).reshape(half[::-1])), 2.0
    reach = float(depth.max()) * pixel
    if reach < DEEP and (gloss > 0.0 or reach * wall < GENTLE):
        depth, pixel = distance_to_outline(alpha), 1.0
    deepest = float(depth.max())
    smooth = 2 * round(SMOOTH * deepest - 0.25 * (pixel - 1.0)) + 1
    if smooth > 1:
        depth = cv2.blur(depth, (smooth, smooth)).reshape(depth.shape)
    elif pixel > 1.0:  # no steps along a slanting outline
        depth = cv2.GaussianBlur(depth, (3, 3), 0.0).reshape(depth.shape)
    height = clip_above(depth * np.float32(1 / max(wall * deepest, 1.0 / pixel)), 1.0)
    steep = np.float32(1) - height
    lit = cv2.filter2D(depth, cv2.CV_32F, -slope_kernel(light)).reshape(depth.shape)
    lit *= steep
    mirrored = None
    if gloss > 0.0:
        aside = cv2.filter2D(depth, cv2.CV_32F, slope_kernel(light + 0.5 * math.pi)).reshape(depth.shape)
        aside *= steep
        aside *= aside
        mirrored = lit - np.float32(MIRROR)
        mirrored *= mirrored
        mirrored += aside
        mirrored *= np.float32(-1 / HIGHLIGHT)
        np.exp(mirrored, out=mirrored)
        np.multiply(height, np.float32(3), out=aside)
        mirrored *= clip_above(aside, 1.0)
        mirrored *= np.float32(gloss)
    lit *= np.float32(contrast)
    if level:
        height *= np.float32(level)
        lit += height
    if mirrored is not None:
        lit += mirrored
    return lit if pixel == 1.0 else cv2.resize(lit, alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)


def shade_rough_surface(shape: tuple[int, int], light: float, seed: int) -> Floats:
    """Return the shading of a rough surface under a light, float32 (h, w) with standard deviation 1/2."""
    octaves = int(min(max(math.log2(max(shape) / (4 * FINEST)) + 1.0, 3.0), 6.0))
    cells = fractal_noise(seed, octaves=octaves, gain=0.9)
    slope = slope_kernel(light)
    lit = cv2.filter2D(cells, cv2.CV_32F, slope)
    lit *= np.float32(0.5 / max(float(cv2.meanStdDev(lit)[1][0, 0]), 1e-6))
    side, number = max(shape), len(lit)
    rows, columns = (min(-(-length * number // side) + 1, number) for length in shape)  # the part that is seen
    larger = round(columns * side / number), round(rows * side / number)
    return cv2.resize(lit[:rows, :columns], larger, interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]]
