"""A part taken out of the picture: the part itself, its shadow, and what is behind it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.found_pieces import pieces_of
from defectsynth.layers import Array, Box, Bytes, Floats, at_least, greatest_channel
from defectsynth.membrane import membrane, resized
from defectsynth.outlines import filled
from defectsynth.piece import HALO, SHADOW, Piece
from defectsynth.scene import Scene
from defectsynth.values import IntPair, Value

DARKEST, BRIGHTEST = 0.4, 1.1  # how much a shadow that moves along may darken or brighten
LIT = 200  # value of a shade that leaves the ground as bright as it is
SHADE_FINE, SHADE_CELL = 160, 4  # box from which on a shadow is taken from a copy, and how much smaller that is
UNLIKE = (0.03, 0.12)  # difference from what is behind it at which a thin part starts to show, and is opaque
REDUCED = 96  # cells along the longer side of the small copy on which what is smooth is found
LEAST_KNOWN = 0.25  # share of a cell of it that is known, under which it counts as unknown
GRAIN = 128  # side in pixels of the patch of noise that is repeated
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Gap(Value):
    """The place of a part.

    Attributes:
        piece: the part.
        sources: offsets (dx, dy) in pixels of what fills its place.
        seed: of the grain where no offset does.
        stays: whether the part is still there and only copied.
    """

    piece: Piece
    sources: tuple[IntPair, ...]
    seed: int
    stays: bool = False


@dataclass(frozen=True)
class Opened:
    """A part and what is behind it, in the box of the part.

    Attributes:
        box: where.
        pixels: (h, w, C), dtype of the picture, with the part.
        behind: (h, w, C), dtype of the picture, without it.
        cover: uint8 (h, w), where it and its halo were.
        matte: uint8 (h, w), the part itself.
    """

    box: Box
    pixels: Array
    behind: Array
    cover: Bytes
    matte: Bytes

    def shade(self, peak: float) -> Bytes:
        """Return how much darker the ground beside the part is than without it: its shadow.

        Returns:
            uint8 (h', w', C), a share of the brightness, `LIT` where there is none; of a large box a small copy.
        """
        small = shade_cells(self.box.shape)
        before, behind, cover = (
            resized(planes, small, cv2.INTER_AREA) for planes in (self.pixels, self.behind, self.cover[..., None])
        )
        least = np.float32(0.02)
        share = (as_floats(before, peak) + least) / (as_floats(behind, peak) + least)
        share = cv2.blur(share, (3, 3)).reshape(before.shape)
        share = 1.0 + (np.clip(share, DARKEST, BRIGHTEST) - 1.0) * (cover * np.float32(1.0 / 255.0))
        return np.rint(share * LIT).astype(np.uint8)


def shade_cells(shape: tuple[int, int]) -> IntPair:
    """Return the size (width, height) in which the shadow of a part in a box of (height, width) is told."""
    cell = SHADE_CELL if max(shape) > SHADE_FINE else 1
    return max(1, shape[1] // cell), max(1, shape[0] // cell)


def halo(piece: Piece, scene: Scene) -> float:
    """Return how many pixels of ground beside a part go with it."""
    return max(2.0, (SHADOW if piece.kind == "object" else HALO) * scene.side)


def padding(piece: Piece, scene: Scene) -> float:
    """Return how many pixels around a part are looked at."""
    if piece.kind == "object":  # its outline has its halo in it
        return max(5.0, halo(piece, scene))
    return max(5.0, 2.0 * halo(piece, scene), 0.15 * piece.extent)


def as_floats(patch: Array, peak: float) -> Floats:
    """Return (h, w) or (h, w, C) as float32 (h, w, C), 1.0 is the peak."""
    stacked = patch.reshape(*patch.shape[:2], -1)
    return stacked.astype(np.float32) if peak == 1.0 else stacked * np.float32(1.0 / peak)


def open_up(gap: Gap, scene: Scene, canvas: Array) -> Opened | None:
    """Return a part taken out of the canvas, None if it is not there or nothing tells what lies behind it."""
    piece = gap.piece
    box = piece.box(scene.size, pad=padding(piece, scene))
    if box is None:
        return None
    cover = matte = told = filled(piece.outline, box)
    if piece.kind == "object":
        told = np.zeros(box.shape, np.uint8)  # where it is told by its difference from what is behind it
    if piece.ground == "all":
        known = cv2.bitwise_not(at_least(cover, 1))
    else:
        thing = scene.object_in(box, piece.method)
        if piece.ground == "background":
            matte = cv2.min(matte, cv2.blur(thing, (3, 3)))
            if piece.kind == "object":
                for lead in pieces_of(scene, piece.method).get("lead", ()):
                    told = cv2.max(told, filled(lead.outline, box))
                thing = cv2.max(thing, told)
            thing = _near(thing, halo(piece, scene))
            cover = cv2.max(cv2.min(cover, thing), _inner(cover)) if piece.kind == "lead" else cv2.min(cover, thing)
            thing = cv2.bitwise_not(at_least(thing, 1))
        known = cv2.bitwise_and(thing, cv2.bitwise_not(at_least(cover, 1)))
    if not cv2.countNonZero(known) or not cv2.countNonZero(cover):
        return None
    pixels = np.ascontiguousarray(canvas[box.slices]).reshape(*box.shape, -1)
    behind = _behind(gap, scene, canvas, pixels, box=box, known=known)
    if piece.kind in ("lead", "mark", "object") and cv2.countNonZero(told):
        here = _around(told)
        unlike = greatest_channel(cv2.absdiff(pixels[here], behind[here]).reshape(pixels[here].shape))
        unlike = unlike * np.float32(1.0 / (scene.peak * (UNLIKE[1] - UNLIKE[0]))) - np.float32(
            UNLIKE[0] / (UNLIKE[1] - UNLIKE[0])
        )
        shown = np.zeros(box.shape, np.uint8)
        shown[here] = cv2.blur(np.clip(unlike, 0.0, 1.0), (3, 3)) * np.float32(255.0)
        matte = cv2.min(cover, shown if piece.kind == "mark" else cv2.max(matte, cv2.min(shown, told)))
    return Opened(box, pixels, behind, cover, matte)


def _near(mask: Bytes, reach: float) -> Bytes:
    """Return a mask grown by `reach` pixels and fading over the outer half of that."""
    width, fade = 2 * round(0.75 * reach) + 1, max(3, 2 * round(0.25 * reach) + 1)
    grown = at_least(cv2.blur(mask, (width, width)), 5)  # a dilation whose time does not grow with its reach
    return cv2.blur(grown, (fade, fade))


def _inner(mask: Bytes) -> Bytes:
    """Return a mask fading to nothing inside its outline: the end of a lead may shine like the background."""
    width = 2 * round(0.02 * sum(mask.shape)) + 3
    blurred = cv2.blur(mask, (width, width))
    return cv2.min(cv2.convertScaleAbs(cv2.subtract(blurred, 128), alpha=2.0), mask)


def _behind(gap: Gap, scene: Scene, canvas: Array, pixels: Array, *, box: Box, known: Bytes) -> Array:
    """Return what would be seen in the box without the part: pixels from elsewhere, each lot meeting those before.

    What is smooth is found on a small copy.
    """
    behind = pixels.copy()
    missing = cv2.bitwise_not(known)
    for offset in gap.sources:
        brought = _taken(gap, scene, canvas, box, offset)
        if brought is None:
            continue
        taken, there = brought
        both = cv2.bitwise_not(missing)
        both = both if there is None else cv2.bitwise_and(both, there)
        if not cv2.countNonZero(both):
            continue
        level, weight = _reduced(behind, both, scene.peak)
        change = membrane(level - _reduced(taken, both, scene.peak)[0], weight)
        new = missing if there is None else cv2.bitwise_and(missing, there)
        if cv2.countNonZero(new):
            here = _around(new)
            cv2.copyTo(_plus(taken[here], change, here, box.shape, scene.peak), new[here], behind[here])
        missing = cv2.bitwise_and(missing, cv2.bitwise_not(new))
        if not cv2.countNonZero(missing):
            return behind
    smooth, here = membrane(*_reduced(behind, cv2.bitwise_not(missing), scene.peak)), _around(missing)
    filled_up = _plus(np.zeros_like(behind[here], order="C"), smooth, here, box.shape, scene.peak)
    cv2.copyTo(_with_grain(gap, filled_up, pixels, known=known, peak=scene.peak), missing[here], behind[here])
    return behind


def _around(mask: Bytes) -> tuple[slice, slice]:
    """Return the index of the smallest box around a mask."""
    x, y, width, height = cv2.boundingRect(mask)
    return slice(y, y + height), slice(x, x + width)


def _reduced(pixels: Array, known: Bytes, peak: float) -> tuple[Floats, Floats]:
    """Return the means of the known pixels on a small grid, float32 (h', w', C), and their shares (h', w')."""
    cell = _cell(known.shape)
    if cell == 1:
        return as_floats(pixels, peak), known * np.float32(1.0 / 255.0)
    rows, columns = (-(-side // cell) for side in known.shape)  # whole cells: cv2 shrinks by whole numbers fastest
    height, width = known.shape
    mask = cv2.copyMakeBorder(known, 0, rows * cell - height, 0, columns * cell - width, cv2.BORDER_CONSTANT, value=0)
    masked = np.zeros((*mask.shape, pixels.shape[2]), pixels.dtype)
    cv2.copyTo(pixels, known, masked[:height, :width])
    share = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA) * np.float32(1.0 / 255.0)
    share[share < min(LEAST_KNOWN, float(share.max()))] = 0.0
    mean = as_floats(resized(masked, (columns, rows), cv2.INTER_AREA), peak)
    return mean / np.maximum(share, np.float32(1e-3))[..., None], share


def _cell(shape: tuple[int, ...]) -> int:
    """Return the side in pixels of a cell of the small grid of a box."""
    return -(-max(shape[:2]) // REDUCED)


def _plus(pixels: Array, change: Floats, here: tuple[slice, slice], shape: tuple[int, int], peak: float) -> Array:
    """Return pixels (h, w, C) changed by a smooth field on the small grid of their box; integers saturate.

    Args:
        pixels: a part of the box.
        change: float32 (h', w', C) in [-1, 1].
        here: where in the box the pixels lie.
        shape: (height, width) of the box.
        peak: greatest value of their dtype.
    """
    cell = _cell(shape)
    size = change.shape[1] * cell, change.shape[0] * cell
    result = np.ascontiguousarray(pixels)
    for signed, operation in ((change, cv2.add), (-change, cv2.subtract)):
        part = np.maximum(signed, np.float32(0.0)) * np.float32(peak)
        if part.max() > 0.0:
            whole = part if peak == 1.0 else np.minimum(np.rint(part), peak).astype(pixels.dtype)
            field = np.ascontiguousarray(resized(whole, size, cv2.INTER_LINEAR)[here])
            result = operation(result, field).reshape(pixels.shape)
    return result


def _taken(gap: Gap, scene: Scene, canvas: Array, box: Box, offset: IntPair) -> tuple[Array, Bytes | None] | None:
    """Return the pixels that an offset brings, (h, w, C), and where they are of the ground, uint8 (h, w).

    The second is None where all are; there is no answer where the offset leads out of the picture.
    """
    (dx, dy), (height, width) = offset, scene.size
    x0, y0, x1, y1 = box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy
    if x0 >= width or y0 >= height or x1 <= 0 or y1 <= 0:
        return None
    rim = max(0, -y0), max(0, y1 - height), max(0, -x0), max(0, x1 - width)
    inner = np.ascontiguousarray(canvas[max(0, y0) : y1, max(0, x0) : x1])
    taken = inner
    if any(rim):
        planes = [inner] if inner.ndim == 2 or inner.shape[2] <= 4 else cv2.split(inner)
        framed = [cv2.copyMakeBorder(plane, *rim, cv2.BORDER_REPLICATE) for plane in planes]
        taken = framed[0] if len(framed) == 1 else np.stack(framed, axis=2)
    taken = taken.reshape(*box.shape, -1)
    patterned = gap.piece.ground == "background" and len(gap.sources) > 1
    if not patterned and not any(rim):
        return taken, None
    there = np.full(inner.shape[:2], 255, np.uint8)
    if patterned:
        found = scene.foreground(gap.piece.method)
        cells = cv2.bitwise_not(cv2.dilate(found.cells, _SQUARE))
        row = ((np.arange(max(0, y0), min(y1, height)) + 0.5) / found.step[1]).astype(np.intp)
        column = ((np.arange(max(0, x0), min(x1, width)) + 0.5) / found.step[0]).astype(np.intp)
        wide = cells[row.clip(0, cells.shape[0] - 1)]
        there = np.ascontiguousarray(wide[:, column.clip(0, cells.shape[1] - 1)])
        there = at_least(there, 255)
    return taken, cv2.copyMakeBorder(there, *rim, cv2.BORDER_CONSTANT, value=0)


def _with_grain(gap: Gap, smooth: Array, pixels: Array, *, known: Bytes, peak: float) -> Array:
    """Return (h, w, C) with noise as strong as the grain of the pixels that are known."""
    stride = 1 + max(known.shape) // 128
    at, beside = (slice(None, None, stride), slice(0, -1, stride)), (slice(None, None, stride), slice(1, None, stride))
    both = (known[at] > 0) & (known[beside] > 0)
    if not both.any():
        return smooth
    change = cv2.absdiff(np.ascontiguousarray(pixels[at][..., 0]), np.ascontiguousarray(pixels[beside][..., 0]))
    change = change.reshape(both.shape)[both]
    deviation = float(np.median(change)) / 0.954  # 0.954: of the difference of two normals
    if deviation == 0.0:
        return smooth
    noise = np.random.default_rng(gap.seed).standard_normal((GRAIN, GRAIN), dtype=np.float32) * np.float32(deviation)
    height, width, channels = smooth.shape
    result = smooth
    for signed, operation in ((noise, cv2.add), (-noise, cv2.subtract)):
        part = np.maximum(signed if peak == 1.0 else np.rint(signed), np.float32(0.0))
        patch = np.repeat(np.minimum(part, np.float32(peak)).astype(pixels.dtype)[..., None], channels, axis=2)
        tiled = np.tile(patch, (-(-height // GRAIN), -(-width // GRAIN), 1))[:height, :width]
        result = operation(result, np.ascontiguousarray(tiled)).reshape(smooth.shape)
    return result


def blend(under: Array, over: Array, cover: Bytes, peak: float) -> None:
    """Lay pixels over contiguous ones of their dtype, (h, w, C): where a cover is 255 they alone, at its rim both."""
    if peak == 1.0:
        over = np.clip(over, min(0.0, float(under.min())), max(1.0, float(under.max())))
    rim = np.flatnonzero(cv2.inRange(cover, 1, 254) > 0)
    if rim.size:
        below, above = (planes.reshape(cover.size, -1).take(rim, axis=0).astype(np.float32) for planes in (under, over))
        below += (above - below) * (cover.ravel()[rim] * np.float32(1.0 / 255.0))[:, None]
        mixed = below if peak == 1.0 else np.rint(below, out=below).astype(under.dtype)
        under.reshape(cover.size, -1)[rim] = mixed
    cv2.copyTo(over, at_least(cover, 255), under)
