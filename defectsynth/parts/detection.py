"""The parts of an object, found on the small copy and given as outlines in pixels.

Leads, tips, teeth and flanges are what an opening of the object takes away; marks are what stands out from the surface
around it (print, holes, inserts, pins); bodies are the separate pieces of an object that has several; ends are what
lies loose beside it, as the far end of a lead does whose middle looks like the background. What was found in a picture
is remembered.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, max_over_channels, split_channels
from defectsynth.core.parameters import Pair
from defectsynth.functional.membrane import membrane
from defectsynth.functional.polygons import Outline
from defectsynth.parts.part import SHADOW, ObjectPart
from defectsynth.scene.foreground import CACHE_SIZE, Foreground
from defectsynth.scene.scene import Scene

OPENING = 0.25  # radius of the opening that takes the leads away, as a share of the object's greatest depth
LEAD = 0.6  # least length of a lead, as a share of the opening's radius
ALIKE = 0.4  # least length of one, as a share of the longest, in front of a ground whose edges may look like one
MARK_CONTRAST = 14.0  # least difference of a mark from its surroundings, of 255
MARK_LEAST = 6  # least area of a mark, in cells
MARK_SHARE = 0.2  # greatest area of a mark, as a share of the object
SOLID = 0.5  # least share of its convex hull that a mark fills
MOST = 64  # parts of a kind that are kept, the largest
REACH, LARGEST_END = 0.15, 0.03  # how far off the object its loose ends lie, a share of the small grid, and how large
# they are, a share of the object
RIM = 3  # cells about the object where what is faintly unlike the background is its shadow or its rim
CALM = 0.005  # greatest share of the background farther off that looks like a loose end, too
FAINT = 0.5  # share of the object's threshold from which on the end of a lead is seen
BESIDE, BEYOND = 0.03, 0.075  # ground beside a lead, and beyond its tip, that goes with it where it is known what
# lies behind: shares of the small grid; the end may hide in a hole or a shadow
_SQUARE = np.ones((3, 3), np.uint8)
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def find_parts(scene: Scene, method: str) -> dict[str, tuple[ObjectPart, ...]]:
    """Return the parts found in a picture by kind; kinds that are not there are missing."""
    found = scene.foreground(method)
    return {} if found.whole else _found(found)


def background_of(scene: Scene, method: str) -> Bytes:
    """Return the cells that surely show the background, uint8 (h, w), 255 there."""
    return clear_of(scene.foreground(method))


def thin_parts(scene: Scene, method: str) -> tuple[ObjectPart, ...]:
    """Return the leads of the object and their loose ends."""
    return _thin(scene.foreground(method))


def _thin(found: Foreground) -> tuple[ObjectPart, ...]:
    parts = _found(found)
    return (*parts.get("lead", ()), *parts.get("end", ()))


def clear_of(found: Foreground) -> Bytes:
    """Return the cells that surely show the background of what was found, uint8 (h, w), 255 there."""
    leads = _thin(found) if found.repeats else ()
    return cv2.bitwise_not(_with_outlines(cv2.dilate(found.cells, _SQUARE), leads, found.step))


def cells_at(outline: Outline, step: Pair) -> Array:
    """Return the corners of an outline as cells of the small grid, int32 (N, 2)."""
    return np.rint((np.array(outline) + 0.5) / step - 0.5).astype(np.int32)


@lru_cache(maxsize=CACHE_SIZE)
def _found(found: Foreground) -> dict[str, tuple[ObjectPart, ...]]:
    colours, inside, step = found.small, found.cells, found.step
    bodies = _components(inside)
    faint = inside if found.plane is None else _unlike(colours, found.plane, FAINT * found.threshold)
    leads = _leads(inside, faint, step, generous=bool(found.repeats))
    kinds = {
        "lead": leads,
        "end": [] if found.plane is None or found.repeats else _ends(inside, faint, leads, step),
        "mark": [
            _piece("mark", cv2.dilate(each, _SQUARE), each, step, ground="object") for each in _marks(colours, inside)
        ],
        "body": [_piece("body", each, each, step) for each in bodies] if len(bodies) > 1 else [],
    }
    return {kind: tuple(pieces) for kind, pieces in kinds.items() if pieces}


def forget_parts() -> None:
    """Forget the parts found so far; the next call looks at its picture anew."""
    _found.cache_clear()
    _hull.cache_clear()


def _components(mask: Bytes) -> list[Bytes]:
    """Return the connected pieces of a mask, the largest first."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = stats[1:number, cv2.CC_STAT_AREA]
    return [np.negative((labels == 1 + index).view(np.uint8)) for index in np.argsort(-areas)[:MOST].tolist()]


