"""Inpainting on a periodic background: pixels some periods away, adapted to the brightness at the gap.

The ratio of brightness between the gap and the copied pixels is measured on the small copy of the image around the gap
and interpolated over it. The background is then known exactly, and so is the matte of the part.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, threshold_mask
from defectsynth.core.cache import ByteCache, cached
from defectsynth.core.layer import Box, relative_slices
from defectsynth.core.parameters import IntPair, Pair
from defectsynth.core.pixels import alpha_composite
from defectsynth.functional.membrane import membrane
from defectsynth.functional.polygons import fill_polygons
from defectsynth.parts.detection import covered_cells, detect_parts, is_whole
from defectsynth.parts.extraction import ExtractedPart
from defectsynth.parts.matting import estimate_matte, fade_inside, fill_dents, grow_softly
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.patch_offsets import PERIODS, find_periodic_offsets
from defectsynth.parts.smooth_inpainting import cell_size, fill_smoothly
from defectsynth.scene.periodicity import shift_plane
from defectsynth.scene.scene import Scene

FADE_CELLS = 1.5  # cells over which the background blends into the image inside the outline of a part
SHADE_CELLS = 2.0  # cells around a part in which it may shade the ground
UNIT_GAIN = 128  # value of a gain map that leaves the brightness unchanged
MAX_MISSING = 32  # share of a pixel, of 255, that no offset covers, from which on it is filled smoothly
WINDOW = 5  # cells around a gap in which the brightness is compared
EVEN_SLOPE = 0.05  # change from cell to cell above which a cell counts little in that comparison
GAIN_RANGE = (0.5, 1.9)  # least and greatest change of brightness
LAYERS_BYTES = 64 << 20  # of the layers that are kept; of an object at 256 px some 200 kB
PLAN_BYTES = 16 << 20  # of the plans that are kept; a part of random length has another plan in every draw
_SQUARE = np.ones((3, 3), np.uint8)


class PeriodicInpainter:
    """Inpainter of the gap that one part leaves in a periodic background.

    Args:
        part: the part.
        scene: the image.
    """

    shadow = None  # a cast shadow can be measured on an even background only

    def __init__(self, part: ObjectPart, scene: Scene) -> None:
        self._part, self._scene = part, scene

    def find_offsets(self, rng: np.random.Generator) -> tuple[IntPair, ...]:
        """Return the offsets (dx, dy) in pixels of the background that fills the gap; nothing is drawn at random."""
        find = _kept_offsets if is_whole(self._part, self._scene) else find_periodic_offsets
        return find(self._scene, self._part)

    def extract(
        self, canvas: Array, unshaded: Array, offsets: tuple[IntPair, ...], seed: int, *, with_matte: bool = True
    ) -> ExtractedPart | None:
        """Return the part and what is behind it, or None, as `Inpainter` says."""
        part, scene = self._part, self._scene
        box = part.box(scene.size, pad=part.padding(scene.side))
        if box is None:
            return None
        unchanged = is_whole(part, scene) and cv2.norm(canvas, scene.image, cv2.NORM_INF) == 0.0
        layers = _kept_layers(scene, part, box, offsets) if unchanged else None
        layers = layers or self.separate(canvas, box, offsets, seed, with_matte=with_matte)
        if layers is None:
            return None
        background, cover, matte, contact = layers
        if not with_matte:
            matte = contact = cover
        pixels = np.ascontiguousarray(canvas[box.slices]).reshape(background.shape)
        return ExtractedPart(part, box, pixels, pixels, background, cover, matte, contact)

    def separate(
        self, canvas: Array, box: Box, offsets: tuple[IntPair, ...], seed: int | None, *, with_matte: bool
    ) -> _Layers | None:
        """Return what is behind the part in its box, and its masks; None if they cannot be measured.

        Without a seed the result is None, too, if there is a place that no offset leads to.
        """
        part, scene = self._part, self._scene
        found = scene.foreground(part.method)
        step = max(found.step)
        outline, mask = fill_polygons(box, part.outline), scene.object_mask(box, part.method)
        thin = np.full(box.shape, 255 if part.kind == "lead" else 0, np.uint8)
        occupied = mask
        if part.kind == "object":
            thin = fill_polygons(box, *(each.outline for each in detect_parts(found).thin))
            mask = fill_dents(mask, step)
            occupied = cv2.max(mask, thin)
        cover = cv2.min(outline, cv2.max(grow_softly(occupied, step), fade_inside(outline, round(FADE_CELLS * step))))
        known = cv2.bitwise_not(threshold_mask(cv2.max(cover, occupied), 1))
        if not cv2.countNonZero(known) or not cv2.countNonZero(cover):
            return None
        pixels = np.ascontiguousarray(canvas[box.slices]).reshape(*box.shape, -1)
        background = pixels.copy()
        missing = self._copy_periods(background, box, canvas, offsets)
        if cv2.countNonZero(missing):
            if seed is None:
                return None
            cell = cell_size(part, box)
            fill_smoothly(background, missing, pixels, known, cell=cell, seed=seed, peak=scene.peak)
        if not with_matte:
            return _Layers(background, cover, cover, cover)
        matte = cv2.min(cover, estimate_matte(pixels, background, mask, thin, step=step, peak=scene.peak))
        return _Layers(background, cover, matte, cv2.min(cover, grow_softly(mask, SHADE_CELLS * step)))

    def _copy_periods(self, background: Array, box: Box, canvas: Array, offsets: tuple[IntPair, ...]) -> Bytes:
        """Write the pixels at the offsets into the gap in the pixels `background` of a box, (h, w, C).

        Returns:
            uint8 (h, w), 255 where no offset leads to the background.
        """
        scene, found = self._scene, self._scene.foreground(self._part.method)
        step, gap = found.step, covered_cells(self._part, found)
        planes = (scene.small_gray.tobytes(), detect_parts(found).background.tobytes(), gap.tobytes())
        shifts = tuple((dx / step[0], dy / step[1]) for dx, dy in offsets)
        copies, missing = _plan_copies(planes, gap.shape, shifts)
        for index, region, gain in copies:
            dx, dy = offsets[index]
            rows, columns = region.cells.shape
            inner = Box(
                max(round((region.left - 1) * step[0]), box.x0, -dx),
                max(round((region.top - 1) * step[1]), box.y0, -dy),
                min(round((region.left + columns + 1) * step[0]), box.x1, scene.size[1] - dx),
                min(round((region.top + rows + 1) * step[1]), box.y1, scene.size[0] - dy),
            )
            if inner.x1 <= inner.x0 or inner.y1 <= inner.y0:
                continue
            copied = np.ascontiguousarray(canvas[inner.y0 + dy : inner.y1 + dy, inner.x0 + dx : inner.x1 + dx])
            copied = copied.reshape(*inner.shape, -1)
            gains = cv2.merge([_cells_to_box(gain, inner, step, cv2.BORDER_REPLICATE)] * copied.shape[2])
            lit = cv2.multiply(copied, gains.reshape(copied.shape).astype(copied.dtype), scale=1.0 / UNIT_GAIN)
            here = background[relative_slices(inner, box)]
            under = np.ascontiguousarray(here)
            cover = _cells_to_box(region, inner, step, cv2.BORDER_CONSTANT)
            alpha_composite(under, lit.reshape(copied.shape), cover, scene.peak)
            here[:] = under
        if not cv2.countNonZero(missing.cells):
            return np.zeros(box.shape, np.uint8)
        return threshold_mask(_cells_to_box(missing, box, step, cv2.BORDER_CONSTANT), MAX_MISSING)


class _Layers(NamedTuple):
    """Background behind a part, (h, w, C), and masks of the part, uint8 (h, w); see `ExtractedPart`."""

    background: Array
    cover: Bytes
    matte: Bytes
    contact: Bytes


_kept_offsets = cached(PERIODS)(find_periodic_offsets)
LAYERS: ByteCache[tuple[Any]] = ByteCache(LAYERS_BYTES)


@cached(LAYERS)
def _kept_layers(scene: Scene, part: ObjectPart, box: Box, offsets: tuple[IntPair, ...]) -> _Layers | None:
    """Return the layers of a part that is the same in every draw on an image without other defects."""
    return PeriodicInpainter(part, scene).separate(scene.image, box, offsets, None, with_matte=True)


class _Window(NamedTuple):
    """A window of the small grid, uint8 (h, w), whose first cell is (left, top)."""

    cells: Bytes
    left: int
    top: int


PLANS: ByteCache[tuple[Any]] = ByteCache(PLAN_BYTES)


@cached(PLANS)
def _plan_copies(
    planes: tuple[bytes, bytes, bytes], shape: tuple[int, int], shifts: tuple[Pair, ...]
) -> tuple[tuple[tuple[int, _Window, _Window], ...], _Window]:
    """Return what to copy into a gap: (index of the shift, region with a rim of a cell, gain); and what stays missing.

    Kept, because the gap of a whole object is the same in every draw.

    Args:
        planes: the gray values, float32 (h, w) in [0, 1]; mask of the background and mask of the gap, uint8 (h, w).
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
    copies = []
    for index, shift in enumerate(shifts):
        there = np.ascontiguousarray(shift_plane(ground, shift)[window])
        new = cv2.bitwise_and(missing, threshold_mask(there, 128))
        if not cv2.countNonZero(new):
            continue
        shifted = shift_plane(whole, shift, beyond=cv2.BORDER_REPLICATE)[window]
        gain = _estimate_gain(gray, shifted, cv2.bitwise_and(known, threshold_mask(there, 255)))
        cv2.copyTo(shifted * gain, new, gray)
        missing, known = cv2.subtract(missing, new), cv2.bitwise_or(known, new)
        gain_map = _Window(cv2.convertScaleAbs(gain, alpha=UNIT_GAIN), left, top)
        number, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(new, _SQUARE))
        for label in range(1, number):
            x, y, width, height = stats[label, :4].tolist()
            region = np.negative((labels[y : y + height, x : x + width] == label).view(np.uint8))
            copies.append((index, _Window(region, left + x, top + y), gain_map))
    return tuple(copies), _Window(missing, left, top)


