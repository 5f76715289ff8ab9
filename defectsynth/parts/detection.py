"""Detection of the parts of an object on the small copy of the image; outlines are returned in pixels.

Leads are removed by a morphological opening of the object: pins, tips, teeth, flanges. Marks stand out from the
surface around them: print, holes, inserts. Bodies are the connected components of an object that has several. Ends
lie detached beside the object, such as the tip of a lead whose middle has the colour of the background. Results are
cached by image.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, max_over_channels, split_channels
from defectsynth.core.cache import cached
from defectsynth.core.measurements import MEASUREMENTS, stored
from defectsynth.core.parameters import Pair
from defectsynth.functional.polygons import Outline
from defectsynth.parts.marks import MIN_AREA, connected_components, find_marks
from defectsynth.parts.part import SHADOW_MARGIN, ObjectPart
from defectsynth.scene.foreground import Foreground
from defectsynth.scene.scene import Scene

OPENING_RADIUS = 0.25  # of the opening that removes the leads, share of the object's greatest depth
MIN_LEAD_LENGTH = 0.6  # share of the opening's radius
MIN_RELATIVE_LENGTH = 0.4  # share of the longest lead, on a periodic background, whose edges can look like a lead
END_DISTANCE = 0.15  # distance of a loose end from the object, share of the longer side of the small copy
MAX_END_AREA = 0.03  # share of the object
RIM_WIDTH = 3  # cells around the object in which a faint difference from the background is a shadow or a blurred rim
MAX_CLUTTER = 0.005  # share of the distant background that may look like a loose end
FAINT_THRESHOLD = 0.5  # threshold for the tip of a lead, share of the object's threshold
RIM_BESIDE, RIM_AT_TIP = 0.03, 0.075  # ground added to a lead on a periodic background, beside it and around its tip,
# which may lie in a hole or a shadow; share of the longer side of the small copy
_SQUARE = np.ones((3, 3), np.uint8)
WHOLE = 1e-6  # pixels by which the root of a part that is not cut may differ from the root of a detected one
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True, eq=False)
class DetectedParts:
    """Parts of the object in one image, and the background around them.

    Attributes:
        by_kind: parts by kind (lead, end, body), the largest first; kinds without a part are missing.
        cells: uint8 (h, w), 255 on the object with its leads and loose ends; the small grid.
        background: uint8 (h, w), 255 in cells that show nothing but background.
        margin: width in pixels of the ground around the object that moves with it.
        step: (x, y) size of a cell in pixels.
    """

    by_kind: dict[str, tuple[ObjectPart, ...]]
    cells: Bytes
    background: Bytes
    margin: float
    step: Pair

    @property
    def thin(self) -> tuple[ObjectPart, ...]:
        """The leads of the object and its loose ends."""
        return _thin(self.by_kind)

    @cached_property
    def hull(self) -> Outline:
        """The convex hull of the object with its leads, loose ends and margin, in pixels."""
        rim = math.ceil(self.margin / min(self.step)) + 1
        wide = cv2.copyMakeBorder(self.cells, rim, rim, rim, rim, cv2.BORDER_CONSTANT)
        grown = cv2.dilate(wide, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
        contours = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
        corners = np.concatenate([contour[:, 0] - rim for contour in contours])
        return _cells_to_pixels(cv2.convexHull(corners)[:, 0], self.step)


@cached(MEASUREMENTS)
@stored(DetectedParts, ObjectPart)
def detect_parts(found: Foreground) -> DetectedParts:
    """Return the parts of the object that was found in an image, marks left out; without background there are none."""
    on_pattern = bool(found.periods)
    by_kind = {} if found.whole else _parts_by_kind(found, on_pattern=on_pattern)
    grown = cv2.dilate(found.cells, _SQUARE)
    if on_pattern:  # the background behind the object is known exactly: no margin is needed for its shadow
        cells = _fill_outlines(grown, _thin(by_kind), found.step)
        return DetectedParts(by_kind, cells, cv2.bitwise_not(cells), max(found.step), found.step)
    cells = _fill_outlines(found.cells, _thin(by_kind), found.step)
    side = min(round(found.step[0] * cells.shape[1]), round(found.step[1] * cells.shape[0]))
    return DetectedParts(by_kind, cells, cv2.bitwise_not(grown), SHADOW_MARGIN * side, found.step)


@cached(MEASUREMENTS)
@stored(ObjectPart)
def detect_marks(found: Foreground) -> tuple[ObjectPart, ...]:
    """Return the marks on the object that was found in an image; an image without background has none."""
    if found.whole:
        return ()
    return tuple(
        _make_part("mark", cv2.dilate(mark, _SQUARE), mark, found.step, ground="object")
        for mark in find_marks(found.small, found.cells)
    )


def parts_of_kind(found: Foreground, kind: str) -> tuple[ObjectPart, ...]:
    """Return the parts of one kind (lead, end, mark, body), the largest first."""
    return detect_marks(found) if kind == "mark" else detect_parts(found).by_kind.get(kind, ())


def is_isolated(scene: Scene, method: str) -> bool:
    """Return whether the object is surrounded by background and not cut by the image border."""
    found = scene.foreground(method)
    return not (found.whole or found.cells[[0, -1]].any() or found.cells[:, [0, -1]].any())


def whole_object(scene: Scene, method: str) -> ObjectPart | None:
    """Return the whole object, None unless it is isolated."""
    if not is_isolated(scene, method):
        return None
    points = detect_parts(scene.foreground(method)).hull
    return ObjectPart("object", points, points[0], points[len(points) // 2], "background", method)


def is_whole(part: ObjectPart, scene: Scene) -> bool:
    """Return whether a part is not cut: it then is the same in every draw on this image."""
    parts = parts_of_kind(scene.foreground(part.method), part.kind)
    return part.kind == "object" or any(math.dist(part.root, each.root) < WHOLE for each in parts)


def pixels_to_cells(outline: Outline, step: Pair) -> Array:
    """Return the corners of an outline as cells of the small grid, int32 (N, 2)."""
    return np.rint((np.array(outline) + 0.5) / step - 0.5).astype(np.int32)


def covered_cells(part: ObjectPart, found: Foreground) -> Bytes:
    """Return the cells under a part and their neighbours, uint8 (h, w), 255 there."""
    cells = cv2.fillPoly(np.zeros_like(found.cells), [pixels_to_cells(part.outline, found.step)], 255)
    return cv2.dilate(cells, _SQUARE)


def _thin(by_kind: dict[str, tuple[ObjectPart, ...]]) -> tuple[ObjectPart, ...]:
    return (*by_kind.get("lead", ()), *by_kind.get("end", ()))


def _parts_by_kind(found: Foreground, *, on_pattern: bool) -> dict[str, tuple[ObjectPart, ...]]:
    image, inside, step = found.small, found.cells, found.step
    bodies = connected_components(inside)
    faint = inside if found.plane is None else _faint_cells(image, found.plane, FAINT_THRESHOLD * found.threshold)
    leads = _leads(inside, faint, step, on_pattern=on_pattern)
    kinds = {
        "lead": leads,
        "end": [] if found.plane is None or on_pattern else _loose_ends(inside, faint, leads, step),
        "body": [_make_part("body", body, body, step) for body in bodies] if len(bodies) > 1 else [],
    }
    return {kind: tuple(parts) for kind, parts in kinds.items() if parts}


def _faint_cells(image: Bytes, plane: Floats, threshold: float) -> Bytes:
    """Return the cells that differ from the background or from a neighbour by a threshold, uint8 (h, w)."""
    x = (np.arange(image.shape[1]) + 0.5) / image.shape[1] - 0.5
    y = (np.arange(image.shape[0]) + 0.5) / image.shape[0] - 0.5
    level, across, down = plane.T[:, :, None, None]
    distance = np.abs(split_channels(image) - (level + across * x + down * y[:, None])).max(axis=0)
    slope = max_over_channels(cv2.morphologyEx(image, cv2.MORPH_GRADIENT, _SQUARE).reshape(image.shape))
    different = (distance >= threshold) | (slope >= threshold)
    return np.negative(different.view(np.uint8))


def _leads(cells: Bytes, faint: Bytes, step: Pair, *, on_pattern: bool) -> list[ObjectPart]:
    """Return the components that an opening removes and that are longer than a mere corner.

    The tip of a lead can have nearly the colour of the background; each lead is extended through the `faint` cells
    connected to it. On a periodic background a rim of ground is added.
    """
    framed = cv2.copyMakeBorder(cells, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = float(cv2.distanceTransform(framed, cv2.DIST_L2, 3).max())
    radius = max(1, round(OPENING_RADIUS * depth))
    body = cv2.morphologyEx(cells, cv2.MORPH_OPEN, _disc(radius))
    if not cv2.countNonZero(body):
        return []
    free = cv2.bitwise_and(cv2.bitwise_or(cells, faint), cv2.bitwise_not(cv2.dilate(body, _SQUARE)))
    distance = cv2.distanceTransform(cv2.bitwise_not(body), cv2.DIST_L2, 3)
    rest = cv2.bitwise_not(cv2.dilate(body, _SQUARE) if on_pattern else body)
    found = [(float(distance[lead > 0].max()), lead) for lead in connected_components(cv2.bitwise_and(cells, rest))]
    shortest = MIN_LEAD_LENGTH * radius + 1.0
    if on_pattern:
        shortest = max(shortest, MIN_RELATIVE_LENGTH * max((length for length, _ in found), default=0.0))
    leads = []
    for length, lead in found:
        if length < shortest:
            continue
        grown = _grow_through(lead, free, steps=round(1.5 * length) + 2)
        wide, other = cv2.dilate(grown, _SQUARE), body
        if on_pattern:
            wide = _with_rim(grown, (distance >= float(distance[grown > 0].max()) - 1.0).view(np.uint8))
            other = cv2.bitwise_or(body, cv2.dilate(cv2.bitwise_and(free, cv2.bitwise_not(grown)), _SQUARE))
        wide = cv2.bitwise_and(wide, cv2.bitwise_not(other))
        leads.append(_make_part("lead", wide, grown, step, distance=distance))
    return leads


def _grow_through(lead: Bytes, free: Bytes, *, steps: int) -> Bytes:
    """Return a lead with the `free` cells that it reaches in so many steps from cell to cell."""
    x, y, width, height = cv2.boundingRect(lead)
    window = slice(max(0, y - steps), y + height + steps), slice(max(0, x - steps), x + width + steps)
    here, allowed = (np.ascontiguousarray(plane[window]) for plane in (lead, free))
    grown = here
    for _ in range(steps):
        before, grown = grown, cv2.bitwise_or(here, cv2.bitwise_and(cv2.dilate(grown, _CROSS), allowed))
        if np.array_equal(before, grown):
            break
    whole = lead.copy()
    whole[window] = grown
    return whole


def _loose_ends(cells: Bytes, faint: Bytes, leads: list[ObjectPart], step: Pair) -> list[ObjectPart]:
    """Return the small components of `faint` beside the object, none if the distant background is cluttered, too."""
    taken = _fill_outlines(cells, leads, step)
    near = cv2.dilate(taken, _disc(round(END_DISTANCE * max(cells.shape))))
    loose, far = cv2.bitwise_and(faint, cv2.bitwise_not(cv2.dilate(taken, _SQUARE))), cv2.bitwise_not(near)
    if cv2.countNonZero(cv2.bitwise_and(loose, far)) > MAX_CLUTTER * cv2.countNonZero(far):
        return []
    far[[0, -1]] = far[:, [0, -1]] = 255  # a component that the border cuts is no end
    largest, rim = MAX_END_AREA * cv2.countNonZero(cells), cv2.dilate(taken, _disc(RIM_WIDTH))
    return [
        _make_part("end", cv2.dilate(end, _SQUARE), end, step)
        for end in connected_components(loose)
        if MIN_AREA <= cv2.countNonZero(end) <= largest
        and not cv2.countNonZero(cv2.bitwise_and(end, far))
        and cv2.countNonZero(cv2.subtract(end, rim))
    ]


def _fill_outlines(cells: Bytes, parts: Iterable[ObjectPart], step: Pair) -> Bytes:
    """Return a copy of the cells with the outlines of parts filled in."""
    filled = cells.copy()
    for part in parts:
        cv2.fillPoly(filled, [pixels_to_cells(part.outline, step)], 255)
    return filled


def _with_rim(lead: Bytes, far: Bytes) -> Bytes:
    """Return a lead with the ground beside it, and a wider rim around its tip, which lies in the `far` cells."""
    beside, at_tip = (round(share * max(lead.shape)) for share in (RIM_BESIDE, RIM_AT_TIP))
    tip = cv2.bitwise_and(lead, np.negative(far))
    return cv2.bitwise_or(cv2.dilate(lead, _disc(beside)), cv2.dilate(tip, _disc(at_tip)))


def _disc(radius: int) -> Bytes:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _make_part(
    kind: str, wide: Bytes, core: Bytes, step: Pair, *, distance: Array | None = None, ground: str = "background"
) -> ObjectPart:
    """Return the part with the outline of `wide` and the ends of `core`.

    Root and tip are the cells of `core` with the least and the greatest `distance`, by default along its main axis.
    """
    grown = cv2.dilate(wide, _SQUARE) if kind == "body" else wide
    contours = cv2.findContours(grown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    contour = max(contours, key=cv2.contourArea)
    outline = cv2.approxPolyDP(contour, 0.6, closed=True)[:, 0]
    if len(outline) < 3:
        x, y, width, height = cv2.boundingRect(contour)
        outline = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    rows, columns = np.nonzero(core)
    points = np.stack([columns, rows], axis=1).astype(np.float64)
    if distance is None:
        centred = points - points.mean(axis=0)
        axis = np.linalg.svd(centred, full_matrices=False)[2][0] if len(points) > 1 else np.array([1.0, 0.0])
        order = centred @ axis
    else:
        order = distance[rows, columns]
    low, high = order.min(), order.max()
    ends = [points[order <= low + 1.0].mean(axis=0), points[order >= high - 1.0].mean(axis=0)]
    root, tip = _cells_to_pixels(np.array(ends), step)
    return ObjectPart(kind, _cells_to_pixels(outline, step), root, tip, ground, "")


def _cells_to_pixels(cells: Array, step: Pair) -> Outline:
    """Return positions (N, 2) on the small grid in pixels."""
    points = (np.asarray(cells, np.float64) + 0.5) * step - 0.5
    return tuple((float(x), float(y)) for x, y in points)
