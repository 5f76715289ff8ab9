"""A part told from the ground behind it where that is known: pixel by pixel, without its shadow."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.core.images import pixels_to_float
from defectsynth.functional.membrane import resize_channels
from defectsynth.scene.periodicity import BRIGHTNESS_RANGE

UNLIKE = (0.03, 0.12)  # difference from what is behind it at which a part starts to show, and is opaque
OWN = 0.06  # difference from its own colour up to which the rim of a part is its own where nothing else tells it
BRIDGED, STRAIGHT = 0.75, 3.0  # cells across which what shows is joined, and over which a solid outline is straightened
LEVEL, STEEPNESS = 112, 8.0  # where a straightened outline is cut, of 255, and how sharply
BROAD, CONVEX = 5.0, 0.9  # cells from which on a part is broad; least share of its hull that it fills but for dents
LARGE = 400  # side in pixels of a box from which on a part is told on a copy half as large


def shown(unlike: Array, peak: float) -> Bytes:
    """Return how opaque a thin part is that differs so much from what is behind it, uint8 (h, w)."""
    share = unlike * np.float32(1.0 / (peak * (UNLIKE[1] - UNLIKE[0])))
    share -= np.float32(UNLIKE[0] / (UNLIKE[1] - UNLIKE[0]))
    return np.asarray(cv2.blur(np.clip(share, 0.0, 1.0, out=share), (3, 3)) * np.float32(255.0)).astype(np.uint8)


def without_dents(thing: Bytes, step: float) -> Bytes:
    """Return a mask (h, w), 255 or 0, and the hull of its broad part, if that is convex but for dents.

    Where the ground is as dark as a case the rim of the case cannot be told from it.
    """
    core = cv2.morphologyEx(thing, cv2.MORPH_OPEN, _square(0.5 * BROAD * step))
    contours = cv2.findContours(core, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not contours:
        return thing
    largest = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(largest)
    if cv2.contourArea(largest) < CONVEX * cv2.contourArea(hull):
        return thing
    return np.asarray(cv2.fillConvexPoly(thing.copy(), hull, 255))


def told_apart(pixels: Array, behind: Array, thing: Bytes, thin: Bytes, *, step: float, peak: float) -> Bytes:
    """Return a part told from the ground behind it, uint8 (h, w).

    Args:
        pixels: (h, w, C), with the part.
        behind: (h, w, C), without it.
        thing: uint8 (h, w), 255 where it and what it hangs on is, roughly.
        thin: uint8 (h, w), 255 where it is thin; there it is only what shows.
        step: pixels by which its outline is uncertain.
        peak: greatest value of the dtype.
    """
    (height, width), cell = thing.shape, 2 if max(thing.shape) > LARGE and min(thing.shape) > 1 else 1
    if cell > 1:
        rows, columns = height // cell, width // cell
        fine = (plane[: rows * cell, : columns * cell] for plane in (pixels, behind, thing[..., None], thin[..., None]))
        pixels, behind, *masks = (resize_channels(plane, (columns, rows), cv2.INTER_AREA) for plane in fine)
        thing, thin = (threshold_mask(mask[..., 0], 128) for mask in masks)
    found = _told(pixels_to_float(pixels, peak), pixels_to_float(behind, peak), thing, thin, step / cell)
    if cell > 1:
        found = cv2.resize(found, (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
        rest = height - rows * cell, width - columns * cell
        found = cv2.copyMakeBorder(found, 0, rest[0], 0, rest[1], cv2.BORDER_REPLICATE)
    return found


def _told(pixels: Floats, behind: Floats, thing: Bytes, thin: Bytes, step: float) -> Bytes:
    here, there = cv2.split(pixels), cv2.split(behind)
    alone = cv2.min(shown(_beyond_shadow(here, there), 1.0), cv2.dilate(thing, _square(step)))
    alone = cv2.morphologyEx(alone, cv2.MORPH_CLOSE, _square(BRIDGED * step))
    solid = cv2.bitwise_and(thing, cv2.bitwise_not(thin))
    if not cv2.countNonZero(solid):
        return alone
    inner = cv2.erode(thing, _square(step))
    unlike = np.zeros_like(here[0])
    for plane in here:
        unlike = cv2.max(unlike, cv2.absdiff(plane, cv2.mean(plane, cv2.bitwise_and(inner, solid))[0]))
    own = cv2.bitwise_and(thing, cv2.bitwise_not(threshold_mask(unlike, OWN)))
    solid = cv2.max(cv2.max(inner, own), alone)
    solid = cv2.blur(solid, (round(STRAIGHT * step) | 1,) * 2)
    solid = cv2.convertScaleAbs(cv2.subtract(solid, LEVEL), alpha=STEEPNESS)
    return cv2.max(cv2.subtract(solid, thin), cv2.min(alone, thin))


def _beyond_shadow(here: Sequence[Floats], there: Sequence[Floats]) -> Floats:
    """Return how unlike pixels are what is behind them in any light or shadow, float32 (h, w)."""
    light = sum(here[1:], here[0]) / np.maximum(sum(there[1:], there[0]), np.float32(1e-3))
    np.clip(light, *BRIGHTNESS_RANGE, out=light)
    unlike = np.zeros_like(light)
    for plane, ground in zip(here, there, strict=True):
        unlike = cv2.max(unlike, cv2.absdiff(plane, ground * light))
    return unlike


def _square(reach: float) -> Bytes:
    """Return a square mask that reaches so far to either side."""
    return np.ones((2 * round(reach) + 1,) * 2, np.uint8)
