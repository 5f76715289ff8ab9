"""Arithmetic on pixels of any dtype: opacity, changes of brightness, and conversion of float planes."""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, put_pixels, split_channels, threshold_mask

MAX_BYTE_CHANGE = 127.0 / 255.0  # largest change that fits a signed byte
MANY_PARTIAL = 1.0 / 12.0  # share of partly covered pixels above which it is faster to blend all 8-bit pixels
NO_CHANGE = 128  # value of an unchanged pixel in a change of 8 bits


def alpha_composite(under: Array, over: Array, cover: Bytes, peak: float) -> None:
    """Blend `over` into `under` in place.

    Args:
        under: contiguous (h, w, C).
        over: pixels of the same shape and dtype.
        cover: uint8 (h, w), opacity of `over`; 255 is opaque.
        peak: white level of the image.
    """
    opaque = threshold_mask(cover, 255)
    partial_area = cv2.countNonZero(cover) - cv2.countNonZero(opaque)
    if under.dtype == np.uint8 and partial_area > MANY_PARTIAL * cover.size:
        _composite_bytes(under, over, cover)
        return
    if peak == 1.0:
        over = np.clip(over, min(0.0, float(under.min())), max(1.0, float(under.max())))
    if partial_area:
        partial = np.flatnonzero(cover - np.uint8(1) < np.uint8(254))  # neither 0, which wraps around, nor 255
        below, above = (
            pixels.reshape(cover.size, -1).take(partial, axis=0).astype(np.float32) for pixels in (under, over)
        )
        above -= below
        opacity = cover.ravel().take(partial) * np.float32(1.0 / 255.0)
        above *= cv2.merge([opacity] * above.shape[1]).reshape(above.shape)
        below += above
        put_pixels(under, partial, below if peak == 1.0 else np.rint(below, out=below).astype(under.dtype))
    cv2.copyTo(over, opaque, under)


def _composite_bytes(under: Bytes, over: Bytes, cover: Bytes) -> None:
    """Blend 8-bit pixels in place, all of them in whole numbers; no sum lies halfway between two values."""
    opacity = cv2.merge([cover] * under.shape[2]).reshape(under.shape)
    total = np.multiply(over, opacity, dtype=np.uint16)
    total += np.multiply(under, ~opacity, dtype=np.uint16)
    cv2.convertScaleAbs(total.reshape(len(total), -1), dst=under.reshape(len(under), -1), alpha=1.0 / 255.0)


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
        peak: white level of the image.
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


def float_to_pixels(surface: Floats, like: Array, peak: float) -> Array:
    """Convert float32 (h, w, C) in [0, 1] to pixels with the dtype and shape of `like`, as `planes_to_pixels` does."""
    height = surface.shape[0]
    return planes_to_pixels(surface.reshape(1, height, -1), like.reshape(height, -1), peak).reshape(like.shape)


def resize_channels(planes: Array, size: tuple[int, int], interpolation: int) -> Array:
    """Resize (h, w, C) to `size` (width, height) with any number of channels; `cv2.resize` takes at most four."""
    if planes.shape[2] <= 4:
        return cv2.resize(planes, size, interpolation=interpolation).reshape(size[1], size[0], -1)
    return np.stack([cv2.resize(plane, size, interpolation=interpolation) for plane in split_channels(planes)], axis=2)
