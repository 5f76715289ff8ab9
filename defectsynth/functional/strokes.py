"""Noise drawn out along a direction: the strokes of a file, the fibres of wood."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Floats

STROKE_LAYERS = ((1.0, 40.0, 0.55), (4.0, 40.0, 0.5), (1.0, 8.0, 0.6))  # width and length in grains, strength
PIXEL_NOISE = 0.35  # standard deviation of the noise of single pixels, relative to that of the strokes
HIGHLIGHT_GAIN = 0.3  # additional brightness of the brightest strokes


def directed_strokes(shape: tuple[int, int], grain: float, angle: float, seed: int) -> Floats:
    """Return strokes along a direction, float32 (h, w), with mean 0 and standard deviation about 1.

    Args:
        shape: (h, w).
        grain: width of a stroke in pixels.
        angle: direction in radians.
        seed: seed of the noise.
    """
    rng = np.random.default_rng(seed)
    side = math.ceil(math.hypot(*shape)) + 1
    strokes = np.zeros((side, side), np.float32)
    for width, length, strength in STROKE_LAYERS:
        cells = tuple(max(2, math.ceil(side / (extent * grain))) for extent in (width, length))
        noise = rng.standard_normal(cells, dtype=np.float32)
        strokes += np.float32(strength) * cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR)
    strokes += np.float32(HIGHLIGHT_GAIN) * np.maximum(strokes, 0.0) ** 2 - np.float32(0.5 * HIGHLIGHT_GAIN)
    strokes += np.float32(PIXEL_NOISE) * rng.standard_normal((side, side), dtype=np.float32)
    cos, sin = math.cos(angle), math.sin(angle)
    middle, centre = 0.5 * (side - 1), np.array([0.5 * (shape[1] - 1), 0.5 * (shape[0] - 1)])
    rotation = np.array([[cos, sin], [-sin, cos]])
    matrix = np.column_stack([rotation, np.array([middle, middle]) - rotation @ centre])
    return cv2.warpAffine(
        strokes, matrix, shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
