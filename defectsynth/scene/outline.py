"""Outline of the object: nearest points, random places, directions and thickness."""

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

GRID_IS_SHARP = 2.5  # pixels: a shorter search for the outline would not improve on the small grid
EDGE_SHARE = 0.05  # share of the pixels that count as intensity edges if the image has no background
EDGE_GRID = 96  # largest side of the grid on which intensity edges are found
TANGENT_STEP = 3  # contour points to either side between which the tangent is measured
_SQUARE = np.ones((3, 3), np.uint8)


def nearest_outline_point(scene: Scene, place: Place, method: str) -> Pair | None:
    """Return the outline point (x, y) nearest to a place, or None.

    Points on the image border and outside the region of interest do not count.
    """
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
    """Return the direction from the object outwards at a point on its outline, in radians.

    Args:
        scene: the image.
        x: column of the point.
        y: row of the point.
        radius: radius in pixels of the neighbourhood that is used.
        method: segmentation method, see `foreground.find_foreground`.
    """
    found = scene.foreground(method)
    reach_x, reach_y = radius / found.step[0] + 1.5, radius / found.step[1] + 1.5
    column, row = (x + 0.5) / found.step[0] - 0.5, (y + 0.5) / found.step[1] - 0.5
    top, left = max(0, round(row - reach_y)), max(0, round(column - reach_x))
    window = found.cells[top : round(row + reach_y) + 1, left : round(column + reach_x) + 1]
    rows, columns = np.nonzero(window > 0)
    if rows.size == 0:
        return 0.0
    return math.atan2(
        (row - top - float(rows.mean())) * found.step[1], (column - left - float(columns.mean())) * found.step[0]
    )


def pick_on_outline(
    rng: np.random.Generator, scene: Scene, found: Foreground, allowed: Bytes | None = None
) -> Place | None:
    """Return a random place on the outline of the object, or None.

    Args:
        rng: random generator.
        scene: the image.
        found: its foreground.
        allowed: uint8 (h, w), non-zero cells of the small grid may be chosen; None allows all.
    """
    contours, _ = cv2.findContours(found.cells, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    points = np.concatenate(contours)[:, 0] if len(contours) > 1 else contours[0][:, 0]
    starts = [0, *accumulate(map(len, contours))]
    rows, columns = found.cells.shape
    candidates = np.arange(len(points)) if allowed is None else np.flatnonzero(allowed[points[:, 1], points[:, 0]])
    for _ in range(4 * MAX_TRIES if candidates.size else 0):
        chosen = int(candidates[rng.integers(candidates.size)])
        start = bisect_right(starts, chosen) - 1
        contour, index = points[starts[start] : starts[start + 1]], chosen - starts[start]
        column, row = contour[index].tolist()
        if not (0 < column < columns - 1 and 0 < row < rows - 1):
            continue  # the border of the image is not an edge of the object
        ahead, behind = contour[(index + TANGENT_STEP) % len(contour)], contour[(index - TANGENT_STEP) % len(contour)]
        angle = math.atan2(float(ahead[1] - behind[1]) * found.step[1], float(ahead[0] - behind[0]) * found.step[0])
        angle = _with_outside_on_the_left(found.cells, column, row, angle)
        x = (column + 0.5) * found.step[0] - 0.5
        y = (row + 0.5) * found.step[1] - 0.5
        x, y = _snap_to_edge(scene, x, y, angle - math.pi / 2, 1.5 * max(found.step))
        if is_in_roi(scene, x, y):
            return Place(x, y, angle, edge=True)
    return None


def _with_outside_on_the_left(cells: Bytes, column: int, row: int, angle: float) -> float:
    """Return the tangent `angle`, reversed if the outside of the object does not lie at `angle - pi / 2`."""
    for distance in (2.0, 3.0, 1.0):
        x, y = column + distance * math.sin(angle), row - distance * math.cos(angle)
        if 0 <= round(x) < cells.shape[1] and 0 <= round(y) < cells.shape[0] and cells[round(y), round(x)] == 0:
            return angle
        x, y = column - distance * math.sin(angle), row + distance * math.cos(angle)
        if 0 <= round(x) < cells.shape[1] and 0 <= round(y) < cells.shape[0] and cells[round(y), round(x)] == 0:
            return angle + math.pi
    return angle


def object_thickness(place: Place, scene: Scene, *, foreground: str = "auto") -> float:
    """Return the thickness of the object in pixels, inwards from a place on its edge; 0 if it has no background."""
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


def _snap_to_edge(scene: Scene, x: float, y: float, direction: float, reach: float) -> tuple[float, float]:
    """Return the point with the largest change of brightness within `reach` pixels along `direction`."""
    if reach < GRID_IS_SHARP:
        return x, y
    steps = np.arange(-math.ceil(reach), math.ceil(reach) + 1.0)
    columns = np.clip(x + 0.5 + steps * math.cos(direction), 0, scene.size[1] - 1).astype(np.intp)
    rows = np.clip(y + 0.5 + steps * math.sin(direction), 0, scene.size[0] - 1).astype(np.intp)
    profile = scene.image[rows, columns].reshape(steps.size, -1).sum(axis=1, dtype=np.float32)
    best = float(steps[int(np.argmax(np.abs(profile[2:] - profile[:-2]))) + 1])
    return x + best * math.cos(direction), y + best * math.sin(direction)


def pick_on_intensity_edge(rng: np.random.Generator, scene: Scene) -> Place | None:
    """Return a random place on a strong intensity edge, along its tangent, or None if the image is uniform."""
    rows, columns = min(scene.size[0], EDGE_GRID), min(scene.size[1], EDGE_GRID)
    small = cv2.resize(scene.image, (columns, rows), interpolation=cv2.INTER_NEAREST)
    gray = cv2.blur(small.reshape(rows, columns, -1).mean(axis=2, dtype=np.float32), (3, 3))
    across, down = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    strength = across * across + down * down
    rank = int((1 - EDGE_SHARE) * (strength.size - 1))
    threshold = np.partition(strength.ravel(), rank)[rank]
    point = pick_point(rng, ((strength >= threshold) & (strength > 0)).view(np.uint8), scene)
    if point is None:
        return None
    row = min(int((point[1] + 0.5) * rows / scene.size[0]), rows - 1)
    column = min(int((point[0] + 0.5) * columns / scene.size[1]), columns - 1)
    normal = math.atan2(float(down[row, column]), float(across[row, column]))
    return Place(*point, normal + math.pi / 2)