def _unlike(small: Bytes, plane: Floats, threshold: float) -> Bytes:
    """Return the cells that differ from the background or from their neighbours at all, uint8 (h, w)."""
    x = (np.arange(small.shape[1]) + 0.5) / small.shape[1] - 0.5
    y = (np.arange(small.shape[0]) + 0.5) / small.shape[0] - 0.5
    ground = plane[:, 0] + plane[:, 1] * x[None, :, None] + plane[:, 2] * y[:, None, None]
    slope = max_over_channels(cv2.morphologyEx(small, cv2.MORPH_GRADIENT, _SQUARE).reshape(small.shape))
    return np.negative(((np.abs(small - ground).max(axis=2) >= threshold) | (slope >= threshold)).view(np.uint8))


def _leads(cells: Bytes, faint: Bytes, step: Pair, *, generous: bool) -> list[ObjectPart]:
    """Return what an opening of the object takes away and is long enough to be no mere corner.

    Its far end may shine like the background; it is followed through cells that differ from it faintly. Where that is
    asked for, a rim of the ground goes with it.
    """
    depth = float(
        cv2.distanceTransform(cv2.copyMakeBorder(cells, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3).max()
    )
    radius = max(1, round(OPENING * depth))
    body = cv2.morphologyEx(cells, cv2.MORPH_OPEN, _disc(radius))
    if not cv2.countNonZero(body):
        return []
    free = cv2.bitwise_and(cv2.bitwise_or(cells, faint), cv2.bitwise_not(cv2.dilate(body, _SQUARE)))
    away = cv2.distanceTransform(cv2.bitwise_not(body), cv2.DIST_L2, 3)
    rest = cv2.bitwise_not(cv2.dilate(body, _SQUARE) if generous else body)
    found = [(float(away[lead > 0].max()), lead) for lead in _components(cv2.bitwise_and(cells, rest))]
    least = max(LEAD * radius + 1.0, ALIKE * max((length for length, _ in found), default=0.0) if generous else 0.0)
    leads = []
    for length, lead in found:
        if length < least:
            continue
        grown = lead
        for _ in range(round(1.5 * length) + 2):
            grown = cv2.bitwise_or(lead, cv2.bitwise_and(cv2.dilate(grown, _CROSS), free))
        wide, other = cv2.dilate(grown, _SQUARE), body
        if generous:
            wide = _with_rim(grown, (away >= float(away[grown > 0].max()) - 1.0).view(np.uint8))
            other = cv2.bitwise_or(body, cv2.dilate(cv2.bitwise_and(free, cv2.bitwise_not(grown)), _SQUARE))
        wide = cv2.bitwise_and(wide, cv2.bitwise_not(other))
        leads.append(_piece("lead", wide, grown, step, away=away))
    return leads


def _ends(cells: Bytes, unlike: Bytes, leads: list[ObjectPart], step: Pair) -> list[ObjectPart]:
    """Return the small things beside the object that are unlike the background, if little farther off is."""
    taken = _with_outlines(cells, leads, step)
    near = cv2.dilate(taken, _disc(round(REACH * max(cells.shape))))
    loose, off = cv2.bitwise_and(unlike, cv2.bitwise_not(cv2.dilate(taken, _SQUARE))), cv2.bitwise_not(near)
    if cv2.countNonZero(cv2.bitwise_and(loose, off)) > CALM * cv2.countNonZero(off):
        return []
    off[[0, -1]] = off[:, [0, -1]] = 255  # what the border cuts is no end, either
    largest, rim = LARGEST_END * cv2.countNonZero(cells), cv2.dilate(taken, _disc(RIM))
    return [
        _piece("end", cv2.dilate(each, _SQUARE), each, step)
        for each in _components(loose)
        if MARK_LEAST <= cv2.countNonZero(each) <= largest
        and not cv2.countNonZero(cv2.bitwise_and(each, off))
        and cv2.countNonZero(cv2.subtract(each, rim))
    ]


def _with_outlines(cells: Bytes, pieces: Iterable[ObjectPart], step: Pair) -> Bytes:
    """Return cells with those inside the outlines of parts."""
    taken = cells.copy()
    for piece in pieces:
        cv2.fillPoly(taken, [cells_at(piece.outline, step)], 255)
    return taken


def _with_rim(lead: Bytes, far: Bytes) -> Bytes:
    """Return a lead with the ground beside it, and more of that about its end, which lies among the `far` cells."""
    beside, beyond = (round(share * max(lead.shape)) for share in (BESIDE, BEYOND))
    end = cv2.bitwise_and(lead, np.negative(far))
    return cv2.bitwise_or(cv2.dilate(lead, _disc(beside)), cv2.dilate(end, _disc(beyond)))


def _disc(radius: int) -> Bytes:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _marks(small: Bytes, cells: Bytes) -> list[Bytes]:
    """Return what stands out from the smoothed surface well inside the object."""
    inner = cv2.erode(cells, np.ones((5, 5), np.uint8))
    rim = cv2.subtract(inner, cv2.erode(inner, _SQUARE))
    total = cv2.countNonZero(inner)
    if total < 25:
        return []
    reach = min(max(3, round(0.35 * math.sqrt(total)) | 1), 31)
    extended = membrane(small.astype(np.float32), inner * np.float32(1.0 / 255.0)).astype(np.uint8)
    planes = [cv2.absdiff(plane, cv2.medianBlur(plane, reach)) for plane in split_channels(extended)]
    unlike = cv2.bitwise_and(max_over_channels(cv2.merge(planes)), inner)
    if float(unlike.max()) < MARK_CONTRAST:
        return []
    threshold = max(MARK_CONTRAST, 0.45 * float(np.percentile(unlike[inner > 0], 99)))
    marks = cv2.morphologyEx((unlike >= threshold).view(np.uint8) * np.uint8(255), cv2.MORPH_CLOSE, _SQUARE)
    return [
        mark
        for mark in _components(marks)
        if _is_thing(mark, total) and not cv2.countNonZero(cv2.bitwise_and(mark, rim))
    ]


def _is_thing(mark: Bytes, total: int) -> bool:
    """Return whether a mark is neither a speck nor most of the object nor a line along one."""
    if not MARK_LEAST <= cv2.countNonZero(mark) <= MARK_SHARE * total:
        return False
    contour = cv2.findContours(cv2.dilate(mark, _SQUARE), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0][0]
    return cv2.contourArea(contour) >= SOLID * cv2.contourArea(cv2.convexHull(contour))


def _piece(
    kind: str, wide: Bytes, core: Bytes, step: Pair, *, away: Array | None = None, ground: str = "background"
) -> ObjectPart:
    """Return the part that covers `wide`, its ends taken from `core`."""
    grown = cv2.dilate(wide, _SQUARE) if kind == "body" else wide
    contours = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    contour = max(contours, key=cv2.contourArea)
    outline = cv2.approxPolyDP(contour, 0.6, closed=True)[:, 0]
    if len(outline) < 3:
        x, y, width, height = cv2.boundingRect(contour)
        outline = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    rows, columns = np.nonzero(core)
    points = np.stack([columns, rows], axis=1).astype(np.float64)
    if away is None:
        centred = points - points.mean(axis=0)
        axis = np.linalg.svd(centred, full_matrices=False)[2][0] if len(points) > 1 else np.array([1.0, 0.0])
        order = centred @ axis
    else:
        order = away[rows, columns]
    low, high = order.min(), order.max()
    ends = [points[order <= low + 1.0].mean(axis=0), points[order >= high - 1.0].mean(axis=0)]
    root, tip = _pixels(np.array(ends), step)
    return ObjectPart(kind, _pixels(outline, step), root, tip, ground, "")


def _pixels(cells: Array, step: Pair) -> Outline:
    """Return positions (N, 2) on the small grid as pixels."""
    points = (np.asarray(cells, np.float64) + 0.5) * step - 0.5
    return tuple((float(x), float(y)) for x, y in points)


def stands_free(scene: Scene, method: str) -> bool:
    """Return whether the picture has a background all around the object."""
    found = scene.foreground(method)
    return not (found.whole or found.cells[[0, -1]].any() or found.cells[:, [0, -1]].any())


def whole_object(scene: Scene, method: str) -> ObjectPart | None:
    """Return the object, or None if the picture has no background or the border cuts the object."""
    if not stands_free(scene, method):
        return None
    found = scene.foreground(method)
    points = _hull(found, SHADOW * scene.side)
    return ObjectPart("object", points, points[0], points[len(points) // 2], "background", method)


@lru_cache(maxsize=CACHE_SIZE)
def _hull(found: Foreground, shadow: float) -> Outline:
    """Return the hull of the object, leads and loose ends with it, and its shadow in pixels."""
    cells, beside = cv2.bitwise_not(clear_of(found)), max(found.step)
    if not found.repeats:
        cells, beside = _with_outlines(found.cells, _thin(found), found.step), shadow
    rim = math.ceil(beside / min(found.step)) + 1
    wide = cv2.copyMakeBorder(cells, rim, rim, rim, rim, cv2.BORDER_CONSTANT)
    grown = cv2.dilate(wide, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
    outlines = [contour[:, 0] - rim for contour in cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]]
    return _pixels(cv2.convexHull(np.concatenate(outlines))[:, 0], found.step)
