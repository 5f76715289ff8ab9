"""One colour drawn from a palette, opaque or as a tint."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Layer
from defectsynth.core.parameters import Pair, between, choices, number, span
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

MAX_COLOR_TRIES = 4  # colours drawn again before one similar to the surface is accepted
PALETTES: dict[str, tuple[Pair, Pair, Pair]] = {  # ranges of hue (1 is a full turn), saturation and value
    "any": ((0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),
    "gray": ((0.0, 0.0), (0.0, 0.0), (0.0, 1.0)),
    "dark": ((0.0, 0.12), (0.0, 0.4), (0.03, 0.25)),
    "light": ((0.08, 0.16), (0.0, 0.15), (0.75, 1.0)),
    "metal": ((0.04, 0.13), (0.02, 0.17), (0.4, 0.7)),
    "rust": ((0.02, 0.09), (0.5, 0.9), (0.25, 0.6)),
    "red": ((0.96, 1.02), (0.55, 0.9), (0.35, 0.75)),
    "yellow": ((0.1, 0.18), (0.35, 0.8), (0.65, 0.95)),
    "blue": ((0.57, 0.67), (0.45, 0.85), (0.2, 0.6)),
}


@dataclass(frozen=True)
class Color(Look):
    """One colour, opaque or as a tint through which the texture of the surface shows.

    Args:
        palettes: families of colours, of which each draw takes one: any (uniform RGB), gray, dark, light, metal (bare,
            a warm gray), rust, red, yellow, blue.
        tint_range: share of the surface's texture that shows through, in [0, 1]; 0 is opaque paint.
        unlike: least difference from the surface in one channel, in [0, 1]; not reached if a few tries fail.
    """

    palettes: tuple[str, ...] = choices(("any", "gray"), *PALETTES)
    tint_range: Pair = span((0.0, 0.0), 0.0, 1.0, "share of the surface's texture that shows through")
    unlike: float = number(0.15, 0.0, 1.0, "least difference from the surface")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnColor:
        """Return a colour that differs from the surface at the place; after a few failed tries, any colour."""
        values = draw_color(self.palettes, rng, scene, place, unlike=self.unlike)
        return DrawnColor(values=values, tint=between(self.tint_range, rng.random()))


def draw_color(
    palettes: tuple[str, ...],
    rng: np.random.Generator,
    scene: Scene,
    place: Place,
    *,
    unlike: float = 0.15,
    table: Mapping[str, tuple[Pair, Pair, Pair]] = PALETTES,
) -> tuple[float, ...]:
    """Return a colour of one palette of a table that differs from the surface; after a few failed tries, any."""
    here = scene.color_at(place.x, place.y).tolist()
    channels = 1 if scene.monochrome else scene.channels
    values = _random_color(palettes, rng, channels, table)
    for _ in range(MAX_COLOR_TRIES):
        if max(abs(value - there) for value, there in zip(values, here, strict=False)) >= unlike:
            break
        values = _random_color(palettes, rng, channels, table)
    return tuple(values)


def _random_color(
    palettes: tuple[str, ...], rng: np.random.Generator, channels: int, table: Mapping[str, tuple[Pair, Pair, Pair]]
) -> list[float]:
    choice, *shares = rng.random(max(channels, 3) + 1).tolist()
    palette = palettes[int(choice * len(palettes))]
    if palette == "any" or (palette != "gray" and channels not in (1, 3)):
        return shares[:channels]
    hue, saturation, value = (between(pair, share) for pair, share in zip(table[palette], shares, strict=False))
    return list(colorsys.hsv_to_rgb(hue % 1.0, saturation, value)) if channels == 3 else [value] * channels


@dataclass(frozen=True)
class DrawnColor(DrawnLook):
    """One value in [0, 1] for each channel, and the share of the surface's texture that shows through."""

    values: tuple[float, ...]
    tint: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the colour, with the texture of the surface if it is a tint."""
        color = self.base_color(surface, layer)
        if self.tint == 0.0:
            return color, layer.alpha
        pixels = surface * np.float32(self.tint)
        pixels += color
        return pixels, layer.alpha

    def base_color(self, surface: Floats, layer: Layer) -> Floats:
        """Return the colour to which `tint` times the surface is added, float32 (C, 1, 1).

        The mean of both is the colour itself. An image with more channels repeats the values.
        """
        color = np.array([value for value, _ in zip(cycle(self.values), surface, strict=False)], dtype=np.float32)
        if self.tint > 0.0:
            mean = np.einsum("chw,hw->c", surface, layer.alpha) / np.float32(max(float(layer.alpha.sum()), 1e-6))
            color = color - np.float32(self.tint) * mean
        return color[:, None, None]
