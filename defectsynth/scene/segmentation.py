"""The object on a small grid: what differs from the background.

The colour of the border, a plane in x and y for each channel, is taken as the background. What differs from it by more
than Otsu's threshold is the object; where the outline is soft, a higher threshold is taken if it makes the outline
sharper, which drops shadows and glow. Where the border itself is a pattern (a board with holes behind the part) the
same is asked of a strongly blurred copy, which tells a large dark case from small dark holes. Thin parts are joined to
it: where the pattern repeats what is unlike the places some steps away, else what is bright and looks like nothing on
the border. A picture whose two classes are not distinct, or lie
scattered, has no background.

References:
    Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 1979.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from defectsynth.core.arrays import Bytes, Floats, max_over_channels, split_channels, threshold_mask
from defectsynth.core.parameters import Pair
from defectsynth.scene.periodicity import aperiodic_difference, find_periods

SEPARATION = 0.72  # least share of the variance between the two classes; one Gaussian has 0.64, a flat histogram 0.75
BODY_SEPARATION = 0.66  # the same on the blurred copy
BODY_BORDER = (0.08, 0.16)  # how much of the border of that may be object, and where the ground repeats
CONTRAST = 6.0  # least difference of object and background, of 255
SHARP = 0.6  # sharpness of an outline, as a share of the contrast, that needs no other threshold
PATTERN = 4  # pieces of border unlike the background from which on the background counts as patterned
THRESHOLDS = (0.6, 0.72, 0.84)  # tried above Otsu's, as shares of the object's mean distance
ORDINARY = 98  # percentile of the border's own unlikeness from its two colours that thin parts must reach
HOLE, HOLE_GROUND = 0.03, 0.6  # least area of a hole, as a share of its piece, and least share of it that is background
UNLIKE = (0.25, 0.7)  # shares of Otsu's threshold between which a cell begins to be unlike the ground some steps away:
RESTLESS, CALM = 3.5, 90  # so many times that percentile of the ground's own unlikeness
POINTING = 3.0  # least distance of the far end of a piece from the object, as a share of that of the near end
COHERENT = 0.6  # least share of the object that survives an opening
_SQUARE = np.ones((3, 3), np.uint8)
_TWO = np.ones((2, 2), np.uint8)
_FIVE = np.ones((5, 5), np.uint8)


class Segmentation(NamedTuple):
    """Where the object is on the small grid.

    Attributes:
        cells: uint8 (h, w), 255 on the object.
        plane: float32 (C, 3), background colour = plane @ (1, x, y) with x and y in [-0.5, 0.5]; None: no rule.
        threshold: distance from the background, of 255, from which on a pixel is the object.
        steps: one or two steps (dx, dy), in cells, after which the background looks the same; empty: none.
    """

    cells: Bytes
    plane: Floats | None = None
    threshold: float = 0.0
    steps: tuple[Pair, ...] = ()


def segment_object(small: Bytes, method: str) -> Segmentation | None:
    """Return the object of a small copy, uint8 (h, w, C), None if there is no background.

    Args:
        small: the picture on the small grid.
        method: "auto", "border", "otsu" or "gradient", see `foreground.find_foreground`.
    """
    if method == "otsu":
        return _by_brightness(small)
    if method == "gradient":
        return _by_gradient(small)
    return _by_border(small, forced=method == "border")


@lru_cache(maxsize=64)
def _sides(rows: int, columns: int) -> npt.NDArray[np.intp]:
    """Return flat indices (4, 64) of cells along the top, bottom, left and right."""
    index = np.arange(rows * columns).reshape(rows, columns)
    along = np.linspace(0, 1, 64)
    column, row = np.rint(along * (columns - 1)).astype(int), np.rint(along * (rows - 1)).astype(int)
    return np.stack([index[0, column], index[-1, column], index[row, 0], index[row, -1]])


def _difference(small: Bytes) -> tuple[Bytes, Floats]:
    """Return the distance of each cell from the border's colour plane, uint8 (h, w), and the plane (C, 3).

    The slopes of the plane are the differences of the medians of opposite sides.
    """
    rows, columns, channels = small.shape
    sides = small.reshape(-1, channels)[_sides(rows, columns)]
    top, bottom, left, right = np.partition(sides, 32, axis=1)[:, 32].astype(np.float32)
    slope_x, slope_y = right - left, bottom - top
    level = 0.25 * (top + bottom + left + right)
    ramp = np.linspace(-0.4375, 0.4375, 8, dtype=np.float32)
    ground = level + slope_x * ramp[None, :, None] + slope_y * ramp[:, None, None]
    ground = cv2.resize(np.clip(ground, 0, 255).astype(np.uint8), (columns, rows), interpolation=cv2.INTER_LINEAR)
    change = cv2.absdiff(ground.reshape(small.shape), small)
    return max_over_channels(change.reshape(small.shape)), np.stack([level, slope_x, slope_y], axis=1)


def _split(levels: Bytes) -> tuple[float, Bytes, float]:
    """Return Otsu's threshold, the mask above it and the share of variance between the two classes."""
    threshold, mask = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = cv2.countNonZero(mask) / mask.size
    if not 0.0 < share < 1.0:
        return 0.0, mask, 0.0
    mean, deviation = cv2.meanStdDev(levels)
    above = cv2.mean(levels, mask=mask)[0]
    between = share / (1 - share) * (above - float(mean[0, 0])) ** 2
    return max(threshold, 0.3 * above), mask, between / max(float(deviation[0, 0]) ** 2, 1e-6)


