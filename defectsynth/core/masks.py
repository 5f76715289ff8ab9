"""One rule for every mask and region of interest: which of its pixels are on.

Of several channels the largest value counts. Transparent pixels are off; a mask whose colours are constant while its
alpha is not is read from alpha. A mask that holds one value beside 0, whatever it is, is on there. A mask with more
values is on from half of its range: that of the dtype for integers, [0, 1] for floats. Lossy files leave faint values
around a region, so that for them half of the range is always the threshold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from defectsynth.core.arrays import Array, Bytes, threshold_mask


def binary_mask(mask: Array, *, name: str = "mask", lossy: bool = False) -> Bytes:
    """Return a mask as uint8 (H, W), 255 where it is on, by the rule of this module.

    Args:
        mask: (H, W) or (H, W, C), booleans or numbers >= 0; the last of two or four channels is alpha.
        name: what an error calls it.
        lossy: True if it comes from a file with lossy compression.

    Raises:
        TypeError: if `mask` is not an array of booleans or numbers.
        ValueError: if it has another number of axes, an empty axis, NaN, infinity or a negative number; or if it has
            several values beside 0 and none reaches half of the range.
    """
    _check_array(name, mask)
    if mask.ndim not in (2, 3) or mask.size == 0:
        raise ValueError(f"{name} must be (H, W) or (H, W, C) with no empty axis, got shape {mask.shape}")
    if mask.dtype.kind == "f" and not np.isfinite(mask).all():
        raise ValueError(f"{name} must hold only finite numbers, got NaN or infinity")
    if mask.dtype.kind in "if" and mask.min() < 0:
        raise ValueError(f"{name} must hold no negative numbers, got {mask.min()}")
    flat = np.ascontiguousarray(_without_channels(mask))
    if flat.dtype == np.bool_:
        return _as_bytes(flat)
    top = flat.max()
    if not lossy and np.count_nonzero(on := flat == top) == np.count_nonzero(flat != 0):
        return _as_bytes(on)
    return np.zeros(flat.shape, np.uint8) if top == 0 else _upper_half(flat, top, name=name, lossy=lossy)


def roi_to_mask(roi: Array, size: tuple[int, int]) -> Bytes:
    """Return a region of interest as a mask, uint8 (H, W), 255 where a defect may land.

    Raises:
        TypeError, ValueError: see `binary_mask`; and ValueError if its height and width are not `size`.
    """
    check_masks("roi", [roi], size)
    return binary_mask(roi, name="roi")


def check_masks(name: str, masks: Any, size: tuple[int, ...]) -> None:
    """Raise TypeError or ValueError unless masks are arrays of booleans or numbers as large as the image.

    Args:
        name: what an error calls them.
        masks: an array (N, H, W[, C]), or a list of arrays (H, W[, C]).
        size: (height, width) of the image.
    """
    if not isinstance(masks, (np.ndarray, list, tuple)):
        raise TypeError(f"{name} must be a list of arrays or an array, got {type(masks).__name__}")
    for mask in masks:
        _check_array(name, mask)
        if mask.ndim not in (2, 3) or mask.shape[:2] != size:
            raise ValueError(f"{name} must have the image's height and width {size}, got shape {mask.shape}")


def _check_array(name: str, mask: Any) -> None:
    """Raise TypeError unless a mask is an array of booleans or numbers."""
    if not isinstance(mask, np.ndarray):
        hint = "; convert it with numpy.asarray" if hasattr(mask, "__array__") else ""
        raise TypeError(f"{name} must be a numpy array, got {type(mask).__name__}{hint}")
    if mask.dtype.kind not in "buif":
        raise TypeError(f"{name} must hold booleans or numbers, got {mask.dtype}")


def _without_channels(mask: Array) -> Array:
    """Return a mask (H, W): the largest value of visible colours, or alpha if the colours are constant."""
    if mask.ndim == 2:
        return mask
    if mask.shape[2] not in (2, 4):
        return mask.max(axis=2)
    colors, alpha = mask[..., :-1], mask[..., -1]
    if (alpha == alpha[0, 0]).all():
        return colors.max(axis=2)
    if (colors == colors[0, 0]).all():
        return alpha
    return np.where(alpha > 0, colors.max(axis=2), np.zeros((), mask.dtype))


def _upper_half(flat: Array, top: float, *, name: str, lossy: bool) -> Bytes:
    """Return the pixels from half of the range on as a mask; `top` is the largest value."""
    half = 0.5 if flat.dtype.kind == "f" else np.iinfo(flat.dtype).max / 2
    if flat.dtype.kind == "f" and top > 1:
        raise ValueError(f"{name} must be in [0, 1] or hold one value beside 0, got values up to {top:g}")
    if top < half and not lossy:
        raise ValueError(
            f"{name} must reach half of its range, {half:.10g}, or hold one value beside 0, got values up to {top}:"
            f" pass {name} > 0 if every label counts"
        )
    return threshold_mask(flat, half)


def _as_bytes(on: Array) -> Bytes:
    """Return booleans as 0 and 255."""
    return np.negative(on.view(np.uint8))
