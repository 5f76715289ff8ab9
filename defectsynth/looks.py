"""LOOK: the pixels to lay down inside a defect's box, given the surface that is there.

A `Look` holds ranges; `sample` draws from them; `DrawnLook.paint` is a pure function of the surface and the layer.
"""

from __future__ import annotations

import colorsys
import math
from abc import abstractmethod
from dataclasses import dataclass
from itertools import cycle
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.coats import Coat
from defectsynth.layers import Array, Floats, Layer
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.values import Pair, Part, Value, between, choice, choices, number, span

COLOR_TRIES = 4  # colours tried before one close to the surface is taken


class DrawnLook(Value):
    """A look with every number drawn."""

    @property
    def margin(self) -> int:
        """Pixels beyond the alpha layer that the look changes."""
        return 0

    @abstractmethod
    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the pixels to lay down and how opaque they are.

        Args:
            surface: float32 (C, h, w) in [0, 1], what is there.
            layer: the alpha layer, (h, w).
            scene: the whole picture, for looks that take pixels from elsewhere in it.

        Returns:
            float32 that broadcasts to (C, h, w), and alpha float32 (h, w).
        """

    def change(self, layer: Layer) -> Floats | None:
        """Return what is added to every channel alike, float32 (h, w), if that is all the look does.

        The surface with it is then what `paint` returns; what is only added need not be blended channel by channel.
        """
        return None

    def coat(self, layer: Layer) -> Coat | None:
        """Return what is laid down, if it is the same on any surface and what `paint` would return."""
        return None


class Look(Part):
    """Ranges from which a look is drawn."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnLook:
        """Return a look for a defect at `place`."""