def _clean(mask: Bytes, ground: Bytes | None = None) -> Bytes | None:
    """Fill holes, keep the large pieces; None if the object is scattered, tiny or everything.

    Args:
        mask: uint8 (h, w), 255 where the object may be.
        ground: uint8 (h, w), 255 where the background surely is; a large hole there is kept. None fills all holes.
    """
    total = cv2.countNonZero(mask)
    if not 0.003 * mask.size <= total <= 0.97 * mask.size:
        return None
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _TWO)
    if cv2.countNonZero(opened) < COHERENT * total:
        return None
    return _pieces(mask, ground=ground)


def _pieces(mask: Bytes, *, ground: Bytes | None = None, largest_only: bool = False) -> Bytes | None:
    """Return the large pieces of `mask`, filled but for large holes in the ground; None if there is none."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas = [cv2.contourArea(contour) for contour in contours]
    most = max(areas, default=0.0)
    least = max(most if largest_only else 0.1 * most, 2.0)
    kept = [contour for contour, area in zip(contours, areas, strict=True) if area >= least]
    cells = cv2.drawContours(np.zeros_like(mask), kept, -1, 255, cv2.FILLED)
    if ground is not None and cv2.countNonZero(cv2.bitwise_and(cells, ground)) >= HOLE * most:
        inner = cv2.morphologyEx(cv2.bitwise_and(cells, cv2.bitwise_not(mask)), cv2.MORPH_OPEN, _SQUARE)
        for hole in cv2.findContours(inner, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            if cv2.contourArea(hole) >= HOLE * most:
                inside = cv2.drawContours(np.zeros_like(mask), [hole], -1, 255, cv2.FILLED)
                if cv2.mean(ground, mask=inside)[0] >= HOLE_GROUND * 255:
                    cells[inside > 0] = 0
    return cells if kept else None


def _border_share(mask: Bytes) -> float:
    """Return the share of border cells inside `mask`."""
    border = mask.ravel()[_sides(*mask.shape)]
    return cv2.countNonZero(border) / border.size


def _border_pieces(mask: Bytes) -> int:
    """Return how many separate pieces of `mask` the four sides meet."""
    sides = mask.ravel()[_sides(*mask.shape)]
    return cv2.countNonZero((sides[:, 1:] > sides[:, :-1]).view(np.uint8))


def _by_border(small: Bytes, *, forced: bool) -> Segmentation | None:
    distance, plane = _difference(small)
    threshold, mask, separation = _split(distance)
    if threshold < CONTRAST or (separation < SEPARATION and not forced):
        return None
    if _border_pieces(mask) >= PATTERN:
        found = _on_uneven_ground(small, mask)
        if found is not None:
            return found
    threshold, mask = _at_the_edge(distance, threshold, mask)
    cleaned = _clean(mask, np.negative((distance < 0.4 * threshold).view(np.uint8)))
    return None if cleaned is None else Segmentation(cleaned, plane, threshold)


def _at_the_edge(distance: Bytes, threshold: float, mask: Bytes) -> tuple[float, Bytes]:
    """Raise the threshold to where the outline is sharpest: a soft shadow or glow round the object drops out."""
    slope = cv2.morphologyEx(distance, cv2.MORPH_GRADIENT, _SQUARE)
    strong = cv2.mean(distance, mask=mask)[0]
    best = (_sharpness(slope, mask), threshold, mask)
    if best[0] < SHARP * strong:
        for share in THRESHOLDS:
            higher = threshold_mask(distance, max(share * strong, threshold))
            best = max(best, (_sharpness(slope, higher), share * strong, higher), key=lambda entry: entry[0])
    return max(best[1], threshold), best[2]


def _sharpness(slope: Bytes, mask: Bytes) -> float:
    """Return the mean slope along the outline of `mask`."""
    outline = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, _SQUARE)
    return cv2.norm(slope, cv2.NORM_L1, outline) / max(cv2.countNonZero(outline), 1)


def _on_uneven_ground(small: Bytes, mask: Bytes) -> Segmentation | None:
    """Return the object in front of a patterned background: one large piece and the thin parts that hang on it."""
    reach = _reach(mask)
    _, body, separation = _split(_difference(cv2.blur(small, (reach, reach)).reshape(small.shape))[0])
    at_border = _border_share(body)
    core = _clean(body) if separation >= BODY_SEPARATION and at_border <= BODY_BORDER[1] else None
    if core is None:
        return None
    around = cv2.dilate(core, np.ones((reach, reach), np.uint8))
    ground = cv2.bitwise_not(around)
    steps = find_periods(small.mean(axis=2, dtype=np.float32), ground)
    strange = aperiodic_difference(small, ground, steps) if steps else None
    if strange is not None:
        cells = _unlike_repeats(strange, mask, core, ground)
        return None if cells is None else Segmentation(cells, steps=steps)
    if at_border > BODY_BORDER[0]:
        return None
    near = cv2.bitwise_and(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _SQUARE), around)
    solid = cv2.morphologyEx(near, cv2.MORPH_OPEN, np.ones((3 * reach // 2, 3 * reach // 2), np.uint8))
    strange = _off_palette(small, mask)
    ordinary = float(np.percentile(strange.ravel()[_sides(*mask.shape)], ORDINARY))  # on the border is only background
    thin = cv2.bitwise_and(_split(strange)[1], threshold_mask(strange, ordinary))
    joined = cv2.morphologyEx(cv2.bitwise_or(solid, thin), cv2.MORPH_CLOSE, _FIVE)
    cells = _pieces(joined, largest_only=True)
    return None if cells is None else Segmentation(cells)


def _reach(mask: Bytes) -> int:
    """Return the cells over which a patterned background is blurred."""
    return max(3, int(0.1 * min(mask.shape)) | 1)


def _unlike_repeats(strange: Bytes, mask: Bytes, core: Bytes, ground: Bytes) -> Bytes | None:
    """Return the object where the ground repeats: what is unlike the ground some steps away, and its dark middle.

    Args:
        strange: uint8 (h, w), how unlike.
        mask: uint8 (h, w), 255 where the colour is unlike most of the border's.
        core: uint8 (h, w), the object told on a blurred copy.
        ground: uint8 (h, w), what is far from that.
    """
    threshold, reach = _split(strange)[0], _reach(mask)
    square = np.ones((reach, reach), np.uint8)
    restless = RESTLESS * float(np.percentile(strange[ground > 0], CALM))
    faint = threshold_mask(strange, min(max(restless, UNLIKE[0] * threshold), UNLIKE[1] * threshold))
    faint = cv2.morphologyEx(faint, cv2.MORPH_CLOSE, _SQUARE)
    broad = cv2.dilate(cv2.erode(faint, _TWO, anchor=(0, 0)), _TWO, anchor=(1, 1))  # edges of the pattern are thinner
    seen = cv2.bitwise_or(threshold_mask(strange, UNLIKE[1] * threshold), broad)
    sure = cv2.bitwise_or(seen, cv2.erode(core, square))
    bridged = cv2.bitwise_and(cv2.morphologyEx(sure, cv2.MORPH_CLOSE, square), cv2.bitwise_or(mask, sure))
    solid = cv2.bitwise_and(cv2.morphologyEx(bridged, cv2.MORPH_OPEN, square), cv2.dilate(core, square))
    joined = cv2.morphologyEx(cv2.bitwise_or(solid, seen), cv2.MORPH_CLOSE, _SQUARE)
    return _pieces(_linked(joined, reach), largest_only=True)


def _linked(mask: Bytes, reach: int) -> Bytes:
    """Return a mask with the thin pieces that point away from its largest one, up to `reach` cells off, tied to it."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if number < 3:
        return mask
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    rows, columns = np.nonzero(cv2.morphologyEx((labels == largest).view(np.uint8), cv2.MORPH_GRADIENT, _SQUARE))
    away = cv2.distanceTransform((labels != largest).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    linked = mask.copy()
    for index in range(1, number):
        y, x = np.nonzero(labels == index)
        least, most = float(away[y, x].min()), float(away[y, x].max())
        if index != largest and least <= reach and most >= POINTING * least:
            near = int(np.argmin(away[y, x]))
            at = int(np.argmin((rows - y[near]) ** 2 + (columns - x[near]) ** 2))
            cv2.line(linked, (int(x[near]), int(y[near])), (int(columns[at]), int(rows[at])), 255, 2)
    return linked


def _off_palette(small: Bytes, mask: Bytes) -> Bytes:
    """Return the distance of each cell from all mixtures of the two colours on the border, uint8 (h, w)."""
    planes = split_channels(small).reshape(small.shape[2], -1).astype(np.float32)
    border = _sides(*mask.shape).ravel()
    pattern = mask.ravel()[border] > 0  # what on the border is unlike the background: holes, tracks
    ring = planes[:, border]
    first = np.median(ring[:, ~pattern], axis=1, keepdims=True)
    second = np.median(ring[:, pattern], axis=1, keepdims=True)
    direction = first - second
    share = (direction.T @ (planes - second)) / max(float((direction * direction).sum()), 1e-6)
    nearest = second + direction * np.clip(share, -0.6, 1.15)
    return cv2.convertScaleAbs(np.abs(planes - nearest).max(axis=0).reshape(mask.shape))


def _by_brightness(small: Bytes) -> Segmentation | None:
    gray = small.mean(axis=2).astype(np.uint8)
    _, mask, _ = _split(gray)
    cleaned = _clean(cv2.bitwise_not(mask) if _border_share(mask) > 0.5 else mask)
    return None if cleaned is None else Segmentation(cleaned)


def _by_gradient(small: Bytes) -> Segmentation | None:
    gray = small.mean(axis=2).astype(np.uint8)
    slope = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, _SQUARE)
    _, mask, _ = _split(slope)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _FIVE)
    cleaned = _clean(closed)
    if cleaned is None:
        return None
    return Segmentation(cv2.erode(cleaned, _SQUARE))
