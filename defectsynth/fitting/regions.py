"""Shape of the region of a defect: size, elongation, number of parts, raggedness."""

from __future__ import annotations

import math

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes

LEAST_PART = 0.04  # of the largest part: smaller ones are noise
MIN_PART_PX = 3


def main_parts(region: Bytes) -> Bytes:
    """Return a region without its tiny parts."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(region)
    if number <= 2:
        return region
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = areas >= max(MIN_PART_PX, LEAST_PART * int(areas.max()))
    return np.where(kept[labels], 255, 0).astype(np.uint8) if kept.any() else region


def outline_of(region: Bytes, side: int) -> dict[str, float]:
    """Return measurements of a region: logarithms of lengths in fractions of `side`, and of ratios.

    Args:
        region: uint8 (H, W), 255 on the defect, not empty.
        side: min(H, W) of the image in pixels.

    Returns:
        area; length and elongation of the largest part's rectangle; width, twice its mean distance to the outline;
        solidity, its area over that of its convex hull; raggedness, its perimeter over that of the hull; number.
    """
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=lambda contour: (cv2.contourArea(contour), len(contour)))
    _, (width, height), _ = cv2.minAreaRect(largest)
    long, short = max(width, height) + 1.0, min(width, height) + 1.0
    hull = cv2.convexHull(largest)
    x, y, box_width, box_height = cv2.boundingRect(largest)
    part = np.zeros((box_height + 2, box_width + 2), np.uint8)
    cv2.drawContours(part, [largest], -1, 255, cv2.FILLED, offset=(1 - x, 1 - y))
    filled = part[1:-1, 1:-1] & region[y : y + box_height, x : x + box_width]
    area = max(cv2.countNonZero(filled), 1)
    distance = cv2.distanceTransform(cv2.copyMakeBorder(filled, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    hull_area = max(cv2.contourArea(hull) + 0.5 * cv2.arcLength(hull, closed=True) + 1.0, 1.0)
    around, hull_around = cv2.arcLength(largest, closed=True) + 1.0, cv2.arcLength(hull, closed=True) + 1.0
    return {
        "area": math.log(cv2.countNonZero(region) / side**2),
        "length": math.log(long / side),
        "width": math.log(4.0 * float(distance[distance > 0].mean()) / side),
        "elongation": math.log(long / short),
        "solidity": min(area / hull_area, 1.0),
        "raggedness": math.log(max(around / hull_around, 1.0)),
        "number": math.log(len(contours)),
    }
