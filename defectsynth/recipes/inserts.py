"""Recipes of inserts that are swapped or missing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, split_channels
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import Box, ellipse_box, relative_slices, union_box
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.core.serialization import Value
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene

RIM = 1.5  # width in pixels over which the outline of an insert fades
WALL = 0.35  # width of the lit wall of a cavity, share of its radius
WALL_LEVEL = 0.08  # brightness of that wall


@dataclass(frozen=True)
class Ellipse(Value):
    """An ellipse: centre and half axes in pixels, direction of the first axis in radians."""

    x: float
    y: float
    along: float
    across: float
    angle: float

    def scaled(self, share: float) -> Ellipse:
        """Return the ellipse with its half axes scaled."""
        return replace(self, along=share * self.along, across=share * self.across)

    def box(self, size: tuple[int, int]) -> Box | None:
        """Return the bounding box in an image of `size` (height, width), None if it lies outside."""
        return ellipse_box(self.x, self.y, self.angle, self.along + RIM, self.across + RIM, size=size)

    def coordinates(self, box: Box) -> tuple[Floats, Floats]:
        """Return the positions of the pixels of a box in half axes along both of them, float32 (h, w) each."""
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        right = np.arange(box.x0, box.x1, dtype=np.float32)[None] - np.float32(self.x)
        down = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - np.float32(self.y)
        along, across = np.float32(1.0 / self.along), np.float32(1.0 / self.across)
        return (right * cos + down * sin) * along, (down * cos - right * sin) * across

    def alpha(self, along: Floats, across: Floats) -> Floats:
        """Return the opacity at positions in half axes, float32 of their shape, 1 inside and 0 outside."""
        distance = np.sqrt(along * along + across * across)
        return np.clip((1.0 - distance) * np.float32(min(self.along, self.across) / RIM) + 0.5, 0.0, 1.0)


@dataclass(frozen=True)
class InsertSwapRecipe(Recipe):
    """Inserts drawn in the place of others.

    Attributes:
        sources: the inserts that are copied.
        targets: where each of them is drawn.
        turns: angle by which each of them is turned, radians.
        opacity: of what is drawn.
    """

    sources: tuple[Ellipse, ...]
    targets: tuple[Ellipse, ...]
    turns: tuple[float, ...]
    opacity: float

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Draw every insert in its new place, all copied from the image as it was."""
        box = union_box([target.box(scene.size) for target in self.targets])
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        after, cover = pixels_to_float(before, scene.peak), np.zeros(box.shape, np.float32)
        for source, target, turn in zip(self.sources, self.targets, self.turns, strict=True):
            part, origin = target.box(scene.size), source.box(scene.size)
            if part is None or origin is None:
                continue
            along, across = target.coordinates(part)
            alpha = target.alpha(along, across) * np.float32(self.opacity)
            moved = self._moved(canvas[origin.slices], origin, source, (along, across), turn) * np.float32(
                1.0 / scene.peak
            )
            inside = relative_slices(part, box)
            after[inside] += (moved - after[inside]) * alpha[..., None]
            np.maximum(cover[inside], alpha, out=cover[inside])
        pixels = float_to_pixels(after, before, scene.peak)
        return make_patch(before, pixels, box, peak=scene.peak, alpha=None, allowed=scene.roi_mask(box))

    def _moved(
        self, pixels: Array, origin: Box, source: Ellipse, position: tuple[Floats, Floats], turn: float
    ) -> Floats:
        """Return the pixels of a source at positions in half axes of the target, float32 (h, w, C)."""
        cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
        along = (position[0] * cos + position[1] * sin) * np.float32(source.along)
        across = (position[1] * cos - position[0] * sin) * np.float32(source.across)
        cos, sin = np.float32(math.cos(source.angle)), np.float32(math.sin(source.angle))
        map_x = along * cos - across * sin + np.float32(source.x - origin.x0)
        map_y = along * sin + across * cos + np.float32(source.y - origin.y0)
        planes = split_channels(np.ascontiguousarray(pixels))
        moved = [cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for plane in planes]
        return np.stack(moved, axis=-1).reshape(*position[0].shape, len(planes)).astype(np.float32)


@dataclass(frozen=True)
class CavityRecipe(Recipe):
    """Dark cavities in the place of inserts.

    Attributes:
        cavities: their outlines.
        level: brightness of the cavity.
        opacity: of the cavity.
        light: direction towards the light, radians.
    """

    cavities: tuple[Ellipse, ...]
    level: float
    opacity: float
    light: float

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Draw the cavities, each with a faintly lit wall opposite to the light."""
        box = union_box([cavity.box(scene.size) for cavity in self.cavities])
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        after = pixels_to_float(before, scene.peak)
        cover, wall = np.zeros(box.shape, np.float32), np.ones(box.shape, np.float32)
        for cavity in self.cavities:
            along, across = cavity.coordinates(box)
            np.maximum(cover, cavity.alpha(along, across), out=cover)
            distance, turn = np.sqrt(along * along + across * across), self.light - cavity.angle
            facing = np.maximum(-(along * np.float32(math.cos(turn)) + across * np.float32(math.sin(turn))), 0.0)
            rising = np.clip((distance - np.float32(1.0 - WALL)) * np.float32(1.0 / WALL), 0.0, 1.0)
            np.minimum(wall, facing * rising, out=wall, where=distance < 1.0)
        dark = np.float32(self.level) + np.float32(WALL_LEVEL) * wall * (cover > 0.0)
        after += (dark[..., None] - after) * (cover * np.float32(self.opacity))[..., None]
        pixels = float_to_pixels(after, before, scene.peak)
        return make_patch(
            before, pixels, box, peak=scene.peak, alpha=cover * np.float32(self.opacity), allowed=scene.roi_mask(box)
        )
