"""Corners of the outline of the object: the tips of prongs, teeth and plates."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.cache import cached
from defectsynth.core.measurements import MEASUREMENTS, stored
from defectsynth.core.parameters import Pair
from defectsynth.scene.foreground import Foreground
from defectsynth.scene.place import Place

ARM = 0.06  # length of the two sides of a corner, share of the longer side of the small copy
MAX_ANGLE = 130.0  # inner angle of a corner, degrees
MAX_CORNERS = 12
SHARES = (1.0, 0.8, 0.6, 0.4, 1.6)  # of the depth, tried until the fold cuts off nothing but the corner
TURNS = (0.0, -0.5, 0.5, -1.0, 1.0)  # radians added to the tilt, tried at every depth
MAX_WIDTH, MAX_HEIGHT = 2.6, 1.9  # distance along the fold and beyond it up to which a corner may extend, in depths


class Corner(NamedTuple):
    """A convex corner of the outline.

    Attributes:
        x: column in pixels.
        y: row in pixels.
        outwards: direction away from the object, radians.
    """

    x: float
    y: float
    outwards: float


class CornerFoldLine(NamedTuple):
    """A fold across a corner; lengths in pixels.

    Attributes:
        x: column of a point on the fold.
        y: row of that point.
        outwards: direction across the fold to the corner, radians.
        depth: distance of the point from the corner.
        width: greatest distance of the corner from the point along the fold.
        height: greatest distance of the corner from the fold.
    """

    x: float
    y: float
    outwards: float
    depth: float
    width: float
    height: float


@cached(MEASUREMENTS)
@stored(Corner)
def find_corners(found: Foreground) -> tuple[Corner, ...]:
    """Return the convex corners of the object, the sharpest first; those at the border of the image do not count."""
    contours = cv2.findContours(found.cells, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    rows, columns = found.cells.shape
    reach = max(2, round(ARM * max(rows, columns)))
    corners: list[tuple[float, Corner]] = []
    for contour in contours:
        points = contour[:, 0].astype(np.float64)
        if found.whole or len(points) < 4 * reach:
            continue
        ahead, behind = (np.roll(points, shift, axis=0) - points for shift in (-reach, reach))
        lengths = np.maximum(np.hypot(*ahead.T) * np.hypot(*behind.T), 1e-9)
        cosine = np.round((ahead * behind).sum(axis=1) / lengths, 9)  # 1 for a needle, -1 for a straight line
        inwards = ahead / np.hypot(*ahead.T)[:, None].clip(1e-9) + behind / np.hypot(*behind.T)[:, None].clip(1e-9)
        inner = np.rint(points + 2.0 * inwards / np.hypot(*inwards.T)[:, None].clip(1e-9)).astype(np.intp)
        convex = found.cells[inner[:, 1].clip(0, rows - 1), inner[:, 0].clip(0, columns - 1)] > 0
        inside = ((points > 1) & (points < (columns - 2, rows - 2))).all(axis=1)
        candidate = convex & inside & (cosine > math.cos(math.radians(MAX_ANGLE)))
        for index in np.flatnonzero(candidate).tolist():
            around = np.arange(index - reach, index + reach + 1) % len(points)
            if cosine[index] >= np.where(candidate[around], cosine[around], -1.0).max():
                x, y = ((points[index] + 0.5) * found.step - 0.5).tolist()
                right, down = (-inwards[index] * found.step).tolist()
                corners.append((float(cosine[index]), Corner(x, y, math.atan2(down, right))))
    corners.sort(key=lambda entry: -entry[0])
    return tuple(corner for _, corner in corners[:MAX_CORNERS])


def nearest_corner(corners: tuple[Corner, ...], place: Place, reach: float) -> Corner | None:
    """Return the corner nearest to a place, None if none lies within `reach` pixels."""
    near = min(corners, key=lambda corner: math.hypot(corner.x - place.x, corner.y - place.y), default=None)
    return near if near and math.hypot(near.x - place.x, near.y - place.y) <= reach else None


def fitting_fold(
    found: Foreground, corner: Corner, depth: float, tilt: float, *, turned: bool = True
) -> CornerFoldLine | None:
    """Return a fold that cuts off the corner and nothing else, or None.

    Args:
        found: the object.
        corner: the corner.
        depth: wanted distance of the fold from the corner in pixels.
        tilt: wanted angle between the fold and the base of the corner in radians.
        turned: whether other angles are tried, too; on a round outline they fit no better.
    """
    for share in SHARES:
        far = share * depth
        x, y = corner.x - far * math.cos(corner.outwards), corner.y - far * math.sin(corner.outwards)
        for turn in TURNS if turned else TURNS[:1]:
            fold = CornerFoldLine(x, y, corner.outwards + tilt + turn, far, MAX_WIDTH * far, MAX_HEIGHT * far)
            extent = _extent(found, corner, fold)
            if extent is not None and extent[0] <= fold.width and extent[1] <= fold.height:
                return fold._replace(width=extent[0], height=extent[1])
    return None


def _extent(found: Foreground, corner: Corner, fold: CornerFoldLine) -> Pair | None:
    """Return how far what a fold cuts off extends along the fold and beyond it in pixels, None if it is nothing."""
    rows, columns = found.cells.shape
    x, y = (np.arange(number) + 0.5 for number in (columns, rows))
    right, down = (x * found.step[0] - 0.5 - fold.x)[None], (y * found.step[1] - 0.5 - fold.y)[:, None]
    out = right * math.cos(fold.outwards) + down * math.sin(fold.outwards)
    beyond = cv2.bitwise_and(found.cells, np.negative((out > 0.0).view(np.uint8)))
    labels = cv2.connectedComponents(beyond)[1].reshape(rows, columns)
    column, row = (int((at + 0.5) / step) for at, step in zip(corner[:2], found.step, strict=True))
    label = labels[min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)]
    if label == 0:
        return None
    part = labels == label
    along = down * math.cos(fold.outwards) - right * math.sin(fold.outwards)
    return float(np.abs(along[part]).max()), float(out[part].max())
