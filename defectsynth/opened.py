"""A part taken out of the picture: the part itself, its shadow, and what is behind it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.found_pieces import pieces_of
from defectsynth.layers import Array, Box, Bytes, Floats, at_least, greatest_channel
from defectsynth.membrane import membrane
from defectsynth.outlines import filled
from defectsynth.piece import HALO, SHADOW, Piece
from defectsynth.scene import Scene
from defectsynth.values import IntPair, Value

DARKEST, BRIGHTEST = 0.4, 1.1  # how much a shadow that moves along may darken or brighten
LIT = 200  # value of a shade that leaves the ground as bright as it is
SHADE_FINE, SHADE_CELL = 160, 4  # box from which on a shadow is taken from a copy, and how much smaller that is
UNLIKE = (0.03, 0.12)  # difference from what is behind it at which a thin part starts to show, and is opaque
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
        surface: float32 (h, w, C), the same in [0, 1].
        behind: float32 (h, w, C), the picture without it.
        cover: float32 (h, w, 1) in [0, 1], where it and its halo were.
        matte: uint8 (h, w, 1), the part itself.
    """

    box: Box
    pixels: Array
    surface: Floats
    behind: Floats
    cover: Floats
    matte: Bytes

    def shade(self) -> Bytes:
        """Return how much darker the ground beside the part is than without it: its shadow.

        Returns:
            uint8 (h, w, C), a share of the brightness, `LIT` where there is none.
        """
        cells = (max(1, self.box.shape[1] // SHADE_CELL), max(1, self.box.shape[0] // SHADE_CELL))
        small = cells if max(self.box.shape) > SHADE_FINE else self.box.shape[::-1]
        before, behind, cover = (
            cv2.resize(planes, small, interpolation=cv2.INTER_AREA).reshape(small[1], small[0], -1)
            for planes in (self.surface, self.behind, self.cover)
        )
        share = cv2.blur((before + np.float32(0.02)) / (behind + np.float32(0.02)), (3, 3)).reshape(before.shape)
        share = 1.0 + (np.clip(share, DARKEST, BRIGHTEST) - 1.0) * cover
        rounded = np.rint(share * LIT).astype(np.uint8)
        return cv2.resize(rounded, self.box.shape[::-1], interpolation=cv2.INTER_LINEAR).reshape(self.surface.shape)


def halo(piece: Piece, scene: Scene) -> float:
    """Return how many pixels of ground beside a part go with it."""
    return max(2.0, (SHADOW if piece.kind == "object" else HALO) * scene.side)


def padding(piece: Piece, scene: Scene) -> float:
    """Return how many pixels around a part are looked at."""
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
    surface = as_floats(pixels, scene.peak)
    behind = _behind(gap, scene, canvas, surface, box=box, known=known)
    if piece.kind in ("lead", "mark", "object") and cv2.countNonZero(told):
        unlike = greatest_channel(np.abs(surface - behind))
        shown = cv2.blur(np.clip((unlike - UNLIKE[0]) / (UNLIKE[1] - UNLIKE[0]), 0.0, 1.0), (3, 3)) * np.float32(255.0)
        shown = shown.astype(np.uint8)
        matte = cv2.min(cover, shown if piece.kind == "mark" else cv2.max(matte, cv2.min(shown, told)))
    return Opened(box, pixels, surface, behind, cover[..., None] * np.float32(1.0 / 255.0), matte[..., None])


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


def _behind(gap: Gap, scene: Scene, canvas: Array, surface: Floats, *, box: Box, known: Bytes) -> Floats:
    """Return what would be seen in the box without the part: pixels from elsewhere, each lot meeting those before."""
    weight = known * np.float32(1.0 / 255.0)
    behind = surface
    missing = known == 0
    for offset in gap.sources:
        taken, there = _taken(gap, scene, canvas, box, offset)
        new, both = missing & there, weight * there
        if not both.any():
            continue
        fitted = taken + membrane(behind - taken, both)
        behind = np.where(new[..., None], fitted, behind)
        weight = np.where(new, np.float32(1.0), weight)
        missing &= ~there
    if missing.any():
        smooth = membrane(behind, weight) + _grain(gap, surface, known)
        behind = np.where(missing[..., None], smooth, behind)
    return behind


def _taken(gap: Gap, scene: Scene, canvas: Array, box: Box, offset: IntPair) -> tuple[Floats, Array]:
    """Return the pixels that an offset brings, float32 (h, w, C), and where they are of the ground, bool (h, w)."""
    dx, dy = offset
    single = len(gap.sources) == 1
    if single and min(box.x0 + dx, box.y0 + dy) >= 0 and box.x1 + dx <= scene.size[1] and box.y1 + dy <= scene.size[0]:
        pixels = np.ascontiguousarray(canvas[box.y0 + dy : box.y1 + dy, box.x0 + dx : box.x1 + dx])
        return as_floats(pixels, scene.peak), np.ones(box.shape, bool)
    y, x = np.arange(box.y0, box.y1) + dy, np.arange(box.x0, box.x1) + dx
    there = ((y >= 0) & (y < scene.size[0]))[:, None] & ((x >= 0) & (x < scene.size[1]))
    y, x = y.clip(0, scene.size[0] - 1), x.clip(0, scene.size[1] - 1)
    if gap.piece.ground == "background" and not single:
        found = scene.foreground(gap.piece.method)
        cells = cv2.dilate(found.cells, _SQUARE)
        row = ((y + 0.5) / found.step[1]).astype(np.intp).clip(0, cells.shape[0] - 1)
        column = ((x + 0.5) / found.step[0]).astype(np.intp).clip(0, cells.shape[1] - 1)
        there &= cells[row[:, None], column] == 0
    return as_floats(canvas[y[:, None], x], scene.peak), there


def _grain(gap: Gap, surface: Floats, known: Bytes) -> Floats:
    """Return noise as strong as the grain of what is known, float32 (h, w, 1)."""
    stride = 1 + max(known.shape) // 128
    both = (known[::stride, :-1] > 0) & (known[::stride, 1:] > 0)
    plane = surface[..., 0]
    change = np.abs(plane[::stride, 1:] - plane[::stride, :-1])[both]
    deviation = float(np.median(change)) / 0.954 if change.size else 0.0  # 0.954: of the difference of two normals
    noise = np.random.default_rng(gap.seed).standard_normal((GRAIN, GRAIN), dtype=np.float32) * np.float32(deviation)
    rows, columns = np.arange(known.shape[0]) % GRAIN, np.arange(known.shape[1]) % GRAIN
    return noise[rows][:, columns, None]
