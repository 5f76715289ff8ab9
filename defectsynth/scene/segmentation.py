"""Segmentation of the object on a small copy of the image.

The colour of the image border, a plane in x and y for each channel, is taken as the background. Cells that differ from
it by more than Otsu's threshold are the object. If a higher threshold gives a sharper outline, it is used instead; that
drops shadows and glow. If the border itself is patterned, `patterned_background` segments the object.

An image whose two classes are not distinct, or whose object is scattered, has no background.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats, channel_mean, threshold_mask
from defectsynth.core.parameters import Pair
from defectsynth.scene.patterned_background import segment_on_pattern
from defectsynth.scene.thresholding import border_cells, border_distance, border_share, clean_mask, otsu

MIN_SEPARATION = 0.72  # share of the variance between the classes; 0.64 for one Gaussian, 0.75 for a flat histogram
MIN_CONTRAST = 6.0  # smallest threshold between object and background, out of 255
CERTAIN_BACKGROUND = 0.4  # largest distance from the background in a hole, as a share of the threshold
SHARP_OUTLINE = 0.6  # gradient on the outline, as a share of the contrast, above which Otsu's threshold is kept
HIGHER_THRESHOLDS = (0.6, 0.72, 0.84)  # tried otherwise, as shares of the object's mean distance
MIN_PATTERN_RUNS = 4  # runs of border cells unlike the background, from which on it counts as patterned
_SQUARE, _FIVE = np.ones((3, 3), np.uint8), np.ones((5, 5), np.uint8)


class Segmentation(NamedTuple):
    """Object mask on the small grid.

    Attributes:
        cells: uint8 (h, w), 255 on the object.
        plane: float32 (C, 3), background colour = plane @ (1, x, y) with x and y in [-0.5, 0.5]; None if the object is
            not segmented by colour.
        threshold: smallest colour distance between object and background, out of 255.
        periods: periods (dx, dy) of the background in cells, at most two; empty if it does not repeat.
    """

    cells: Bytes
    plane: Floats | None = None
    threshold: float = 0.0
    periods: tuple[Pair, ...] = ()


def segment_object(small: Bytes, method: str) -> Segmentation | None:
    """Segment the object, or return None if there is no background.

    Args:
        small: uint8 (h, w, C), small copy of the image.
        method: "auto", "border", "otsu" or "gradient", see `foreground.find_foreground`.
    """
    if method == "otsu":
        found = _by_brightness(small)
    elif method == "gradient":
        found = _by_gradient(small)
    else:
        found = _by_border(small, forced=method == "border")
    return found if found is not None and cv2.countNonZero(found.cells) else None


def _count_border_runs(mask: Bytes) -> int:
    """Return the number of runs of set cells along the four sides."""
    sides = mask.ravel()[border_cells(*mask.shape)]
    return cv2.countNonZero((sides[:, 1:] > sides[:, :-1]).view(np.uint8))


def _by_border(small: Bytes, *, forced: bool) -> Segmentation | None:
    """Segment by the distance from the colour of the border; `forced` accepts classes that are not distinct."""
    distance, plane = border_distance(small)
    threshold, mask, separation = otsu(distance)
    if threshold < MIN_CONTRAST or (separation < MIN_SEPARATION and not forced):
        return None
    if _count_border_runs(mask) >= MIN_PATTERN_RUNS:
        found = segment_on_pattern(small, mask)
        if found is not None:
            return Segmentation(found[0], periods=found[1])
    threshold, mask = _sharpest_threshold(distance, threshold, mask)
    cleaned = clean_mask(mask, np.negative((distance < CERTAIN_BACKGROUND * threshold).view(np.uint8)))
    return None if cleaned is None else Segmentation(cleaned, plane, threshold)


def _sharpest_threshold(distance: Bytes, threshold: float, mask: Bytes) -> tuple[float, Bytes]:
    """Return the threshold with the sharpest outline and its mask, so that soft shadows and glow are left out."""
    gradient = cv2.morphologyEx(distance, cv2.MORPH_GRADIENT, _SQUARE)
    contrast = cv2.mean(distance, mask=mask)[0]
    best = (_sharpness(gradient, mask), threshold, mask)
    if best[0] < SHARP_OUTLINE * contrast:
        for share in HIGHER_THRESHOLDS:
            smaller = threshold_mask(distance, max(share * contrast, threshold))
            best = max(best, (_sharpness(gradient, smaller), share * contrast, smaller), key=lambda entry: entry[0])
    return max(best[1], threshold), best[2]


def _sharpness(gradient: Bytes, mask: Bytes) -> float:
    """Return the mean gradient along the outline of `mask`."""
    outline = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, _SQUARE)
    return cv2.norm(gradient, cv2.NORM_L1, outline) / max(cv2.countNonZero(outline), 1)


def _by_brightness(small: Bytes) -> Segmentation | None:
    """Segment by Otsu's threshold of the brightness; the class that covers most of the border is the background."""
    gray = channel_mean(small).astype(np.uint8)
    _, mask, _ = otsu(gray)
    cleaned = clean_mask(cv2.bitwise_not(mask) if border_share(mask) > 0.5 else mask)
    return None if cleaned is None else Segmentation(cleaned)


def _by_gradient(small: Bytes) -> Segmentation | None:
    """Segment by filling the strong edges."""
    gray = channel_mean(small).astype(np.uint8)
    gradient = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, _SQUARE)
    _, mask, _ = otsu(gradient)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _FIVE)
    cleaned = clean_mask(closed)
    if cleaned is None:
        return None
    return Segmentation(cv2.erode(cleaned, _SQUARE))
