"""Structural defects: parts taken away, moved, turned or doubled; what is uncovered shows its surroundings.

A `PartRecipe` names gaps, places of parts, and lifts, parts laid down elsewhere. It works inside the boxes of those
parts only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, split_channels
from defectsynth.core.layer import Box, clip_box, relative_slices, union_box
from defectsynth.core.patch import Patch, alpha_composite, float_to_pixels, make_patch
from defectsynth.core.serialization import Value
from defectsynth.functional.membrane import resize_channels
from defectsynth.parts.extraction import LIT, SHADE_CELL, ExtractedPart, extract_part, shade_cell
from defectsynth.parts.inpainting import Gap
from defectsynth.parts.part import ObjectPart
from defectsynth.parts.shadow import WideShadow, wide_shadow
from defectsynth.recipes.base import Recipe
from defectsynth.recipes.fracture_face import FractureFace
from defectsynth.scene.scene import Scene

LEAST_IN_BOX = 0.5  # intersection over union of a part and a bounding box from which on the box is the part's


@dataclass(frozen=True)
class PartPlacement(Value):
    """A part laid down elsewhere.

    Attributes:
        piece: the part.
        pivot_x, pivot_y: the point it turns about.
        dx, dy: pixels by which that point moves.
        angle: radians by which the part turns.
        mirrored: whether it is mirrored, top to bottom, before it turns.
    """

    piece: ObjectPart
    pivot_x: float
    pivot_y: float
    dx: float
    dy: float
    angle: float = 0.0
    mirrored: bool = False

    def matrix(self) -> Array:
        """Return the map of points, float64 (2, 3)."""
        cos, sin, flip = math.cos(self.angle), math.sin(self.angle), -1.0 if self.mirrored else 1.0
        x = self.pivot_x - (cos * self.pivot_x - flip * sin * self.pivot_y) + self.dx
        y = self.pivot_y - (sin * self.pivot_x + flip * cos * self.pivot_y) + self.dy
        return np.array([[cos, -flip * sin, x], [sin, flip * cos, y]])

    def moved(self, points: Array) -> Array:
        """Return points (N, 2) as they lie afterwards."""
        matrix = self.matrix()
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])

    def target(self, scene: Scene) -> Box | None:
        """Return the pixels that it covers afterwards."""
        corners, pad = self.moved(np.array(self.piece.outline)), SHADE_CELL + 2.0  # its shadow lies within
        return clip_box(*(corners.min(axis=0) - pad), *(corners.max(axis=0) + pad), size=scene.size)


@dataclass(frozen=True)
class PartRecipe(Recipe):
    """A structural defect.

    Attributes:
        gaps: the places of parts.
        lifts: parts laid down elsewhere; each has its gap.
        faces: faces of breaks that show where parts are gone.
    """

    gaps: tuple[Gap, ...]
    lifts: tuple[PartPlacement, ...] = ()
    faces: tuple[FractureFace, ...] = ()

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the picture without the parts at their places and with them at the others."""
        lifted = {lift.piece for lift in self.lifts}
        told = {gap.piece: wide_shadow(gap.piece, scene) for gap in self.gaps}
        shadows = {piece: shadow for piece, shadow in told.items() if shadow is not None}
        lit = without(canvas, [*shadows.values()], scene.peak)
        parts = {gap.piece: extract_part(gap, scene, canvas, lit, lifted=gap.piece in lifted) for gap in self.gaps}
        gone = [parts[gap.piece] for gap in self.gaps if not gap.stays]
        targets = [lift.target(scene) for lift in self.lifts]
        cast = [shadows[lift.piece].target(lift.matrix()) if lift.piece in shadows else None for lift in self.lifts]
        taken = [shadows[gap.piece].box for gap in self.gaps if gap.piece in shadows and not gap.stays]
        broken = [face.box(scene.size) for face in self.faces]
        box = union_box([*(None if part is None else part.box for part in gone), *targets, *cast, *taken, *broken])
        if box is None or None in parts.values():
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        after = before.copy()
        for place in taken:
            after[relative_slices(place, box)] = lit[place.slices]
        for face, inner in zip(self.faces, broken, strict=True):
            if inner is not None:
                here = after[relative_slices(inner, box)]
                here[:] = float_to_pixels(face.paint(scene, here, inner), here, scene.peak)
        for part in gone:
            if part is not None:
                here = after[relative_slices(part.box, box)]
                under = np.ascontiguousarray(here).reshape(part.behind.shape)
                alpha_composite(under, part.behind, part.cover, scene.peak)
                here[:] = under.reshape(here.shape)
        for lift, target, wide in zip(self.lifts, targets, cast, strict=True):
            opened = parts[lift.piece]
            if wide is not None:
                here = after[relative_slices(wide, box)]
                here[:] = shadows[lift.piece].laid_on(np.ascontiguousarray(here), wide, lift.matrix(), scene.peak)
            if target is not None and opened is not None:
                _lay(opened, lift, scene, after[relative_slices(target, box)], target)
        return make_patch(before, after, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))

    def forward(self, points: Array) -> Array:
        """Return points (N, 2) in pixels, moved with the part that holds them."""
        moved = np.array(points, dtype=np.float64)
        for lift in self._moving():
            outline = np.array(lift.piece.outline, np.float32)
            held = [cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=False) >= 0 for x, y in points]
            moved[held] = lift.moved(points[held])
        return moved

    def forward_outline(self, outline: Array) -> Array:
        """Return the outline (N, 2) of a bounding box, moved if the box is that of a part that moves."""
        for lift in self._moving():
            if _overlap(np.array(lift.piece.outline), outline) >= LEAST_IN_BOX:
                return lift.moved(outline)
        return outline

    def _moving(self) -> list[PartPlacement]:
        gone = [gap.piece for gap in self.gaps if not gap.stays]
        return [lift for lift in self.lifts if lift.piece in gone]


