"""Validation of images, white levels, and conversion of pixels to floats."""

from __future__ import annotations

import warnings
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.messages import short_repr

PEAKS = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0, np.dtype(np.float32): 1.0}  # value of white
CAMERA_PEAKS = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)  # white of 8, 10, 12, 14 and 16 bits
MIN_PEAK = 15.0  # white of 4 bits
FLOAT_TOLERANCE = 1e-3  # rounding by which floats may leave [0, 1]
MAX_CHANNELS = 128  # of OpenCV's split and merge
MIN_SIDE_OF_IMAGE = 16  # from which two axes beside one of 1, 3 or 4 count as height and width


class WhiteLevelWarning(UserWarning):
    """The white level of a uint16 image is only an estimate."""


def check_image(image: Any, name: str = "image") -> None:
    """Raise TypeError or ValueError unless `image` is an image that defects can be drawn into."""
    if not isinstance(image, np.ndarray):
        hint = "convert it with numpy.asarray" if hasattr(image, "__array__") else "read it into one"
        raise TypeError(f"{name} must be a numpy array (H, W) or (H, W, C), got {type(image).__name__}; {hint}")
    if image.dtype not in PEAKS:
        raise TypeError(f"{name} must be uint8, uint16 or float32, got {image.dtype}")
    if image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(f"{name} must be (H, W) or (H, W, C) with no empty axis, got shape {image.shape}")
    if image.ndim == 3 and image.shape[0] in (1, 3, 4) and min(image.shape[1:]) >= MIN_SIDE_OF_IMAGE:
        raise TypeError(
            f"{name} must be (H, W, C), got shape {image.shape}, channels first: numpy.moveaxis(image, 0, -1)"
        )
    if image.ndim == 3 and image.shape[2] >= MAX_CHANNELS:
        raise TypeError(f"{name} must have fewer than {MAX_CHANNELS} channels, got shape {image.shape}; select bands")
    check_range(image)


def check_range(image: Array) -> None:
    """Raise ValueError for float32 pixels outside [0, 1]."""
    if image.dtype != np.float32:
        return
    flat = np.ascontiguousarray(image).reshape(image.shape[0], -1)
    if not cv2.checkRange(flat, minVal=-FLOAT_TOLERANCE, maxVal=1.0 + FLOAT_TOLERANCE)[0]:
        if not cv2.checkRange(flat)[0]:
            raise ValueError("image must hold only finite numbers, got NaN or infinity")
        low, high = float(image.min()), float(image.max())
        raise ValueError(f"image must be float32 in [0, 1], got values in [{low:g}, {high:g}]; divide by the peak")


def white_level(image: Array, peak: float | None = None) -> float:
    """Return the white level of an image.

    Args:
        image: checked by `check_image`.
        peak: as the caller states it; None takes 255 for uint8, 1 for float32, and estimates it for uint16: the least
            of 255, 1023, 4095, 16383 and 65535 that no pixel exceeds, with a `WhiteLevelWarning` unless it is 65535.

    Raises:
        TypeError: if `peak` is not a number.
        ValueError: if `peak` is out of the range of the dtype, or a pixel is brighter.
    """
    full = PEAKS[image.dtype]
    if image.dtype == np.float32:
        if peak not in (None, 1, 1.0):
            raise ValueError(
                f"peak must be 1 or None for float32 images, got {short_repr(peak)}; divide the image by it"
            )
        return full
    if image.dtype == np.uint8 and (peak is None or (type(peak) is float and peak == full)):  # nothing can be brighter
        return full
    brightest = float(cv2.minMaxLoc(np.ascontiguousarray(image).reshape(image.shape[0], -1))[1])
    if peak is not None:
        level = checked_peak(peak)
        if not brightest <= level <= full:
            rule = f"at least the greatest pixel, {brightest:g}, and at most {full:g}"
            raise ValueError(f"peak must be {rule} for this {image.dtype} image, got {short_repr(peak)}")
        return level
    estimate = next(level for level in CAMERA_PEAKS if brightest <= level) if brightest else full
    if estimate < full:
        warnings.warn(
            f"white level of a uint16 image estimated as {estimate:g} from its greatest pixel, {brightest:g}; "
            f"state it with peak={estimate:g}",
            WhiteLevelWarning,
            stacklevel=2,
        )
    return estimate


def checked_peak(peak: Any) -> float:
    """Return a white level as a float.

    Raises:
        TypeError, ValueError: if it is no number in [15, 65535].
    """
    if isinstance(peak, (bool, np.bool_)) or not isinstance(peak, (int, float, np.integer, np.floating)):
        raise TypeError(f"peak must be a number or None, got {short_repr(peak)}")
    if not MIN_PEAK <= peak <= PEAKS[np.dtype(np.uint16)]:
        raise ValueError(f"peak must be in [{MIN_PEAK:g}, 65535], got {short_repr(peak)}")
    return float(peak)


def pixels_to_float(pixels: Array, peak: float) -> Floats:
    """Return (h, w) or (h, w, C) as float32 (h, w, C), scaled so that `peak` becomes 1.0."""
    stacked = pixels.reshape(*pixels.shape[:2], -1)
    return stacked.astype(np.float32) if peak == 1.0 else stacked * np.float32(1.0 / peak)
