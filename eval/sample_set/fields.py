"""Coordinates, noise and signed distance fields that the parts of the sample set are built from.

Lengths and heights are fractions of the image's side, so that a part looks the same at every size. Signed distances are
negative inside a shape.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Plane:
    """Coordinates of every pixel: `u` to the right, `v` down, 0 in the middle; `pixel` is their spacing."""

    u: Field
    v: Field
    pixel: float

    @property
    def size(self) -> int:
        """Side of the square image in pixels."""
        return int(self.u.shape[0])


def as_field(values: NDArray[Any]) -> Field:
    """Return values as float32, without a copy if they have this dtype."""
    return np.asarray(values, dtype=np.float32)


def image_plane(size: int) -> Plane:
    """Return the coordinates of an image of `size` x `size` pixels, each axis from -0.5 to 0.5."""
    axis = ((np.arange(size) + 0.5) / size - 0.5).astype(np.float32)
    u, v = np.meshgrid(axis, axis)
    return Plane(u, v, 1.0 / size)


def pose(plane: Plane, *, centre: tuple[float, float], angle: float, scale: float = 1.0) -> Plane:
    """Return coordinates in the frame of a part at `centre`, turned by `angle` radians and `scale` times as large."""
    cosine, sine = math.cos(angle) / scale, math.sin(angle) / scale
    du, dv = plane.u - centre[0], plane.v - centre[1]
    return Plane(du * cosine + dv * sine, dv * cosine - du * sine, plane.pixel / scale)


def polar(plane: Plane) -> tuple[Field, Field]:
    """Return radius and angle of every pixel, in [0, 2 pi], clockwise in the image."""
    radius, angle = cv2.cartToPolar(plane.u, plane.v)
    return as_field(radius), as_field(angle)


def ramp(values: Field, low: float, high: float) -> Field:
    """Return a smooth step from 0 at `low` to 1 at `high`; `low` may be the larger one."""
    scaled = np.clip((values - low) / (high - low), 0.0, 1.0)
    return as_field(scaled * scaled * (3.0 - 2.0 * scaled))


def inside(distance: Field, softness: float) -> Field:
    """Return the coverage, in [0, 1], of a shape by its signed distance, with an edge `softness` wide."""
    return as_field(np.clip(0.5 - distance / softness, 0.0, 1.0))


def bump(distance: Field, width: float) -> Field:
    """Return a Gaussian of the distance, of height 1 and standard deviation `width`."""
    return as_field(cv2.exp(-0.5 * np.square(distance / width)))


def mix(first: Field, second: Field | float, alpha: Field) -> Field:
    """Return `first` where `alpha` is 0, `second` where it is 1."""
    return as_field(first + (second - first) * alpha)


def paint(albedo: Field, colour: Colour | Field, alpha: Field) -> Field:
    """Blend a colour, one for all or (H, W, 3), over an albedo (H, W, 3)."""
    return as_field(albedo + (np.asarray(colour, dtype=np.float32) - albedo) * alpha[..., None])


def blur(values: Field, sigma: float) -> Field:
    """Return a Gaussian blur, `sigma` in pixels; a wide one is computed on a smaller copy."""
    size = values.shape[0]
    step = max(1, int(sigma / 2.0))
    if step == 1:
        return as_field(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))
    small = cv2.resize(values, (max(2, size // step),) * 2, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step, borderType=cv2.BORDER_REPLICATE)
    return as_field(cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR))


def smooth_noise(rng: np.random.Generator, *, size: int, cell: float, stretch: float = 1.0) -> Field:
    """Return noise with a standard deviation near 1 and blobs `cell` high and `stretch` times as wide."""
    rows = max(2, round(1.0 / cell)) + 2
    columns = max(2, round(1.0 / (cell * stretch))) + 2
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    return as_field(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC) * 1.3)


def grain(rng: np.random.Generator, *, size: int) -> Field:
    """Return white noise with standard deviation 1.

    It is drawn from a child of `rng`, so that later draws from `rng` are the same at every size.
    """
    return rng.spawn(1)[0].standard_normal((size, size), dtype=np.float32)


def sample_profile(profile: Field, position: Field) -> Field:
    """Return the values of a 1-D profile over [0, 1] at every position, by linear interpolation."""
    columns = as_field(np.clip(position, 0.0, 1.0) * (profile.size - 1))
    return as_field(cv2.remap(profile.reshape(1, -1), columns, np.zeros_like(columns), cv2.INTER_LINEAR))


def disc(plane: Plane, *, at: tuple[float, float], radius: float) -> Field:
    """Return the signed distance to a disc."""
    return as_field(np.hypot(plane.u - at[0], plane.v - at[1]) - radius)


def box(plane: Plane, *, half: tuple[float, float], corner: float = 0.0) -> Field:
    """Return the signed distance to a centred box with half sides `half` and corners of radius `corner`."""
    du, dv = np.abs(plane.u) - (half[0] - corner), np.abs(plane.v) - (half[1] - corner)
    outside = np.hypot(np.maximum(du, 0.0), np.maximum(dv, 0.0))
    return as_field(outside + np.minimum(np.maximum(du, dv), 0.0) - corner)


def blot(
    plane: Plane, rng: np.random.Generator, *, at: tuple[float, float], radius: float, irregularity: float = 0.3
) -> Field:
    """Return the approximate signed distance to a disc whose radius varies by a share of `irregularity`."""
    distance, angle = polar(Plane(plane.u - at[0], plane.v - at[1], plane.pixel))
    turns = np.linspace(0.0, 2.0 * math.pi, 257)
    outline = np.zeros_like(turns)
    for order in range(2, 9):
        outline += rng.normal() / order * np.cos(order * turns + rng.uniform(0.0, 2.0 * math.pi))
    outline = np.clip(1.0 + irregularity * outline, 0.35, 1.8)
    return as_field(distance - radius * sample_profile(as_field(outline), angle / (2.0 * math.pi)))


def stroke(
    plane: Plane, *, at: tuple[float, float], angle: float, length: float, bow: float = 0.0
) -> tuple[Field, Field]:
    """Return coordinates of a line through `at`: distance across it, and position along it, -1 to 1 from end to end.

    `bow` bends the line into an arc; it is the sagitta as a fraction of the length.
    """
    frame = pose(plane, centre=at, angle=angle)
    along = frame.u * (2.0 / length)
    return as_field(frame.v - bow * length * (1.0 - along * along)), as_field(along)
