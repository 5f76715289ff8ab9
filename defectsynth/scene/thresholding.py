"""Thresholding of a small copy of the image: colour distance from the border, Otsu's threshold, clean masks.

References:
    Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 1979.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from defectsynth.core.arrays import Bytes, Floats, max_over_channels

MIN_THRESHOLD = 0.3  # as a share of the mean of the upper class
MIN_AREA, MAX_AREA = 0.003, 0.97  # of the object, as a share of the cells
MIN_COMPONENT = 0.1  # smallest area of a component that is kept, as a share of the largest one
MIN_COHERENCE = 0.6  # share of the object that survives an opening
MIN_HOLE = 0.03  # smallest area of a hole, as a share of the largest component
MIN_HOLE_BACKGROUND = 0.6  # share of a hole that is certain background
_SQUARE, _TWO = np.ones((3, 3), np.uint8), np.ones((2, 2), np.uint8)


@lru_cache(maxsize=64)
def border_cells(rows: int, columns: int) -> npt.NDArray[np.intp]:
    """Return the flat indices (4, 64) of cells along the top, bottom, left and right side."""
    index = np.arange(rows * columns).reshape(rows, columns)
    along = np.linspace(0, 1, 64)
    column, row = np.rint(along * (columns - 1)).astype(int), np.rint(along * (rows - 1)).astype(int)
    return np.stack([index[0, column], index[-1, column], index[row, 0], index[row, -1]])


def border_distance(small: Bytes) -> tuple[Bytes, Floats]:
    """Return the distance of each cell from the colour plane of the border, uint8 (h, w), and the plane (C, 3).

    The slopes of the plane are the differences between the medians of opposite sides.
    """
    rows, columns, channels = small.shape
    sides = small.reshape(-1, channels)[border_cells(rows, columns)]
    top, bottom, left, right = np.partition(sides, 32, axis=1)[:, 32].astype(np.float32)
    slope_x, slope_y = right - left, bottom - top
    level = 0.25 * (top + bottom + left + right)
    ramp = np.linspace(-0.4375, 0.4375, 8, dtype=np.float32)
    background = level + slope_x * ramp[None, :, None] + slope_y * ramp[:, None, None]
    background = np.clip(background, 0, 255).astype(np.uint8)
    background = cv2.resize(background, (columns, rows), interpolation=cv2.INTER_LINEAR)
    distance = cv2.absdiff(background.reshape(small.shape), small)
    return max_over_channels(distance.reshape(small.shape)), np.stack([level, slope_x, slope_y], axis=1)


def border_share(mask: Bytes) -> float:
    """Return the share of border cells inside `mask`."""
    border = mask.ravel()[border_cells(*mask.shape)]
    return cv2.countNonZero(border) / border.size


def otsu(levels: Bytes) -> tuple[float, Bytes, float]:
    """Return Otsu's threshold, the mask above it and the share of the variance between the two classes.

    The returned threshold is at least `MIN_THRESHOLD` of the upper mean; the mask is that of Otsu's own threshold.
    """
    threshold, mask = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = cv2.countNonZero(mask) / mask.size
    if not 0.0 < share < 1.0:
        return 0.0, mask, 0.0
    mean, deviation = cv2.meanStdDev(levels)
    above = cv2.mean(levels, mask=mask)[0]
    between = share / (1 - share) * (above - float(mean[0, 0])) ** 2
    return max(threshold, MIN_THRESHOLD * above), mask, between / max(float(deviation[0, 0]) ** 2, 1e-6)


def clean_mask(mask: Bytes, background: Bytes | None = None) -> Bytes | None:
    """Fill holes and keep the large components; None if the object is scattered, tiny or the whole image.

    Args:
        mask: uint8 (h, w), 255 where the object may be.
        background: uint8 (h, w), 255 where the background is certain; large holes there are kept. None fills all holes.
    """
    area = cv2.countNonZero(mask)
    if not MIN_AREA * mask.size <= area <= MAX_AREA * mask.size:
        return None
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _TWO)
    if cv2.countNonZero(opened) < MIN_COHERENCE * area:
        return None
    return fill_components(mask, background=background)


def fill_components(mask: Bytes, *, background: Bytes | None = None, largest_only: bool = False) -> Bytes | None:
    """Return the large components of `mask` with their holes filled, except large holes in the background, or None."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas = [cv2.contourArea(contour) for contour in contours]
    largest = max(areas, default=0.0)
    smallest = max(largest if largest_only else MIN_COMPONENT * largest, 2.0)
    kept = [contour for contour, area in zip(contours, areas, strict=True) if area >= smallest]
    cells = cv2.drawContours(np.zeros_like(mask), kept, -1, 255, cv2.FILLED)
    if background is not None and cv2.countNonZero(cv2.bitwise_and(cells, background)) >= MIN_HOLE * largest:
        holes = cv2.morphologyEx(cv2.bitwise_and(cells, cv2.bitwise_not(mask)), cv2.MORPH_OPEN, _SQUARE)
        for hole in cv2.findContours(holes, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            if cv2.contourArea(hole) >= MIN_HOLE * largest:
                inside = cv2.drawContours(np.zeros_like(mask), [hole], -1, 255, cv2.FILLED)
                if cv2.mean(background, mask=inside)[0] >= MIN_HOLE_BACKGROUND * 255:
                    cells[inside > 0] = 0
    return cells if kept else None
