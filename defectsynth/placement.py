"""WHERE a defect lands: a point and a direction inside an allowed area.

Every `Where` respects the caller's region of interest. The object is found automatically (see `foreground`).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.foreground import METHODS, Foreground
from defectsynth.layers import Bytes
from defectsynth.scene import Scene
from defectsynth.values import Part, Value, choice, span

TRIES = 4  # points tried before a place counts as not found
COARSE = 2.5  # reach in pixels under which the small grid is sharp enough
STRONGEST = 0.05  # share of cells that count as intensity edges where there is no object to take the edge of


@dataclass(frozen=True)
class Place(Value):
    """A point and a direction.

    Attributes:
        x: pixels to the right.
        y: pixels down.
        angle: radians; on an edge its tangent, with the outside at `angle - pi / 2`.
        edge: whether it lies on the outline of the object.
    """

    x: float
    y: float
    angle: float
    edge: bool = False


@dataclass(frozen=True)
class Where(Part):
    """Base of the placements.

    Args:
        foreground: how the object is found, see `foreground.find_foreground`.
    """

    foreground: str = choice("auto", *METHODS)

    clips: ClassVar[bool] = True  # whether what is painted stays on the object

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if there is none."""
        point = pick(rng, self._cells(scene), scene)
        return None if point is None else Place(*point, float(rng.uniform(0.0, 2 * math.pi)))

    @abstractmethod
    def _cells(self, scene: Scene) -> Bytes:
        """Return the candidate cells of the small grid, uint8 (h, w), non-zero is a candidate."""


@dataclass(frozen=True)
class Anywhere(Where):
    """Any pixel of the picture."""

    clips: ClassVar[bool] = False

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place; without a region of interest no cell grid is needed."""
        if scene.roi is not None:
            return super().sample(rng, scene)
        x, y, turn = rng.random(3).tolist()
        return Place(x * scene.size[1] - 0.5, y * scene.size[0] - 0.5, turn * 2 * math.pi)

    def _cells(self, scene: Scene) -> Bytes:
        return np.full((min(scene.size[0], 64), min(scene.size[1], 64)), 255, np.uint8)


@dataclass(frozen=True)
class OnObject(Where):
    """Anywhere on the object."""

    def _cells(self, scene: Scene) -> Bytes:
        return scene.foreground(self.foreground).cells


@dataclass(frozen=True)
class InsideObject(OnObject):
    """On the object, at least a margin away from its edge.

    Args:
        margin_range: least distance from the edge, in [0, 0.5], fraction of min(H, W).
    """

    margin_range: tuple[float, float] = span((0.02, 0.05), 0.0, 0.5, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place, or None if the object is nowhere thick enough."""
        found = scene.foreground(self.foreground)
        margin = rng.uniform(*self.margin_range) * scene.side / max(found.step)
        depth = cv2.distanceTransform(found.cells, cv2.DIST_L2, 3)
        point = pick(rng, (depth > margin).view(np.uint8), scene)
        return None if point is None else Place(*point, float(rng.uniform(0.0, 2 * math.pi)))


@dataclass(frozen=True)
class EdgeRing(Where):
    """On the object, in a ring along its edge.

    Args:
        depth_range: nearest and farthest distance from the edge, in [0, 0.5], fraction of min(H, W).
    """

    depth_range: tuple[float, float] = span((0.0, 0.05), 0.0, 0.5, "fraction of min(H, W)")

    def _cells(self, scene: Scene) -> Bytes:
        found = scene.foreground(self.foreground)
        cell = scene.side / max(found.step)
        padded = cv2.copyMakeBorder(found.cells, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255 if found.whole else 0)
        depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
        low, high = self.depth_range
        return np.ascontiguousarray((depth > low * cell) & (depth <= max(high * cell, low * cell + 1.5))).view(np.uint8)


@dataclass(frozen=True)
class OnEdge(OnObject):
    """On the outline of the object; in a picture without background on its strongest intensity edges."""

    def sample(self, rng: np.random.Generator, scene: Scene) -> Place | None:
        """Return a place on the edge, its angle along the tangent, or None if there is no edge."""
        found = scene.foreground(self.foreground)
        return _intensity_edge(rng, scene) if found.whole else on_outline(rng, scene, found)


