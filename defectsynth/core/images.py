"""Validation of images and regions of interest, and conversion of pixels to floats."""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats

PEAKS = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0, np.dtype(np.float32): 1.0}  # value of white


def check_image(image: Array) -> None:
    """Raise TypeError or ValueError unless `image` is an image that defects can be drawn into."""
    if not isinstance(image, np.ndarray):
        raise TypeError(f"image must be a numpy array, got {type(image).__name__}")
    if image.dtype not in PEAKS:
        raise TypeError(f"image must be uint8, uint16 or float32, got {image.dtype}")
    if image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(f"image must be (H, W) or (H, W, C) with no empty axis, got shape {image.shape}")
    if image.dtype == np.float32 and not cv2.checkRange(np.ascontiguousarray(image).reshape(image.shape[0], -1))[0]:
        raise ValueError("image must hold only finite numbers, got NaN or infinity")


def roi_to_mask(roi: Array, size: tuple[int, int]) -> Bytes:
    """Return a region of interest as a mask, uint8 (H, W), 255 where it is not zero.

    Raises:
        TypeError: if `roi` is not an array of booleans or numbers.
        ValueError: if its shape is neither (H, W) nor (H, W, 1), or if it holds NaN or infinity.
    """
    if not isinstance(roi, np.ndarray):
        raise TypeError(f"roi must be a numpy array, got {type(roi).__name__}")
    if roi.dtype.kind not in "buif":
        raise TypeError(f"roi must hold booleans or numbers, got {roi.dtype}")
    if roi.shape not in (size, (*size, 1)):
        raise ValueError(f"roi must have the image's height and width {size}, got shape {roi.shape}")
    flat = roi.reshape(size)
    if flat.dtype.kind == "f" and not np.isfinite(flat).all():
        raise ValueError("roi must hold only finite numbers, got NaN or infinity")
    return np.negative((flat != 0).view(np.uint8))


def pixels_to_float(pixels: Array, peak: float) -> Floats:
    """Return (h, w) or (h, w, C) as float32 (h, w, C), scaled so that `peak` becomes 1.0."""
    stacked = pixels.reshape(*pixels.shape[:2], -1)
    return stacked.astype(np.float32) if peak == 1.0 else stacked * np.float32(1.0 / peak)
