"""What lies behind a part that is gone: its surroundings, continued.

Pixels are taken from other places of the same ground, found when a defect is drawn, and made to meet what lies around
the gap: the difference along the gap's rim is spread smoothly over it. Grain, stripes and holes of the background so
go on, and a shading across the picture, too. Where the ground repeats the places are those some steps away.

References:
    Barnes et al., "PatchMatch", SIGGRAPH 2009, and He and Sun, "Statistics of patch offsets for image completion",
    ECCV 2012: a few offsets explain a gap; here they are tried at random on the small copy of the foreground, a
    few hundred at most, so that the search costs the same for any picture.
"""

from __future__ import annotations

import cv2
import numpy as np
from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.parameters import IntPair
from defectsynth.parts.detection import cells_at, find_parts, background_of
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.periodic_inpainting import gap_of_cells, repeats_behind
from defectsynth.scene.scene import Scene


CANDIDATES, REFINED = 128, 16  # offsets tried, and those about the best
PATCHES = 4  # most offsets for one gap
SAMPLES = 32  # points of the gap and of its rim that an offset is judged by
RESTLESS, LEVEL = 1.5, 0.01  # greatest mismatch: a share of the rim's own deviation, and of the range
PLAIN = 0.03  # deviation of the rim under which no offset is better than those about it
LEAST_COVERED = 0.05  # share of the gap under which an offset is not worth it
COVERED = 0.98  # share of the gap from which on an offset covers it
STEPS_AWAY, STEPS_TAKEN = 4, 12  # of a ground that repeats: how far to either side, and most offsets for one gap
AS_MUCH = 0.99  # share of the most that an offset fills from which on a shorter one is taken
FINER, FINELY = (0.3, 0.1), 200  # cells about such an offset that are looked at, and at how many points
_NUMBERS = np.arange(-STEPS_AWAY, STEPS_AWAY + 1)
_NEAR = np.array([(x, y) for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0)])
_SQUARE = np.ones((3, 3), np.uint8)