PALETTES: dict[str, tuple[Pair, Pair, Pair]] = {  # hue (1 is a turn), saturation and value
    "any": ((0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),
    "gray": ((0.0, 0.0), (0.0, 0.0), (0.0, 1.0)),
    "dark": ((0.0, 0.12), (0.0, 0.4), (0.03, 0.25)),
    "light": ((0.08, 0.16), (0.0, 0.15), (0.75, 1.0)),
    "rust": ((0.02, 0.09), (0.5, 0.9), (0.25, 0.6)),
    "red": ((0.96, 1.02), (0.55, 0.9), (0.35, 0.75)),
    "yellow": ((0.1, 0.18), (0.35, 0.8), (0.65, 0.95)),
    "blue": ((0.57, 0.67), (0.45, 0.85), (0.2, 0.6)),
}


@dataclass(frozen=True)
class Color(Look):
    """One colour, opaque or as a tint that lets the texture of the surface through.

    Args:
        palettes: families of colours; each draw takes one: any (uniform RGB), gray, dark, light, rust, red, yellow,
            blue.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque paint.
        unlike: least difference from the surface that a colour is looked for with, in [0, 1].
    """

    palettes: tuple[str, ...] = choices(("any", "gray"), *PALETTES)
    tint_range: Pair = span((0.0, 0.0), 0.0, 1.0, "share of the surface's texture that shows through")
    unlike: float = number(0.15, 0.0, 1.0, "least difference from the surface")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnColor:
        """Return a colour that differs from the surface at the place, if one is found in a few tries."""
        values = color_of(self.palettes, rng, scene, place, unlike=self.unlike)
        return DrawnColor(values=values, tint=between(self.tint_range, rng.random()))


def color_of(
    palettes: tuple[str, ...], rng: np.random.Generator, scene: Scene, place: Place, *, unlike: float = 0.15
) -> tuple[float, ...]:
    """Return a colour of one of the palettes that differs from the surface, if one is found in a few tries."""
    here = scene.color_at(place.x, place.y).tolist()
    channels = 1 if scene.monochrome else scene.channels
    values = _color(palettes, rng, channels)
    for _ in range(COLOR_TRIES):
        if max(abs(value - there) for value, there in zip(values, here, strict=False)) >= unlike:
            break
        values = _color(palettes, rng, channels)
    return tuple(values)


def _color(palettes: tuple[str, ...], rng: np.random.Generator, channels: int) -> list[float]:
    choice, *shares = rng.random(max(channels, 3) + 1).tolist()
    palette = palettes[int(choice * len(palettes))]
    if palette == "any" or (palette != "gray" and channels not in (1, 3)):
        return shares[:channels]
    hue, saturation, value = (between(pair, share) for pair, share in zip(PALETTES[palette], shares, strict=False))
    return list(colorsys.hsv_to_rgb(hue % 1.0, saturation, value)) if channels == 3 else [value] * channels


@dataclass(frozen=True)
class DrawnColor(DrawnLook):
    """One value for each channel in [0, 1], and the share of the surface's texture that shows through."""

    values: tuple[float, ...]
    tint: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the colour."""
        color = self.level(surface, layer)
        if self.tint == 0.0:
            return color, layer.alpha
        pixels = surface * np.float32(self.tint)
        pixels += color
        return pixels, layer.alpha

    def level(self, surface: Floats, layer: Layer) -> Floats:
        """Return what is laid down besides the share of the surface that shows through, float32 (C, 1, 1).

        A picture with more channels repeats the colour.
        """
        color = np.array([value for value, _ in zip(cycle(self.values), surface, strict=False)], dtype=np.float32)
        if self.tint > 0.0:
            mean = np.einsum("chw,hw->c", surface, layer.alpha) / np.float32(max(float(layer.alpha.sum()), 1e-6))
            color = color - np.float32(self.tint) * mean
        return color[:, None, None]


TONES = ("bright", "dark", "relief")
ACROSS = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32) / 8  # slope in x, smoothed in y


def slope_kernel(angle: float) -> Floats:
    """Return what filters heights to their slope along a direction in radians, float32 (3, 3)."""
    return ACROSS * np.float32(math.cos(angle)) + ACROSS.T * np.float32(math.sin(angle))


def usual_color(surface: Floats, layer: Layer) -> Floats:
    """Return the median colour of a surface (C, h, w) under a layer, float32 (C, 1, 1)."""
    covered = layer.alpha > 0.5
    flat = surface[:, covered] if covered.any() else surface.reshape(surface.shape[0], -1)
    return np.asarray(np.median(flat, axis=1), np.float32)[:, None, None]


@dataclass(frozen=True)
class Shade(Look):
    """The surface itself, lighter, darker or cut into: a groove with a dark core and a lit rim.

    Args:
        tones: bright, dark, relief; each draw takes one of them that can be seen on this surface.
        contrast_range: change of brightness, in [0, 1].
    """

    tones: tuple[str, ...] = choices(TONES, *TONES)
    contrast_range: Pair = span((0.1, 0.35), 0.0, 1.0, "change of brightness")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnShade:
        """Return a tone with room on this surface: no darker mark on black, no brighter one on white."""
        brightness = float(scene.color_at(place.x, place.y).mean())
        share, choice = rng.random(2).tolist()
        contrast = between(self.contrast_range, share)
        fitting = [
            tone
            for tone in self.tones
            if not (tone == "dark" and brightness < contrast) and not (tone == "bright" and brightness > 1.0 - contrast)
        ] or self.tones
        tone = fitting[int(choice * len(fitting))]
        return DrawnShade(tone=tone, contrast=contrast, light=scene.light if tone == "relief" else 0.0)


@dataclass(frozen=True)
class DrawnShade(DrawnLook):
    """A tone, the change of brightness and, for a relief, where the light comes from in radians."""

    tone: str
    contrast: float
    light: float

    margin: ClassVar[int] = 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the lit or darkened surface."""
        if self.tone == "bright":
            return surface + np.float32(self.contrast), layer.alpha
        if self.tone == "dark":
            darker = surface * np.float32(1.0 - 0.4 * self.contrast)
            darker -= np.float32(0.6 * self.contrast)
            return darker, layer.alpha
        slope = slope_kernel(self.light)
        lit = cv2.filter2D(layer.alpha, cv2.CV_32F, slope)
        change = np.float32(self.contrast) * (np.float32(1.2) * lit - np.float32(0.5) * layer.alpha)
        return surface + change, np.minimum(np.abs(lit) * np.float32(4.0) + layer.alpha, np.float32(1.0))


@dataclass(frozen=True)
class Noise(Look):
    """The surface with coarse grain over it: roughness, corrosion, dust.

    Args:
        contrast_range: standard deviation of the grain, in [0, 1].
        grain_range: size of a grain, in [0, 0.2], fraction of min(H, W).
    """

    contrast_range: Pair = span((0.12, 0.3), 0.0, 1.0, "standard deviation of the grain")
    grain_range: Pair = span((0.004, 0.02), 0.0, 0.2, "fraction of min(H, W)")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnNoise:
        """Return a seed, a strength and a grain size in pixels."""
        contrast, grain = rng.uniform(*self.contrast_range), rng.uniform(*self.grain_range) * scene.side
        return DrawnNoise(seed=int(rng.integers(1 << 62)), contrast=contrast, grain=grain)


@dataclass(frozen=True)
class DrawnNoise(DrawnLook):
    """Seed of the grain, standard deviation in [0, 1], size of a grain in pixels."""

    seed: int
    contrast: float
    grain: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the grainy surface."""
        height, width = layer.box.shape
        cells = (max(2, round(height / max(self.grain, 1.0))), max(2, round(width / max(self.grain, 1.0))))
        coarse = np.random.default_rng(self.seed).standard_normal(cells, dtype=np.float32)
        grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        return surface + grain * np.float32(self.contrast), layer.alpha


@dataclass(frozen=True)
class Elsewhere(Look):
    """Pixels from another place of the same picture.

    Args:
        distance_range: how far away, in [0, 2], fraction of min(H, W).
        direction: any; across the direction of the place, as from the other side of a seam.
    """

    distance_range: Pair = span((0.1, 0.6), 0.0, 2.0, "fraction of min(H, W)")
    direction: str = choice("any", "any", "across")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnElsewhere:
        """Return an offset in pixels."""
        distance, angle = rng.uniform(*self.distance_range) * scene.side, rng.uniform(0.0, 2 * math.pi)
        if self.direction == "across":
            angle = place.angle + math.copysign(0.5 * math.pi, angle - math.pi)
        return DrawnElsewhere(dx=round(distance * math.cos(angle)), dy=round(distance * math.sin(angle)))


@dataclass(frozen=True)
class DrawnElsewhere(DrawnLook):
    """Offset of the source in pixels; at the border of the picture it is mirrored back inside."""

    dx: int
    dy: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the pixels found at the offset."""
        rows = _reflect(np.arange(layer.box.y0, layer.box.y1) + self.dy, scene.size[0])
        columns = _reflect(np.arange(layer.box.x0, layer.box.x1) + self.dx, scene.size[1])
        return scene.planes(np.ascontiguousarray(scene.image[rows[:, None], columns])), layer.alpha


def _reflect(index: Array, size: int) -> Array:
    """Return positions folded back into range(size), as in a mirror."""
    folded = np.mod(index, 2 * size)
    return np.minimum(folded, 2 * size - 1 - folded)