PLACES: dict[str, type[Where]] = {
    "anywhere": Anywhere,
    "object": OnObject,
    "edge": OnEdge,
    "inside": InsideObject,
    "ring": EdgeRing,
}


def as_where(where: Where | str) -> Where:
    """Return a `Where` given itself or its short name.

    Raises:
        ValueError: if the name is unknown.
        TypeError: if `where` is neither.
    """
    if isinstance(where, Where):
        return where
    if not isinstance(where, str):
        raise TypeError(f"where must be a Where or one of {', '.join(PLACES)}, got {where!r}")
    if where not in PLACES:
        raise ValueError(f"where must be a Where or one of {', '.join(PLACES)}, got {where!r}")
    return PLACES[where]()


def pick(rng: np.random.Generator, cells: Bytes, scene: Scene) -> tuple[float, float] | None:
    """Return a random point (x, y) in pixels inside a non-zero cell and inside the region of interest."""
    rows, columns = cells.shape
    if scene.roi is not None:
        return _pick_in_roi(rng, cells, scene, scene.roi)
    candidates = np.flatnonzero(cells > 0)
    if candidates.size == 0:
        return None
    row, column = divmod(int(candidates[rng.integers(candidates.size)]), columns)
    jitter = rng.random(2).tolist()
    return (column + jitter[0]) * scene.size[1] / columns - 0.5, (row + jitter[1]) * scene.size[0] / rows - 0.5


