"""A clear dome that magnifies the surface beneath it, with gloss, a dark rim and a shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer, distance_to_outline
from defectsynth.core.parameters import FRACTION, Pair, between, span
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

SMOOTHING = 0.3  # width of the mean filter on the heights, share of the greatest depth
RIM_START = 0.55  # distance from the middle at which the rim begins to darken; 1 is the outline
MIRROR_SLOPE = 0.55  # slope towards the light that mirrors it into the camera; 1 is the slope at the outline
MIRROR_SIZE = (0.16, 0.34)  # size of the highlight towards the light and across, in slopes
GLOW_START = 0.1  # slope away from the light from which on the light is focused
AMBER = (1.0, 0.62, 0.3)  # light that passes through the strongest amber, by channel
MIN_DEPTH = 1.0  # pixels, of a drop that is too small to refract


@dataclass(frozen=True)
class ClearDome(Look):
    """The surface seen through a clear dome of resin, glue, varnish or water.

    The dome magnifies the surface, mirrors the light on the side that faces it and focuses it on the other side. Its
    steep rim is dark. The outer half of a dome is steeper than the inner one, as of a drop.

    Args:
        magnify_range: magnification of the surface in the middle, in [1, 4].
        amber_range: depth of the amber colour in images of three channels, in [0, 1].
        glow_range: brightness of the light that is focused opposite to its source, in [0, 2].
        rim_range: darkness of the rim, in [0, 1].
        gloss_range: brightness of the highlight, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
    """

    magnify_range: Pair = span((1.3, 2.2), 1.0, 4.0, "magnification in the middle")
    amber_range: Pair = span((0.0, 0.5), 0.0, 1.0, "depth of the colour")
    glow_range: Pair = span((0.1, 0.6), 0.0, 2.0, "brightness")
    rim_range: Pair = span((0.3, 0.7), 0.0, 1.0, "1 is black")
    gloss_range: Pair = span((0.3, 0.9), 0.0, 1.0, "brightness of the highlight")
    shadow_range: Pair = span((0.2, 0.5), 0.0, 1.0, "1 is black")
    height_range: Pair = span((0.004, 0.012), 0.0, 0.1, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnClearDome:
        """Return a dome lit like the image."""
        magnify, amber, glow, rim, gloss, shadow, height = rng.random(7).tolist()
        return DrawnClearDome(
            magnify=between(self.magnify_range, magnify),
            amber=0.0 if scene.monochrome or scene.channels != len(AMBER) else between(self.amber_range, amber),
            glow=between(self.glow_range, glow),
            rim=between(self.rim_range, rim),
            gloss=between(self.gloss_range, gloss),
            shadow=between(self.shadow_range, shadow),
            height=between(self.height_range, height) * scene.side,
            light=scene.light,
        )


@dataclass(frozen=True)
class DrawnClearDome(DrawnLook):
    """Optics of the dome, length of its shadow in pixels, direction of the light in radians."""

    magnify: float
    amber: float
    glow: float
    rim: float
    gloss: float
    shadow: float
    height: float
    light: float

    @property
    def margin(self) -> int:
        """Number of pixels that the shadow extends beyond the dome."""
        return math.ceil(1.5 * self.height) + 1

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface through the dome, and the shadow beside it."""
        depth = distance_to_outline(layer.alpha)
        deepest = max(float(depth.max()), MIN_DEPTH)
        right, down, away = _slopes(depth, deepest)
        facing = right * np.float32(math.cos(self.light)) + down * np.float32(math.sin(self.light))
        across = down * np.float32(math.cos(self.light)) - right * np.float32(math.sin(self.light))
        rim = np.clip((away - np.float32(RIM_START)) * np.float32(1.0 / (1.0 - RIM_START)), 0.0, 1.0)
        gain = 1.0 - np.float32(self.rim) * rim * rim * (np.float32(0.65) - np.float32(0.35) * facing)
        focus = np.maximum(-facing - np.float32(GLOW_START), 0.0) * (1.0 - rim)
        gain += np.float32(self.glow) * (np.float32(0.3) + np.float32(1.8) * focus)
        mirrored = (facing - np.float32(MIRROR_SLOPE)) * np.float32(1.0 / MIRROR_SIZE[0])
        mirrored = mirrored * mirrored + across * across * np.float32(1.0 / MIRROR_SIZE[1] ** 2)
        highlight = np.exp(-mirrored) * np.float32(self.gloss)
        pixels = self._refracted(surface, right * np.float32(deepest), down * np.float32(deepest))
        for index, passing in enumerate(self._colour(len(pixels))):
            pixels[index] *= gain * np.float32(passing)
        pixels += highlight
        shadow = self._shadow(layer.alpha)
        if shadow is None:
            return pixels, layer.alpha
        opacity = layer.alpha + shadow * (1.0 - layer.alpha)
        pixels *= layer.alpha / np.maximum(opacity, np.float32(1e-6))
        return pixels, opacity

    def _refracted(self, surface: Floats, right: Floats, down: Floats) -> Floats:
        """Return the surface (C, h, w) magnified; `right` and `down` are the distances from the middle in pixels."""
        towards = np.float32(1.0 / self.magnify - 1.0)
        map_x = right * towards + np.arange(right.shape[1], dtype=np.float32)
        map_y = down * towards + np.arange(right.shape[0], dtype=np.float32)[:, None]
        moved = np.empty_like(surface)
        for plane, target in zip(surface, moved, strict=True):
            target[:] = cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(
                plane.shape
            )
        return moved

    def _colour(self, channels: int) -> tuple[float, ...]:
        """Return the share of the light that passes, for each channel."""
        if self.amber == 0.0 or channels != len(AMBER):
            return (1.0,) * channels
        return tuple(1.0 - self.amber * (1.0 - passing) for passing in AMBER)

    def _shadow(self, alpha: Floats) -> Floats | None:
        """Return the opacity of the shadow, float32 (h, w), None if there is none."""
        if self.shadow == 0.0 or self.height < 0.5:
            return None
        matrix = np.array(
            [(1.0, 0.0, -self.height * math.cos(self.light)), (0.0, 1.0, -self.height * math.sin(self.light))]
        )
        moved = cv2.warpAffine(alpha, matrix, alpha.shape[::-1])
        reach = 2 * round(0.5 * self.height) + 1
        soft = cv2.blur(moved, (reach, reach)) if reach > 1 else moved
        return soft.reshape(alpha.shape) * np.float32(self.shadow)


def _slopes(depth: Floats, deepest: float) -> tuple[Floats, Floats, Floats]:
    """Return the slope (right, down) outwards, 1 at the outline, and its length, float32 (h, w) each."""
    reach = 2 * round(0.5 * SMOOTHING * deepest) + 1
    smooth = cv2.blur(depth, (reach, reach)).reshape(depth.shape) if reach > 1 else depth
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *axis).reshape(depth.shape) for axis in ((1, 0), (0, 1)))
    away = np.clip(1.0 - smooth * np.float32(1.0 / deepest), 0.0, 1.0)
    scale = away / np.maximum(np.sqrt(across * across + down * down), np.float32(1e-3))
    return -across * scale, -down * scale, away
