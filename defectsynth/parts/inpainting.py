"""What would be seen where a part is if it were gone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats, split_channels, threshold_mask
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box
from defectsynth.core.parameters import IntPair
from defectsynth.core.patch import add_change
from defectsynth.core.serialization import Value
from defectsynth.functional.membrane import downsample, membrane, resize_channels
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.periodic_inpainting import lay_ground, repeats_behind
from defectsynth.scene.scene import Scene

REDUCED = {"object": 32}  # cells along the longer side of the small copy on which what is smooth is found,
FINER = 96  # and where the rim is not as far from what is seen of the part
LEAST_KNOWN = 0.25  # share of a cell of it that is known, under which it counts as unknown
GRAIN = 128  # side in pixels of the patch of noise that is repeated
GRAIN_SEEN = 64  # places along the longer side at which the grain of the picture is looked at
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

    piece: ObjectPart
    sources: tuple[IntPair, ...]
    seed: int
    stays: bool = False


def behind_part(gap: Gap, scene: Scene, canvas: Array, pixels: Array, *, box: Box, known: Bytes) -> Array:
    """Return what would be seen in the box without the part: pixels from elsewhere, each lot meeting those before.

    What is smooth is found on a small copy.
    """
    behind = pixels.copy()
    cell = -(-max(box.shape) // REDUCED.get(gap.piece.kind, FINER))
    cell = 1 << (cell - 1).bit_length() if gap.piece.kind == "object" else cell  # halving is fastest
    missing, offsets = cv2.bitwise_not(known), gap.sources
    if repeats_behind(gap.piece, scene):
        missing, offsets = lay_ground(gap.piece, offsets, scene, canvas, box=box, behind=behind), ()
        if not cv2.countNonZero(missing):
            return behind
    for offset in offsets:
        brought = _taken(gap, scene, canvas, box, offset)
        if brought is None:
            continue
        taken, there = brought
        both = cv2.bitwise_not(missing)
        both = both if there is None else cv2.bitwise_and(both, there)
        if not cv2.countNonZero(both):
            continue
        level, weight = _reduced(behind, both, scene.peak, cell)
        change = membrane(level - _reduced(taken, both, scene.peak, cell)[0], weight)
        new = missing if there is None else cv2.bitwise_and(missing, there)
        if cv2.countNonZero(new):
            here = around(new)
            cv2.copyTo(_plus(taken[here], change, here, scene.peak, cell), new[here], behind[here])
        missing = cv2.bitwise_and(missing, cv2.bitwise_not(new))
        if not cv2.countNonZero(missing):
            return behind
    smooth, here = membrane(*_reduced(behind, cv2.bitwise_not(missing), scene.peak, cell)), around(missing)
    level = smooth if scene.peak == 1.0 else np.clip(np.rint(smooth * np.float32(scene.peak)), 0.0, scene.peak)
    filled_up = np.ascontiguousarray(_wide(level.astype(behind.dtype), cell)[here])
    cv2.copyTo(_with_grain(gap, filled_up, pixels, known=known, peak=scene.peak), missing[here], behind[here])
    return behind


def around(mask: Bytes) -> tuple[slice, slice]:
    """Return the index of the smallest box around a mask."""
    x, y, width, height = cv2.boundingRect(mask)
    return slice(y, y + height), slice(x, x + width)


def _reduced(pixels: Array, known: Bytes, peak: float, cell: int) -> tuple[Floats, Floats]:
    """Return the means of the known pixels on a small grid, float32 (h', w', C), and their shares (h', w')."""
    if cell == 1:
        return pixels_to_float(pixels, peak), known * np.float32(1.0 / 255.0)
    rows, columns = (-(-side // cell) for side in known.shape)
    height, width = known.shape
    mask = cv2.copyMakeBorder(known, 0, rows * cell - height, 0, columns * cell - width, cv2.BORDER_CONSTANT, value=0)
    masked = np.zeros((*mask.shape, pixels.shape[2]), pixels.dtype)
    cv2.copyTo(pixels, known, masked[:height, :width])
    share = downsample(mask[..., None], cell)[..., 0] * np.float32(1.0 / 255.0)
    share[share < min(LEAST_KNOWN, float(share.max()))] = 0.0
    mean = pixels_to_float(downsample(masked, cell), peak)
    mean /= cv2.merge([np.maximum(share, np.float32(1e-3))] * mean.shape[2]).reshape(mean.shape)
    return mean, share


def _plus(pixels: Array, change: Floats, here: tuple[slice, slice], peak: float, cell: int) -> Array:
    """Return pixels (h, w, C) changed by a smooth field on the small grid of their box; integers saturate.

    Args:
        pixels: a part of the box.
        change: float32 (h', w', C) in [-1, 1].
        here: where in the box the pixels lie.
        peak: greatest value of their dtype.
        cell: side in pixels of a cell of the small grid.
    """
    return add_change(np.ascontiguousarray(pixels), np.ascontiguousarray(_wide(change, cell)[here]), peak)


def _wide(cells: Array, cell: int) -> Array:
    """Return what is told on the small grid, (h', w', C), at the pixels."""
    return (
        cells if cell == 1 else resize_channels(cells, (cells.shape[1] * cell, cells.shape[0] * cell), cv2.INTER_LINEAR)
    )


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
        planes = [inner] if inner.ndim == 2 or inner.shape[2] <= 4 else split_channels(inner)
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
        there = threshold_mask(there, 255)
    return taken, cv2.copyMakeBorder(there, *rim, cv2.BORDER_CONSTANT, value=0)


def _with_grain(gap: Gap, smooth: Array, pixels: Array, *, known: Bytes, peak: float) -> Array:
    """Return (h, w, C) with noise as strong as the grain of the pixels that are known."""
    stride = 1 + max(known.shape) // GRAIN_SEEN
    at, beside = (slice(None, None, stride), slice(0, -1, stride)), (slice(None, None, stride), slice(1, None, stride))
    both = (known[at] > 0) & (known[beside] > 0)
    if not both.any():
        return smooth
    change = cv2.absdiff(np.ascontiguousarray(pixels[at][..., 0]), np.ascontiguousarray(pixels[beside][..., 0]))
    change = change.reshape(both.shape)[both]
    deviation = float(np.partition(change, change.size // 2)[change.size // 2]) / (
        0.954 * peak
    )  # 0.954: of two normals
    if deviation == 0.0:
        return smooth
    rows = min(smooth.shape[0], GRAIN)
    random = np.random.default_rng(gap.seed).integers(0, 1 << 64, rows * GRAIN // 8, np.uint64).view(np.uint8)
    grain = cv2.LUT(random.reshape(-1, GRAIN), _normal() * np.float32(deviation)).reshape(-1, GRAIN)
    return add_change(smooth, grain, peak)


@lru_cache(maxsize=1)
def _normal() -> Floats:
    """Return 256 values as likely as each other of a normal distribution, float32 (256,)."""
    return np.array([NormalDist().inv_cdf((index + 0.5) / 256) for index in range(256)], np.float32)
