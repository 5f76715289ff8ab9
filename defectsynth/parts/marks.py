"""Marks on an object on the small copy of the image: compact components that stand out from the surface around them."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, split_channels
from defectsynth.functional.membrane import membrane

MIN_MARK_CONTRAST = 14.0  # difference of a mark from its surroundings, of 255
MIN_AREA = 6  # of a mark or a loose end, in cells
MAX_MARK_AREA = 0.2  # share of the object
MIN_SOLIDITY = 0.5  # share of its convex hull that a mark fills
MAX_PARTS = 64  # parts of one kind; the largest are kept
_SQUARE = np.ones((3, 3), np.uint8)


def connected_components(mask: Bytes) -> list[Bytes]:
    """Return the connected components of a mask, the largest first."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = stats[1:number, cv2.CC_STAT_AREA]
    return [np.negative((labels == 1 + index).view(np.uint8)) for index in np.argsort(-areas)[:MAX_PARTS].tolist()]


def find_marks(image: Bytes, cells: Bytes) -> list[Bytes]:
    """Return the compact components inside the object that differ from its median-filtered surface."""
    inner = cv2.erode(cells, np.ones((5, 5), np.uint8))
    rim = cv2.subtract(inner, cv2.erode(inner, _SQUARE))
    total = cv2.countNonZero(inner)
    if total < 25:
        return []
    kernel = min(max(3, round(0.35 * math.sqrt(total)) | 1), 31)
    extended = membrane(image.astype(np.float32), inner * np.float32(1.0 / 255.0)).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(inner)
    window = (
        slice(max(0, y - kernel // 2), y + height + kernel // 2),
        slice(max(0, x - kernel // 2), x + width + kernel // 2),
    )
    planes = [cv2.absdiff(plane, cv2.medianBlur(plane, kernel)) for plane in split_channels(extended[window])]
    contrast = np.zeros_like(inner)
    contrast[window] = np.maximum.reduce(planes)
    contrast = cv2.bitwise_and(contrast, inner)
    if float(contrast.max()) < MIN_MARK_CONTRAST:
        return []
    threshold = max(MIN_MARK_CONTRAST, 0.45 * float(np.percentile(contrast[inner > 0], 99)))
    marks = cv2.morphologyEx((contrast >= threshold).view(np.uint8) * np.uint8(255), cv2.MORPH_CLOSE, _SQUARE)
    return [
        mark
        for mark in connected_components(marks)
        if _is_compact(mark, total) and not cv2.countNonZero(cv2.bitwise_and(mark, rim))
    ]


def _is_compact(mark: Bytes, total: int) -> bool:
    """Return whether a mark is neither a speck, nor most of the object, nor a line."""
    if not MIN_AREA <= cv2.countNonZero(mark) <= MAX_MARK_AREA * total:
        return False
    contour = cv2.findContours(cv2.dilate(mark, _SQUARE), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    return cv2.contourArea(contour) >= MIN_SOLIDITY * cv2.contourArea(cv2.convexHull(contour))
