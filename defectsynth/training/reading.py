"""Good images of a data set, given as arrays or as paths of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.messages import short_repr
from defectsynth.core.parameters import is_sequence
from defectsynth.io.image_files import UnreadableError, read_pixels

ImageLike: TypeAlias = Array | str | Path


def check_images(images: Any) -> None:
    """Check a sequence of images, without reading any.

    Raises:
        TypeError: if it is no sequence.
        ValueError: if it is empty.
    """
    if not is_sequence(images):
        raise TypeError(f"images must be a sequence of arrays or paths, got {short_repr(images)}")
    if len(images) == 0:
        raise ValueError("images must hold at least one image, got none")


def read_image_of(images: Sequence[ImageLike], index: int) -> Array:
    """Return one image of a sequence.

    Raises:
        TypeError: if it is neither an array nor a path.
        FileNotFoundError, ValueError: if the file is missing or broken; the error names it.
    """
    image = images[index]
    if isinstance(image, np.ndarray):
        return image
    if not isinstance(image, (str, Path)):
        raise TypeError(f"images must hold arrays or paths, got {short_repr(image)}")
    if not Path(image).is_file():
        raise FileNotFoundError(f"images must be arrays or existing files, got {str(image)!r}")
    try:
        return read_pixels(Path(image))
    except UnreadableError as error:
        raise ValueError(f"images must be readable image files, got {str(image)!r}: {error}") from error
