"""Reading of masks and regions of interest from files, by the rule of `core.masks`."""

from __future__ import annotations

from pathlib import Path

from defectsynth.core.arrays import Bytes
from defectsynth.core.masks import binary_mask
from defectsynth.io.image_files import UnreadableError, read_with_alpha


def read_mask(path: Path, *, size: tuple[int, int] | None = None) -> Bytes:
    """Read a mask or a region of interest from an image file of any kind.

    A palette counts as its colours. JPEG, lossy WebP and TIFF with lossy compression are on from half of their range
    on. The file is rotated by its EXIF orientation.

    Args:
        path: of the file.
        size: (height, width) that the mask must have; None takes any.

    Returns:
        uint8 (H, W), 255 where the mask is on.

    Raises:
        UnreadableError: if the file cannot be read, has another size, or its values mean nothing certain, see
            `binary_mask`.
    """
    pixels, header = read_with_alpha(path)
    height, width = pixels.shape[:2]
    if size is not None and (height, width) != tuple(size):
        raise UnreadableError(f"must have the image's size {size[1]} x {size[0]}, got {width} x {height}")
    try:
        return binary_mask(pixels, lossy=header.lossy)
    except (TypeError, ValueError) as error:
        raise UnreadableError(str(error)) from error
