"""Images and masks from their files, at one size, whatever the files hold; what is missing or broken is named."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from defectsynth.io.image_files import UnreadableError, read_image

SMALLEST = 32  # px; below, the coarsest map would hold less than one cell
Image = NDArray[np.uint8] | str | Path


def picture(image: Image, *, size: Size | None = None) -> NDArray[np.uint8]:
    """An image as RGB at one size.

    Args:
        image: see ``Image``.
        size: see `Size`; None keeps an array's own size, and a file then has none.

    Returns:
        uint8 (H, W, 3).

    Raises:
        FileNotFoundError, ValueError: if a file is missing or broken, see ``load_image``.
        TypeError: if an array is no uint8.
        ValueError: if an array has another shape, or a path comes without a size.
    """
    if isinstance(image, (str, Path)):
        if size is None:
            raise ValueError(f"size must be given in pixels where images are files, got None for {str(image)!r}")
        return load_image(image, size=size)
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise TypeError(f"images must be uint8 arrays or paths, got {getattr(image, 'dtype', type(image).__name__)}")
    if image.ndim not in {2, 3} or (image.ndim == 3 and image.shape[2] not in {1, 3}) or image.size == 0:
        raise ValueError(f"images must have shape (H, W), (H, W, 1) or (H, W, 3), got {image.shape}")
    if size is not None and image.shape[:2] != (shape := sides(size)):
        shrinks = max(shape) <= min(image.shape[:2])
        image = np.asarray(
            cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8
        )
    height, width = image.shape[:2]
    return np.ascontiguousarray(np.broadcast_to(image.reshape(height, width, -1), (height, width, 3)))


def pictures(images: Sequence[Image], *, size: Size | None = None) -> NDArray[np.uint8]:
    """Images as one array, uint8 (N, H, W, 3); see ``picture``.

    Raises:
        ValueError: if there is none, or their sizes differ and ``size`` is None.
    """
    if len(images) == 0:
        raise ValueError("images must hold at least one image, got none")
    read = [picture(image, size=size) for image in images]
    shapes = sorted({image.shape for image in read})
    if len(shapes) > 1:
        raise ValueError(f"images must have one shape, or size must be given, got {shapes[0]} and {shapes[-1]}")
    return np.stack(read)


Size = int | tuple[int, int]
"""The side of a square in px, or height and width."""

_HALF = 0.5 - 1e-6  # of a pixel; area weights are rounded
_TO_8_BIT = 257  # 65535 / 255


def check_side(side: object) -> int:
    """Return a side in px.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is below 1.
    """
    message = f"size must be an integer >= 1 (pixels), got {side!r}"
    if isinstance(side, bool) or not isinstance(side, Integral):
        raise TypeError(message)
    if int(side) < 1:
        raise ValueError(message)
    return int(side)


def sides(size: Size) -> tuple[int, int]:
    """Return height and width; see `check_side`."""
    height, width = size if isinstance(size, tuple) and len(size) == 2 else (size, size)
    return check_side(height), check_side(width)


def load_image(path: str | Path, *, size: Size) -> NDArray[np.uint8]:
    """Read an image as RGB at one size, whatever its file holds.

    Gray is repeated, 16 bits are scaled to 8 (65535 becomes 255), an EXIF orientation is applied, alpha is dropped.
    Another shape is squeezed into this one. Axes that shrink are averaged over areas, others interpolated.

    Args:
        path: of a PNG, JPEG, BMP, TIFF or WebP file.
        size: see `Size`, each side 1 or more.

    Returns:
        uint8 (H, W, 3).

    Raises:
        FileNotFoundError: if there is no such file.
        TypeError: if a side is no integer.
        ValueError: if a side is below 1, or the file is truncated, damaged or no image.
    """
    shape = sides(size)
    image = _resized(read_pixels(Path(path), "image"), shape, enlarging=cv2.INTER_LINEAR)
    if image.dtype == np.uint16:
        image = (image.astype(np.uint32) + _TO_8_BIT // 2) // _TO_8_BIT
    return np.ascontiguousarray(np.broadcast_to(image.reshape(*shape, -1), (*shape, 3)), dtype=np.uint8)


def load_mask(path: str | Path, *, size: Size, image_shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Read a ground truth mask at one size; every value above 0 in the file is defect.

    A pixel is set if at least half of its area is. If that leaves none, the pixels that hold the most of the defect are
    set, so that a mask that marks something never becomes empty.

    Args:
        path: of the mask file.
        size: see `Size`, each side 1 or more.
        image_shape: (height, width) of the image file, which the mask's must equal.

    Returns:
        bool (H, W).

    Raises:
        FileNotFoundError: if there is no such file.
        TypeError: if a side is no integer.
        ValueError: if a side is below 1, the file is truncated, damaged or no image, or its size is not the image's.
    """
    shape = sides(size)
    marked = read_marked(Path(path), image_shape)
    coverage = _resized(marked.astype(np.float32), shape, enlarging=cv2.INTER_NEAREST_EXACT)
    most = float(coverage.max())
    return np.asarray(coverage >= min(_HALF, most) if most > 0 else np.zeros_like(coverage, np.bool_), np.bool_)


def read_marked(path: Path, image_shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Where a mask file is above 0, bool (H, W)."""
    mask = read_pixels(path, "mask")
    height, width = mask.shape[:2]
    if (height, width) != tuple(image_shape):
        raise ValueError(
            f"mask {path} must have its image's size {image_shape[1]} x {image_shape[0]} (width x height), "
            f"got {width} x {height}: export it again at that size"
        )
    return np.asarray(mask.reshape(height, width, -1).any(axis=2))


def read_pixels(path: Path, kind: str) -> NDArray[Any]:
    """(H, W) gray or (H, W, 3) RGB, uint8 or uint16."""
    if not path.exists():
        raise FileNotFoundError(f"{kind} must be an existing file, got {str(path)!r}: check the path")
    try:
        return np.asarray(read_image(path))
    except UnreadableError as error:
        raise ValueError(f"{kind} {path} cannot be read: {error}: replace or remove it") from error


def _resized(pixels: NDArray[Any], shape: tuple[int, int], *, enlarging: int) -> NDArray[Any]:
    """Average over areas along the axes that shrink, then enlarge the others."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (min(width, shape[1]), min(height, shape[0])), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, shape[::-1], interpolation=enlarging))
