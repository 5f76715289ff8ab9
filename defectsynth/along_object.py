"""WHERE along an object: its head, its shank, its tip, told by its longest axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.foreground import REMEMBERED, Foreground
from defectsynth.layers import Array, Bytes
from defectsynth.placement import OnEdge, Place, Where, on_outline, pick
from defectsynth.scene import Scene
from defectsynth.values import Pair, choice, span

ROUND = 1.2  # extent along the axis by across it, under which an object has no axis
LAST = 255.0  # value of a cell at the far end, or at the outline


class Axis(NamedTuple):
    """The longest axis of an object on the small grid.

    Attributes:
        angle: its direction in pixels, towards the thinner end, radians.
        extent: length of the object along it, in pixels.
        along: uint8 (h, w), from 0 at the thicker end to 255 at the thinner one; read on the object only.
        across: uint8 (h, w), from 0 in the middle to 255 at the outline.
    """

    angle: float
    extent: float
    along: Bytes
    across: Bytes


@dataclass(frozen=True)
class AlongObject(Where):
    """On the object, a share of the way along its longest axis, from its thicker end to its thinner one.

    0 is the head of a screw, 1 its tip; of a part as thick at both ends one of them is taken for the thicker one. On
    the surface the direction of the place is that of the axis, to either side; on the outline, that of the outline. A
    round object has no axis: there it is anywhere on it. Without an object it is anywhere, or on an intensity edge.

    Args:
        share_range: how far along, in [0, 1], 0 at the thicker end.
        across_range: how far from the middle towards the outline, in [0, 1].
        on: surface, outline.
        foreground: how the object is found, see `foreground.find_foreground`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import AlongObject, ColorSpot, synthesize
        >>> nail = np.full((128, 128), 220, np.uint8)
        >>> nail[50:80, 10:25], nail[60:70, 25:120] = 60, 60  # its head on the left
        >>> tip = synthesize(nail, ColorSpot(where=AlongObject(share_range=(0.9, 1.0))), seed=0)
        >>> bool(np.flatnonzero(tip.mask.any(axis=0)).min() > 80)
        True
    """

    share_range: Pair = span((0.0, 1.0), 0.0, 1.0, "0 at the thicker end, 1 at the thinner one")
    across_range: Pair = span((0.0, 1.0), 0.0, 1.0, "0 in the middle, 1 at the outline")
    on: str = choice("surface", "surface", "outline")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if there is none."""
        found = scene.foreground(self.foreground)
        if self.on == "outline":
            if found.whole:
                return OnEdge(foreground=self.foreground).sample(rng, scene)
            cells = self._cells(scene)
            if scene.roi is not None:
                allowed = cv2.resize(scene.roi, cells.shape[::-1], interpolation=cv2.INTER_NEAREST)
                cells = cv2.bitwise_and(cells, cells, mask=allowed)
            return on_outline(rng, scene, found, cells)
        point = pick(rng, self._cells(scene), scene)
        if point is None:
            return None
        axis, turn = axis_of(found), float(rng.random())
        if axis is None:
            return Place(*point, 2.0 * math.pi * turn)
        return Place(*point, axis.angle + (math.pi if turn < 0.5 else 0.0))

    def _cells(self, scene: Scene) -> Bytes:
        found = scene.foreground(self.foreground)
        axis = axis_of(found)
        if axis is None:
            return found.cells
        inside = found.cells > 0
        low, high = (LAST * share for share in self.share_range)
        along = inside & (axis.along >= low) & (axis.along <= high)
        if not along.any():  # narrower than a cell
            values = axis.along[inside].astype(np.float32)
            nearest = values[np.argmin(np.abs(values - 0.5 * (low + high)))]
            along = inside & (axis.along == nearest)
        if self.on == "surface":
            low, high = (LAST * share for share in self.across_range)
            across = along & (axis.across >= low) & (axis.across <= high)
            along = across if across.any() else along
        return np.ascontiguousarray(along).view(np.uint8)


def axis_of(found: Foreground) -> Axis | None:
    """Return the longest axis of an object, or None if it is round or there is none."""
    return None if found.whole else _axis(found)


def end_beyond(scene: Scene, place: Place, *, foreground: str = "auto") -> Pair | None:
    """Return direction (radians) and distance (pixels) of the nearer end of the object from a place, None without."""
    found = scene.foreground(foreground)
    axis = axis_of(found)
    if axis is None:
        return None
    rows, columns = found.cells.shape
    row, column = round((place.y + 0.5) / found.step[1] - 0.5), round((place.x + 0.5) / found.step[0] - 0.5)
    share = float(axis.along[min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)]) / LAST
    if share < 0.5:
        return axis.angle + math.pi, share * axis.extent
    return axis.angle, (1.0 - share) * axis.extent


@lru_cache(maxsize=REMEMBERED)
def _axis(found: Foreground) -> Axis | None:
    inside, step = found.cells > 0, found.step
    rows, columns = np.nonzero(inside)
    points = np.stack([columns * step[0], rows * step[1]], axis=1)
    points -= points.mean(axis=0)
    spread, directions = np.linalg.eigh(points.T @ points / len(points))
    if spread[1] < ROUND**2 * spread[0] + 1e-9:
        return None
    direction = directions[:, 1]
    along = points @ direction
    if abs(along.min()) > abs(along.max()):  # the mean lies nearer to the thicker end
        direction, along = -direction, -along
    across = points @ np.array([-direction[1], direction[0]])
    low, extent = float(along.min()), float(np.ptp(along))
    return Axis(
        angle=math.atan2(float(direction[1]), float(direction[0])),
        extent=extent + min(step),
        along=_on_grid(inside, (along - low) / extent),
        across=_on_grid(inside, _from_middle(np.rint((along - low) / max(step)).astype(np.intp), across, max(step))),
    )


def _from_middle(slices: Array, across: Array, cell: float) -> Array:
    """Return how far from the middle of its slice across the object each cell lies, 1 at the outline."""
    low, high = np.full(slices.max() + 1, np.inf), np.full(slices.max() + 1, -np.inf)
    np.minimum.at(low, slices, across)
    np.maximum.at(high, slices, across)
    low, high = low[slices], high[slices]
    return np.abs(across - 0.5 * (high + low)) / (0.5 * (high - low + cell))


def _on_grid(inside: Array, shares: Array) -> Bytes:
    """Return shares in [0, 1] of the cells inside as uint8 (h, w)."""
    grid = np.zeros(inside.shape, np.uint8)
    grid[inside] = np.rint(LAST * np.clip(shares, 0.0, 1.0)).astype(np.uint8)
    grid.flags.writeable = False  # it is handed out again
    return grid
