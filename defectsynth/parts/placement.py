"""Object parts laid down at another place, turned or mirrored."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, split_channels
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box, clip_box, relative_slices
from defectsynth.core.pixels import alpha_composite, resize_channels
from defectsynth.core.serialization import Value
from defectsynth.functional.membrane import downsample
from defectsynth.parts.extraction import ExtractedPart
from defectsynth.parts.part import ObjectPart
from defectsynth.scene.scene import Scene

SHADE_RANGE = (0.4, 1.1)  # factor of brightness that a contact shadow may have
NEUTRAL_SHADE = 200  # value of a shade that leaves the brightness unchanged
MAX_FULL_SHADE = 80  # longer side in pixels of a box whose shade has full resolution; up to twice that it has half
ROUNDING = 1e-6  # pixels that a part may seem too long by
COARSEST_SHADE = 4  # side in pixels of a cell of the shade of a still larger box


@dataclass(frozen=True)
class PartPlacement(Value):
    """A rigid motion of one part.

    Attributes:
        part: the part.
        pivot_x, pivot_y: the point it turns about.
        dx, dy: pixels by which that point moves.
        angle: radians by which the part turns.
        mirrored: True if it is mirrored, top to bottom, before it turns.
    """

    part: ObjectPart
    pivot_x: float
    pivot_y: float
    dx: float
    dy: float
    angle: float = 0.0
    mirrored: bool = False

    def matrix(self) -> Array:
        """Return the affine map of points, float64 (2, 3)."""
        cos, sin, flip = math.cos(self.angle), math.sin(self.angle), -1.0 if self.mirrored else 1.0
        x = self.pivot_x - (cos * self.pivot_x - flip * sin * self.pivot_y) + self.dx
        y = self.pivot_y - (sin * self.pivot_x + flip * cos * self.pivot_y) + self.dy
        return np.array([[cos, -flip * sin, x], [sin, flip * cos, y]])

    def moved(self, points: Array) -> Array:
        """Return points (N, 2) after the motion."""
        matrix = self.matrix()
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])

    def inside(self, size: tuple[int, int]) -> PartPlacement | None:
        """Return the placement shifted so that no more of the part leaves an image of (height, width) than before.

        None if the part does not fit.
        """
        before, around = np.array(self.part.outline), self.part.margin(min(size))
        low = np.minimum(before.min(axis=0), -around)
        high = np.maximum(before.max(axis=0), np.array(size[::-1]) + around)
        after = self.moved(before)
        least, most = low - after.min(axis=0), high - after.max(axis=0)  # shifts that keep it inside
        if (least > most + ROUNDING).any():
            return None
        dx, dy = np.clip(0.0, least, most).tolist()
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)


class PlacedPart:
    """An extracted part under the motion of a placement.

    Args:
        extracted: the part.
        placement: its motion.
        size: (height, width) of the image.

    Attributes:
        boxes: the boxes of the image that it changes, None for one that lies outside.
    """

    def __init__(self, extracted: ExtractedPart, placement: PartPlacement, size: tuple[int, int]) -> None:
        self._extracted, self._matrix = extracted, placement.matrix()
        corners, pad = placement.moved(np.array(placement.part.outline)), COARSEST_SHADE + 2.0
        self._target = clip_box(*(corners.min(axis=0) - pad), *(corners.max(axis=0) + pad), size=size)
        self._shadow_target = None if extracted.shadow is None else extracted.shadow.target(self._matrix)
        self.boxes: list[Box | None] = [self._target, self._shadow_target]

    def draw_on(self, image: Array, box: Box, scene: Scene) -> None:
        """Draw the part with its shadows into the part `box` of an image, (h, w[, C]).

        A part on a surface stays on that surface; a part in front of the background takes its shadows along.
        """
        shadow, cast_on = self._extracted.shadow, self._shadow_target
        if shadow is not None and cast_on is not None:
            here = image[relative_slices(cast_on, box)]
            here[:] = shadow.add_to(np.ascontiguousarray(here), cast_on, self._matrix, scene.peak)
        if self._target is not None:
            self._draw_part(image[relative_slices(self._target, box)], self._target, scene)

    def _draw_part(self, here: Array, box: Box, scene: Scene) -> None:
        """Draw the part and its contact shade into the pixels `here` of `box`."""
        extracted, matrix = self._extracted, self._matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ extracted.box[:2] - box[:2]
        if extracted.part.ground == "background":
            shade = _moved_shade(extracted, matrix, box.shape, scene.peak).astype(here.dtype)
            lit = np.ascontiguousarray(here).reshape(shade.shape)
            here[:] = cv2.multiply(lit, shade, scale=1.0 / NEUTRAL_SHADE).reshape(here.shape)
        x, y, width, height = cv2.boundingRect(extracted.matte)
        corners = np.array([(x, y), (x + width, y), (x, y + height), (x + width, y + height)])
        corners = corners @ matrix[:, :2].T + matrix[:, 2]
        inner = clip_box(*(corners.min(axis=0) - 2.0), *(corners.max(axis=0) + 2.0), size=box.shape)
        if inner is None:
            return
        matrix[:, 2] -= inner[:2]
        pixels, opacity = _moved_pixels(extracted, matrix, inner.shape)
        if extracted.part.ground == "object":
            there = Box(inner.x0 + box.x0, inner.y0 + box.y0, inner.x1 + box.x0, inner.y1 + box.y0)
            opacity = cv2.multiply(opacity, scene.object_mask(there, extracted.part.method), scale=1.0 / 255.0)
        under = np.ascontiguousarray(here[inner.slices])
        alpha_composite(under.reshape(pixels.shape), pixels, opacity, scene.peak)
        here[inner.slices] = under


def _moved_pixels(extracted: ExtractedPart, matrix: Array, shape: tuple[int, int]) -> tuple[Array, Bytes]:
    """Return the pixels (h, w, C) of a part and its matte (h, w) under an affine map."""
    matte, pixels = extracted.matte, extracted.pixels
    cut = matte[[0, -1]].any() or matte[:, [0, -1]].any()
    if cut or pixels.dtype != np.uint8 or pixels.shape[2] != 3:
        opacity = _warped(matte[..., None], matrix, shape, border=0)[..., 0]
        return _warped(pixels, matrix, shape, border=None), opacity
    both = cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)  # the matte is 0 at the rim, so that the border is not seen
    cv2.insertChannel(matte, both, 3)
    moved = _warped(both, matrix, shape, border=0)
    return cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR), cv2.extractChannel(moved, 3)


def _contact_shade(extracted: ExtractedPart, peak: float) -> Bytes:
    """Return the brightness of the ground next to the part, relative to the ground without it.

    Returns:
        uint8 (h', w', C), `NEUTRAL_SHADE` where both are equal; reduced by `_shade_cell`.
    """
    cell = _shade_cell(extracted.box.shape)
    columns, rows = extracted.box.shape[1] // cell, extracted.box.shape[0] // cell
    with_part, without, contact = (
        downsample(planes[: rows * cell, : columns * cell], cell)
        for planes in (extracted.unshaded, extracted.background, extracted.contact[..., None])
    )
    least = np.float32(0.02)
    share = (pixels_to_float(with_part, peak) + least) / (pixels_to_float(without, peak) + least)
    share = cv2.blur(share, (3, 3)).reshape(with_part.shape)
    share = 1.0 + (np.clip(share, *SHADE_RANGE) - 1.0) * (contact * np.float32(1.0 / 255.0))
    return np.rint(share * NEUTRAL_SHADE).astype(np.uint8)


def _shade_cell(shape: tuple[int, int]) -> int:
    """Return the side in pixels of the cells of the shade in a box of (height, width)."""
    if max(shape) <= MAX_FULL_SHADE or min(shape) < COARSEST_SHADE:
        return 1
    return COARSEST_SHADE if max(shape) > 2 * MAX_FULL_SHADE else COARSEST_SHADE // 2


def _moved_shade(extracted: ExtractedPart, matrix: Array, shape: tuple[int, int], peak: float) -> Array:
    """Return the contact shade of a part under an affine map, uint8 (h, w, C); a large one is moved when small."""
    shade = _contact_shade(extracted, peak)
    cell = _shade_cell(extracted.box.shape)
    small = shape[::-1] if cell == 1 else (-(-shape[1] // cell), -(-shape[0] // cell))
    scale = np.array(small) / shape[::-1]
    turn = scale[:, None] * matrix[:, :2] * cell
    shift = scale * (matrix[:, :2].sum(axis=1) * (0.5 * cell - 0.5) + matrix[:, 2] + 0.5) - 0.5
    moved = _warped(shade, np.column_stack([turn, shift]), small[::-1], border=NEUTRAL_SHADE)
    return moved if small == shape[::-1] else resize_channels(moved, shape[::-1], cv2.INTER_LINEAR)


def _warped(planes: Array, matrix: Array, shape: tuple[int, int], *, border: int | None) -> Array:
    """Return (h, w, C) under an affine map; outside it has the value `border`, with None that of the nearest pixel."""
    if planes.shape[2] == 3:  # cv2 warps four channels in half the time of three
        four = cv2.cvtColor(planes, cv2.COLOR_BGR2BGRA)
        return np.asarray(cv2.cvtColor(_warped(four, matrix, shape, border=border), cv2.COLOR_BGRA2BGR))
    if planes.shape[2] > 4:
        single = [_warped(plane[..., None], matrix, shape, border=border) for plane in split_channels(planes)]
        return np.concatenate(single, axis=2)
    mode = cv2.BORDER_REPLICATE if border is None else cv2.BORDER_CONSTANT
    value = (border or 0,) * 4
    size = (shape[1], shape[0])
    moved = cv2.warpAffine(planes, matrix, size, flags=cv2.INTER_LINEAR, borderMode=mode, borderValue=value)
    return np.asarray(moved.reshape(*shape, -1))
