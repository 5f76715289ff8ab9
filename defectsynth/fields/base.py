"""Geometric defects: a displacement field over the defect's box moves what is there, nothing is painted.

A `Field` holds ranges; `sample` draws from them; `DrawnField.offsets` is a pure function of the box.
"""

from __future__ import annotations

import math
from abc import abstractmethod

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, split_channels
from defectsynth.core.layer import Box
from defectsynth.core.parameters import Component
from defectsynth.core.serialization import Value
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

STEEPEST = 0.6  # greatest amount as a share of the field's reach; at 0.65 the field would fold over itself
FORWARD_STEPS = 150  # of the fixed-point iteration that follows a point forward; each leaves at most 0.93 of the error


class DrawnField(Value):
    """A displacement in pixels: what is seen at p afterwards stood at p - offset(p) before."""

    @abstractmethod
    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the pixels that move in a picture of `size` (height, width), None if none do."""

    @property
    @abstractmethod
    def reach(self) -> float:
        """Greatest displacement in pixels."""

    @abstractmethod
    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return (dx, dy) in pixels at columns `x` and rows `y`; the two broadcast against each other."""

    def forward(self, points: Array) -> Array:
        """Return where points (N, 2) in pixels stand afterwards."""
        moved = points.astype(np.float64)
        for _ in range(FORWARD_STEPS):
            dx, dy = self.offsets(moved[:, 0].astype(np.float32), moved[:, 1].astype(np.float32))
            moved = points + np.stack([dx, dy], axis=1)
        return moved


class Field(Component):
    """Ranges from which a displacement is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnField:
        """Return a displacement at `place`."""


def displaced(
    image: Array, field: DrawnField, box: Box, *, nearest: bool = False, origin: tuple[int, int] = (0, 0)
) -> Array:
    """Return the pixels of `box` after the displacement.

    Args:
        image: (H, W) or (H, W, C), any dtype cv2.remap takes; the picture or a part of it.
        field: the displacement.
        box: the part of the image to compute; pixels from outside it are read where the field asks for them.
        nearest: True for labels, which must not be mixed; else bilinear.
        origin: (x, y) of the first pixel of `image` in the picture.

    Returns:
        (h, w) or (h, w, C), dtype as given.
    """
    dx, dy = field.offsets(
        np.arange(box.x0, box.x1, dtype=np.float32)[None, :], np.arange(box.y0, box.y1, dtype=np.float32)[:, None]
    )
    reach = math.ceil(field.reach) + 2
    x0, y0 = max(origin[0], box.x0 - reach), max(origin[1], box.y0 - reach)
    rows, columns = slice(y0 - origin[1], box.y1 + reach - origin[1]), slice(x0 - origin[0], box.x1 + reach - origin[0])
    source = np.ascontiguousarray(image[rows, columns])
    map_x = np.subtract(np.arange(box.x0 - x0, box.x1 - x0, dtype=np.float32)[None, :], dx, out=dx)
    map_y = np.subtract(np.arange(box.y0 - y0, box.y1 - y0, dtype=np.float32)[:, None], dy, out=dy)
    mode = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    if source.ndim == 2 or source.shape[2] <= 4:
        moved = cv2.remap(source, map_x, map_y, mode, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved.reshape(*box.shape, *source.shape[2:]))
    planes = [cv2.remap(plane, map_x, map_y, mode, borderMode=cv2.BORDER_REPLICATE) for plane in split_channels(source)]
    return np.stack(planes, axis=-1)
