"""Inpainting on a ground without a pattern: patches from elsewhere, fitted to the rim of the gap.

Patches keep grain and stripes. The difference between a patch and the rim of the gap is interpolated smoothly over the
gap and added, so that shading continues, too. Where no patch fits, the gap is filled with a smooth surface and grain.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from statistics import NormalDist
from typing import NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, max_over_channels, split_channels, threshold_mask
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box
from defectsynth.core.parameters import IntPair
from defectsynth.core.pixels import add_change, resize_channels
from defectsynth.functional.membrane import downsample, membrane
from defectsynth.functional.polygons import fill_polygons
from defectsynth.parts.detection import detect_parts
from defectsynth.parts.extraction import ExtractedPart
from defectsynth.parts.matting import difference_matte, fade_inside, fill_solid, grow_softly
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.patch_offsets import find_matching_offsets
from defectsynth.parts.shadow import CastShadow, find_cast_shadow
from defectsynth.scene.scene import Scene

COARSE_SIDE = 96  # cells along the longer side of the reduced box on which smooth surfaces are computed
OBJECT_SIDE = 32  # the same for a whole object, whose gap has a wider rim
MIN_KNOWN = 0.25  # share of a cell that must be known
GRAIN_TILE = 128  # side in pixels of the tile of noise
GRAIN_SAMPLES = 64  # pixels along the longer side of the box at which the grain is measured
_SQUARE = np.ones((3, 3), np.uint8)


class _Masks(NamedTuple):
    """Masks of a part in its box, uint8 (h, w).

    Attributes:
        cover: opacity of the background when the part is removed with its halo.
        matte: opacity of the part, according to the foreground.
        thin: 255 where the part is thin; there its opacity is measured.
        occupied: above 0 where the ground is not visible.
    """

    cover: Bytes
    matte: Bytes
    thin: Bytes
    occupied: Bytes


class SmoothInpainter:
    """Inpainter of the gap that one part leaves in a ground without a pattern.

    Args:
        part: the part.
        scene: the image.
    """

    def __init__(self, part: ObjectPart, scene: Scene) -> None:
        self._part, self._scene = part, scene

    def find_offsets(self, rng: np.random.Generator) -> tuple[IntPair, ...]:
        """Draw the offsets (dx, dy) in pixels of the patches that fill the gap, best first; empty if none fits."""
        return find_matching_offsets(rng, self._scene, self._part)

    @cached_property
    def shadow(self) -> CastShadow | None:
        """The shadow that the part casts on the background; None unless it is the whole object."""
        if self._part.kind != "object" or self._part.ground != "background":
            return None
        return find_cast_shadow(self._scene, self._part.method)

    def extract(
        self, canvas: Array, unshaded: Array, offsets: tuple[IntPair, ...], seed: int, *, with_matte: bool = True
    ) -> ExtractedPart | None:
        """Return the part and what is behind it, or None, as `Inpainter` says."""
        part, scene = self._part, self._scene
        box = part.box(scene.size, pad=part.padding(scene.side))
        if box is None:
            return None
        outline = fill_polygons(box, part.outline)
        cover, matte, thin, occupied = self._masks(box, outline, part.halo(scene.side))
        known = cv2.bitwise_not(threshold_mask(cv2.max(occupied, cover), 1))
        if not cv2.countNonZero(known) or not cv2.countNonZero(cover):
            return None
        pixels, clean = (
            np.ascontiguousarray(whole[box.slices]).reshape(*box.shape, -1) for whole in (canvas, unshaded)
        )
        background = self._fill_gap(unshaded, clean, box, known, offsets=offsets, seed=seed)
        if with_matte and part.kind in ("lead", "mark", "object") and cv2.countNonZero(thin):
            here, visible = bounding_slices(thin), np.zeros(box.shape, np.uint8)
            difference = cv2.absdiff(pixels[here], background[here]).reshape(pixels[here].shape)
            visible[here] = difference_matte(max_over_channels(difference), scene.peak)
            matte = cv2.min(cover, visible if part.kind == "mark" else cv2.max(matte, cv2.min(visible, thin)))
        return ExtractedPart(part, box, pixels, clean, background, cover, matte, cover, self.shadow)

    def _masks(self, box: Box, outline: Bytes, halo: float) -> _Masks:
        part, scene = self._part, self._scene
        nothing = np.zeros(box.shape, np.uint8)
        thin = nothing if part.kind == "object" else outline
        if part.ground == "all":
            return _Masks(outline, outline, thin, nothing)
        mask = scene.object_mask(box, part.method)
        if part.ground == "object":
            return _Masks(outline, outline, thin, cv2.bitwise_not(mask))
        if part.kind == "object":
            mask = fill_solid(mask, max(scene.foreground(part.method).step))
        matte = cv2.min(outline, cv2.blur(mask, (3, 3)))
        if part.kind == "object":
            thin = fill_polygons(box, *(each.outline for each in detect_parts(scene.foreground(part.method)).thin))
            mask = cv2.max(mask, thin)
        occupied = grow_softly(mask, halo)
        cover = cv2.min(outline, occupied)
        if part.kind == "lead":  # its tip may have the colour of the background
            cover = cv2.max(cover, fade_inside(outline, round(0.02 * sum(outline.shape)) + 1))
        return _Masks(cover, matte, thin, occupied)

    def _fill_gap(
        self, canvas: Array, pixels: Array, box: Box, known: Bytes, *, offsets: tuple[IntPair, ...], seed: int
    ) -> Array:
        """Return the pixels of a box, (h, w, C), with the unknown ones filled by one patch after another."""
        peak, filled, missing = self._scene.peak, pixels.copy(), cv2.bitwise_not(known)
        cell = cell_size(self._part, box)
        patterned = self._part.ground == "background" and len(offsets) > 1
        for offset in offsets:
            moved = self._moved_ground(canvas, box, offset, on_background=patterned)
            if moved is None:
                continue
            patch, there = moved
            both = cv2.bitwise_not(missing)
            both = both if there is None else cv2.bitwise_and(both, there)
            if not cv2.countNonZero(both):
                continue
            level, weight = _reduce(filled, both, peak, cell)
            change = membrane(level - _reduce(patch, both, peak, cell)[0], weight)
            new = missing if there is None else cv2.bitwise_and(missing, there)
            if cv2.countNonZero(new):
                here = bounding_slices(new)
                wide = np.ascontiguousarray(_enlarge(change, cell)[here])
                cv2.copyTo(add_change(np.ascontiguousarray(patch[here]), wide, peak), new[here], filled[here])
            missing = cv2.bitwise_and(missing, cv2.bitwise_not(new))
            if not cv2.countNonZero(missing):
                return filled
        fill_smoothly(filled, missing, pixels, known, cell=cell, seed=seed, peak=peak)
        return filled

    def _moved_ground(
        self, canvas: Array, box: Box, offset: IntPair, *, on_background: bool
    ) -> tuple[Array, Bytes | None] | None:
        """Return the pixels at an offset from a box, (h, w, C), and a mask of those that may be used, uint8 (h, w).

        The mask is None if all may be used; the result is None if the offset leads out of the image.

        Args:
            canvas: the image.
            box: the box.
            offset: (dx, dy) in pixels.
            on_background: True if only pixels of the background may be used.
        """
        (dx, dy), (height, width) = offset, self._scene.size
        x0, y0, x1, y1 = box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy
        if x0 >= width or y0 >= height or x1 <= 0 or y1 <= 0:
            return None
        frame = max(0, -y0), max(0, y1 - height), max(0, -x0), max(0, x1 - width)
        inner = np.ascontiguousarray(canvas[max(0, y0) : y1, max(0, x0) : x1])
        patch = inner
        if any(frame):
            planes = [inner] if inner.ndim == 2 or inner.shape[2] <= 4 else split_channels(inner)
            framed = [cv2.copyMakeBorder(plane, *frame, cv2.BORDER_REPLICATE) for plane in planes]
            patch = framed[0] if len(framed) == 1 else np.stack(framed, axis=2)
        patch = patch.reshape(*box.shape, -1)
        if not on_background and not any(frame):
            return patch, None
        there = np.full(inner.shape[:2], 255, np.uint8)
        if on_background:
            found = self._scene.foreground(self._part.method)
            cells = cv2.bitwise_not(cv2.dilate(found.cells, _SQUARE))
            row = ((np.arange(max(0, y0), min(y1, height)) + 0.5) / found.step[1]).astype(np.intp)
            column = ((np.arange(max(0, x0), min(x1, width)) + 0.5) / found.step[0]).astype(np.intp)
            rows = cells[row.clip(0, cells.shape[0] - 1)]
            there = np.ascontiguousarray(rows[:, column.clip(0, cells.shape[1] - 1)])
            there = threshold_mask(there, 255)
        return patch, cv2.copyMakeBorder(there, *frame, cv2.BORDER_CONSTANT, value=0)


def fill_smoothly(
    filled: Array, missing: Bytes, pixels: Array, known: Bytes, *, cell: int, seed: int, peak: float
) -> None:
    """Fill missing pixels with a smooth surface through the others and with grain.

    Args:
        filled: (h, w, C), written to.
        missing: uint8 (h, w), 255 where it is to be filled; not empty.
        pixels: (h, w, C), where the grain is measured.
        known: uint8 (h, w), 255 where those show the ground.
        cell: side in pixels of the cells in which the surface is computed.
        seed: of the grain.
        peak: white level of the image.
    """
    smooth, here = membrane(*_reduce(filled, cv2.bitwise_not(missing), peak, cell)), bounding_slices(missing)
    level = smooth if peak == 1.0 else np.clip(np.rint(smooth * np.float32(peak)), 0.0, peak)
    surface = np.ascontiguousarray(_enlarge(level.astype(filled.dtype), cell)[here])
    cv2.copyTo(_add_grain(surface, pixels, known, seed=seed, peak=peak), missing[here], filled[here])


def cell_size(part: ObjectPart, box: Box) -> int:
    """Return the side in pixels of the cells to which the box of a part is reduced."""
    if part.kind == "object":  # a power of two: halving is fastest
        return 1 << (-(-max(box.shape) // OBJECT_SIDE) - 1).bit_length()
    return -(-max(box.shape) // COARSE_SIDE)


def bounding_slices(mask: Bytes) -> tuple[slice, slice]:
    """Return the index of the bounding box of a mask."""
    x, y, width, height = cv2.boundingRect(mask)
    return slice(y, y + height), slice(x, x + width)


def _reduce(pixels: Array, known: Bytes, peak: float, cell: int) -> tuple[Floats, Floats]:
    """Return the means of the known pixels by cell, float32 (h', w', C), and the known shares of the cells (h', w')."""
    if cell == 1:
        return pixels_to_float(pixels, peak), known * np.float32(1.0 / 255.0)
    rows, columns = (-(-side // cell) for side in known.shape)
    height, width = known.shape
    mask = cv2.copyMakeBorder(known, 0, rows * cell - height, 0, columns * cell - width, cv2.BORDER_CONSTANT, value=0)
    masked = np.zeros((*mask.shape, pixels.shape[2]), pixels.dtype)
    cv2.copyTo(pixels, known, masked[:height, :width])
    share = downsample(mask[..., None], cell)[..., 0] * np.float32(1.0 / 255.0)
    share[share < min(MIN_KNOWN, float(share.max()))] = 0.0
    mean = pixels_to_float(downsample(masked, cell), peak)
    mean /= cv2.merge([np.maximum(share, np.float32(1e-3))] * mean.shape[2]).reshape(mean.shape)
    return mean, share


def _enlarge(cells: Array, cell: int) -> Array:
    """Return cells (h', w', C) interpolated to pixels."""
    if cell == 1:
        return cells
    return resize_channels(cells, (cells.shape[1] * cell, cells.shape[0] * cell), cv2.INTER_LINEAR)


def _add_grain(smooth: Array, pixels: Array, known: Bytes, *, seed: int, peak: float) -> Array:
    """Return (h, w, C) plus noise as strong as the grain of the known pixels."""
    stride = 1 + max(known.shape) // GRAIN_SAMPLES
    at, beside = (slice(None, None, stride), slice(0, -1, stride)), (slice(None, None, stride), slice(1, None, stride))
    both = (known[at] > 0) & (known[beside] > 0)
    if not both.any():
        return smooth
    change = cv2.absdiff(np.ascontiguousarray(pixels[at][..., 0]), np.ascontiguousarray(pixels[beside][..., 0]))
    change = change.reshape(both.shape)[both]
    median = float(np.partition(change, change.size // 2)[change.size // 2])
    deviation = median / (0.954 * peak)  # 0.954: median difference of two standard normal values
    if deviation == 0.0:
        return smooth
    rows = min(smooth.shape[0], GRAIN_TILE)
    random = np.random.default_rng(seed).integers(0, 1 << 64, rows * GRAIN_TILE // 8, np.uint64).view(np.uint8)
    grain = cv2.LUT(random.reshape(-1, GRAIN_TILE), _normal_values() * np.float32(deviation)).reshape(-1, GRAIN_TILE)
    return add_change(smooth, grain, peak)


@lru_cache(maxsize=1)
def _normal_values() -> Floats:
    """Return 256 equally likely values of a standard normal distribution, float32 (256,)."""
    return np.array([NormalDist().inv_cdf((index + 0.5) / 256) for index in range(256)], np.float32)