def without(canvas: Array, shadows: list[WideShadow], peak: float) -> Array:
    """Return a picture without the shadows of its objects; itself if it has none."""
    lit = canvas.copy() if shadows else canvas
    for shadow in shadows:
        here = lit[shadow.box.slices]
        here[:] = shadow.taken_from(np.ascontiguousarray(here), shadow.box, peak)
    return lit


def _overlap(one: Array, other: Array) -> float:
    """Return intersection over union of the bounding boxes of two point sets."""
    low, high = np.maximum(one.min(axis=0), other.min(axis=0)), np.minimum(one.max(axis=0), other.max(axis=0))
    common = float(np.prod(np.maximum(high - low, 0.0)))
    return common / max(float(np.prod(np.ptp(one, axis=0)) + np.prod(np.ptp(other, axis=0))) - common, 1e-9)


def _lay(part: ExtractedPart, lift: PartPlacement, scene: Scene, here: Array, box: Box) -> None:
    """Write a part into the pixels `here` of `box`, its new place.

    What lies on a surface stays on it; what hangs in front of the background takes its shadow along.
    """
    matrix = lift.matrix()
    matrix[:, 2] += matrix[:, :2] @ part.box[:2] - box[:2]
    if lift.piece.ground == "background":
        shade = _moved_shade(part, matrix, box.shape, scene.peak).astype(here.dtype)
        lit = np.ascontiguousarray(here).reshape(shade.shape)
        here[:] = cv2.multiply(lit, shade, scale=1.0 / LIT).reshape(here.shape)
    x, y, width, height = cv2.boundingRect(part.matte)
    corners = np.array([(x, y), (x + width, y), (x, y + height), (x + width, y + height)])
    corners = corners @ matrix[:, :2].T + matrix[:, 2]
    inner = clip_box(*(corners.min(axis=0) - 2.0), *(corners.max(axis=0) + 2.0), size=box.shape)
    if inner is None:
        return
    matrix[:, 2] -= inner[:2]
    pixels, opaque = _moved(part, matrix, inner.shape)
    if lift.piece.ground == "object":
        there = Box(inner.x0 + box.x0, inner.y0 + box.y0, inner.x1 + box.x0, inner.y1 + box.y0)
        opaque = cv2.multiply(opaque, scene.object_mask(there, lift.piece.method), scale=1.0 / 255.0)
    under = np.ascontiguousarray(here[inner.slices])
    alpha_composite(under.reshape(pixels.shape), pixels, opaque, scene.peak)
    here[inner.slices] = under


def _moved(part: ExtractedPart, matrix: Array, shape: tuple[int, int]) -> tuple[Array, Bytes]:
    """Return the pixels (h, w, C) of a part and its matte (h, w) under a map of points."""
    matte = part.matte
    cut = matte[[0, -1]].any() or matte[:, [0, -1]].any()
    if cut or part.pixels.dtype != np.uint8 or part.pixels.shape[2] != 3:
        opaque = _warped(matte[..., None], matrix, shape, border=0)[..., 0]
        return _warped(part.pixels, matrix, shape, border=None), opaque
    both = cv2.cvtColor(part.pixels, cv2.COLOR_BGR2BGRA)  # what lies beyond the rim is not seen
    cv2.insertChannel(matte, both, 3)
    moved = _warped(both, matrix, shape, border=0)
    return cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR), cv2.extractChannel(moved, 3)


def _moved_shade(part: ExtractedPart, matrix: Array, shape: tuple[int, int], peak: float) -> Array:
    """Return the shade of a part under a map of points, uint8 (h, w, C); a large one is moved when small."""
    shade = part.shade(peak)
    grown = shade_cell(part.box.shape)
    small = shape[::-1] if grown == 1 else (-(-shape[1] // grown), -(-shape[0] // grown))
    shrunk = np.array(small) / shape[::-1]
    turn = shrunk[:, None] * matrix[:, :2] * grown
    shift = shrunk * (matrix[:, :2].sum(axis=1) * (0.5 * grown - 0.5) + matrix[:, 2] + 0.5) - 0.5
    moved = _warped(shade, np.column_stack([turn, shift]), small[::-1], border=LIT)
    return moved if small == shape[::-1] else resize_channels(moved, shape[::-1], cv2.INTER_LINEAR)


def _warped(planes: Array, matrix: Array, shape: tuple[int, int], *, border: int | None) -> Array:
    """Return (h, w, C) under a map of points; beyond its rim `border`, None repeats the rim."""
    if planes.shape[2] == 3:  # cv2 takes four in half the time
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