def _estimate_gain(here: Floats, shifted: Floats, both: Bytes) -> Floats:
    """Return the ratio of brightness of two planes (h, w), interpolated smoothly where not both are known."""
    if not cv2.countNonZero(both):
        return np.ones_like(here)
    weight = both * np.float32(1.0 / 255.0)
    for plane in (here, shifted):
        slope = cv2.morphologyEx(plane, cv2.MORPH_GRADIENT, _SQUARE) * np.float32(1.0 / EVEN_SLOPE)
        weight *= np.minimum(plane * (1.0 / max(cv2.mean(plane, both)[0], 1e-3)), 1.0) / (1.0 + slope * slope)
    sums = [cv2.blur(plane * weight, (3, 3)) for plane in (here, shifted)]
    gain = np.clip(sums[0] / np.maximum(sums[1], np.float32(1e-6)), *GAIN_RANGE)
    return membrane(gain[..., None], np.minimum(3.0 * weight, 1.0))[..., 0]


def _cells_to_box(window: _Window, box: Box, step: Pair, border: int) -> Bytes:
    """Return a window of cells interpolated to the pixels of a box, uint8 (h, w)."""
    x, y = ((corner + 0.5) / side - 0.5 for corner, side in zip(box[:2], step, strict=True))
    matrix = np.array([(1.0 / step[0], 0.0, x - window.left), (0.0, 1.0 / step[1], y - window.top)])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(window.cells, matrix, box.shape[::-1], flags=flags, borderMode=border))
