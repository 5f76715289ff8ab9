"""Patches: the pixels that a rendered defect changed, their mask and their contrast.

`make_patch` measures every rendered defect and enforces the contract: outside the mask the image stays bit-identical,
and at least 95 % of the mask's pixels differ from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, max_over_channels, threshold_mask
from defectsynth.core.images import PEAKS
from defectsynth.core.layer import Box

MIN_VISIBLE_CHANGE = 4.0 / 255.0  # smallest change that counts as visible, as a share of the white level
MIN_SOFT_VALUE = np.float32(1.0 / 255.0)  # smallest value of a soft mask inside the mask: one step of 8 bits
LOGISTIC_MIDDLE = 24.0 / 255.0  # change with the soft label 1/2
LOGISTIC_SCALE = 12.0 / 255.0  # scale of the logistic function, as a change
MIN_CHANGED_SHARE = 0.95  # of the mask's pixels
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
        contrast: mean change inside the mask, as a share of the white level.
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
                of the white level, or "logistic" for a logistic function of that change.
            peak: white level of the image.
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
        peak: white level of the image.
    """
    before = original[patch.box.slices]
    differs = threshold_mask(
        max_over_channels(cv2.absdiff(patch.pixels, before).reshape(before.shape)), np.finfo(np.float32).tiny
    )
    mask = cv2.bitwise_and(patch.mask, differs)
    if not cv2.countNonZero(mask):
        return None
    return replace(patch, mask=mask, contrast=_contrast(patch.change, mask, peak))


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
