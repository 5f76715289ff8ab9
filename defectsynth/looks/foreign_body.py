"""A foreign body on the surface, with its own colour and shading and a cast shadow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import FRACTION, Pair, between, choices, span
from defectsynth.functional.shading import shade_bump, shade_rough_surface
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.looks.color import PALETTES, DrawnColor, draw_color
from defectsynth.looks.overlay import Overlay
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

SAME_PALETTE = "same"  # the colour of the surface


@dataclass(frozen=True)
class ForeignBody(Look):
    """A body on the surface with its own colour, lit from one side and with a shadow on the other.

    Args:
        palettes: families of colours, of which each draw takes one: same (as the surface), any, gray, dark, light,
            metal, rust, red, yellow, blue.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque.
        shading_range: change of brightness where a side faces the light or faces away from it, in [0, 1].
        wall_range: width of the sloping sides as a share of the greatest depth, in [0, 1]; 1 is a dome, 0 a flat top.
        roughness_range: twice the standard deviation of the shading of small bumps, in [0, 1].
        gloss_range: brightness of the highlight, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
    """

    palettes: tuple[str, ...] = choices((SAME_PALETTE, "gray", "dark", "light"), SAME_PALETTE, *PALETTES)
    tint_range: Pair = span((0.0, 0.0), 0.0, 1.0, "share of the surface's texture that shows through")
    shading_range: Pair = span((0.1, 0.35), 0.0, 1.0, "change of brightness")
    wall_range: Pair = span((0.4, 1.0), 0.0, 1.0, "1 is a dome")
    roughness_range: Pair = span((0.0, 0.2), 0.0, 1.0, "change of brightness")
    gloss_range: Pair = span((0.0, 0.0), 0.0, 1.0, "brightness of the highlight")
    shadow_range: Pair = span((0.3, 0.6), 0.0, 1.0, "1 is black")
    height_range: Pair = span((0.004, 0.015), 0.0, 0.1, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnForeignBody:
        """Return a body lit like the image."""
        choice, tint, shading, wall, rough, gloss, shadow, height, brighter = rng.random(9).tolist()
        palette = self.palettes[int(choice * len(self.palettes))]
        if palette == SAME_PALETTE:
            here = scene.color_at(place.x, place.y).tolist()
            values = tuple(min(value * (0.8 + 0.3 * brighter) + 0.04, 1.0) for value in here)
        else:
            values = draw_color((palette,), rng, scene, place)
        return DrawnForeignBody(
            color=DrawnColor(values=values, tint=between(self.tint_range, tint)),
            shading=between(self.shading_range, shading),
            wall=between(self.wall_range, wall),
            roughness=between(self.roughness_range, rough),
            gloss=between(self.gloss_range, gloss),
            shadow=between(self.shadow_range, shadow),
            height=between(self.height_range, height) * scene.side,
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnForeignBody(DrawnLook):
    """Colour, shading, shadow and its length in pixels, direction of the light in radians, seed of the bumps."""

    color: DrawnColor
    shading: float
    wall: float
    roughness: float
    gloss: float
    shadow: float
    height: float
    light: float
    seed: int

    @property
    def margin(self) -> int:
        """Number of pixels that the shadow extends beyond the body."""
        return math.ceil(self.height + self._blur) + 1

    @property
    def _blur(self) -> float:
        """Width of the penumbra in pixels."""
        return 0.5 * self.height

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return body and shadow."""
        light, opacity = self._shading(layer), self._alpha_with_shadow(layer.alpha)
        tint, color = np.float32(self.color.tint), self.color.base_color(surface, layer)
        if opacity is layer.alpha:
            pixels = surface * tint
            pixels += color
            pixels += light
            return pixels, opacity
        share = layer.alpha / np.clip(opacity, 1e-6, 1.0)
        pixels = surface * (tint * share)
        light *= share
        pixels += light
        for plane, value in zip(pixels, color.ravel().tolist(), strict=True):
            cv2.scaleAdd(share, value, plane, dst=plane)
        return pixels, opacity

    def overlay(self, layer: Layer) -> Overlay | None:
        """Return body and shadow, or None if the surface shows through the body."""
        if self.color.tint > 0.0:
            return None
        return Overlay(self.color.values, self._shading(layer), layer.alpha, self._alpha_with_shadow(layer.alpha))

    def _shading(self, layer: Layer) -> Floats:
        """Return the change of brightness by the light, float32 (h, w)."""
        light = shade_bump(layer.alpha, wall=self.wall, light=self.light, contrast=self.shading, gloss=self.gloss)
        if self.roughness:
            light += np.float32(self.roughness) * shade_rough_surface(layer.box.shape, self.light, self.seed)
        return light

    def _alpha_with_shadow(self, alpha: Floats) -> Floats:
        """Return the opacity of body and shadow together, float32 (h, w); `alpha` itself if there is no shadow."""
        shadow = self._shadow(alpha)
        if shadow is None:
            return alpha
        shadow *= np.float32(1) - alpha  # the body lies over its own shadow
        return np.add(alpha, shadow, out=shadow)

    def _shadow(self, alpha: Floats) -> Floats | None:
        """Return the opacity of the cast shadow, float32 (h, w), or None if there is none."""
        right, down = round(-self.height * math.cos(self.light)), round(-self.height * math.sin(self.light))
        if self.shadow == 0.0 or right == down == 0:
            return None
        rows, columns = alpha.shape
        moved = np.zeros_like(alpha)
        if abs(right) < columns and abs(down) < rows:
            moved[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)] = alpha[
                max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)
            ]
        reach = 2 * round(self._blur) + 1
        soft = cv2.blur(cv2.max(moved, alpha).reshape(alpha.shape), (reach, reach)) if reach > 1 else moved
        return soft * np.float32(self.shadow)
