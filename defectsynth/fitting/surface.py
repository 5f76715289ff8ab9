"""A surface without the defect, with maps of what measurements compare against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.layer import Box
from defectsynth.scene.axis import FULL_SCALE, find_axis
from defectsynth.scene.scene import Scene

WORKING_SIDE = 256  # pixels; shorter side at which defects are measured
DETAIL_SHARE = 0.02  # of min(H, W): window in which fine detail is measured
MIN_OBJECT = 0.002  # share of the image below which a segmented object is not believed


@dataclass(frozen=True, eq=False)
class Surface:
    """A surface without a defect.

    Attributes:
        image: uint8 (H, W, 3).
    """

    image: Bytes

    @cached_property
    def scene(self) -> Scene:
        """The image as transforms see it."""
        return Scene(self.image)

    @property
    def side(self) -> int:
        """Shorter side in pixels."""
        return self.scene.side

    @cached_property
    def lab(self) -> Floats:
        """The image in CIELAB, see `to_lab`."""
        return to_lab(self.image)

    @cached_property
    def on_object(self) -> Bytes:
        """The object, uint8 (H, W), 255 on it; all of the image if there is no background."""
        height, width = self.image.shape[:2]
        mask = self.scene.object_mask(Box(0, 0, width, height), "auto")
        return mask if cv2.countNonZero(mask) >= MIN_OBJECT * mask.size else np.full_like(mask, 255)

    @cached_property
    def has_background(self) -> bool:
        """True if the object does not fill the image."""
        return not bool(self.on_object.all())

    @cached_property
    def object_area(self) -> int:
        """Pixels of the object."""
        return cv2.countNonZero(self.on_object)

    @cached_property
    def depth(self) -> Floats:
        """Distance from the outline, fraction of min(H, W), negative beside the object; 1 where there is no outline."""
        if not self.has_background:
            return np.ones(self.on_object.shape, np.float32)
        inside = cv2.distanceTransform(self.on_object, cv2.DIST_L2, 3)
        outside = cv2.distanceTransform(cv2.bitwise_not(self.on_object), cv2.DIST_L2, 3)
        return (inside - outside) / np.float32(self.side)

    @cached_property
    def core(self) -> Floats:
        """Distance from the outline as a share of its greatest value on the object."""
        return self.depth / np.float32(max(float(self.depth.max()), 1e-6))

    @cached_property
    def axis_shares(self) -> tuple[Floats, Floats] | None:
        """Shares along and across the longest axis of the object, float32 (H, W) each; None without an axis."""
        axis = find_axis(self.scene.foreground("auto"))
        if axis is None:
            return None
        size = self.image.shape[1::-1]
        along, across = (
            cv2.resize(grid, size, interpolation=cv2.INTER_NEAREST).astype(np.float32) / np.float32(FULL_SCALE)
            for grid in (axis.along, axis.across)
        )
        return along, across

    @cached_property
    def detail(self) -> Floats:
        """Rank of the local detail among the pixels of the inner object, float32 (H, W) in [0, 1]; print is near 1."""
        light = np.ascontiguousarray(self.lab[..., 0])
        window = 2 * max(1, round(DETAIL_SHARE * self.side)) + 1
        rough = cv2.blur(np.abs(light - cv2.blur(light, (window, window))), (5, 5))
        inner = (self.depth > 2 * DETAIL_SHARE) & (self.on_object > 0)
        values = np.sort(rough[inner]) if inner.any() else np.sort(rough.ravel())
        return (np.searchsorted(values, rough) / np.float32(values.size)).astype(np.float32)


def to_lab(image: Bytes) -> Floats:
    """Return an RGB image in CIELAB, float32 (H, W, 3), L in [0, 1] and a and b on the same scale."""
    return cv2.cvtColor(image.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB) / np.float32(100)


def squared_length(lab: Floats) -> Floats:
    """Return the squared length of each colour difference, float32 (H, W)."""
    return np.einsum("hwc,hwc->hw", lab, lab)


def to_working_image(image: Array, *, peak: float) -> Bytes:
    """Return an image as uint8 (h, w, 3), reduced to the working size."""
    planes = image if image.ndim == 3 else image[..., None]
    if planes.shape[2] not in (1, 3):
        planes = planes.mean(axis=2, keepdims=True)
    if planes.dtype != np.uint8:
        planes = np.clip(planes.astype(np.float32) * np.float32(255 / peak) + 0.5, 0, 255).astype(np.uint8)
    if planes.shape[2] == 1:
        planes = np.repeat(planes, 3, axis=2)
    return cv2.resize(planes, working_size(planes), interpolation=cv2.INTER_AREA)


def working_size(image: Array) -> tuple[int, int]:
    """Return the width and height at which an image is measured: shorter side and area are limited."""
    height, width = image.shape[:2]
    scale = min(1.0, WORKING_SIDE / min(height, width), math.sqrt(2 * WORKING_SIDE**2 / (height * width)))
    return max(1, round(width * scale)), max(1, round(height * scale))
