"""Base classes of the displacement fields, and the warp of an image by one.

A `Field` holds ranges. Its `sample` draws numbers from them and returns a `DrawnField`, whose lengths are pixels and
whose angles are radians. `DrawnField.offsets` is a pure function of the pixel positions.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, split_channels
from defectsynth.core.layer import Box, ellipse_box
from defectsynth.core.parameters import Component
from defectsynth.core.serialization import Value
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

MAX_PUSH = 0.6  # greatest displacement as a share of the radius of the field; at 0.65 the field would fold over itself
FORWARD_STEPS = 150  # fixed-point iterations that invert the field for a point; each leaves at most 0.93 of the error


class DrawnField(Value):
    """Base of the sampled displacement fields: after the warp, the pixel p shows the content of p - offset(p)."""

    @abstractmethod
    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the box of the pixels that move in an image of `size` (height, width), None if none do."""

    @property
    @abstractmethod
    def max_offset(self) -> float:
        """Upper bound of the displacement in pixels."""

    @abstractmethod
    def offsets(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the displacement (dx, dy) in pixels at columns `x` and rows `y`, which are broadcast together."""

    def forward(self, points: Array) -> Array:
        """Return the positions of points (N, 2) in pixels after the warp."""
        moved = points.astype(np.float64)
        for _ in range(FORWARD_STEPS):
            dx, dy = self.offsets(moved[:, 0].astype(np.float32), moved[:, 1].astype(np.float32))
            moved = points + np.stack([dx, dy], axis=1)
        return moved


@dataclass(frozen=True)
class DrawnEllipseField(DrawnField):
    """Base of the fields that fade to zero at an ellipse around (x, y).

    Attributes:
        x: centre, pixels to the right.
        y: centre, pixels down.
        angle: direction of the half axis `along`, radians.
        amount: greatest displacement along an axis, pixels; its sign is the sense.
        along: half axis in pixels.
        across: half axis in pixels.
    """

    x: float
    y: float
    angle: float
    amount: float
    along: float
    across: float

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box of the ellipse."""
        return ellipse_box(self.x, self.y, self.angle, self.along, self.across, size=size)


class Field(Component):
    """Base of the displacement fields: the ranges that one is sampled from."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnField:
        """Return a random displacement field at `place`."""


def displace(
    image: Array, field: DrawnField, box: Box, *, nearest: bool = False, origin: tuple[int, int] = (0, 0)
) -> Array:
    """Warp an image by a displacement field and return the pixels of `box`.

    Args:
        image: (H, W) or (H, W, C), any dtype that cv2.remap takes; the whole image or a crop of it.
        field: displacement field.
        box: pixels to compute, in the whole image; the field may read outside the box.
        nearest: True for nearest-neighbour interpolation, as labels need; else bilinear.
        origin: (x, y) of the first pixel of `image` in the whole image.

    Returns:
        (h, w) or (h, w, C), dtype as given.
    """
    dx, dy = field.offsets(
        np.arange(box.x0, box.x1, dtype=np.float32)[None, :], np.arange(box.y0, box.y1, dtype=np.float32)[:, None]
    )
    reach = math.ceil(field.max_offset) + 2
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