def _pick_in_roi(rng: np.random.Generator, cells: Bytes, scene: Scene, roi: Bytes) -> tuple[float, float] | None:
    rows, columns = cells.shape
    for _ in range(TRIES):
        allowed = cv2.bitwise_and(cells, cells, mask=cv2.resize(roi, (columns, rows), interpolation=cv2.INTER_NEAREST))
        candidates = np.flatnonzero(allowed > 0)
        if candidates.size == 0:
            break
        row, column = divmod(int(candidates[rng.integers(candidates.size)]), columns)
        jitter = rng.random(2).tolist()
        x = (column + jitter[0]) * scene.size[1] / columns - 0.5
        y = (row + jitter[1]) * scene.size[0] / rows - 0.5
        if roi[min(max(round(y), 0), scene.size[0] - 1), min(max(round(x), 0), scene.size[1] - 1)]:
            return x, y
    pixels = np.flatnonzero(roi > 0)  # a region finer than the grid: every one of its pixels is tried against the cells
    y_all, x_all = np.divmod(pixels, scene.size[1])
    inside = np.flatnonzero(cells[y_all * rows // scene.size[0], x_all * columns // scene.size[1]])
    if inside.size == 0:
        return None
    chosen = inside[rng.integers(inside.size)]
    return float(x_all[chosen]), float(y_all[chosen])


def _in_roi(scene: Scene, x: float, y: float) -> bool:
    inside = 0 <= round(x) < scene.size[1] and 0 <= round(y) < scene.size[0]
    return inside and (scene.roi is None or bool(scene.roi[round(y), round(x)]))


def on_outline(rng: np.random.Generator, scene: Scene, found: Foreground, allowed: Bytes | None = None) -> Place | None:
    """Return a place on the outline of the object, or None if there is none.

    Args:
        rng: the source of randomness.
        scene: the picture.
        found: its object.
        allowed: cells of the small grid that the place may lie on, non-zero; None allows all.
    """
    contours, _ = cv2.findContours(found.cells, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate(contours)[:, 0] if len(contours) > 1 else contours[0][:, 0]
    starts = [0, *accumulate(map(len, contours))]
    rows, columns = found.cells.shape
    among = np.arange(len(points)) if allowed is None else np.flatnonzero(allowed[points[:, 1], points[:, 0]])
    for _ in range(4 * TRIES if among.size else 0):
        chosen = int(among[rng.integers(among.size)])
        start = bisect_right(starts, chosen) - 1
        contour, index = points[starts[start] : starts[start + 1]], chosen - starts[start]
        column, row = contour[index].tolist()
        if not (0 < column < columns - 1 and 0 < row < rows - 1):
            continue  # where the picture cuts the object there is no edge
        ahead, behind = contour[(index + 3) % len(contour)], contour[(index - 3) % len(contour)]
        angle = math.atan2(float(ahead[1] - behind[1]) * found.step[1], float(ahead[0] - behind[0]) * found.step[0])
        angle = _outside_on_the_left(found.cells, column, row, angle)
        x = (column + 0.5) * found.step[0] - 0.5
        y = (row + 0.5) * found.step[1] - 0.5
        x, y = _sharpest(scene, x, y, angle - math.pi / 2, 1.5 * max(found.step))
        if _in_roi(scene, x, y):
            return Place(x, y, angle, edge=True)
    return None


def _outside_on_the_left(cells: Bytes, column: int, row: int, angle: float) -> float:
    """Return the tangent turned so that the outside of the object lies at `angle - pi / 2`."""
    for distance in (2.0, 3.0, 1.0):
        x, y = column + distance * math.sin(angle), row - distance * math.cos(angle)
        if 0 <= round(x) < cells.shape[1] and 0 <= round(y) < cells.shape[0] and cells[round(y), round(x)] == 0:
            return angle
        x, y = column - distance * math.sin(angle), row + distance * math.cos(angle)
        if 0 <= round(x) < cells.shape[1] and 0 <= round(y) < cells.shape[0] and cells[round(y), round(x)] == 0:
            return angle + math.pi
    return angle


def thickness_behind(place: Place, scene: Scene, *, foreground: str = "auto") -> float:
    """Return how many pixels of object lie behind a place on its edge, along the inner normal; 0 without an object."""
    found = scene.foreground(foreground)
    if found.whole:
        return 0.0
    rows, columns = found.cells.shape
    steps = np.arange(1.0, max(rows, columns) / 2)
    x = np.rint((place.x + 0.5) / found.step[0] - 0.5 - steps * math.sin(place.angle)).astype(int)
    y = np.rint((place.y + 0.5) / found.step[1] - 0.5 + steps * math.cos(place.angle)).astype(int)
    outside = (x < 0) | (x >= columns) | (y < 0) | (y >= rows)
    empty = outside | (found.cells[y.clip(0, rows - 1), x.clip(0, columns - 1)] == 0)
    return float(np.argmax(empty) + 1 if empty.any() else steps.size) * max(found.step)


def _sharpest(scene: Scene, x: float, y: float, direction: float, reach: float) -> tuple[float, float]:
    """Return the point of the strongest brightness change within `reach` pixels along `direction`."""
    if reach < COARSE:
        return x, y
    steps = np.arange(-math.ceil(reach), math.ceil(reach) + 1.0)
    columns = np.clip(x + 0.5 + steps * math.cos(direction), 0, scene.size[1] - 1).astype(np.intp)
    rows = np.clip(y + 0.5 + steps * math.sin(direction), 0, scene.size[0] - 1).astype(np.intp)
    profile = scene.image[rows, columns].reshape(steps.size, -1).sum(axis=1, dtype=np.float32)
    best = float(steps[int(np.argmax(np.abs(profile[2:] - profile[:-2]))) + 1])
    return x + best * math.cos(direction), y + best * math.sin(direction)


def _intensity_edge(rng: np.random.Generator, scene: Scene) -> Place | None:
    rows, columns = min(scene.size[0], 96), min(scene.size[1], 96)
    small = cv2.resize(scene.image, (columns, rows), interpolation=cv2.INTER_NEAREST)
    gray = cv2.blur(small.reshape(rows, columns, -1).mean(axis=2, dtype=np.float32), (3, 3))
    across, down = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    strength = across * across + down * down
    least = np.partition(strength.ravel(), int((1 - STRONGEST) * (strength.size - 1)))[
        int((1 - STRONGEST) * (strength.size - 1))
    ]
    point = pick(rng, ((strength >= least) & (strength > 0)).view(np.uint8), scene)
    if point is None:
        return None
    row = min(int((point[1] + 0.5) * rows / scene.size[0]), rows - 1)
    column = min(int((point[0] + 0.5) * columns / scene.size[1]), columns - 1)
    normal = math.atan2(float(down[row, column]), float(across[row, column]))
    return Place(*point, normal + math.pi / 2)
