"""Scene: an input image with its value range, region of interest, foreground and light direction."""

from __future__ import annotations

import math
from collections.abc import Hashable
from functools import cached_property

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, split_channels
from defectsynth.core.images import check_image, white_level
from defectsynth.core.layer import Box
from defectsynth.core.masks import roi_to_mask
from defectsynth.scene.foreground import Foreground, grid_shape, locate_object, small_copy

LIGHT_PRIOR = 4.0  # brightness gradient towards the upper left that is added, in grey levels of 255 over the image
RAMP = 2.0 * np.arange(16) - 15.0  # position across the thumbnail, in half pixels from the middle
RAMP_SCALE = 30.0 / (16.0 * 1360.0)  # from a sum weighted by `RAMP` to the difference between opposite sides


class Scene:
    """Read-only view of an image with the measurements that defects are drawn from.

    Args:
        image: (H, W) or (H, W, C), uint8, uint16 or float32; the range of floats is [0, 1].
        roi: region of interest, see `binary_mask`; defects may change the pixels that are on. None allows all.
        peak: white level of a uint16 image; None estimates it, see `white_level`.

    Raises:
        TypeError: if `image` or `roi` is not an array or has another dtype.
        ValueError: if `image` is empty or has another number of axes, or if the size of `roi` differs.
    """

    def __init__(self, image: Array, roi: Array | None = None, peak: float | None = None) -> None:
        check_image(image)
        self.image: Array = np.ascontiguousarray(image)
        self.size: tuple[int, int] = (image.shape[0], image.shape[1])
        self.channels: int = image.shape[2] if image.ndim == 3 else 1
        self.side: int = min(self.size)
        self.peak: float = white_level(self.image, peak)
        self.roi: Bytes | None = None if roi is None else roi_to_mask(roi, self.size)
        self._foregrounds: dict[str, Foreground] = {}

    @cached_property
    def digest(self) -> tuple[Hashable, ...]:
        """Identity of image and white level in this process, for caches in memory; without the region of interest."""
        return self.peak, self.image.dtype.str, self.image.shape, hash(self.image.tobytes())

    def foreground(self, method: str) -> Foreground:
        """Return the foreground by a segmentation method; see `foreground.find_foreground`."""
        if method not in self._foregrounds:
            self._foregrounds[method] = locate_object(self.size, self.small, method)
        return self._foregrounds[method]

    def object_mask(self, box: Box, method: str) -> Bytes:
        """Return the object mask inside `box`, uint8 (h, w), 255 on the object."""
        return self.foreground(method).crop(self.image[box.slices], box, self.size, self.peak)

    def roi_mask(self, box: Box) -> Bytes | None:
        """Return the region of interest inside `box`, uint8 (h, w), 255 where allowed, or None if all is allowed."""
        return None if self.roi is None else self.roi[box.slices]

    def allowed_mask(self, box: Box, method: str) -> Bytes | None:
        """Return the pixels of `box` that paint may change, uint8 (h, w), non-zero where allowed, or None for all.

        Args:
            box: bounding box in pixels.
            method: segmentation method of the object that limits the paint; empty for no such limit.
        """
        roi = self.roi_mask(box)
        if not method or self.foreground(method).whole:
            return roi
        on_object = self.object_mask(box, method)
        return on_object if roi is None else cv2.bitwise_and(on_object, roi)

    def planes(self, patch: Array) -> Floats:
        """Return a patch of the image as float32 (C, h, w) with the peak of its dtype scaled to 1.0."""
        return split_channels(patch) * np.float32(1.0 / self.peak)

    def color_at(self, x: float, y: float) -> Floats:
        """Return the colour of the pixel nearest to a point, float32 (C,) in [0, 1]."""
        column = min(max(round(x), 0), self.size[1] - 1)
        row = min(max(round(y), 0), self.size[0] - 1)
        return np.atleast_1d(self.image[row, column]).astype(np.float32) / np.float32(self.peak)

    @cached_property
    def small(self) -> Bytes:
        """Small copy of the image on which the object is segmented, uint8 (h, w, C)."""
        return small_copy(self.image, *grid_shape(self.size), self.peak)

    @cached_property
    def small_gray(self) -> Floats:
        """Mean over the channels of the small copy, float32 (h, w) in [0, 1]."""
        total = split_channels(self.small).sum(axis=0, dtype=np.float32)
        return total * np.float32(1.0 / (255.0 * self.small.shape[2]))

    @cached_property
    def thumbnail(self) -> Array:
        """Thumbnail of 16 x 16 pixels by nearest neighbour, (16, 16, C)."""
        small = cv2.resize(self.image, (16, 16), interpolation=cv2.INTER_NEAREST)
        return small.reshape(16, 16, -1)

    @cached_property
    def monochrome(self) -> bool:
        """True if all channels of the thumbnail are equal, as in a gray image saved in colour."""
        return self.channels == 1 or bool((self.thumbnail[..., 1:] == self.thumbnail[..., :-1]).all())

    @cached_property
    def light(self) -> float:
        """Direction towards the light, in radians with x to the right and y down.

        Estimated from the brightness gradient over the image, with a prior towards the upper left.
        """
        total = self.thumbnail.sum(axis=2, dtype=np.float64)
        scale = 255.0 * RAMP_SCALE / (self.peak * self.thumbnail.shape[2])
        across, down = (float((total.sum(axis=axis) * RAMP).sum()) * scale for axis in (0, 1))  # exact for integers
        return math.atan2(down - LIGHT_PRIOR, across - LIGHT_PRIOR)
