"""Patches: the pixels that a rendered defect changed, their mask and their contrast.

`make_patch` measures every rendered defect and enforces the contract: outside the mask the image stays bit-identical,
and at least 95 % of the mask's pixels differ from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, max_over_channels, put_pixels, threshold_mask
from defectsynth.core.images import PEAKS
from defectsynth.core.layer import Box

MIN_VISIBLE_CHANGE = 4.0 / 255.0  # smallest change that counts as visible, as a share of the dtype's range
MIN_SOFT_VALUE = np.float32(1.0 / 255.0)  # smallest value of a soft mask inside the mask: one step of 8 bits
LOGISTIC_MIDDLE = 24.0 / 255.0  # change with the soft label 1/2
LOGISTIC_SCALE = 12.0 / 255.0  # scale of the logistic function, as a change
MIN_CHANGED_SHARE = 0.95  # of the mask's pixels
MAX_BYTE_CHANGE = 127.0 / 255.0  # largest change that fits a signed byte
NO_CHANGE = 128  # value of an unchanged pixel in a change of 8 bits
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Patch:
    """Rendered defect.

    Attributes:
        box: bounding box of the defect.
        pixels: (h, w) or (h, w, C), dtype of the image; only those inside the mask are pasted.
        mask: uint8 (h, w), 255 on the defect.
        alpha: float32 (h, w) in [0, 1], opacity of the paint; None for a displacement.
        change: (h, w), maximum change over the channels, in units of the image.
        contrast: mean change inside the mask, as a share of the dtype's range.
    """

    box: Box
    pixels: Array
    mask: Bytes
    alpha: Floats | None
    change: Array
    contrast: float

    def soft_mask(self, kind: str, peak: float) -> Floats:
        """Return a soft mask, float32 (h, w) in [0, 1], above 0 exactly where the mask is set.

        Args:
            kind: "alpha" for the opacity of the defect (1 for a displacement), "intensity" for the change as a share
                of the dtype's range, or "logistic" for a logistic function of that change.
            peak: largest value of the image's dtype.
        """
        if kind == "alpha":
            values = np.ones(self.mask.shape, np.float32) if self.alpha is None else self.alpha
        else:
            values = self.change.astype(np.float32) / np.float32(peak)
        if kind == "logistic":
            values = 1.0 / (1.0 + np.exp((np.float32(LOGISTIC_MIDDLE) - values) / np.float32(LOGISTIC_SCALE)))
        return np.where(self.mask > 0, np.clip(values, MIN_SOFT_VALUE, np.float32(1.0)), np.float32(0.0))


def drop_restored_pixels(patch: Patch, *, original: Array, peak: float) -> Patch | None:
    """Return a patch without the pixels that equal the original image, None if none are left.

    A defect drawn over earlier ones thus never restores original pixels inside the common mask.

    Args:
        patch: defect rendered over earlier ones.
        original: whole image before all defects.
        peak: largest value of the dtype.
    """
    before = original[patch.box.slices]
    differs = threshold_mask(
        max_over_channels(cv2.absdiff(patch.pixels, before).reshape(before.shape)), np.finfo(np.float32).tiny
    )
    mask = cv2.bitwise_and(patch.mask, differs)
    if not cv2.countNonZero(mask):
        return None
    return replace(patch, mask=mask, contrast=_contrast(patch.change, mask, peak))


def paste(canvas: Array, patch: Patch) -> None:
    """Copy the pixels inside the mask of `patch` into `canvas` (H, W) or (H, W, C)."""
    cv2.copyTo(patch.pixels, patch.mask, canvas[patch.box.slices])


def alpha_composite(under: Array, over: Array, cover: Bytes, peak: float) -> None:
    """Blend `over` into `under` in place.

    Args:
        under: contiguous (h, w, C).
        over: pixels of the same shape and dtype.
        cover: uint8 (h, w), opacity of `over`; 255 is opaque.
        peak: largest value of the dtype.
    """
    if peak == 1.0:
        over = np.clip(over, min(0.0, float(under.min())), max(1.0, float(under.max())))
    partial = np.flatnonzero(cover - np.uint8(1) < np.uint8(254))  # neither 0, which wraps around, nor 255
    if partial.size:
        below, above = (
            pixels.reshape(cover.size, -1).take(partial, axis=0).astype(np.float32) for pixels in (under, over)
        )
        above -= below
        opacity = cover.ravel().take(partial) * np.float32(1.0 / 255.0)
        above *= cv2.merge([opacity] * above.shape[1]).reshape(above.shape)
        below += above
        put_pixels(under, partial, below if peak == 1.0 else np.rint(below, out=below).astype(under.dtype))
    cv2.copyTo(over, threshold_mask(cover, 255), under)


def planes_to_pixels(planes: Floats, like: Array, peak: float) -> Array:
    """Convert float32 planes (C, h, w) in [0, 1] to pixels with the dtype and shape of `like`.

    Integers are rounded and clipped. Floats are clipped to [0, 1], extended to the range of `like`. The planes may be
    overwritten.
    """
    if peak == 1.0:
        planes = np.clip(planes, min(0.0, float(like.min())), max(1.0, float(like.max())))
    elif peak == 255.0 and like.dtype == np.uint8:
        flat = np.ascontiguousarray(planes).reshape(-1, planes.shape[2])
        cv2.threshold(flat, 0.0, 0.0, cv2.THRESH_TOZERO, dst=flat)
        planes = cv2.convertScaleAbs(flat, alpha=peak).reshape(planes.shape)  # rounds and clips
    else:
        planes = np.clip(np.rint(planes * np.float32(peak)), 0.0, peak).astype(like.dtype)
    return cv2.merge(list(planes)).reshape(like.shape)


def add_change(pixels: Array, change: Floats, peak: float) -> Array:
    """Return pixels plus a change; integers are rounded and saturate.

    Args:
        pixels: (h, w) or (h, w, C).
        change: float32 in [-1, 1], with or without channels; without, it applies to all channels of `pixels`. If it is
            smaller than `pixels`, it is tiled.
        peak: largest value of the dtype.
    """
    channels = pixels.shape[2] if pixels.ndim > change.ndim else 0
    dtype, shape = cv2.CV_8U if pixels.dtype == np.uint8 else cv2.CV_16U, pixels.shape
    if (
        peak == 255.0 and dtype == cv2.CV_8U and cv2.norm(change, cv2.NORM_INF) < MAX_BYTE_CHANGE
    ):  # integer arithmetic is faster
        halves = split_change(change_to_bytes(change))
        if channels:
            halves = [cv2.merge([half] * channels).reshape(*change.shape, channels) for half in halves]
        increase, decrease = (_tiled(half, shape) for half in halves)
        return cv2.subtract(cv2.add(pixels, increase), decrease).reshape(shape)
    change = _tiled(change, shape)
    if peak == 1.0:
        return pixels + (change[..., None] if channels else change)
    wide = cv2.merge([change] * channels) if channels else change
    return cv2.addWeighted(pixels, 1.0, wide.reshape(shape), peak, 0.0, dtype=dtype).reshape(shape)


def change_to_bytes(change: Floats) -> Bytes:
    """Convert a change of at most `MAX_BYTE_CHANGE` to uint8, in steps of 1 / 255 with `NO_CHANGE` in the middle."""
    flat = np.ascontiguousarray(change).reshape(len(change), -1)
    return np.asarray(cv2.convertScaleAbs(flat, alpha=255.0, beta=NO_CHANGE).reshape(change.shape))


def split_change(change: Bytes) -> list[Bytes]:
    """Split a change from `change_to_bytes` into an increase and a decrease, both uint8 of its shape."""
    flat = change.reshape(len(change), -1)
    darker = cv2.threshold(flat, NO_CHANGE, 0.0, cv2.THRESH_TRUNC)[1].reshape(change.shape)
    return [change - darker, np.uint8(NO_CHANGE) - darker]


def _tiled(change: Array, shape: tuple[int, ...]) -> Array:
    """Return (h, w) or (h, w, C) tiled to the height and width of `shape`."""
    if change.shape[:2] == shape[:2]:
        return change
    times = -(-shape[0] // change.shape[0]), -(-shape[1] // change.shape[1])
    return np.ascontiguousarray(cv2.repeat(change, *times)[: shape[0], : shape[1]])


def make_patch(
    before: Array, after: Array, box: Box, *, peak: float, alpha: Floats | None, allowed: Bytes | None
) -> Patch | None:
    """Return the patch of a rendered defect, or None if it is not visible.

    Args:
        before: image inside the box.
        after: image with the defect, same shape and dtype; floats are clipped to [0, 1], extended to the range of
            `before`.
        box: bounding box of both.
        peak: white level; integers are clipped to it.
        alpha: float32 (h, w), opacity of the paint; None for a displacement.
        allowed: uint8 (h, w), non-zero where pixels may change; None allows all.
    """
    if after.dtype.kind == "f":  # rounding errors can leave the range
        after = np.clip(after, min(0.0, float(before.min())), max(1.0, float(before.max())))
    elif peak != PEAKS[after.dtype]:
        after = np.minimum(after, after.dtype.type(peak))
    change = max_over_channels(cv2.absdiff(before, after).reshape(before.shape))
    if allowed is not None:
        change = cv2.bitwise_and(change, change, mask=allowed)
    visible = threshold_mask(change, MIN_VISIBLE_CHANGE * peak)
    mask = _with_opaque_core(visible, alpha) if alpha is not None else _without_noise(change, visible, peak)
    if allowed is not None:
        mask = cv2.bitwise_and(mask, allowed)
    area, visible_area = cv2.countNonZero(mask), cv2.countNonZero(visible)
    if alpha is None or area != visible_area:  # the mask of painted defects contains `visible`: same area, same mask
        differs = threshold_mask(change, np.finfo(np.float32).tiny)
        unchanged = area - cv2.countNonZero(cv2.bitwise_and(differs, mask))
        mask, area = (mask, area) if unchanged <= (1.0 - MIN_CHANGED_SHARE) * area else (visible, visible_area)
    if area == 0:
        return None
    return Patch(box, after, mask, alpha, change, contrast=_contrast(change, mask, peak))


def _contrast(change: Array, mask: Bytes, peak: float) -> float:
    """Return the mean change inside a mask that is not empty, as a share of `peak` with 6 decimals."""
    return round(float(cv2.norm(change, cv2.NORM_L1, mask)) / cv2.countNonZero(mask) / peak, 6)


def _with_opaque_core(visible: Bytes, alpha: Floats) -> Bytes:
    """Add the pixels with alpha >= 0.5, so that surface of the same colour as the paint leaves no hole in the mask."""
    return cv2.bitwise_or(visible, threshold_mask(alpha, 0.5))


def _without_noise(change: Array, visible: Bytes, peak: float) -> Bytes:
    """Drop single changed pixels, as a displacement of noise leaves them, and close small holes."""
    smooth = threshold_mask(cv2.blur(change, (3, 3)), 1.5 * MIN_VISIBLE_CHANGE * peak)
    return cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, _SQUARE) if cv2.countNonZero(smooth) else visible


def float_to_pixels(surface: Floats, like: Array, peak: float) -> Array:
    """Convert float32 (h, w, C) in [0, 1] to pixels with the dtype and shape of `like`, as `planes_to_pixels` does."""
    height = surface.shape[0]
    return planes_to_pixels(surface.reshape(1, height, -1), like.reshape(height, -1), peak).reshape(like.shape)