def find_patch_offsets(rng: np.random.Generator, scene: Scene, piece: ObjectPart) -> tuple[IntPair, ...]:
    """Return offsets (dx, dy) in pixels whose pixels fill the gap that a part leaves, best first; empty if none do."""
    found = scene.foreground(piece.method)
    step = np.array(found.step)
    gap, corners = gap_of_cells(piece, scene), (np.array(piece.outline) + 0.5) / step - 0.5
    if repeats_behind(piece, scene):
        return _steps_away(scene, piece, gap, step)
    ground = cv2.subtract(_ground(found.cells, piece.ground), gap)
    if piece.ground == "object":
        for mark in find_parts(scene, piece.method).get("mark", ()):
            cv2.fillPoly(ground, [cells_at(mark.outline, found.step)], 0)
    rim = cv2.bitwise_and(cv2.dilate(gap, np.ones((5, 5), np.uint8)), ground)
    inside, around = _points(gap), _points(rim)
    if not len(inside) or not len(around):
        return ()
    extent = 2.0 * float((corners.max(axis=0) - corners.min(axis=0)).max()) + 8.0
    offsets = np.rint((2.0 * rng.random((CANDIDATES, 2)) - 1.0) * extent).astype(np.intp)
    offsets[: CANDIDATES // 4, 0] = offsets[CANDIDATES // 4 : CANDIDATES // 2, 1] = 0
    spread = 2.0 * rng.random((REFINED, 2)) - 1.0
    gray = scene.small_gray
    here = gray[around[:, 1], around[:, 0]]
    deviation = _deviation(here)
    reach = int(np.abs(offsets).max())
    allowed, shades = _Framed(ground, reach, cv2.BORDER_CONSTANT), _Framed(gray, reach, cv2.BORDER_REPLICATE)
    chosen: list[IntPair] = []
    while len(inside) and len(chosen) < PATCHES:
        on_ground = allowed.at(inside, offsets) > 0
        covers = on_ground.sum(axis=1) * (1.0 / len(inside))
        most = float(covers.max())
        if most < LEAST_COVERED:
            break
        able = np.flatnonzero(covers >= min(COVERED, 0.9 * most))
        cost = _cost(shades, here, around, inside, offsets[able])
        best = int(np.argmin(cost))
        if cost[best] > RESTLESS * deviation + LEVEL:
            break
        offset = offsets[able[best]] * step
        if deviation > PLAIN:
            offset = _refined(scene, (around + 0.5) * step - 0.5, offset, [0.7 * spread * step, 0.15 * spread * step])
        chosen.append((round(float(offset[0])), round(float(offset[1]))))
        inside = inside[~on_ground[able[best]]]
        if len(inside) < 3:
            break
    return tuple(chosen)


def _steps_away(scene: Scene, piece: ObjectPart, gap: Bytes, step: Array) -> tuple[IntPair, ...]:
    """Return offsets in front of a ground that repeats: few that fill the gap, the shorter first where more do."""
    ground = cv2.subtract(background_of(scene, piece.method), gap)
    rim = _points(cv2.bitwise_and(cv2.dilate(gap, np.ones((5, 5), np.uint8)), ground), FINELY)
    steps = np.array(scene.foreground(piece.method).repeats)
    along, across = np.meshgrid(_NUMBERS, _NUMBERS if len(steps) > 1 else [0])
    exact = np.stack([along.ravel(), across.ravel()], axis=1)[:, : len(steps)] @ steps
    exact = exact[np.argsort(np.abs(exact / step).sum(axis=1), kind="stable")[1:]]
    cells = np.rint(exact / step).astype(np.intp)
    inside = np.stack(np.nonzero(gap)[::-1], axis=1)
    on_ground = _Framed(ground, int(np.abs(cells).max()), cv2.BORDER_CONSTANT).at(inside, cells) > 0
    chosen: list[IntPair] = []
    while len(rim) and on_ground.shape[1] and len(chosen) < STEPS_TAKEN:
        covers = np.count_nonzero(on_ground, axis=1)
        best = int(np.argmax(covers >= AS_MUCH * covers.max()))
        if not covers[best]:
            break
        offset = _refined(scene, (rim + 0.5) * step - 0.5, exact[best], [reach * _NEAR * step for reach in FINER])
        chosen.append((round(float(offset[0])), round(float(offset[1]))))
        on_ground = on_ground[:, ~on_ground[best]]
    return tuple(chosen)


def _ground(cells: Bytes, ground: str) -> Bytes:
    if ground == "all":
        return np.full(cells.shape, 255, np.uint8)
    return cv2.erode(cells, _SQUARE) if ground == "object" else cv2.bitwise_not(cv2.dilate(cells, _SQUARE))


def _points(mask: Bytes, most: int = SAMPLES) -> Array:
    """Return at most so many cells (x, y) of a mask, evenly spread."""
    index = np.flatnonzero(mask > 0)
    if index.size > most:
        index = index[np.arange(most) * (index.size - 1) // (most - 1)]
    return np.stack([index % mask.shape[1], index // mask.shape[1]], axis=1)


class _Framed:
    """A plane of the small grid with so wide a frame that every offset tried leads to a place on it.

    Who goes farther than the plane is wide or high is beyond its rim from wherever he starts.
    """

    def __init__(self, plane: Array, reach: int, border: int) -> None:
        self._reach = reach = min(reach, max(plane.shape))
        framed = cv2.copyMakeBorder(plane, reach, reach, reach, reach, border, value=0)
        self._flat, self._width = framed.ravel(), framed.shape[1]

    def at(self, points: Array, offsets: Array) -> Array:
        """Return the values at points (N, 2) moved by each of the offsets (M, 2): (M, N)."""
        offsets = offsets.clip(-self._reach, self._reach)
        start = (points[:, 1] + self._reach) * self._width + (points[:, 0] + self._reach)
        return self._flat.take(start + (offsets[:, 1] * self._width + offsets[:, 0])[:, None])


def _cost(gray: _Framed, here: Floats, around: Array, inside: Array, offsets: Array) -> Floats:
    """Return how badly what each offset brings fits: unlike at the rim, or with more to see inside, (N,)."""
    change = gray.at(around, offsets) - here
    level = change.sum(axis=1) * np.float32(1.0 / len(around))
    brought = gray.at(inside, offsets)
    unrest = np.maximum(_deviation(brought) - 1.2 * _deviation(here), 0.0)
    change -= level[:, None]
    return np.abs(change).sum(axis=1) * np.float32(1.0 / len(around)) + 0.5 * np.abs(level) + unrest


def _deviation(values: Floats) -> Floats:
    """Return the standard deviation along the last axis."""
    share = np.float32(1.0 / values.shape[-1])
    centred = values - values.sum(axis=-1, keepdims=True) * share
    centred *= centred
    return np.sqrt(centred.sum(axis=-1) * share)


def _refined(scene: Scene, rim: Array, offset: Array, spreads: list[Array]) -> Array:
    """Return the best of the offsets about one, judged on the picture at the rim (N, 2) of the gap, in pixels."""
    colours = _colours(scene, rim.T)
    for spread in spreads:
        near = np.concatenate([offset[None], offset + spread])
        change = _colours(scene, rim.T[:, None] + np.rint(near).T[:, :, None]) - colours
        cost = np.abs(change).reshape(len(near), -1).sum(axis=1)
        offset = near[int(np.argmin(cost))]
    return offset


def _colours(scene: Scene, points: Array) -> Floats:
    """Return the colours at points (2, ...) in pixels, float32 (..., C) in [0, 1]; outside the nearest pixel's."""
    height, width = scene.size
    x, y = points.astype(np.intp)
    place = np.minimum(np.maximum(y, 0), height - 1) * width + np.minimum(np.maximum(x, 0), width - 1)
    return scene.image.reshape(height * width, -1).take(place, axis=0) * np.float32(1.0 / scene.peak)
