"""What a defect really changed: the new pixels inside its box, the true mask, the contrast.

Every defect ends here, painted or warped, so the contract is kept in one place: outside the mask the picture is
bit-identical, and at least 95 % of the mask's pixels differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, max_over_channels, put_pixels, threshold_mask
from defectsynth.core.layer import Box

VISIBLE_STEP = 4.0 / 255.0  # change from which on a pixel counts as visibly changed, of the dtype's range
SOFTEST = np.float32(1.0 / 255.0)  # least value of a soft mask inside the mask: one step of 8 bits
HALF_SURE, SURER = 24.0 / 255.0, 12.0 / 255.0  # change with a logistic label of 1/2, and by which its odds grow e-fold
DIFFERENT = 0.95  # least share of the mask's pixels that differ
MAX_BYTE_CHANGE = 127.0 / 255.0  # change that fits a signed byte
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Patch:
    """A rendered defect.

    Attributes:
        box: where it lies; no larger than the defect.
        pixels: (h, w) or (h, w, C), dtype of the picture; those inside the mask are laid down.
        mask: uint8 (h, w), 255 where the defect is.
        alpha: float32 (h, w) in [0, 1], how opaque what was painted is; None for a displacement.
        change: (h, w), greatest change over the channels, in the picture's units.
        contrast: mean change inside the mask, as a share of the dtype's range.
    """

    box: Box
    pixels: Array
    mask: Bytes
    alpha: Floats | None
    change: Array
    contrast: float

    def soft_mask(self, kind: str, peak: float) -> Floats:
        """Return the mask as float32 (h, w) in [0, 1], above 0 exactly where the mask is set.

        Args:
            kind: "alpha", how opaque the defect is (1 for a displacement); "intensity", how much it changed; or
                "logistic", how sure one can be to see that much of a change.
            peak: greatest value of the picture's dtype.
        """
        if kind == "alpha":
            values = np.ones(self.mask.shape, np.float32) if self.alpha is None else self.alpha
        else:
            values = self.change.astype(np.float32) / np.float32(peak)
        if kind == "logistic":
            values = 1.0 / (1.0 + np.exp((np.float32(HALF_SURE) - values) / np.float32(SURER)))
        return np.where(self.mask > 0, np.clip(values, SOFTEST, np.float32(1.0)), np.float32(0.0))


def drop_restored_pixels(patch: Patch, *, original: Array, peak: float) -> Patch | None:
    """Return the patch without the pixels that would show the original again, None if nothing is left.

    A later defect then neither undoes an earlier one nor thins out the truth of the common mask.

    Args:
        patch: a defect rendered over earlier ones.
        original: the picture before all defects, whole.
        peak: greatest value of the dtype.
    """
    before = original[patch.box.slices]
    differs = threshold_mask(
        max_over_channels(cv2.absdiff(patch.pixels, before).reshape(before.shape)), np.finfo(np.float32).tiny
    )
    mask = cv2.bitwise_and(patch.mask, differs)
    if not cv2.countNonZero(mask):
        return None
    return replace(patch, mask=mask, contrast=_mean(patch.change, mask) / peak)


def paste(canvas: Array, patch: Patch) -> None:
    """Write the pixels of `patch` inside its mask into `canvas` (H, W[, C])."""
    cv2.copyTo(patch.pixels, patch.mask, canvas[patch.box.slices])


def alpha_composite(under: Array, over: Array, cover: Bytes, peak: float) -> None:
    """Lay pixels over contiguous ones of their dtype, (h, w, C): where a cover is 255 they alone, at its rim both."""
    if peak == 1.0:
        over = np.clip(over, min(0.0, float(under.min())), max(1.0, float(under.max())))
    rim = np.flatnonzero(cover - np.uint8(1) < np.uint8(254))  # neither 0, which wraps around, nor 255
    if rim.size:
        below, above = (planes.reshape(cover.size, -1).take(rim, axis=0).astype(np.float32) for planes in (under, over))
        above -= below
        above *= cv2.merge([cover.ravel().take(rim) * np.float32(1.0 / 255.0)] * above.shape[1]).reshape(above.shape)
        below += above
        mixed = below if peak == 1.0 else np.rint(below, out=below).astype(under.dtype)
        put_pixels(under, rim, mixed)
    cv2.copyTo(over, threshold_mask(cover, 255), under)


def planes_to_pixels(planes: Floats, like: Array, peak: float) -> Array:
    """Return float32 planes (C, h, w) in [0, 1], which are overwritten, as pixels with the dtype and shape of `like`.

    Integers are rounded and clipped; floats are clipped to [0, 1], or to the values around where those lie outside.
    """
    if peak == 1.0:
        planes = np.clip(planes, min(0.0, float(like.min())), max(1.0, float(like.max())))
    elif peak == 255.0:
        flat = np.ascontiguousarray(planes).reshape(-1, planes.shape[2])
        cv2.threshold(flat, 0.0, 0.0, cv2.THRESH_TOZERO, dst=flat)
        planes = cv2.convertScaleAbs(flat, alpha=peak).reshape(planes.shape)  # rounds and clips
    else:
        planes = np.clip(np.rint(planes * np.float32(peak)), 0.0, peak).astype(like.dtype)
    return cv2.merge(list(planes)).reshape(like.shape)


def add_change(pixels: Array, change: Floats, peak: float) -> Array:
    """Return pixels (h, w) or (h, w, C) plus a change in [-1, 1], (h, w) or (h, w, C); integers are rounded, saturate.

    One that has no channels changes all of them alike; one that is smaller is repeated over the pixels.
    """
    channels = pixels.shape[2] if pixels.ndim > change.ndim else 0
    dtype, shape = cv2.CV_8U if peak == 255.0 else cv2.CV_16U, pixels.shape
    if peak == 255.0 and cv2.norm(change, cv2.NORM_INF) < MAX_BYTE_CHANGE:  # fits a byte
        parts = split_change(change_to_bytes(change))
        if channels:
            parts = [cv2.merge([part] * channels).reshape(*change.shape, channels) for part in parts]
        more, less = (_repeated(part, shape) for part in parts)
        return cv2.subtract(cv2.add(pixels, more), less).reshape(shape)
    change = _repeated(change, shape)
    if peak == 1.0:
        return pixels + (change[..., None] if channels else change)
    wide = cv2.merge([change] * channels) if channels else change
    return cv2.addWeighted(pixels, 1.0, wide.reshape(shape), peak, 0.0, dtype=dtype).reshape(shape)


def change_to_bytes(change: Floats) -> Bytes:
    """Return a change within `MAX_BYTE_CHANGE` in steps of 8 bits, uint8 of its shape; 128 is none."""
    flat = np.ascontiguousarray(change).reshape(len(change), -1)
    return np.asarray(cv2.convertScaleAbs(flat, alpha=255.0, beta=128.0).reshape(change.shape))


def split_change(change: Bytes) -> list[Bytes]:
    """Return what a change in steps of 8 bits, 128 is none, adds to pixels and what it then takes from them."""
    flat = change.reshape(len(change), -1)
    darker = cv2.threshold(flat, 128.0, 0.0, cv2.THRESH_TRUNC)[1].reshape(change.shape)
    return [change - darker, np.uint8(128) - darker]


def _repeated(patch: Array, shape: tuple[int, ...]) -> Array:
    """Return a patch (h, w) or (h, w, C) repeated over another height and width, itself if it has them."""
    if patch.shape[:2] == shape[:2]:
        return patch
    times = -(-shape[0] // patch.shape[0]), -(-shape[1] // patch.shape[1])
    return np.ascontiguousarray(cv2.repeat(patch, *times)[: shape[0], : shape[1]])


def make_patch(
    before: Array, after: Array, box: Box, *, peak: float, alpha: Floats | None, allowed: Bytes | None
) -> Patch | None:
    """Return the patch of a rendered defect, or None if nothing visible is left of it.

    Args:
        before: the picture inside the box.
        after: the picture with the defect, same shape and dtype; floats are clipped to [0, 1] or what was there.
        box: where both lie.
        peak: greatest value of the dtype.
        alpha: float32 (h, w), how opaque what was painted is; None for a displacement.
        allowed: uint8 (h, w), non-zero where pixels may change; None allows all.
    """
    if after.dtype.kind == "f":  # rounding can leave the range
        after = np.clip(after, min(0.0, float(before.min())), max(1.0, float(before.max())))
    change = max_over_channels(cv2.absdiff(before, after).reshape(before.shape))
    if allowed is not None:
        change = cv2.bitwise_and(change, change, mask=allowed)
    visible = threshold_mask(change, VISIBLE_STEP * peak)
    whole = _with_core(visible, alpha) if alpha is not None else _without_grain(change, visible, peak)
    if allowed is not None:
        whole = cv2.bitwise_and(whole, allowed)
    total, seen = cv2.countNonZero(whole), cv2.countNonZero(visible)
    if alpha is None or total != seen:  # painted, `visible` is part of `whole`
        differs = threshold_mask(change, np.finfo(np.float32).tiny)
        same = total - cv2.countNonZero(cv2.bitwise_and(differs, whole))
        whole, total = (whole, total) if same <= (1.0 - DIFFERENT) * total else (visible, seen)
    if total == 0:
        return None
    return Patch(box, after, whole, alpha, change, contrast=_mean(change, whole) / peak)


def _mean(values: Array, mask: Bytes) -> float:
    """Return the mean of `values` >= 0 inside a mask that is not empty."""
    return float(cv2.norm(values, cv2.NORM_L1, mask)) / cv2.countNonZero(mask)


def _with_core(visible: Bytes, alpha: Floats) -> Bytes:
    """Add the opaque core, so that a pixel which happens to have the paint's colour makes no hole in the mask."""
    return cv2.bitwise_or(visible, threshold_mask(alpha, 0.5))


def _without_grain(change: Array, visible: Bytes, peak: float) -> Bytes:
    """Keep what changed over more than a pixel: grain that a displacement shuffles is no defect; close small holes."""
    firm = threshold_mask(cv2.blur(change, (3, 3)), 1.5 * VISIBLE_STEP * peak)
    return cv2.morphologyEx(firm, cv2.MORPH_CLOSE, _SQUARE) if cv2.countNonZero(firm) else visible


def float_to_pixels(surface: Floats, like: Array, peak: float) -> Array:
    """Return float32 (h, w, C) in [0, 1] as pixels with the dtype and shape of `like`."""
    height = surface.shape[0]
    return planes_to_pixels(surface.reshape(1, height, -1), like.reshape(height, -1), peak).reshape(like.shape)
