"""Segmentation of an object in front of a patterned background, such as a board with holes or tracks.

A strongly blurred copy is segmented first, which separates a large dark case from small dark holes. Thin parts are then
added: on a periodic background, cells that differ from the pattern, else cells whose colour is no mixture of the two
colours on the border.
"""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, channel_mean, split_channels, threshold_mask
from defectsynth.core.parameters import Pair
from defectsynth.scene.periodicity import aperiodic_difference, find_periods
from defectsynth.scene.thresholding import (
    border_cells,
    border_distance,
    border_share,
    clean_mask,
    fill_components,
    otsu,
)

MIN_SEPARATION = 0.66  # share of the variance between the two classes of the blurred copy
MAX_BORDER = 0.08  # share of the border that the body may cover
MAX_BORDER_PERIODIC = 0.16  # the same on a periodic background
BLUR_SHARE = 0.1  # width of the blur, as a share of the smaller side
COLOUR_PERCENTILE = 98  # of the border's own distance from the mixtures of its colours; thin parts must reach it
MIXTURE_RANGE = (-0.6, 1.15)  # weight of the first colour in a mixture of the two
NOISE_FACTOR, NOISE_PERCENTILE = 3.5, 90  # threshold for faint parts: multiple of a percentile of the background
FAINT_RANGE = (
    0.25,
    0.7,
)  # bounds of that threshold, as shares of Otsu's threshold; the upper one is for distinct parts
MIN_POINTING = 3.0  # distance of a component's far end from the object, as a multiple of that of its near end
_SQUARE, _TWO, _FIVE = np.ones((3, 3), np.uint8), np.ones((2, 2), np.uint8), np.ones((5, 5), np.uint8)


def segment_on_pattern(small: Bytes, mask: Bytes) -> tuple[Bytes, tuple[Pair, ...]] | None:
    """Segment one large body and the thin parts connected to it.

    Args:
        small: uint8 (h, w, C), small copy of the image.
        mask: uint8 (h, w), 255 where the colour differs from that of the border.

    Returns:
        The object, uint8 (h, w), 255 on it, and the periods (dx, dy) of the background in cells; None
        without an object.
    """
    width = _blur_width(mask)
    _, body, separation = otsu(border_distance(cv2.blur(small, (width, width)).reshape(small.shape))[0])
    on_border = border_share(body)
    core = clean_mask(body) if separation >= MIN_SEPARATION and on_border <= MAX_BORDER_PERIODIC else None
    if core is None:
        return None
    around = cv2.dilate(core, np.ones((width, width), np.uint8))
    background = cv2.bitwise_not(around)
    periods = find_periods(channel_mean(small), background)
    if periods:
        cells = _unlike_pattern(aperiodic_difference(small, background, periods), mask, core, background)
        return None if cells is None else (cells, periods)
    if on_border > MAX_BORDER:
        return None
    near = cv2.bitwise_and(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _SQUARE), around)
    solid = cv2.morphologyEx(near, cv2.MORPH_OPEN, np.ones((3 * width // 2, 3 * width // 2), np.uint8))
    distance = _distance_from_mixtures(small, mask)
    ordinary = float(np.percentile(distance.ravel()[border_cells(*mask.shape)], COLOUR_PERCENTILE))
    thin = cv2.bitwise_and(otsu(distance)[1], threshold_mask(distance, ordinary))
    joined = cv2.morphologyEx(cv2.bitwise_or(solid, thin), cv2.MORPH_CLOSE, _FIVE)
    cells = fill_components(joined, largest_only=True)
    return None if cells is None else (cells, ())


def _blur_width(mask: Bytes) -> int:
    """Return the width in cells of the blur that removes the pattern of a background."""
    return max(3, int(BLUR_SHARE * min(mask.shape)) | 1)


def _unlike_pattern(difference: Bytes, mask: Bytes, core: Bytes, background: Bytes) -> Bytes | None:
    """Return the object in front of a periodic background: cells unlike the pattern, and the core.

    Args:
        difference: uint8 (h, w), difference from the periodic background.
        mask: uint8 (h, w), 255 where the colour differs from that of the border.
        core: uint8 (h, w), object segmented on the blurred copy.
        background: uint8 (h, w), 255 far from the core.
    """
    threshold, width = otsu(difference)[0], _blur_width(mask)
    square = np.ones((width, width), np.uint8)
    noise = NOISE_FACTOR * float(np.percentile(difference[background > 0], NOISE_PERCENTILE))
    low, high = (share * threshold for share in FAINT_RANGE)
    faint = threshold_mask(difference, min(max(noise, low), high))
    faint = cv2.morphologyEx(faint, cv2.MORPH_CLOSE, _SQUARE)
    broad = cv2.dilate(cv2.erode(faint, _TWO, anchor=(0, 0)), _TWO, anchor=(1, 1))  # edges of the pattern are thinner
    distinct = cv2.bitwise_or(threshold_mask(difference, high), broad)
    certain = cv2.bitwise_or(distinct, cv2.erode(core, square))
    bridged = cv2.bitwise_and(cv2.morphologyEx(certain, cv2.MORPH_CLOSE, square), cv2.bitwise_or(mask, certain))
    solid = cv2.bitwise_and(cv2.morphologyEx(bridged, cv2.MORPH_OPEN, square), cv2.dilate(core, square))
    joined = cv2.morphologyEx(cv2.bitwise_or(solid, distinct), cv2.MORPH_CLOSE, _SQUARE)
    return fill_components(_link_thin_parts(joined, width), largest_only=True)


def _link_thin_parts(mask: Bytes, reach: int) -> Bytes:
    """Connect thin components that point away from the largest one to it, if they lie at most `reach` cells off."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if number < 3:
        return mask
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    rows, columns = np.nonzero(cv2.morphologyEx((labels == largest).view(np.uint8), cv2.MORPH_GRADIENT, _SQUARE))
    distance = cv2.distanceTransform((labels != largest).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    linked = mask.copy()
    for index in range(1, number):
        if index == largest:
            continue
        left, top, width, height = stats[index, :4].tolist()
        y, x = np.nonzero(labels[top : top + height, left : left + width] == index)
        y, x = y + top, x + left
        away = distance[y, x]
        start = int(np.argmin(away))
        nearest = float(away[start])
        if nearest <= reach and float(away.max()) >= MIN_POINTING * nearest:
            end = int(np.argmin((rows - y[start]) ** 2 + (columns - x[start]) ** 2))
            cv2.line(linked, (int(x[start]), int(y[start])), (int(columns[end]), int(rows[end])), 255, 2)
    return linked


def _distance_from_mixtures(small: Bytes, mask: Bytes) -> Bytes:
    """Return the distance of each cell from all mixtures of the two colours on the border, uint8 (h, w)."""
    planes = split_channels(small).reshape(small.shape[2], -1).astype(np.float32)
    border = border_cells(*mask.shape).ravel()
    pattern = mask.ravel()[border] > 0  # border cells unlike the background: holes, tracks
    colours = planes[:, border]
    first = np.median(colours[:, ~pattern], axis=1, keepdims=True)
    second = np.median(colours[:, pattern], axis=1, keepdims=True)
    direction = first - second
    share = (direction.T @ (planes - second)) / max(float((direction * direction).sum()), 1e-6)
    nearest = second + direction * np.clip(share, *MIXTURE_RANGE)
    return cv2.convertScaleAbs(np.abs(planes - nearest).max(axis=0).reshape(mask.shape))
