"""Load images and masks from files at one size, whatever format, depth and size the files have."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from defectsynth.core.images import PEAKS
from defectsynth.io.image_files import UnreadableError, read_image
from defectsynth.io.masks import read_mask

Image = NDArray[np.uint8] | str | Path
"""RGB uint8 (H, W, 3), gray uint8 (H, W) or (H, W, 1), or the path of an image file."""

Size = int | tuple[int, int]
"""The side of a square in px, or (height, width) in px."""

MIN_SIDE = 32
"""Smallest side of an image in px: the coarsest feature map of a backbone has a stride of 32."""

_HALF = 0.5 - 1e-6  # of a pixel; cv2 rounds its area weights

FULL_PEAK = PEAKS[np.dtype(np.uint16)]  # white level of 16 bits


def load_image(image: Image, *, size: Size | None = None, peak: float = FULL_PEAK) -> NDArray[np.uint8]:
    """Return an image as RGB at one size.

    Gray is repeated over the channels. The white level of a 16-bit file becomes 255. The EXIF orientation is applied.
    Alpha is dropped. The aspect ratio is not kept. Axes that shrink are averaged over areas, others are interpolated.

    Args:
        image: an array, or the path of a PNG, JPEG, BMP, TIFF or WebP file.
        size: see `Size`, each side 1 or more; required for a file. None keeps the size of an array.
        peak: white level of 16-bit files, such as 4095 for a camera of 12 bits.

    Returns:
        uint8 (H, W, 3), contiguous.

    Raises:
        FileNotFoundError: if there is no such file.
        TypeError: if a side is no integer, or an array is not uint8.
        ValueError: if a side is below 1, a file comes without a size, the file is truncated, damaged or no image, or
            an array has another shape.
    """
    if isinstance(image, (str, Path)):
        if size is None:
            raise ValueError(f"size must be given in pixels where images are files, got None for {str(image)!r}")
        return fit_image(read_image_file(Path(image), "image"), size=size, peak=peak)
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise TypeError(f"images must be uint8 arrays or paths, got {getattr(image, 'dtype', type(image).__name__)}")
    if image.ndim not in {2, 3} or (image.ndim == 3 and image.shape[2] not in {1, 3}) or image.size == 0:
        raise ValueError(f"images must have shape (H, W), (H, W, 1) or (H, W, 3), got {image.shape}")
    if size is not None and image.shape[:2] != (shape := sides(size)):
        shrinks = max(shape) <= min(image.shape[:2])
        image = np.asarray(
            cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8
        )
    return as_rgb(image)


def load_images(images: Sequence[Image], *, size: Size | None = None, peak: float = FULL_PEAK) -> NDArray[np.uint8]:
    """Return images as one array, uint8 (N, H, W, 3) in RGB.

    Args:
        images: arrays or paths, at least one.
        size: see `load_image`.
        peak: see `load_image`.

    Raises:
        FileNotFoundError, TypeError, ValueError: see `load_image`; and ValueError if there is no image, or the sizes
            differ and `size` is None.
    """
    if len(images) == 0:
        raise ValueError("images must hold at least one image, got none")
    loaded = [load_image(image, size=size, peak=peak) for image in images]
    shapes = sorted({image.shape for image in loaded})
    if len(shapes) > 1:
        raise ValueError(f"images must have one shape, or size must be given, got {shapes[0]} and {shapes[-1]}")
    return np.stack(loaded)


def load_mask(path: str | Path, *, size: Size, image_shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Read a ground truth mask at one size.

    A pixel is set if the defect covers at least half of it. If there is no such pixel, the pixels with the largest
    coverage are set, so that a mask that marks a defect never becomes empty.

    Args:
        path: of the mask file.
        size: see `Size`, each side 1 or more.
        image_shape: (height, width) of the image file, which the mask file must share.

    Returns:
        bool (H, W).

    Raises:
        FileNotFoundError: if there is no such file.
        TypeError: if a side is no integer.
        ValueError: if a side is below 1, the file is truncated, damaged or no image, or its size is not the image's.
    """
    shape = sides(size)
    marked = read_mask_file(Path(path), image_shape)
    coverage = _resized(marked.astype(np.float32), shape, enlarging=cv2.INTER_NEAREST_EXACT)
    largest = float(coverage.max())
    if largest == 0:
        return np.zeros(shape, np.bool_)
    return np.asarray(coverage >= min(_HALF, largest), np.bool_)


def check_side(side: Any) -> int:
    """Return a side in px.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is below 1.
    """
    is_integer = isinstance(side, Integral) and not isinstance(side, bool)
    if not is_integer or int(side) < 1:
        raise (ValueError if is_integer else TypeError)(f"size must be an integer >= 1 (pixels), got {side!r}")
    return int(side)


def check_peak(peak: float | None) -> None:
    """Check a white level of 16-bit files; None for an estimated one.

    Raises:
        ValueError: if it is outside [15, 65535].
    """
    if peak is not None and not 15 <= peak <= FULL_PEAK:
        raise ValueError(f"peak must be in 15 <= peak <= {FULL_PEAK:g}, got {peak}")


def sides(size: Size) -> tuple[int, int]:
    """Return height and width; raises as `check_side` does."""
    height, width = size if isinstance(size, tuple) and len(size) == 2 else (size, size)
    return check_side(height), check_side(width)


def read_mask_file(path: Path, image_shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the pixels of a mask file that are on, by the rule of `defectsynth.io.masks`, bool (H, W)."""
    if not path.exists():
        raise FileNotFoundError(f"mask must be an existing file, got {str(path)!r}: check the path")
    try:
        mask = read_mask(path)
    except UnreadableError as error:
        raise ValueError(f"mask {path} cannot be read: {error}: replace or remove it") from error
    height, width = mask.shape
    if (height, width) != tuple(image_shape):
        raise ValueError(
            f"mask {path} must have its image's size {image_shape[1]} x {image_shape[0]} (width x height), "
            f"got {width} x {height}: export it again at that size"
        )
    return np.asarray(mask != 0)


def read_image_file(path: Path, kind: str) -> NDArray[Any]:
    """Return the pixels of a file, (H, W) gray or (H, W, 3) RGB, uint8 or uint16; errors call the file by its kind."""
    if not path.exists():
        raise FileNotFoundError(f"{kind} must be an existing file, got {str(path)!r}: check the path")
    try:
        return np.asarray(read_image(path))
    except UnreadableError as error:
        raise ValueError(f"{kind} {path} cannot be read: {error}: replace or remove it") from error


def fit_image(pixels: NDArray[Any], *, size: Size, peak: float) -> NDArray[np.uint8]:
    """Return the pixels of an image file at one size, uint8 (H, W, 3); see `load_image`."""
    image = _resized(pixels, sides(size), enlarging=cv2.INTER_LINEAR)
    if image.dtype == np.uint16:
        image = np.minimum(np.rint(image * (255.0 / peak)), 255.0).astype(np.uint8)
    return as_rgb(image)


def as_rgb(image: NDArray[Any]) -> NDArray[Any]:
    """Return an image, (H, W), (H, W, 1) or (H, W, 3), as (H, W, 3) of the same dtype: gray is repeated."""
    height, width = image.shape[:2]
    return np.ascontiguousarray(np.broadcast_to(image.reshape(height, width, -1), (height, width, 3)))


def _resized(pixels: NDArray[Any], shape: tuple[int, int], *, enlarging: int) -> NDArray[Any]:
    """Average over areas along the axes that shrink, then enlarge the others."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (min(width, shape[1]), min(height, shape[0])), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, shape[::-1], interpolation=enlarging))
