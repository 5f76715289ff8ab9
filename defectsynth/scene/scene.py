"""The picture a defect goes into: its size, its value range, the allowed area, the object and the light."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, split_channels
from defectsynth.core.images import PEAKS, check_image, roi_to_mask
from defectsynth.core.layer import Box
from defectsynth.scene.foreground import Foreground, grid_shape, locate_object, small_copy

LIGHT_PRIOR = 4.0  # pull of the light direction towards the upper left, in grey levels of 255 across the picture


class Scene:
    """A read-only view of one picture and what is known of it.

    Args:
        image: (H, W) or (H, W, C), uint8, uint16 or float32; floats are taken to lie in [0, 1].
        roi: where defects may land, (H, W) or (H, W, 1), non-zero is allowed; None allows everything.

    Raises:
        TypeError: if `image` or `roi` is no array or has another dtype.
        ValueError: if `image` is empty or has another number of axes, or if the size of `roi` is another.
    """

    def __init__(self, image: Array, roi: Array | None = None) -> None:
        check_image(image)
        self.image: Array = np.ascontiguousarray(image)
        self.size: tuple[int, int] = (image.shape[0], image.shape[1])
        self.channels: int = image.shape[2] if image.ndim == 3 else 1
        self.side: int = min(self.size)
        self.peak: float = PEAKS[image.dtype]
        self.roi: Bytes | None = None if roi is None else roi_to_mask(roi, self.size)
        self._foregrounds: dict[str, Foreground] = {}

    def foreground(self, method: str) -> Foreground:
        """Return the object, found once for each method."""
        if method not in self._foregrounds:
            self._foregrounds[method] = locate_object(self.size, self.small, method)
        return self._foregrounds[method]

    def object_mask(self, box: Box, method: str) -> Bytes:
        """Return the object inside `box`, uint8 (h, w), 255 on it."""
        return self.foreground(method).crop(self.image[box.slices], box, self.size, self.peak)

    def roi_mask(self, box: Box) -> Bytes | None:
        """Return the allowed pixels inside `box`, uint8 (h, w), 255 where allowed, or None if all are."""
        return None if self.roi is None else self.roi[box.slices]

    def allowed_mask(self, box: Box, method: str) -> Bytes | None:
        """Return where paint may change pixels in `box`, uint8 (h, w), non-zero where it may, or None if everywhere.

        Args:
            box: in pixels.
            method: how the object is found that the paint stays on; empty paints anywhere.
        """
        roi = self.roi_mask(box)
        if not method or self.foreground(method).whole:
            return roi
        on_object = self.object_mask(box, method)
        return on_object if roi is None else cv2.bitwise_and(on_object, roi)

    def planes(self, patch: Array) -> Floats:
        """Return a patch of the picture as float32 (C, h, w), 1.0 is the peak of its dtype."""
        return split_channels(patch) * np.float32(1.0 / self.peak)

    def color_at(self, x: float, y: float) -> Floats:
        """Return the colour at a place, float32 (C,) in [0, 1]; places outside take the nearest pixel."""
        column = min(max(round(x), 0), self.size[1] - 1)
        row = min(max(round(y), 0), self.size[0] - 1)
        return np.atleast_1d(self.image[row, column]).astype(np.float32) / np.float32(self.peak)

    @cached_property
    def small(self) -> Bytes:
        """The smoothed small copy on whose cells the object is found, uint8 (h, w, C)."""
        return small_copy(self.image, *grid_shape(self.size))

    @cached_property
    def small_gray(self) -> Floats:
        """The mean over the channels of the small copy, float32 (h, w) in [0, 1]."""
        total = split_channels(self.small).sum(axis=0, dtype=np.float32)
        return total * np.float32(1.0 / (255.0 * self.small.shape[2]))

    @cached_property
    def tiny(self) -> Array:
        """The picture at 256 evenly spread pixels, (16, 16, C)."""
        small = cv2.resize(self.image, (16, 16), interpolation=cv2.INTER_NEAREST)
        return small.reshape(16, 16, -1)

    @cached_property
    def monochrome(self) -> bool:
        """Whether all channels are equal: a gray camera's picture saved as colour."""
        return self.channels == 1 or bool((self.tiny[..., 1:] == self.tiny[..., :-1]).all())

    @cached_property
    def light(self) -> float:
        """The direction the light comes from, radians in image axes (x right, y down); one for each picture.

        Taken from how the brightness falls across the picture, with a pull towards the upper left.
        """
        pixels = self.tiny.reshape(256, -1).astype(np.float64)
        across, down = (_ramps() @ pixels).mean(axis=1) * (255.0 / self.peak)
        return math.atan2(float(down) - LIGHT_PRIOR, float(across) - LIGHT_PRIOR)


@lru_cache(maxsize=1)
def _ramps() -> Array:
    """Return the weights (2, 256) whose products with 16 x 16 pixels are the changes from left to right and down."""
    across = np.tile(np.linspace(-0.5, 0.5, 16), (16, 1))
    return np.stack([across.ravel(), across.T.ravel()]) / (across * across).sum()
