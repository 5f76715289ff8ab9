"""Alpha mattes of object parts, estimated from the difference to the background, and soft masks."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, split_channels, threshold_mask
from defectsynth.core.images import pixels_to_float
from defectsynth.core.pixels import resize_channels
from defectsynth.scene.periodicity import BRIGHTNESS_RANGE

MATTE_RANGE = (0.03, 0.12)  # difference from the background at which a pixel starts to be opaque, and fully is
MAX_COLOR_DIFFERENCE = 0.06  # difference from the part's mean colour up to which a pixel at its outline belongs to it
CLOSING, SMOOTHING = 0.75, 3.0  # cells across which the matte is closed, and over which a solid outline is smoothed
OUTLINE_LEVEL, OUTLINE_SLOPE = 112, 8.0  # threshold for a smoothed outline, of 255, and the steepness of its edge
BROAD, MIN_CONVEXITY = 5.0, 0.9  # width in cells of a broad part; share of its convex hull that it must fill
BORE_OPENING = 4.0  # radius in cells up to which a hole is an error of the segmentation
MIN_RAGGED = 0.004  # share of the object that holes and dents must have to be filled
MAX_FULL_SIZE = 400  # longer side in pixels of a box; the matte of a larger one is estimated at half the resolution


def difference_matte(difference: Array, peak: float) -> Bytes:
    """Return the opacity of a thin part, uint8 (h, w), from its difference to the background (h, w)."""
    share = difference * np.float32(1.0 / (peak * (MATTE_RANGE[1] - MATTE_RANGE[0])))
    share -= np.float32(MATTE_RANGE[0] / (MATTE_RANGE[1] - MATTE_RANGE[0]))
    return np.asarray(cv2.blur(np.clip(share, 0.0, 1.0, out=share), (3, 3)) * np.float32(255.0)).astype(np.uint8)


def fill_dents(mask: Bytes, step: float) -> Bytes:
    """Return a mask (h, w) together with the hull of its broad component, if that is nearly convex.

    A dent is left by the segmentation where the background has the colour of the object.

    Args:
        mask: uint8 (h, w), 255 or 0.
        step: size of a cell in pixels.
    """
    core = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _square(0.5 * BROAD * step))
    contours = cv2.findContours(core, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not contours:
        return mask
    largest = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(largest)
    if cv2.contourArea(largest) < MIN_CONVEXITY * cv2.contourArea(hull):
        return mask
    return np.asarray(cv2.fillConvexPoly(mask.copy(), hull, 255))


def fill_solid(mask: Bytes, step: float) -> Bytes:
    """Return the mask (h, w) of an object without small holes and dents, where it has the colour of the background.

    A mask that is nearly so stays as it is.

    Args:
        mask: uint8 (h, w), 255 or 0.
        step: size of a cell in pixels.
    """
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _square(step))
    contours, hierarchy = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = [] if hierarchy is None else hierarchy[0, :, 3].tolist()
    outer = [each for each, parent in zip(contours, parents, strict=True) if parent < 0]
    solid = cv2.drawContours(np.zeros_like(mask), outer, -1, 255, cv2.FILLED)
    bores = cv2.bitwise_and(solid, cv2.bitwise_not(closed))
    core = cv2.distanceTransform(bores, cv2.DIST_L2, cv2.DIST_MASK_5) > BORE_OPENING * step
    beyond = cv2.distanceTransform((~core).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    wide = cv2.bitwise_and(bores, np.negative((beyond <= BORE_OPENING * step).view(np.uint8)))
    filled = cv2.subtract(fill_dents(solid, step), wide)
    clean = cv2.countNonZero(cv2.absdiff(filled, mask)) < MIN_RAGGED * cv2.countNonZero(mask)
    return mask if clean else filled


def estimate_matte(pixels: Array, background: Array, mask: Bytes, thin: Bytes, *, step: float, peak: float) -> Bytes:
    """Estimate the alpha matte of a part in front of a known background, uint8 (h, w); its shadow is left out.

    Args:
        pixels: (h, w, C), with the part.
        background: (h, w, C), without it.
        mask: uint8 (h, w), 255 roughly where the part and the rest of the object are.
        thin: uint8 (h, w), 255 where the part is thin; there the difference to the background alone decides.
        step: uncertainty of the outline of `mask` in pixels.
        peak: white level of the image.
    """
    (height, width), cell = mask.shape, 2 if max(mask.shape) > MAX_FULL_SIZE and min(mask.shape) > 1 else 1
    if cell > 1:
        rows, columns = height // cell, width // cell
        planes = (
            plane[: rows * cell, : columns * cell] for plane in (pixels, background, mask[..., None], thin[..., None])
        )
        pixels, background, *masks = (resize_channels(plane, (columns, rows), cv2.INTER_AREA) for plane in planes)
        mask, thin = (threshold_mask(each[..., 0], 128) for each in masks)
    matte = _estimate(pixels_to_float(pixels, peak), pixels_to_float(background, peak), mask, thin, step / cell)
    if cell > 1:
        matte = cv2.resize(matte, (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
        rest = height - rows * cell, width - columns * cell
        matte = cv2.copyMakeBorder(matte, 0, rest[0], 0, rest[1], cv2.BORDER_REPLICATE)
    return matte


def grow_softly(mask: Bytes, reach: float) -> Bytes:
    """Return a mask grown by `reach` pixels, fading to 0 over the outer half of them."""
    width, fade = 2 * round(0.75 * reach) + 1, max(3, 2 * round(0.25 * reach) + 1)
    grown = threshold_mask(cv2.blur(mask, (width, width)), 5)  # a dilation whose time does not grow with its reach
    return cv2.blur(grown, (fade, fade))


def fade_inside(mask: Bytes, reach: int) -> Bytes:
    """Return a mask that fades to 0 inside its outline over `reach` pixels."""
    blurred = cv2.blur(mask, (2 * reach + 1, 2 * reach + 1))
    return cv2.min(cv2.convertScaleAbs(cv2.subtract(blurred, 128), alpha=2.0), mask)


def _estimate(pixels: Floats, background: Floats, mask: Bytes, thin: Bytes, step: float) -> Bytes:
    here, behind = list(split_channels(pixels)), list(split_channels(background))
    visible = cv2.min(difference_matte(_difference(here, behind), 1.0), cv2.dilate(mask, _square(step)))
    visible = cv2.morphologyEx(visible, cv2.MORPH_CLOSE, _square(CLOSING * step))
    solid = cv2.bitwise_and(mask, cv2.bitwise_not(thin))
    if not cv2.countNonZero(solid):
        return visible
    inner = cv2.erode(mask, _square(step))
    unlike = np.zeros_like(here[0])
    for plane in here:
        unlike = cv2.max(unlike, cv2.absdiff(plane, cv2.mean(plane, cv2.bitwise_and(inner, solid))[0]))
    same_color = cv2.bitwise_and(mask, cv2.bitwise_not(threshold_mask(unlike, MAX_COLOR_DIFFERENCE)))
    solid = cv2.max(cv2.max(inner, same_color), visible)
    solid = cv2.blur(solid, (round(SMOOTHING * step) | 1,) * 2)
    solid = cv2.convertScaleAbs(cv2.subtract(solid, OUTLINE_LEVEL), alpha=OUTLINE_SLOPE)
    return cv2.max(cv2.subtract(solid, thin), cv2.min(visible, thin))


def _difference(here: Sequence[Floats], behind: Sequence[Floats]) -> Floats:
    """Return the difference to the background that no change of brightness explains, float32 (h, w)."""
    light = sum(here[1:], here[0]) / np.maximum(sum(behind[1:], behind[0]), np.float32(1e-3))
    np.clip(light, *BRIGHTNESS_RANGE, out=light)
    difference = np.zeros_like(light)
    for plane, background in zip(here, behind, strict=True):
        difference = cv2.max(difference, cv2.absdiff(plane, background * light))
    return difference


def _square(reach: float) -> Bytes:
    """Return a square structuring element that reaches so many pixels to either side."""
    return np.ones((2 * round(reach) + 1,) * 2, np.uint8)
