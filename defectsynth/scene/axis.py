"""The longest axis of an object: its direction, its extent and the coordinates of the object's cells."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.cache import cached
from defectsynth.core.measurements import MEASUREMENTS, stored
from defectsynth.core.parameters import Pair
from defectsynth.scene.foreground import Foreground
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

MIN_ELONGATION = 1.2  # smallest ratio of the standard deviations along and across the axis
FULL_SCALE = 255.0  # value of a cell at the far end, or at the outline


class Axis(NamedTuple):
    """Longest axis of an object on the small grid.

    Attributes:
        angle: direction towards the thinner end in the image, radians.
        extent: length of the object along the axis, in pixels.
        along: uint8 (h, w), from 0 at the thicker end to 255 at the thinner one; valid on the object only.
        across: uint8 (h, w), from 0 on the axis to 255 at the outline; valid on the object only.
    """

    angle: float
    extent: float
    along: Bytes
    across: Bytes


def nearest_end(scene: Scene, place: Place, *, foreground: str = "auto") -> Pair | None:
    """Return direction (radians) and distance (pixels) from a place to the nearer end of the axis, or None."""
    found = scene.foreground(foreground)
    axis = find_axis(found)
    if axis is None:
        return None
    rows, columns = found.cells.shape
    row, column = round((place.y + 0.5) / found.step[1] - 0.5), round((place.x + 0.5) / found.step[0] - 0.5)
    share = float(axis.along[min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)]) / FULL_SCALE
    if share < 0.5:
        return axis.angle + math.pi, share * axis.extent
    return axis.angle, (1.0 - share) * axis.extent


@cached(MEASUREMENTS)
@stored(Axis)
def find_axis(found: Foreground) -> Axis | None:
    """Return the longest axis of an object, or None if the object is round or fills the image."""
    if found.whole:
        return None
    inside, step = found.cells > 0, found.step
    rows, columns = np.nonzero(inside)
    points = np.stack([columns * step[0], rows * step[1]], axis=1)
    points -= points.mean(axis=0)
    variances, directions = np.linalg.eigh(points.T @ points / len(points))
    if variances[1] < MIN_ELONGATION**2 * variances[0] + 1e-9:
        return None
    direction = directions[:, 1]
    along = points @ direction
    if abs(along.min()) > abs(along.max()):  # the centre of mass is nearer to the thicker end
        direction, along = -direction, -along
    across = points @ np.array([-direction[1], direction[0]])
    low, extent = float(along.min()), float(np.ptp(along))
    slices = np.rint((along - low) / max(step)).astype(np.intp)
    return Axis(
        angle=math.atan2(float(direction[1]), float(direction[0])),
        extent=extent + min(step),
        along=_on_grid(inside, (along - low) / extent),
        across=_on_grid(inside, _distance_from_middle(slices, across, max(step))),
    )


def _distance_from_middle(slices: Array, across: Array, cell: float) -> Array:
    """Return the distance of each cell from the middle of its slice across the object, 1 at the outline.

    Args:
        slices: (N,), index of the slice of each cell.
        across: (N,), coordinate of each cell across the axis, in pixels.
        cell: size of a cell in pixels.
    """
    low, high = np.full(slices.max() + 1, np.inf), np.full(slices.max() + 1, -np.inf)
    np.minimum.at(low, slices, across)
    np.maximum.at(high, slices, across)
    low, high = low[slices], high[slices]
    return np.abs(across - 0.5 * (high + low)) / (0.5 * (high - low + cell))


def _on_grid(inside: Array, shares: Array) -> Bytes:
    """Return shares in [0, 1] of the cells where `inside` is set as uint8 (h, w), 0 elsewhere."""
    grid = np.zeros(inside.shape, np.uint8)
    grid[inside] = np.rint(FULL_SCALE * np.clip(shares, 0.0, 1.0)).astype(np.uint8)
    grid.flags.writeable = False  # the array is cached
    return grid
