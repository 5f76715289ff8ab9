"""A part taken out of the picture: the part itself, its shadow, and what is behind it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, max_over_channels, threshold_mask
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box
from defectsynth.functional.membrane import downsample
from defectsynth.functional.polygons import fill_polygons
from defectsynth.parts.detection import thin_parts
from defectsynth.parts.inpainting import Gap, around, behind_part
from defectsynth.parts.matting import shown, told_apart, without_dents
from defectsynth.parts.part import HALO, SHADOW, ObjectPart
from defectsynth.parts.periodic_inpainting import repeats_behind
from defectsynth.scene.scene import Scene

DARKEST, BRIGHTEST = 0.4, 1.1  # how much a shadow that moves along may darken or brighten
LIT = 200  # value of a shade that leaves the ground as bright as it is
SHADE_FINE, SHADE_CELL = 80, 4  # box from which on a shadow is taken from a copy, half and from twice that on a quarter
# of its size
FADING = 1.5  # cells over which a lead's own light goes over into that around, where it is known what is behind
CAST = 2.0  # cells around a part in which its shadow lies where it is known what is behind


@dataclass(frozen=True)
class ExtractedPart:
    """A part and what is behind it, in the box of the part.

    Attributes:
        box: where.
        pixels: (h, w, C), dtype of the picture, with the part.
        lit: (h, w, C), the same without the part's wide shadow.
        behind: (h, w, C), dtype of the picture, without it.
        cover: uint8 (h, w), where it and its halo were.
        matte: uint8 (h, w), the part itself.
        cast: uint8 (h, w), where its shadow may lie.
    """

    box: Box
    pixels: Array
    lit: Array
    behind: Array
    cover: Bytes
    matte: Bytes
    cast: Bytes

    def shade(self, peak: float) -> Bytes:
        """Return how much darker the ground beside the part is than without it: its shadow.

        Returns:
            uint8 (h', w', C), a share of the brightness, `LIT` where there is none; of a large box a small copy.
        """
        cell = shade_cell(self.box.shape)
        columns, rows = self.box.shape[1] // cell, self.box.shape[0] // cell
        before, behind, cast = (
            downsample(planes[: rows * cell, : columns * cell], cell)
            for planes in (self.lit, self.behind, self.cast[..., None])
        )
        least = np.float32(0.02)
        share = (pixels_to_float(before, peak) + least) / (pixels_to_float(behind, peak) + least)
        share = cv2.blur(share, (3, 3)).reshape(before.shape)
        share = 1.0 + (np.clip(share, DARKEST, BRIGHTEST) - 1.0) * (cast * np.float32(1.0 / 255.0))
        return np.rint(share * LIT).astype(np.uint8)


def shade_cell(shape: tuple[int, int]) -> int:
    """Return the side in pixels of the cells in which the shadow of a part in a box of (height, width) is told."""
    if max(shape) <= SHADE_FINE or min(shape) < SHADE_CELL:
        return 1
    return SHADE_CELL if max(shape) > 2 * SHADE_FINE else SHADE_CELL // 2


def halo(piece: ObjectPart, scene: Scene) -> float:
    """Return how many pixels of ground beside a part go with it."""
    return max(2.0, (SHADOW if piece.kind == "object" else HALO) * scene.side)


def padding(piece: ObjectPart, scene: Scene) -> float:
    """Return how many pixels around a part are looked at."""
    if piece.kind == "object":  # its outline has its halo in it
        return max(5.0, halo(piece, scene))
    return max(5.0, 2.0 * halo(piece, scene), 0.15 * piece.extent)


def extract_part(gap: Gap, scene: Scene, canvas: Array, lit: Array, *, lifted: bool = True) -> ExtractedPart | None:
    """Return a part taken out of the canvas, None if it is not there or nothing tells what lies behind it.

    Args:
        gap: its place.
        scene: the picture.
        canvas: the picture as it is by now.
        lit: the same without the part's wide shadow; the canvas itself where it casts none.
        lifted: whether the part itself is asked for.
    """
    piece = gap.piece
    box = piece.box(scene.size, pad=padding(piece, scene))
    if box is None:
        return None
    if repeats_behind(piece, scene):
        return _open_exactly(gap, scene, canvas, box, lifted=lifted)
    cover = matte = told = fill_polygons(box, piece.outline)
    if piece.kind == "object":
        told = np.zeros(box.shape, np.uint8)  # where it is told by its difference from what is behind it
    if piece.ground == "all":
        known = cv2.bitwise_not(threshold_mask(cover, 1))
    else:
        thing = scene.object_mask(box, piece.method)
        if piece.ground == "background":
            matte = cv2.min(matte, cv2.blur(thing, (3, 3)))
            if piece.kind == "object":
                told = fill_polygons(box, *(thin.outline for thin in thin_parts(scene, piece.method)))
                thing = cv2.max(thing, told)
            thing = _near(thing, halo(piece, scene))
            cover = cv2.max(cv2.min(cover, thing), _inner(cover)) if piece.kind == "lead" else cv2.min(cover, thing)
            thing = cv2.bitwise_not(threshold_mask(thing, 1))
        known = cv2.bitwise_and(thing, cv2.bitwise_not(threshold_mask(cover, 1)))
    if not cv2.countNonZero(known) or not cv2.countNonZero(cover):
        return None
    pixels, beside = (np.ascontiguousarray(whole[box.slices]).reshape(*box.shape, -1) for whole in (canvas, lit))
    behind = behind_part(gap, scene, lit, beside, box=box, known=known)
    if lifted and piece.kind in ("lead", "mark", "object") and cv2.countNonZero(told):
        here, alone = around(told), np.zeros(box.shape, np.uint8)
        unlike = max_over_channels(cv2.absdiff(pixels[here], behind[here]).reshape(pixels[here].shape))
        alone[here] = shown(unlike, scene.peak)
        matte = cv2.min(cover, alone if piece.kind == "mark" else cv2.max(matte, cv2.min(alone, told)))
    return ExtractedPart(box, pixels, beside, behind, cover, matte, cover)


def _open_exactly(gap: Gap, scene: Scene, canvas: Array, box: Box, *, lifted: bool) -> ExtractedPart | None:
    """Return a part taken out of the canvas in front of a ground that repeats, None if it is not there."""
    piece, step = gap.piece, max(scene.foreground(gap.piece.method).step)
    outline, thing = fill_polygons(box, piece.outline), scene.object_mask(box, piece.method)
    thin = np.full(box.shape, 255 if piece.kind == "lead" else 0, np.uint8)
    if piece.kind == "object":
        thin = fill_polygons(box, *(part.outline for part in thin_parts(scene, piece.method)))
        thing = without_dents(thing, step)
    about = cv2.max(thing, thin) if piece.kind == "object" else thing
    cover = cv2.min(outline, cv2.max(_near(about, step), _inside(outline, round(FADING * step))))
    known = cv2.bitwise_not(threshold_mask(cv2.max(cover, about), 1))
    if not cv2.countNonZero(known) or not cv2.countNonZero(cover):
        return None
    pixels = np.ascontiguousarray(canvas[box.slices]).reshape(*box.shape, -1)
    behind = behind_part(gap, scene, canvas, pixels, box=box, known=known)
    if not lifted:
        return ExtractedPart(box, pixels, pixels, behind, cover, cover, cover)
    matte = cv2.min(cover, told_apart(pixels, behind, thing, thin, step=step, peak=scene.peak))
    return ExtractedPart(box, pixels, pixels, behind, cover, matte, cv2.min(cover, _near(thing, CAST * step)))


def _near(mask: Bytes, reach: float) -> Bytes:
    """Return a mask grown by `reach` pixels and fading over the outer half of that."""
    width, fade = 2 * round(0.75 * reach) + 1, max(3, 2 * round(0.25 * reach) + 1)
    grown = threshold_mask(cv2.blur(mask, (width, width)), 5)  # a dilation whose time does not grow with its reach
    return cv2.blur(grown, (fade, fade))


def _inner(mask: Bytes) -> Bytes:
    """Return a mask fading to nothing inside its outline: the end of a lead may shine like the background."""
    return _inside(mask, round(0.02 * sum(mask.shape)) + 1)


def _inside(mask: Bytes, reach: int) -> Bytes:
    """Return a mask fading to nothing inside its outline over so many pixels."""
    blurred = cv2.blur(mask, (2 * reach + 1, 2 * reach + 1))
    return cv2.min(cv2.convertScaleAbs(cv2.subtract(blurred, 128), alpha=2.0), mask)
