"""Search for patch offsets: places of the image whose pixels fill the gap that a part leaves.

References:
    Barnes et al., "PatchMatch", SIGGRAPH 2009, and He and Sun, "Statistics of patch offsets for image completion",
    ECCV 2012: a few offsets fill a gap. Here at most a few hundred are tried, at random and on the small copy of the
    image, so that the time does not depend on the size of the image.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.cache import ByteCache, cached
from defectsynth.core.parameters import IntPair
from defectsynth.parts.detection import covered_cells, detect_marks, detect_parts, pixels_to_cells
from defectsynth.parts.part import ObjectPart
from defectsynth.scene.foreground import Foreground
from defectsynth.scene.scene import Scene

CANDIDATES, REFINEMENTS = 128, 16  # random offsets that are tried, and variations of the best one
MAX_OFFSETS = 4  # for one gap
SAMPLES = 32  # points of the gap and of its rim at which an offset is evaluated
MAX_COST = 1.5, 0.01  # greatest cost: share of the deviation along the rim, plus a constant
MIN_DEVIATION = 0.03  # deviation along the rim below which refining an offset makes no difference
MIN_COVERAGE, FULL_COVERAGE = 0.05, 0.98  # share of the gap that an offset must cover, and that counts as all of it
MAX_PERIODS, MAX_PERIODIC_OFFSETS = 4, 12  # periods tried to either side, and offsets for one gap
NEAR_BEST = 0.99  # share of the best coverage from which on a shorter offset is preferred
PERIODS_BYTES = 4 << 20  # of the choices of periods that are kept; a part of random length has another one each draw
FINE_STEPS, FINE_SAMPLES = (0.3, 0.1), 200  # cells by which a periodic offset is refined, and points that decide it
_PERIODS = np.arange(-MAX_PERIODS, MAX_PERIODS + 1)
_NEIGHBOURS = np.array([(x, y) for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0)])
_SQUARE = np.ones((3, 3), np.uint8)
_RIM = np.ones((5, 5), np.uint8)


def find_matching_offsets(rng: np.random.Generator, scene: Scene, part: ObjectPart) -> tuple[IntPair, ...]:
    """Find offsets (dx, dy) in pixels that lead from the gap to similar ground, by random search.

    Returns:
        The offsets, best first; empty if the ground is nowhere similar to the rim of the gap.
    """
    found = scene.foreground(part.method)
    step = np.array(found.step)
    gap, corners = covered_cells(part, found), (np.array(part.outline) + 0.5) / step - 0.5
    ground = cv2.subtract(_ground_cells(found.cells, part.ground), gap)
    if part.ground == "object":
        for mark in detect_marks(found):
            cv2.fillPoly(ground, [pixels_to_cells(mark.outline, found.step)], 0)
    inside, around = _sample_points(gap), _sample_points(cv2.bitwise_and(cv2.dilate(gap, _RIM), ground))
    if not len(inside) or not len(around):
        return ()
    extent = 2.0 * float((corners.max(axis=0) - corners.min(axis=0)).max()) + 8.0
    offsets = np.rint((2.0 * rng.random((CANDIDATES, 2)) - 1.0) * extent).astype(np.intp)
    offsets[: CANDIDATES // 4, 0] = offsets[CANDIDATES // 4 : CANDIDATES // 2, 1] = 0
    spread = 2.0 * rng.random((REFINEMENTS, 2)) - 1.0
    gray = scene.small_gray
    here = gray[around[:, 1], around[:, 0]]
    deviation = _deviation(here)
    reach = int(np.abs(offsets).max())
    allowed, shades = _Padded(ground, reach, cv2.BORDER_CONSTANT), _Padded(gray, reach, cv2.BORDER_REPLICATE)
    chosen: list[IntPair] = []
    while len(inside) and len(chosen) < MAX_OFFSETS:
        on_ground = allowed.at(inside, offsets) > 0
        coverage = on_ground.sum(axis=1) * (1.0 / len(inside))
        most = float(coverage.max())
        if most < MIN_COVERAGE:
            break
        candidates = np.flatnonzero(coverage >= min(FULL_COVERAGE, 0.9 * most))
        cost = _cost(shades, here, around, inside, offsets[candidates])
        best = int(np.argmin(cost))
        if cost[best] > MAX_COST[0] * deviation + MAX_COST[1]:
            break
        offset = offsets[candidates[best]] * step
        if deviation > MIN_DEVIATION:
            spreads = [0.7 * spread * step, 0.15 * spread * step]
            offset = _refine(scene, (around + 0.5) * step - 0.5, offset[None], spreads)[0]
        chosen.append((round(float(offset[0])), round(float(offset[1]))))
        inside = inside[~on_ground[candidates[best]]]
        if len(inside) < 3:
            break
    return tuple(chosen)


def find_periodic_offsets(scene: Scene, part: ObjectPart) -> tuple[IntPair, ...]:
    """Find offsets (dx, dy) in pixels that lead from the gap to the same place of the pattern, some periods away.

    Returns:
        The offsets, the largest coverage first, the shorter first among equals; refined along the rim of the gap.
    """
    found = scene.foreground(part.method)
    rim, exact = _choose_periods(found, covered_cells(part, found).tobytes())
    if not len(exact):
        return ()
    spreads = [cells_apart * _NEIGHBOURS * found.step for cells_apart in FINE_STEPS]
    offsets = _refine(scene, (rim + 0.5) * found.step - 0.5, exact, spreads)
    return tuple((round(dx), round(dy)) for dx, dy in offsets.tolist())


PERIODS: ByteCache[tuple[Any]] = ByteCache(PERIODS_BYTES)


@cached(PERIODS)
def _choose_periods(found: Foreground, cells: bytes) -> tuple[Array, Array]:
    """Return the rim of a gap in cells, (N, 2), and offsets (M, 2) in pixels by whole periods that cover the gap.

    Kept, because the gap of a whole object is the same in every draw.
    """
    step, gap = np.array(found.step), np.frombuffer(cells, np.uint8).reshape(found.cells.shape)
    ground = cv2.subtract(detect_parts(found).background, gap)
    rim = _sample_points(cv2.bitwise_and(cv2.dilate(gap, _RIM), ground), FINE_SAMPLES)
    periods = np.array(found.periods)
    along, across = np.meshgrid(_PERIODS, _PERIODS if len(periods) > 1 else [0])
    exact = np.stack([along.ravel(), across.ravel()], axis=1)[:, : len(periods)] @ periods
    exact = exact[np.argsort(np.abs(exact / step).sum(axis=1), kind="stable")[1:]]
    moves = np.rint(exact / step).astype(np.intp)
    inside = np.stack(np.nonzero(gap)[::-1], axis=1)
    on_ground = _Padded(ground, int(np.abs(moves).max()), cv2.BORDER_CONSTANT).at(inside, moves) > 0
    chosen: list[int] = []
    while len(rim) and on_ground.shape[1] and len(chosen) < MAX_PERIODIC_OFFSETS:
        coverage = np.count_nonzero(on_ground, axis=1)
        best = int(np.argmax(coverage >= NEAR_BEST * coverage.max()))
        if not coverage[best]:
            break
        chosen.append(best)
        on_ground = on_ground[:, ~on_ground[best]]
    return rim, exact[chosen]


def _ground_cells(cells: Bytes, ground: str) -> Bytes:
    """Return the cells that show the ground of a part: background, object or all; uint8 (h, w)."""
    if ground == "all":
        return np.full(cells.shape, 255, np.uint8)
    return cv2.erode(cells, _SQUARE) if ground == "object" else cv2.bitwise_not(cv2.dilate(cells, _SQUARE))


def _sample_points(mask: Bytes, count: int = SAMPLES) -> Array:
    """Return at most `count` cells (x, y) of a mask, evenly spread."""
    index = np.flatnonzero(mask > 0)
    if index.size > count:
        index = index[np.arange(count) * (index.size - 1) // (count - 1)]
    return np.stack([index % mask.shape[1], index // mask.shape[1]], axis=1)


class _Padded:
    """A plane of the small grid, padded so that no offset leads outside.

    An offset longer than the plane leads outside it from everywhere, so that the padding need not be wider than that.
    """

    def __init__(self, plane: Array, reach: int, border: int) -> None:
        self._reach = reach = min(reach, max(plane.shape))
        padded = cv2.copyMakeBorder(plane, reach, reach, reach, reach, border, value=0)
        self._flat, self._width = padded.ravel(), padded.shape[1]

    def at(self, points: Array, offsets: Array) -> Array:
        """Return the values at points (N, 2) moved by each of the offsets (M, 2): (M, N)."""
        offsets = offsets.clip(-self._reach, self._reach)
        start = (points[:, 1] + self._reach) * self._width + (points[:, 0] + self._reach)
        return self._flat.take(start + (offsets[:, 1] * self._width + offsets[:, 0])[:, None])


def _cost(gray: _Padded, here: Floats, around: Array, inside: Array, offsets: Array) -> Floats:
    """Return the cost of each offset (N,): the difference at the rim of the gap, plus extra texture inside it."""
    change = gray.at(around, offsets) - here
    level = change.sum(axis=1) * np.float32(1.0 / len(around))
    texture = np.maximum(_deviation(gray.at(inside, offsets)) - 1.2 * _deviation(here), 0.0)
    change -= level[:, None]
    return np.abs(change).sum(axis=1) * np.float32(1.0 / len(around)) + 0.5 * np.abs(level) + texture


def _deviation(values: Floats) -> Floats:
    """Return the standard deviation along the last axis."""
    share = np.float32(1.0 / values.shape[-1])
    centred = values - values.sum(axis=-1, keepdims=True) * share
    centred *= centred
    return np.sqrt(centred.sum(axis=-1) * share)


def _refine(scene: Scene, rim: Array, offsets: Array, spreads: list[Array]) -> Array:
    """Return the best variation of each offset (M, 2) in pixels, compared at full resolution along a rim (N, 2)."""
    colours = _colours(scene, rim.T)
    rows = np.arange(len(offsets))
    for spread in spreads:
        near = np.concatenate([offsets[:, None], offsets[:, None] + spread], axis=1)
        moves = np.rint(near).transpose(2, 0, 1)
        change = _colours(scene, rim.T[:, None, None] + moves[..., None]) - colours
        cost = np.abs(change, out=change).reshape(*near.shape[:2], -1).sum(axis=2)
        offsets = near[rows, cost.argmin(axis=1)]
    return offsets


def _colours(scene: Scene, points: Array) -> Floats:
    """Return the colours at points (2, ...) in pixels, float32 (..., C) in [0, 1]; outside the nearest pixel's."""
    height, width = scene.size
    x, y = points.astype(np.intp)
    place = np.minimum(np.maximum(y, 0), height - 1) * width + np.minimum(np.maximum(x, 0), width - 1)
    return scene.image.reshape(height * width, -1).take(place, axis=0) * np.float32(1.0 / scene.peak)
