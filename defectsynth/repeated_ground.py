"""What lies behind a part in front of a ground that repeats: the ground some steps away, in the light of its place.

How much brighter a place is than what is brought there is told on the small copy, around the gap that the part leaves,
and taken to go on smoothly over the gap.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.found_pieces import background_of, cells_at
from defectsynth.layers import Array, Box, Bytes, Floats, at_least
from defectsynth.membrane import membrane
from defectsynth.patches import blend
from defectsynth.piece import Piece
from defectsynth.repeats import moved
from defectsynth.scene import Scene
from defectsynth.values import IntPair, Pair

AS_IT_IS = 128  # value of a light that leaves a pixel as bright as it is
WINDOW = 5  # cells around a gap in which the light is told
EVEN = 0.05  # change from cell to cell from which on a place says little of the light
CHANGE = (0.5, 1.9)  # least and greatest change of brightness
_SQUARE = np.ones((3, 3), np.uint8)


def repeats_behind(piece: Piece, scene: Scene) -> bool:
    """Return whether the ground around a part is known to repeat."""
    return piece.ground == "background" and bool(scene.foreground(piece.method).repeats)


def gap_of_cells(piece: Piece, scene: Scene) -> Bytes:
    """Return the cells that a part covers, and those at its rim, uint8 (h, w)."""
    found = scene.foreground(piece.method)
    gap = cv2.fillPoly(np.zeros_like(found.cells), [cells_at(piece.outline, found.step)], 255)
    return cv2.dilate(gap, _SQUARE)


def lay_ground(
    piece: Piece, offsets: tuple[IntPair, ...], scene: Scene, canvas: Array, *, box: Box, behind: Array
) -> Bytes:
    """Write the ground that offsets bring into the pixels behind a part.

    Args:
        piece: the part.
        offsets: (dx, dy) in pixels.
        scene: the picture.
        canvas: the picture as it is by now.
        box: the place of `behind`.
        behind: (h, w, C), written to.

    Returns:
        uint8 (h, w), 255 where no offset brings any.
    """
    step, gap = scene.foreground(piece.method).step, gap_of_cells(piece, scene)
    for ground in _brought(piece, offsets, scene, gap):
        dx, dy = (round(along * side) for along, side in zip(ground.shift, step, strict=True))
        gap = cv2.subtract(gap, ground.new)
        x, y, width, height = ground.bounds.tolist()
        x0, x1 = (round(edge * step[0]) for edge in (x - 1, x + width + 1))
        y0, y1 = (round(edge * step[1]) for edge in (y - 1, y + height + 1))
        inner = Box(
            max(x0, box.x0, -dx),
            max(y0, box.y0, -dy),
            min(x1, box.x1, scene.size[1] - dx),
            min(y1, box.y1, scene.size[0] - dy),
        )
        if inner.x1 <= inner.x0 or inner.y1 <= inner.y0:
            continue
        taken = np.ascontiguousarray(canvas[inner.y0 + dy : inner.y1 + dy, inner.x0 + dx : inner.x1 + dx])
        taken = taken.reshape(*inner.shape, -1)
        lit = _wide(ground.light, inner, step, ground.left, ground.top)
        lit = cv2.merge([lit] * taken.shape[2]).reshape(taken.shape).astype(taken.dtype)
        lit = cv2.multiply(taken, lit, scale=1.0 / AS_IT_IS).reshape(taken.shape)
        here = behind[inner.y0 - box.y0 : inner.y1 - box.y0, inner.x0 - box.x0 : inner.x1 - box.x0]
        under = np.ascontiguousarray(here)
        blend(under, lit, _wide(ground.reach, inner, step, 0, 0), scene.peak)
        here[:] = under
    return at_least(_wide(gap, box, step, 0, 0), 32)


class _Ground(NamedTuple):
    """What a shift brings in one piece.

    Attributes:
        shift: (x, y) in cells.
        new: uint8 (h, w), the cells it fills.
        reach: uint8 (h, w), those and a rim.
        bounds: left, top, width and height of that.
        light: uint8 (h', w'), how much brighter its place is, from the cell (left, top) on.
    """

    shift: Pair
    new: Bytes
    reach: Bytes
    bounds: Array
    light: Bytes
    left: int
    top: int


def _brought(piece: Piece, offsets: tuple[IntPair, ...], scene: Scene, gap: Bytes) -> tuple[_Ground, ...]:
    """Return what each of the offsets brings."""
    background, step = background_of(scene, piece.method), scene.foreground(piece.method).step
    shifts = tuple((x / step[0], y / step[1]) for x, y in offsets)
    planes = (scene.small_gray.tobytes(), background.tobytes(), gap.tobytes())
    return _told(planes, gap.shape, shifts)


@lru_cache(maxsize=64)
def _told(planes: tuple[bytes, bytes, bytes], shape: tuple[int, int], shifts: tuple[Pair, ...]) -> tuple[_Ground, ...]:
    """Return what each of the shifts in cells brings; that of a whole object is asked for again and again.

    Args:
        planes: the brightness, float32 (h, w); where the background is; the gap.
        shape: (h, w).
        shifts: (x, y).
    """
    whole = np.frombuffer(planes[0], np.float32).reshape(shape)
    background, gap = (np.frombuffer(plane, np.uint8).reshape(shape) for plane in planes[1:])
    ground = cv2.bitwise_and(background, cv2.bitwise_not(gap))
    x, y, width, height = cv2.boundingRect(gap)
    left, top = max(0, x - WINDOW), max(0, y - WINDOW)
    window = slice(top, y + height + WINDOW), slice(left, x + width + WINDOW)
    gray, missing, known = whole[window].copy(), gap, ground[window].copy()
    told = []
    for shift in shifts:
        there = at_least(moved(ground, shift), 128)
        new = cv2.bitwise_and(missing, there)
        if not cv2.countNonZero(new):
            continue
        missing = cv2.subtract(missing, new)
        brought, filled = moved(whole, shift, beyond=cv2.BORDER_REPLICATE)[window], np.ascontiguousarray(new[window])
        share = _share(gray, brought, cv2.bitwise_and(known, np.ascontiguousarray(there[window])))
        cv2.copyTo(brought * share, filled, gray)
        known = cv2.bitwise_or(known, filled)
        light = cv2.convertScaleAbs(share, alpha=AS_IT_IS)
        number, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(new, _SQUARE))
        for index in range(1, number):
            reach = np.negative((labels == index).view(np.uint8))
            told.append(_Ground(shift, cv2.bitwise_and(new, reach), reach, stats[index, :4], light, left, top))
    return tuple(told)


def _share(here: Floats, brought: Floats, both: Bytes) -> Floats:
    """Return how much brighter a place is than what is brought there, (h, w), smooth where not both are known."""
    if not cv2.countNonZero(both):
        return np.ones_like(here)
    weight = both * np.float32(1.0 / 255.0)
    for plane in (here, brought):
        slope = cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, _SQUARE) * np.float32(1.0 / EVEN)
        weight *= np.minimum(plane * (1.0 / max(cv2.mean(plane, both)[0], 1e-3)), 1.0) / (1.0 + slope * slope)
    sums = [cv2.blur(plane * weight, (3, 3)) for plane in (here, brought)]
    share = np.clip(sums[0] / np.maximum(sums[1], np.float32(1e-6)), *CHANGE)
    return membrane(share[..., None], np.minimum(3.0 * weight, 1.0))[..., 0]


def _wide(cells: Bytes, box: Box, step: Pair, left: int, top: int) -> Bytes:
    """Return cells, the first of which is (left, top), at the pixels of a box, uint8 (h, w)."""
    x, y = ((corner + 0.5) / side - 0.5 for corner, side in zip(box[:2], step, strict=True))
    place = np.array([(1.0 / step[0], 0.0, x - left), (0.0, 1.0 / step[1], y - top)])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(cells, place, box.shape[::-1], flags=how, borderMode=cv2.BORDER_REPLICATE))
