"""What lies behind a part that is gone: its surroundings, continued.

Pixels are taken from other places of the same ground, found when a defect is drawn, and made to meet what lies around
the gap: the difference along the gap's rim is spread smoothly over it. Grain, stripes and holes of the background so
go on, and a shading across the picture, too.

References:
    Barnes et al., "PatchMatch", SIGGRAPH 2009, and He and Sun, "Statistics of patch offsets for image completion",
    ECCV 2012: a few offsets explain a gap; here they are tried at random on the small copy of the foreground, a
    few hundred at most, so that the search costs the same for any picture.
"""

from __future__ import annotations

import cv2
import numpy as np

from defectsynth.found_pieces import background_of, cells_at, pieces_of
from defectsynth.layers import Array, Bytes, Floats
from defectsynth.piece import Piece
from defectsynth.repeated_ground import gap_of_cells, repeats_behind
from defectsynth.scene import Scene
from defectsynth.values import IntPair

CANDIDATES, REFINED = 128, 16  # offsets tried, and those about the best
PATCHES, REPEATED = 4, 8  # most offsets for one gap, and where the ground repeats
MOST_STEPS = 4  # to either side, of a ground that repeats
SAMPLES, DENSE = 32, 1024  # points of the gap and of its rim that an offset is judged by; where the ground repeats
RESTLESS, LEVEL = 1.5, 0.01  # greatest mismatch: a share of the rim's own deviation, and of the range
PLAIN = 0.03  # deviation of the rim under which no offset is better than those about it
LEAST_COVERED = 0.05  # share of the gap under which an offset is not worth it
COVERED = 0.98  # share of the gap from which on an offset covers it
_SQUARE = np.ones((3, 3), np.uint8)


def sources(rng: np.random.Generator, scene: Scene, piece: Piece) -> tuple[IntPair, ...]:
    """Return offsets (dx, dy) in pixels whose pixels fill the gap that a part leaves, best first; empty if none do."""
    found = scene.foreground(piece.method)
    step = np.array(found.step)
    gap, corners = gap_of_cells(piece, scene), (np.array(piece.outline) + 0.5) / step - 0.5
    ground = cv2.subtract(_ground(scene, piece), gap)
    if piece.ground == "object":
        for mark in pieces_of(scene, piece.method).get("mark", ()):
            cv2.fillPoly(ground, [cells_at(mark.outline, found.step)], 0)
    rim = cv2.bitwise_and(cv2.dilate(gap, np.ones((5, 5), np.uint8)), ground)
    repeats = repeats_behind(piece, scene)
    inside, around = _points(gap, DENSE if repeats else SAMPLES), _points(rim)
    if not len(inside) or not len(around):
        return ()
    extent = 2.0 * float((corners.max(axis=0) - corners.min(axis=0)).max()) + 8.0
    exact = np.rint((2.0 * rng.random((CANDIDATES, 2)) - 1.0) * extent)
    exact[: CANDIDATES // 4, 0] = exact[CANDIDATES // 4 : CANDIDATES // 2, 1] = 0.0
    reaches, most_patches = (0.7, 0.15), PATCHES
    if repeats:
        most_patches = REPEATED
        exact, reaches = _repeats(np.array(found.repeats) / step, gap.shape), (0.3, 0.1)
    offsets = np.rint(exact).astype(np.intp)
    spread = 2.0 * rng.random((REFINED, 2)) - 1.0
    gray = scene.small_gray
    here = gray[around[:, 1], around[:, 0]]
    deviation = _deviation(here)
    reach = int(np.abs(offsets).max())
    allowed, shades = _Framed(ground, reach, cv2.BORDER_CONSTANT), _Framed(gray, reach, cv2.BORDER_REPLICATE)
    chosen: list[IntPair] = []
    while len(inside) and len(chosen) < most_patches:
        on_ground = allowed.at(inside, offsets) > 0
        covers = on_ground.sum(axis=1) * (1.0 / len(inside))
        most = float(covers.max())
        if most < (0.0 if repeats else LEAST_COVERED) or most == 0.0:
            break
        able = np.flatnonzero(covers >= min(COVERED, (0.98 if repeats else 0.9) * most))
        cost = _cost(shades, here, around, inside, offsets[able])
        best = int(np.argmin(cost))
        if not repeats and cost[best] > RESTLESS * deviation + LEVEL:
            break
        offset = exact[able[best]] * step
        if deviation > PLAIN:
            offset = _refined(
                scene, (around + 0.5) * step - 0.5, offset, [spread * (reach * step) for reach in reaches]
            )
        chosen.append((round(float(offset[0])), round(float(offset[1]))))
        inside = inside[~on_ground[able[best]]]
        if len(inside) < 3:
            break
    return tuple(chosen)


def _ground(scene: Scene, piece: Piece) -> Bytes:
    if piece.ground == "background":
        return background_of(scene, piece.method)
    cells = scene.foreground(piece.method).cells
    return np.full(cells.shape, 255, np.uint8) if piece.ground == "all" else cv2.erode(cells, _SQUARE)


def _repeats(steps: Array, shape: tuple[int, int]) -> Array:
    """Return the offsets within the small grid after which a ground that repeats looks the same, (N, 2)."""
    several = np.arange(-MOST_STEPS, MOST_STEPS + 1)
    along, across = np.meshgrid(several, several if len(steps) > 1 else several[:1])
    number = np.stack([along.ravel(), across.ravel()], axis=1)[:, : len(steps)]
    offsets = number[number.any(axis=1)] @ steps
    return np.asarray(offsets[(np.abs(offsets) < shape[::-1]).all(axis=1)])


def _points(mask: Bytes, most: int = SAMPLES) -> Array:
    """Return at most so many cells (x, y) of a mask, evenly spread."""
    index = np.flatnonzero(mask > 0)
    if index.size > most:
        index = index[np.arange(most) * (index.size - 1) // (most - 1)]
    return np.stack([index % mask.shape[1], index // mask.shape[1]], axis=1)


class _Framed:
    """A plane of the small grid with so wide a frame that every offset tried leads to a place on it."""

    def __init__(self, plane: Array, reach: int, border: int) -> None:
        framed = cv2.copyMakeBorder(plane, reach, reach, reach, reach, border, value=0)
        self._flat, self._width, self._reach = framed.ravel(), framed.shape[1], reach

    def at(self, points: Array, offsets: Array) -> Array:
        """Return the values at points (N, 2) moved by each of the offsets (M, 2): (M, N)."""
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
    """Return the best of the offsets about one, judged on the picture itself at the rim (N, 2) of the gap; in pixels."""
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
