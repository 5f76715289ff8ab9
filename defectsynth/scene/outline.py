"""Taken out of pieces.py, placement.py."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes
from defectsynth.core.parameters import Pair
from defectsynth.scene.foreground import Foreground
from defectsynth.scene.place import MAX_TRIES, Place, is_in_roi, pick_point
from defectsynth.scene.scene import Scene

_SQUARE = np.ones((3, 3), np.uint8)


def nearest_outline_point(scene: Scene, place: Place, method: str) -> Pair | None:
    """Return the point of the outline nearest to a place, none on the border of the picture or outside the region."""
    found = scene.foreground(method)
    edge = cv2.subtract(found.cells, cv2.erode(found.cells, _SQUARE))
    edge[[0, -1]] = 0
    edge[:, [0, -1]] = 0
    rows, columns = np.nonzero(edge > 0)
    x, y = (columns + 0.5) * found.step[0] - 0.5, (rows + 0.5) * found.step[1] - 0.5
    if scene.roi is not None:
        allowed = scene.roi[y.astype(np.intp), x.astype(np.intp)] > 0
        x, y = x[allowed], y[allowed]
    if x.size == 0:
        return None
    nearest = int(np.argmin((x - place.x) ** 2 + (y - place.y) ** 2))
    return float(x[nearest]), float(y[nearest])


def outward_direction(scene: Scene, x: float, y: float, radius: float, method: str) -> float:
    """Return the direction away from the object around a point on its outline, radians."""
    found = scene.foreground(method)
    reach_x, reach_y = radius / found.step[0] + 1.5, radius / found.step[1] + 1.5
    column, row = (x + 0.5) / found.step[0] - 0.5, (y + 0.5) / found.step[1] - 0.5
    top, left = max(0, round(row - reach_y)), max(0, round(column - reach_x))
    near = found.cells[top : round(row + reach_y) + 1, left : round(column + reach_x) + 1]
    rows, columns = np.nonzero(near > 0)
    if rows.size == 0:
        return 0.0
    return math.atan2(
        (row - top - float(rows.mean())) * found.step[1], (column - left - float(columns.mean())) * found.step[0]
    )


COARSE = 2.5  # reach in pixels under which the small grid is sharp enough
STRONGEST = 0.05  # share of cells that count as intensity edges where there is no object to take the edge of


def pick_on_outline(
    rng: np.random.Generator, scene: Scene, found: Foreground, allowed: Bytes | None = None
) -> Place | None:
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
    for _ in range(4 * MAX_TRIES if among.size else 0):
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
        if is_in_roi(scene, x, y):
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


def object_thickness(place: Place, scene: Scene, *, foreground: str = "auto") -> float:
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


def pick_on_intensity_edge(rng: np.random.Generator, scene: Scene) -> Place | None:
    """Return a place on one of the strongest edges of brightness, or None if the image has none."""
    rows, columns = min(scene.size[0], 96), min(scene.size[1], 96)
    small = cv2.resize(scene.image, (columns, rows), interpolation=cv2.INTER_NEAREST)
    gray = cv2.blur(small.reshape(rows, columns, -1).mean(axis=2, dtype=np.float32), (3, 3))
    across, down = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    strength = across * across + down * down
    least = np.partition(strength.ravel(), int((1 - STRONGEST) * (strength.size - 1)))[
        int((1 - STRONGEST) * (strength.size - 1))
    ]
    point = pick_point(rng, ((strength >= least) & (strength > 0)).view(np.uint8), scene)
    if point is None:
        return None
    row = min(int((point[1] + 0.5) * rows / scene.size[0]), rows - 1)
    column = min(int((point[0] + 0.5) * columns / scene.size[1]), columns - 1)
    normal = math.atan2(float(down[row, column]), float(across[row, column]))
    return Place(*point, normal + math.pi / 2)
