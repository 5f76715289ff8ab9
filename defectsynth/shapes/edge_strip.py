"""Strip along the outline of the object."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.cache import cached
from defectsynth.core.measurements import MEASUREMENTS
from defectsynth.core.parameters import FRACTION, Pair, between, choice, span
from defectsynth.functional.raster import Doubles
from defectsynth.scene.foreground import FOREGROUND_METHODS, Foreground
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.base import Shape
from defectsynth.shapes.outline import DrawnPolygonUnion

SMOOTHING_CELLS = 5  # half width of the mean filter along the detected outline
CORNER_SPACING = 0.014  # fraction of min(H, W)
MIN_END_WIDTH = 0.1  # fraction of the full width
MAX_CORNERS = 160  # of a side


@dataclass(frozen=True)
class EdgeStrip(Shape):
    """Ragged strip along the outline of the object, or along the direction of the place where there is no object.

    Args:
        length_range: length along the outline, in [0, 3], fraction of min(H, W).
        depth_range: distance of its outer side from the outline, in [0, 0.5], inwards, fraction of min(H, W).
        width_range: width, in [0, 0.5], inwards, fraction of min(H, W).
        raggedness_range: unevenness of its sides, in [0, 1], fraction of the width.
        softness_range: width of the soft edge, in [0, 0.1], fraction of min(H, W); 0 is sharp.
        foreground: method that finds the object, see `find_foreground`.
    """

    length_range: Pair = span((0.1, 0.3), 0.0, 3.0, FRACTION)
    depth_range: Pair = span((0.0, 0.0), 0.0, 0.5, "from the outline inwards, " + FRACTION)
    width_range: Pair = span((0.02, 0.06), 0.0, 0.5, FRACTION)
    raggedness_range: Pair = span((0.1, 0.5), 0.0, 1.0, "fraction of the width")
    softness_range: Pair = span((0.0, 0.003), 0.0, 0.1, FRACTION)
    foreground: str = choice("auto", *FOREGROUND_METHODS)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnPolygonUnion:
        """Return the strip along the outline nearest to the place."""
        length, depth, width, ragged, soft = rng.random(5).tolist()
        extent = max(between(self.length_range, length) * scene.side, 2.0)
        begin = between(self.depth_range, depth) * scene.side
        breadth = max(between(self.width_range, width) * scene.side, 1.5)
        centre, inwards = _outline_around(scene, place, extent, self.foreground)
        number = len(centre)
        share = np.linspace(-1.0, 1.0, number)
        beyond = 2.0 * max(scene.foreground(self.foreground).step)  # the detected outline is accurate to a cell
        profile = np.sqrt(np.maximum(1.0 - share**2, 0.0))  # tapers to both ends
        uneven = between(self.raggedness_range, ragged) * breadth
        inner = begin + breadth * (MIN_END_WIDTH + (1.0 - MIN_END_WIDTH) * profile)
        inner += uneven * profile * _ragged_line(rng, number)
        outer = np.full(number, begin) + 0.4 * uneven * _ragged_line(rng, number) if begin else np.full(number, -beyond)
        inner = np.maximum(inner, outer + 0.05 * breadth)
        sides = np.concatenate([centre + inwards * outer[:, None], (centre + inwards * inner[:, None])[::-1]])
        outline = tuple((x, y) for x, y in np.round(sides, 2).tolist())
        return DrawnPolygonUnion((outline,), softness=between(self.softness_range, soft) * scene.side)


def _ragged_line(rng: np.random.Generator, number: int) -> Doubles:
    """Return a random line in about [-1, 1], (number,): straight runs between kinks, with a little noise."""
    kinks = max(3, number // 3)
    places = np.concatenate([[0.0], np.sort(rng.random(kinks)), [1.0]])
    runs = np.interp(np.linspace(0.0, 1.0, number), places, rng.uniform(-1.0, 1.0, kinks + 2))
    return np.asarray(0.85 * runs + 0.15 * rng.uniform(-1.0, 1.0, number))


def _outline_around(scene: Scene, place: Place, extent: float, method: str) -> tuple[Doubles, Doubles]:
    """Return points along the outline around the place and the inner normal at each, (N, 2) pixels."""
    number = int(min(max(extent / max(CORNER_SPACING * scene.side, 1.0), 4), MAX_CORNERS))
    found = scene.foreground(method)
    outlines = _smooth_outlines(found)
    if not outlines:
        tangent = np.array([math.cos(place.angle), math.sin(place.angle)])
        inwards = np.array([-tangent[1], tangent[0]])
        line = (place.x, place.y) + np.linspace(-0.5, 0.5, number)[:, None] * extent * tangent
        return line, np.tile(inwards, (number, 1))
    here = np.array([(place.x + 0.5) / found.step[0] - 0.5, (place.y + 0.5) / found.step[1] - 0.5])
    nearest = [float(((outline.cells - here) ** 2).sum(axis=1).min()) for outline in outlines]
    outline = outlines[int(np.argmin(nearest))]
    points, position = outline.points, outline.position
    start = float(position[int(np.argmin(((points - (place.x, place.y)) ** 2).sum(axis=1)))])
    extent = min(extent, 0.9 * float(position[-1]))
    wanted = start + np.linspace(-0.5, 0.5, number) * extent
    closed = np.concatenate([points, points[:1]])
    line = np.stack([np.interp(wanted, position, closed[:, axis], period=position[-1]) for axis in (0, 1)], axis=1)
    tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.hypot(*tangent.T), 1e-9)[:, None]
    inwards = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) * (1.0 if outline.area > 0 else -1.0)
    return line, inwards


class _SmoothOutline(NamedTuple):
    """An outline of the object.

    Attributes:
        cells: int (N, 2), the cells of the small copy that it was found in.
        points: float64 (N, 2), smoothed, in pixels.
        position: float64 (N + 1,), length of the outline up to each point, and all of it.
        area: twice the area that it encloses, negative for the other direction.
    """

    cells: Array
    points: Doubles
    position: Doubles
    area: float


@cached(MEASUREMENTS)
def _smooth_outlines(found: Foreground) -> tuple[_SmoothOutline, ...]:
    """Return the outlines of the object that was found in an image; without background there are none."""
    if found.whole:
        return ()
    contours = cv2.findContours(found.cells, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    return tuple(_smooth_outline(contour[:, 0], found.step) for contour in contours)


def _smooth_outline(cells: Array, step: Pair) -> _SmoothOutline:
    points = cells.astype(np.float64)
    window = min(SMOOTHING_CELLS, len(points) // 4)
    rolled = [np.roll(points, shift, axis=0) for shift in range(-window, window + 1)]
    points = (np.mean(rolled, axis=0) + 0.5) * step - 0.5
    ahead = np.roll(points, -1, axis=0)
    area = float((points[:, 0] * ahead[:, 1] - points[:, 1] * ahead[:, 0]).sum())
    position = np.concatenate([[0.0], np.cumsum(np.hypot(*(ahead - points).T))])
    return _SmoothOutline(cells, points, position, area)
