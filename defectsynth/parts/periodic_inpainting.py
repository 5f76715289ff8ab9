"""What lies behind a part in front of a ground that repeats: the ground some steps away, in the light of its place.

How much brighter a place is than what is brought there is told on the small copy, around the gap that the part leaves,
and taken to go on smoothly over the gap.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.core.layer import Box
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.core.patch import alpha_composite
from defectsynth.functional.membrane import membrane
from defectsynth.parts.detection import background_of, cells_at
from defectsynth.parts.part import ObjectPart
from defectsynth.scene.periodicity import shift_plane
from defectsynth.scene.scene import Scene

AS_IT_IS = 128  # value of a light that leaves a pixel as bright as it is
LEFT_OUT = 32  # share of a pixel, of 255, that no step fills from which on it is filled otherwise
WINDOW = 5  # cells around a gap in which the light is told
EVEN = 0.05  # change from cell to cell from which on a place says little of the light
CHANGE = (0.5, 1.9)  # least and greatest change of brightness
_SQUARE = np.ones((3, 3), np.uint8)


def repeats_behind(piece: ObjectPart, scene: Scene) -> bool:
    """Return whether the ground around a part is known to repeat."""
    return piece.ground == "background" and bool(scene.foreground(piece.method).repeats)


def gap_of_cells(piece: ObjectPart, scene: Scene) -> Bytes:
    """Return the cells that a part covers, and those at its rim, uint8 (h, w)."""
    found = scene.foreground(piece.method)
    gap = cv2.fillPoly(np.zeros_like(found.cells), [cells_at(piece.outline, found.step)], 255)
    return cv2.dilate(gap, _SQUARE)


def lay_ground(
    piece: ObjectPart, offsets: tuple[IntPair, ...], scene: Scene, canvas: Array, *, box: Box, behind: Array
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
    step, background = scene.foreground(piece.method).step, background_of(scene, piece.method)
    planes = (scene.small_gray.tobytes(), background.tobytes(), gap_of_cells(piece, scene).tobytes())
    shifts = tuple((dx / step[0], dy / step[1]) for dx, dy in offsets)
    pieces, missing = _told(planes, background.shape, shifts)
    for which, reach, light in pieces:
        dx, dy = offsets[which]
        rows, columns = reach.cells.shape
        inner = Box(
            max(round((reach.left - 1) * step[0]), box.x0, -dx),
            max(round((reach.top - 1) * step[1]), box.y0, -dy),
            min(round((reach.left + columns + 1) * step[0]), box.x1, scene.size[1] - dx),
            min(round((reach.top + rows + 1) * step[1]), box.y1, scene.size[0] - dy),
        )
        if inner.x1 <= inner.x0 or inner.y1 <= inner.y0:
            continue
        taken = np.ascontiguousarray(canvas[inner.y0 + dy : inner.y1 + dy, inner.x0 + dx : inner.x1 + dx])
        taken = taken.reshape(*inner.shape, -1)
        wide = cv2.merge([_wide(light, inner, step, cv2.BORDER_REPLICATE)] * taken.shape[2])
        lit = cv2.multiply(taken, wide.reshape(taken.shape).astype(taken.dtype), scale=1.0 / AS_IT_IS)
        here = behind[inner.y0 - box.y0 : inner.y1 - box.y0, inner.x0 - box.x0 : inner.x1 - box.x0]
        under = np.ascontiguousarray(here)
        cover = _wide(reach, inner, step, cv2.BORDER_CONSTANT)
        alpha_composite(under, lit.reshape(taken.shape), cover, scene.peak)
        here[:] = under
    return threshold_mask(_wide(missing, box, step, cv2.BORDER_CONSTANT), LEFT_OUT)


def forget_ground() -> None:
    """Forget the ground told so far; the next call looks at its picture anew."""
    _told.cache_clear()


class _Placed(NamedTuple):
    """Cells of the small grid, uint8 (h, w), the first of which is (left, top)."""

    cells: Bytes
    left: int
    top: int


@lru_cache(maxsize=256)
def _told(
    planes: tuple[bytes, bytes, bytes], shape: tuple[int, int], shifts: tuple[Pair, ...]
) -> tuple[tuple[tuple[int, _Placed, _Placed], ...], _Placed]:
    """Return what shifts bring: which one, what it fills with a rim, the light there; and what none of them fills.

    Remembered: that of a whole object is asked for again and again.

    Args:
        planes: the brightness, float32 (h, w); where the background is; the gap.
        shape: (h, w).
        shifts: (x, y) in cells.
    """
    whole = np.frombuffer(planes[0], np.float32).reshape(shape)
    background, gap = (np.frombuffer(plane, np.uint8).reshape(shape) for plane in planes[1:])
    ground = cv2.bitwise_and(background, cv2.bitwise_not(gap))
    x, y, width, height = cv2.boundingRect(gap)
    left, top = max(0, x - WINDOW), max(0, y - WINDOW)
    window = slice(top, y + height + WINDOW), slice(left, x + width + WINDOW)
    gray, missing, known = (plane[window].copy() for plane in (whole, gap, ground))
    told = []
    for which, shift in enumerate(shifts):
        there = np.ascontiguousarray(shift_plane(ground, shift)[window])
        new = cv2.bitwise_and(missing, threshold_mask(there, 128))
        if not cv2.countNonZero(new):
            continue
        brought = shift_plane(whole, shift, beyond=cv2.BORDER_REPLICATE)[window]
        share = _share(gray, brought, cv2.bitwise_and(known, threshold_mask(there, 255)))
        cv2.copyTo(brought * share, new, gray)
        missing, known = cv2.subtract(missing, new), cv2.bitwise_or(known, new)
        light = _Placed(cv2.convertScaleAbs(share, alpha=AS_IT_IS), left, top)
        number, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(new, _SQUARE))
        for index in range(1, number):
            x, y, width, height = stats[index, :4].tolist()
            reach = np.negative((labels[y : y + height, x : x + width] == index).view(np.uint8))
            told.append((which, _Placed(reach, left + x, top + y), light))
    return tuple(told), _Placed(missing, left, top)


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


def _wide(placed: _Placed, box: Box, step: Pair, beyond: int) -> Bytes:
    """Return cells at the pixels of a box, uint8 (h, w)."""
    x, y = ((corner + 0.5) / side - 0.5 for corner, side in zip(box[:2], step, strict=True))
    place = np.array([(1.0 / step[0], 0.0, x - placed.left), (0.0, 1.0 / step[1], y - placed.top)])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(placed.cells, place, box.shape[::-1], flags=how, borderMode=beyond))
