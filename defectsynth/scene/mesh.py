"""Detection of open meshes: thin crossing wires with gaps through which the background is visible.

A crop around a place shows an open mesh if its pixels fall into two classes of brightness and if the pixels of one
class are thin and form a component that spans the crop both ways. Wires that are not thin, as in a tight mesh or seen
at an angle, count if their gaps are equally large. The cost does not depend on the size of the image.
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.cache import cached
from defectsynth.core.measurements import MEASUREMENTS
from defectsynth.scene.orientation import gray_crop
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

MIN_WIRE_SHARE, MAX_WIRE_SHARE = 0.08, 0.58  # share of the crop that the wires cover
MIN_SEPARATION = 0.6  # smallest share of the variance between the classes wires and background
MAX_THICKNESS = 0.6  # of a wire, as a share of the width of a gap
MAX_TIGHT_SHARE, MAX_TIGHT_THICKNESS = 0.76, 1.0  # the same if the gaps are equally large
MIN_GAPS = 4  # of a tight mesh, inside the crop
GAP_AREAS = (0.6, 1.6)  # of equally large gaps, multiples of their median
MIN_EQUAL_SHARE = 0.8  # share of the area of the gaps in equally large ones
MIN_SPAN = 0.7  # of the largest component, as a share of each side of the crop
MIN_LARGEST_SHARE = 0.45  # of the wires, in the largest component
CROSSING_DEPTH = 1.25  # distance to the outline from which on a point is a crossing, in units of that of a wire
MAX_CANDIDATES, CANDIDATE_STRIDE = 96, 4  # nearest points on wires, and the stride with which they are tried
MIN_ELONGATION = 2.2  # smallest ratio of the variances along and across a wire
REACHES = (1.5, 1.0)  # half sides of the windows in which they are measured, multiples of the width of the wire
SIDE_REACHES = (0.8, 0.3)  # of the wire before and behind a point, in its widths; of a gap beside it, in that of a gap
MIN_CROP = 24  # pixels
_SQUARE, _WIDE = np.ones((3, 3), np.uint8), np.ones((7, 7), np.uint8)


class Wire(NamedTuple):
    """Wire of an open mesh near a place; lengths in pixels.

    Attributes:
        x, y: a point on its centre line, between two crossings.
        angle: direction, radians.
        width: thickness.
        gap: width of the gap beside it.
        threshold: brightness in [0, 1] that separates wires and background.
        dark: True if the wires are darker than the background.
    """

    x: float
    y: float
    angle: float
    width: float
    gap: float
    threshold: float
    dark: bool


class _Net(NamedTuple):
    """Open mesh in a crop; lengths in samples.

    Attributes:
        wires: uint8 (h, w), 255 on wires.
        centres: (N, 2), points (x, y) on the centre lines of the wires, between crossings.
        width, gap, threshold, dark: as in `Wire`.
    """

    wires: Bytes
    centres: Array
    width: float
    gap: float
    threshold: float
    dark: bool


def find_wire(scene: Scene, place: Place) -> Wire | None:
    """Return the wire nearest to a place, or None if the surface around it is not an open mesh."""
    crop = gray_crop(scene, place)
    x, y = (place.x + 0.5 - crop.x0) / crop.scale - 0.5, (place.y + 0.5 - crop.y0) / crop.scale - 0.5
    found = _nearest_wire(crop.levels.tobytes(), crop.levels.shape, x, y)
    if found is None:
        return None
    net, column, row, angle = found
    return Wire(
        x=(column + 0.5) * crop.scale - 0.5 + crop.x0,
        y=(row + 0.5) * crop.scale - 0.5 + crop.y0,
        angle=angle,
        width=net.width * crop.scale,
        gap=net.gap * crop.scale,
        threshold=net.threshold,
        dark=net.dark,
    )


@cached(MEASUREMENTS)
def _nearest_wire(levels: bytes, shape: tuple[int, ...], x: float, y: float) -> tuple[_Net, int, int, float] | None:
    """Return the mesh in a crop, a point (column, row) on the wire nearest to (x, y) and its direction, or None."""
    net = _find_net(levels, shape)
    if net is None:
        return None
    nearest = np.argsort(((net.centres - (x, y)) ** 2).sum(axis=1))[:MAX_CANDIDATES:CANDIDATE_STRIDE]
    candidates = net.centres[nearest].tolist()
    second = None
    for reach, (column, row) in product([math.ceil(share * net.width) for share in REACHES], candidates):
        near = net.wires[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
        moments = cv2.moments(near, binaryImage=True)
        along, across, mixed = moments["mu20"], moments["mu02"], 2.0 * moments["mu11"]
        spread = math.hypot(along - across, mixed)
        if along + across + spread >= MIN_ELONGATION * (along + across - spread):
            rows, columns = np.nonzero(near)
            _, directions = np.linalg.eigh(np.cov(np.stack([columns, rows])) + 1e-6 * np.eye(2))
            found = net, column, row, math.atan2(float(directions[1, 1]), float(directions[0, 1]))
            if _runs_between_gaps(*found):
                return found
            second = second or found  # at a crossing, where the direction is uncertain
    return second


def _runs_between_gaps(net: _Net, column: int, row: int, angle: float) -> bool:
    """Return whether the background lies on both sides of a point of a wire, and the wire before and behind it."""
    along, across = SIDE_REACHES[0] * net.width, 0.5 * net.width + SIDE_REACHES[1] * net.gap
    steps = np.array([(-along, 0.0), (along, 0.0), (0.0, -across), (0.0, across)])
    x = np.rint(column + steps[:, 0] * math.cos(angle) - steps[:, 1] * math.sin(angle)).astype(np.intp)
    y = np.rint(row + steps[:, 0] * math.sin(angle) + steps[:, 1] * math.cos(angle)).astype(np.intp)
    rows, columns = net.wires.shape
    if min(x.min(), y.min()) < 0 or x.max() >= columns or y.max() >= rows:
        return False
    return (net.wires[y, x] > 0).tolist() == [True, True, False, False]


@cached(MEASUREMENTS)
def _find_net(levels: bytes, shape: tuple[int, ...]) -> _Net | None:
    """Return the open mesh in a crop, the bytes of uint8 (h, w), or None."""
    gray = cv2.blur(np.frombuffer(levels, np.uint8).reshape(shape), (3, 3)).reshape(shape)
    if min(shape) < MIN_CROP:
        return None
    threshold, bright = cv2.threshold(gray, 0.0, 255.0, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if _separation(gray, bright) < MIN_SEPARATION:
        return None
    for dark in (True, False):
        wires = cv2.morphologyEx(cv2.bitwise_not(bright) if dark else bright, cv2.MORPH_CLOSE, _SQUARE)
        share = cv2.countNonZero(wires) / wires.size
        if not MIN_WIRE_SHARE <= share <= MAX_TIGHT_SHARE or not _spans(wires):
            continue
        depth, gap_depth = (cv2.distanceTransform(mask, cv2.DIST_L2, 3) for mask in (wires, cv2.bitwise_not(wires)))
        ridge = (depth >= cv2.dilate(depth, _SQUARE)) & (depth >= 1.0)
        gap_peaks = gap_depth[(gap_depth >= cv2.dilate(gap_depth, _WIDE)) & (gap_depth > 1.0)]
        if not ridge.any() or not gap_peaks.size:
            continue
        # builds of OpenCV differ by 3e-4 in distances
        half_width, half_gap = (round(float(np.median(each)), 2) for each in (depth[ridge], gap_peaks))
        rows, columns = np.nonzero(ridge & (depth <= CROSSING_DEPTH * half_width))
        inner = (np.minimum(rows, shape[0] - 1 - rows) > 2) & (np.minimum(columns, shape[1] - 1 - columns) > 2)
        thin = share <= MAX_WIRE_SHARE and half_width <= MAX_THICKNESS * half_gap
        tight = not thin and half_width <= MAX_TIGHT_THICKNESS * half_gap and _has_equal_gaps(cv2.bitwise_not(wires))
        if (thin or tight) and inner.any():
            centres = np.stack([columns, rows], axis=1)[inner]
            return _Net(wires, centres, 2.0 * half_width, 2.0 * half_gap, threshold / 255.0, dark)
    return None


def _separation(gray: Bytes, bright: Bytes) -> float:
    """Return the share of the variance of `gray` between the classes that the mask `bright` separates."""
    (upper,), _ = cv2.meanStdDev(gray, mask=bright)
    (lower,), _ = cv2.meanStdDev(gray, mask=cv2.bitwise_not(bright))
    share = cv2.countNonZero(bright) / bright.size
    between = share * (1.0 - share) * float(upper[0] - lower[0]) ** 2
    return between / max(float(cv2.meanStdDev(gray)[1][0, 0]) ** 2, 1e-6)


def _spans(wires: Bytes) -> bool:
    """Return whether the largest connected component spans the crop both ways and holds enough of the wires."""
    number, _, stats, _ = cv2.connectedComponentsWithStats(wires)
    largest = stats[1:number][np.argmax(stats[1:number, cv2.CC_STAT_AREA])]
    width, height, area = largest[[cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA]].tolist()
    rows, columns = wires.shape
    return min(height / rows, width / columns) >= MIN_SPAN and area >= MIN_LARGEST_SHARE * cv2.countNonZero(wires)


def _has_equal_gaps(ground: Bytes) -> bool:
    """Return whether the connected components of `ground` that do not touch its border are equally large."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ground, connectivity=4)
    left, top, width, height, area = stats[1:].T
    whole = area[(left > 0) & (top > 0) & (left + width < ground.shape[1]) & (top + height < ground.shape[0])]
    if whole.size < MIN_GAPS:
        return False
    median = float(np.median(whole))
    equal = whole[(whole >= GAP_AREAS[0] * median) & (whole <= GAP_AREAS[1] * median)]
    return bool(equal.size >= MIN_GAPS and equal.sum() >= MIN_EQUAL_SHARE * whole.sum())


def mesh_ground(surface: Floats, alpha: Floats, *, threshold: float, dark: bool, rim: float) -> Floats:
    """Return a mask of the background that is visible through a mesh, float32 (h, w), 1 on the background.

    Args:
        surface: float32 (C, h, w) in [0, 1].
        alpha: float32 (h, w), opacity of a defect; pixels above 0 are left out.
        threshold: brightness that separates wires and background.
        dark: True if the wires are darker.
        rim: width of the blurred rim of a wire, in pixels; it is left out.
    """
    gray = surface.mean(axis=0)
    background = ((gray > threshold) if dark else (gray < threshold)) & (alpha == 0)
    side = 2 * round(rim) + 1
    eroded = cv2.erode(background.view(np.uint8), np.ones((side, side), np.uint8), borderValue=1)
    return eroded.reshape(gray.shape).astype(np.float32)
