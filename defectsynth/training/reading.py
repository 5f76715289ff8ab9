"""Good images of a data set, given as arrays or as paths of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.images import MIN_SIDE_OF_IMAGE, check_image
from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import is_sequence
from defectsynth.io.image_files import UnreadableError, read_pixels

ImageLike: TypeAlias = Array | str | Path


def check_images(images: Any) -> None:
    """Check a sequence of images, without reading any.

    Raises:
        TypeError: if it is no sequence.
        ValueError: if it is empty, or an array that is one image.
    """
    if not is_sequence(images):
        raise TypeError(f"images must be a sequence of arrays or paths, got {short_repr(images)}")
    if len(images) == 0:
        raise ValueError("images must hold at least one image, got none")
    if isinstance(images, np.ndarray) and images.ndim == 3:
        *sides, channels = images.shape
        if channels in (1, 3, 4) and min(sides) >= MIN_SIDE_OF_IMAGE:
            raise ValueError(f"images must be a sequence of images, got one of shape {images.shape}: pass [image]")


def read_image_of(images: Sequence[ImageLike] | Mapping[int, ImageLike], index: int) -> Array:
    """Return one image of a sequence, checked; the errors name it.

    Raises:
        TypeError: if it is neither an array nor a path, or has another dtype than an image.
        FileNotFoundError, ValueError: if the file is missing or broken, or it has another shape than an image.
    """
    image = images[index]
    if isinstance(image, np.ndarray):
        with errors_of(images, index):
            check_image(image)
        return image
    if not isinstance(image, (str, Path)):
        raise TypeError(f"images must hold arrays or paths, got {short_repr(image)}")
    if not Path(image).is_file():
        raise FileNotFoundError(f"images must be arrays or existing files, got {str(image)!r}")
    try:
        pixels = read_pixels(Path(image))
    except UnreadableError as error:
        raise ValueError(f"images must be readable image files, got {str(image)!r}: {error}") from error
    with errors_of(images, index):
        check_image(pixels)
    return pixels


@contextmanager
def errors_of(images: Sequence[ImageLike] | Mapping[int, ImageLike], index: int) -> Iterator[None]:
    """Name an image of a sequence in the errors of the block."""
    try:
        yield
    except (TypeError, ValueError) as error:
        image = images[index]
        name = f"images[{index}]" if isinstance(image, np.ndarray) else str(image)
        raise (TypeError if isinstance(error, TypeError) else ValueError)(f"{name}: {error}") from error
