"""Open meshes: a net of thin wires with gaps between them, through which a ground is seen.

Told from dense weaves on a crop around a place, so that the cost is the same for any picture: two kinds of pixels, the
rarer ones thin and connected from side to side both ways.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.scene.orientation import gray_crop
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

RAREST, COMMONEST = 0.08, 0.58  # share of the crop that the wires of an open mesh cover
SEPARATE = 0.6  # least share of the variance that lies between wires and ground
THIN = 0.6  # greatest thickness of a wire as a share of the gaps' width
SPANNED = 0.7  # least share of both sides of the crop over which the largest net reaches
MOST = 0.45  # least share of the wires that the largest net holds
CROSSING = 1.25  # depth, times that of a wire, from which on it is a crossing
TRIED, STRIDE = 96, 4  # points on wires looked at, nearest first, and every how manyth
SLENDER = 2.2  # least spread along a wire by across it
_SQUARE, _WIDE = np.ones((3, 3), np.uint8), np.ones((7, 7), np.uint8)


class Wire(NamedTuple):
    """A wire of an open mesh near a place; lengths in pixels.

    Attributes:
        x, y: a point on its middle, between two crossings.
        angle: its direction, radians.
        width: how thick it is.
        gap: how wide the gap beside it is.
        threshold: brightness in [0, 1] between wires and ground.
        dark: whether the wires are darker than the ground.
    """

    x: float
    y: float
    angle: float
    width: float
    gap: float
    threshold: float
    dark: bool


class _Net(NamedTuple):
    """What was found in a crop, in samples: the wires, points on their middles (N, 2) as (x, y), their thickness."""

    wires: Bytes
    middles: Array
    width: float
    gap: float
    threshold: float
    dark: bool


def find_wire(scene: Scene, place: Place) -> Wire | None:
    """Return the wire nearest to a place, or None if the surface around it is no open mesh."""
    crop = gray_crop(scene, place)
    net = _net(crop.levels.tobytes(), crop.levels.shape)
    if net is None:
        return None
    x, y = (place.x + 0.5 - crop.x0) / crop.scale - 0.5, (place.y + 0.5 - crop.y0) / crop.scale - 0.5
    reach = math.ceil(1.5 * net.width)
    for index in np.argsort(((net.middles - (x, y)) ** 2).sum(axis=1))[:TRIED:STRIDE].tolist():
        column, row = net.middles[index].tolist()
        near = net.wires[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
        rows, columns = np.nonzero(near)
        spread, directions = np.linalg.eigh(np.cov(np.stack([columns, rows])) + 1e-6 * np.eye(2))
        if spread[1] >= SLENDER * spread[0]:
            return Wire(
                x=(column + 0.5) * crop.scale - 0.5 + crop.x0,
                y=(row + 0.5) * crop.scale - 0.5 + crop.y0,
                angle=math.atan2(float(directions[1, 1]), float(directions[0, 1])),
                width=net.width * crop.scale,
                gap=net.gap * crop.scale,
                threshold=net.threshold,
                dark=net.dark,
            )
    return None


@lru_cache(maxsize=1024)
def _net(levels: bytes, shape: tuple[int, ...]) -> _Net | None:
    gray = cv2.blur(np.frombuffer(levels, np.uint8).reshape(shape), (3, 3)).reshape(shape)
    if min(shape) < 24:
        return None
    threshold, bright = cv2.threshold(gray, 0.0, 255.0, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if _separation(gray, bright) < SEPARATE:
        return None
    for dark in (True, False):
        wires = cv2.morphologyEx(cv2.bitwise_not(bright) if dark else bright, cv2.MORPH_CLOSE, _SQUARE)
        if not RAREST <= cv2.countNonZero(wires) / wires.size <= COMMONEST or not _spans(wires):
            continue
        depth, clear = (cv2.distanceTransform(each, cv2.DIST_L2, 3) for each in (wires, cv2.bitwise_not(wires)))
        ridge = (depth >= cv2.dilate(depth, _SQUARE)) & (depth >= 1.0)
        gaps = clear[(clear >= cv2.dilate(clear, _WIDE)) & (clear > 1.0)]
        if not ridge.any() or not gaps.size:
            continue
        thick, wide = float(np.median(depth[ridge])), float(np.median(gaps))
        rows, columns = np.nonzero(ridge & (depth <= CROSSING * thick))
        inner = (np.minimum(rows, shape[0] - 1 - rows) > 2) & (np.minimum(columns, shape[1] - 1 - columns) > 2)
        if thick <= THIN * wide and inner.any():
            middles = np.stack([columns, rows], axis=1)[inner]
            return _Net(wires, middles, 2.0 * thick, 2.0 * wide, threshold / 255.0, dark)
    return None


def _separation(gray: Bytes, bright: Bytes) -> float:
    """Return the share of the variance that lies between the two kinds of pixels."""
    (upper,), _ = cv2.meanStdDev(gray, mask=bright)
    (lower,), _ = cv2.meanStdDev(gray, mask=cv2.bitwise_not(bright))
    share = cv2.countNonZero(bright) / bright.size
    between = share * (1.0 - share) * float(upper[0] - lower[0]) ** 2
    return between / max(float(cv2.meanStdDev(gray)[1][0, 0]) ** 2, 1e-6)


def _spans(wires: Bytes) -> bool:
    """Return whether the largest connected piece reaches across the crop both ways and holds most of the wires."""
    number, _, stats, _ = cv2.connectedComponentsWithStats(wires)
    largest = stats[1:number][np.argmax(stats[1:number, cv2.CC_STAT_AREA])]
    width, height, area = largest[[cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA]].tolist()
    rows, columns = wires.shape
    return min(height / rows, width / columns) >= SPANNED and area >= MOST * cv2.countNonZero(wires)


def mesh_ground(surface: Floats, alpha: Floats, *, threshold: float, dark: bool, rim: float) -> Floats:
    """Return where the ground of a mesh is seen, float32 (h, w), 1 there.

    Args:
        surface: float32 (C, h, w) in [0, 1].
        alpha: float32 (h, w), 0 where nothing is laid down.
        threshold: brightness between wires and ground.
        dark: whether the wires are darker.
        rim: width of the rim of a wire that is neither, in pixels.
    """
    gray = surface.mean(axis=0)
    ground = (gray > threshold) if dark else (gray < threshold)
    rim = 2 * round(rim) + 1
    return (
        cv2.erode((ground & (alpha == 0)).view(np.uint8), np.ones((rim, rim), np.uint8), borderValue=1)
        .reshape(gray.shape)
        .astype(np.float32)
    )
