"""Rough masks where none are given: differences to a pair, or to the nearest good parts."""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats, threshold_mask
from defectsynth.fitting.background import Normals, registered, widened
from defectsynth.fitting.regions import main_parts
from defectsynth.fitting.surface import squared_length, to_lab

NEAREST = 6  # good parts of which the most similar one counts at each pixel
BLUR = 5  # pixels
CORE, SPREAD = 0.6, 0.35  # shares of the largest difference: seeds of the mask, and how far it grows
LEAST = 0.04  # change in CIELAB from which on a pixel can belong to a defect
SCATTER = 3.0  # multiple of the upper quartile of the differences from which on a pixel can belong to a defect


def mask_from_pair(image: Bytes, pair: Bytes) -> Bytes:
    """Return the pixels in which an image differs from the good part before the defect, uint8 (H, W)."""
    if pair.shape != image.shape:
        pair = cv2.resize(pair, image.shape[1::-1], interpolation=cv2.INTER_AREA)
    return _grown(_difference(image, registered(pair, image, np.zeros(image.shape[:2], np.uint8))))


def mask_from_normals(image: Bytes, normals: Normals) -> Bytes:
    """Return the pixels in which an image differs from each of the nearest good parts, uint8 (H, W)."""
    nothing = np.zeros(image.shape[:2], np.uint8)
    near = [registered(normal, image, nothing) for normal in normals.nearest(image, nothing, NEAREST)]
    if not near:
        near = [cv2.medianBlur(image, 2 * (min(image.shape[:2]) // 16) + 1)]
    return _grown(np.min([_difference(image, normal) for normal in near], axis=0))


def _difference(image: Bytes, normal: Bytes) -> Floats:
    change = to_lab(image) - to_lab(normal)
    return cv2.GaussianBlur(np.sqrt(squared_length(change)), (BLUR, BLUR), 0)


def _grown(size: Floats) -> Bytes:
    """Return the regions around the largest differences, nothing if no difference is large enough for a defect."""
    top = float(size.max())
    if top < LEAST:
        return np.zeros(size.shape, np.uint8)
    limit = max(SPREAD * top, LEAST, SCATTER * float(np.quantile(size, 0.75)))
    limit = min(limit, 0.9 * top)
    wide = threshold_mask(size, limit)
    seeds = threshold_mask(size, max(CORE * top, limit))
    _, labels = cv2.connectedComponents(wide)
    kept = np.isin(labels, np.unique(labels[seeds > 0])) & (wide > 0)
    return widened(main_parts(np.where(kept, 255, 0).astype(np.uint8)), 1)
