"""Inserts of an object: compact bodies of one colour with a detailed core, such as the insulated wires of a cable.

A core is a blob of fine detail away from the outline of the object. The insert is the region of one colour around it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Bytes, Floats, channel_mean
from defectsynth.core.cache import cached
from defectsynth.core.measurements import MEASUREMENTS, stored
from defectsynth.scene.foreground import Foreground

RIM = 0.05  # width of the band along the outline without inserts, share of the longer side of the small copy
WINDOW = 0.05  # side of the window in which detail is measured, the same share
GATHER = 0.12  # side of the window in which detail gathers to a core
SEPARATION = 0.14  # least distance between two cores
DARK_LEVEL = 24.0  # brightness, of 255, below which detail counts less
MIN_DETAIL = 0.04  # logarithm of brightness per cell
PEAK_SHARE = 0.45  # of the greatest detail that a core has
CORE_SHARE = 0.5  # of its detail up to which a core extends
MIN_CORE, MAX_CORE = 0.03, 0.16  # radius of a core, share of the longer side
RAYS, RAY_POINTS = 48, 24  # from the middle of a core outwards, and points on each
RAY_RANGE = (1.15, 2.3)  # of a ray, in radii of the core
BODY_POINTS = 3  # first points of a ray, which show the colour of the body
TOLERANCE = 22.0  # difference from that colour at which the body ends, of 255
MIN_RAYS = 16  # that must find an end
KEPT_SHARE = 0.7  # of the ends nearest to the first ellipse, to which the second is fitted
MIN_ASPECT = 0.7  # shorter by longer axis
MAX_RELATIVE_SIZE = 1.05  # of the median insert
MAX_INSERTS = 16


class Insert(NamedTuple):
    """An insert as an ellipse, and the circle of its core; pixels and radians.

    Attributes:
        x: column of the centre.
        y: row of the centre.
        along: first half axis.
        across: second half axis.
        angle: direction of the first half axis.
        core_x: column of the centre of the core.
        core_y: row of the centre of the core.
        core: radius of the core.
    """

    x: float
    y: float
    along: float
    across: float
    angle: float
    core_x: float
    core_y: float
    core: float


@cached(MEASUREMENTS)
@stored(Insert)
def find_inserts(found: Foreground) -> tuple[Insert, ...]:
    """Return the inserts of the object, the largest core first; none if the object has no compact detail."""
    longer = max(found.cells.shape)
    rim = 2 * max(1, round(RIM * longer)) + 1
    framed = cv2.copyMakeBorder(_filled(found.cells), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.erode(framed, np.ones((rim, rim), np.uint8)).reshape(framed.shape)[1:-1, 1:-1] > 0
    detail = _detail(found.small, 2 * max(1, round(0.5 * WINDOW * longer)) + 1) * inner
    gather = 2 * max(1, round(0.5 * GATHER * longer)) + 1
    gathered = cv2.blur(cv2.blur(detail, (gather, gather)), (gather, gather)).reshape(detail.shape)
    greatest, apart = float(gathered.max()), 2 * max(1, round(SEPARATION * longer)) + 1
    if greatest < MIN_DETAIL:
        return ()
    peaks = (gathered >= cv2.dilate(gathered, np.ones((apart, apart), np.uint8)).reshape(detail.shape)) & inner
    rows, columns = np.nonzero(peaks & (gathered >= PEAK_SHARE * greatest))
    order = np.argsort(-gathered[rows, columns], kind="stable")[:MAX_INSERTS]
    centres = [(int(columns[index]), int(rows[index])) for index in order]
    y, x = np.mgrid[: detail.shape[0], : detail.shape[1]]
    nearest = np.argmin([(x - column) ** 2 + (y - row) ** 2 for column, row in centres], axis=0)
    found_inserts = (_insert(found, detail, centre, nearest == index) for index, centre in enumerate(centres))
    return _of_equal_size([insert for insert in found_inserts if insert is not None])


def _of_equal_size(inserts: list[Insert]) -> tuple[Insert, ...]:
    """Return the inserts, those much larger than the median one reduced to it, around their core.

    The outline of a body whose colour is that of its surroundings is found too far out.
    """
    if not inserts:
        return ()
    usual = float(np.median([math.sqrt(insert.along * insert.across) for insert in inserts]))
    reduced = []
    for insert in inserts:
        size = math.sqrt(insert.along * insert.across)
        share = min(MAX_RELATIVE_SIZE * usual / size, 1.0)
        away = complex(insert.x - insert.core_x, insert.y - insert.core_y)
        away *= max(abs(away) - (1.0 - share) * size, 0.0) / max(abs(away), 1e-9)
        reduced.append(
            insert._replace(
                x=insert.core_x + away.real,
                y=insert.core_y + away.imag,
                along=share * insert.along,
                across=share * insert.across,
            )
        )
    return tuple(reduced)


def _filled(cells: Bytes) -> Bytes:
    """Return the convex hull of the object, uint8 (h, w), 255 inside."""
    points = np.argwhere(cells > 0)[:, ::-1].astype(np.int32)
    hull = np.zeros_like(cells)
    return cv2.fillConvexPoly(hull, cv2.convexHull(points), 255) if len(points) else hull


def _detail(small: Bytes, window: int) -> Floats:
    """Return the weaker of the two principal gradients around every cell, float32 (h, w).

    An edge has a gradient in one direction only; detail has one in both.
    """
    gray = np.log(channel_mean(small) + np.float32(DARK_LEVEL))
    across, down = (cv2.Sobel(gray, cv2.CV_32F, *axis, scale=0.125).reshape(gray.shape) for axis in ((1, 0), (0, 1)))
    xx, yy, xy = (
        cv2.blur(product, (window, window)).reshape(gray.shape)
        for product in (across * across, down * down, across * down)
    )
    mean, difference = 0.5 * (xx + yy), 0.5 * (xx - yy)
    return np.sqrt(np.maximum(mean - np.sqrt(difference * difference + xy * xy), 0.0))


def _insert(found: Foreground, detail: Floats, centre: tuple[int, int], own: Bytes) -> Insert | None:
    """Return the insert around a core, or None if the core has no body of one colour.

    Args:
        found: the object.
        detail: float32 (h, w).
        centre: (column, row) of its peak.
        own: bool (h, w), cells nearer to this peak than to another one.
    """
    longer, step, shape = max(detail.shape), max(found.step), detail.shape
    around = slice(max(0, centre[1] - 2), centre[1] + 3), slice(max(0, centre[0] - 2), centre[0] + 3)
    peak = float(np.median(detail[around]))
    labels = cv2.connectedComponents((own & (detail >= CORE_SHARE * peak)).view(np.uint8))[1].reshape(shape)
    rows, columns = np.nonzero(labels == labels[centre[1], centre[0]])
    x, y, radius = float(columns.mean()), float(rows.mean()), math.sqrt(rows.size / math.pi)
    if not MIN_CORE * longer <= radius <= MAX_CORE * longer:
        return None
    ends = _ends_of_body(found.small, own, (x, y), radius)
    if len(ends) < MIN_RAYS:
        return None
    ends = ends[np.argsort(_misfit(ends, cv2.fitEllipse(ends)), kind="stable")][: round(KEPT_SHARE * len(ends))]
    (middle_x, middle_y), (first, second), angle = cv2.fitEllipse(ends)
    if not MIN_ASPECT * max(first, second) <= min(first, second) or max(first, second) > 2.0 * RAY_RANGE[1] * radius:
        return None
    middle = ((middle_x + 0.5) * found.step[0] - 0.5, (middle_y + 0.5) * found.step[1] - 0.5)
    core = ((x + 0.5) * found.step[0] - 0.5, (y + 0.5) * found.step[1] - 0.5)
    half = (0.5 * (first + 1.0) * step, 0.5 * (second + 1.0) * step)
    return Insert(*middle, *half, math.radians(angle), *core, radius * step)


def _ends_of_body(small: Bytes, own: Bytes, core: tuple[float, float], radius: float) -> Floats:
    """Return the points (N, 2) in cells at which the colour of the body around a core ends, float32."""
    smooth = cv2.blur(small, (3, 3)).reshape(small.shape).astype(np.float32)
    angles = 2.0 * math.pi * np.arange(RAYS)[:, None] / RAYS
    reach = radius * np.linspace(*RAY_RANGE, RAY_POINTS)[None]
    x, y = core[0] + reach * np.cos(angles), core[1] + reach * np.sin(angles)
    columns = np.rint(x).astype(np.intp).clip(0, own.shape[1] - 1)
    rows = np.rint(y).astype(np.intp).clip(0, own.shape[0] - 1)
    colours = smooth[rows, columns]
    body = np.median(colours[:, :BODY_POINTS], axis=1, keepdims=True)
    ended = (np.abs(colours - body).max(axis=2) > TOLERANCE) | ~own[rows, columns]
    ended[:, :BODY_POINTS] = False
    rays = np.flatnonzero(ended.any(axis=1))
    first = np.argmax(ended, axis=1)[rays]
    return np.stack([x[rays, first], y[rays, first]], axis=1).astype(np.float32)


def _misfit(points: Floats, ellipse: tuple[tuple[float, float], tuple[float, float], float]) -> Floats:
    """Return the relative distance of points (N, 2) from an ellipse of `cv2.fitEllipse`, (N,)."""
    (x, y), (first, second), angle = ellipse
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    right, down = points[:, 0] - x, points[:, 1] - y
    along, across = (
        (right * cos + down * sin) / max(0.5 * first, 0.5),
        (down * cos - right * sin) / max(0.5 * second, 0.5),
    )
    return np.asarray(np.abs(np.hypot(along, across) - 1.0))
