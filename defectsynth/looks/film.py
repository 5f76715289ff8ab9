"""Films on the surface: wet liquid, and a creased scrap of clear film."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from defectsynth.core.arrays import Floats, clip_above
from defectsynth.core.layer import Layer, distance_to_outline
from defectsynth.core.parameters import FRACTION, IntPair, Pair, between, choices, count, span, whole_between
from defectsynth.functional.rims import box_noise
from defectsynth.functional.shading import median_color, slope_kernel
from defectsynth.looks.base import DrawnLook, Look
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

LIQUIDS: dict[str, tuple[float, float, float]] = {  # transmitted share of red, green and blue at full depth
    "water": (0.8, 0.8, 0.82),
    "oil": (0.95, 0.88, 0.55),
    "varnish": (0.87, 0.74, 0.66),
    "coffee": (0.62, 0.46, 0.34),
    "wine": (0.7, 0.3, 0.4),
}
MAX_LINES = 3  # glints side by side
LINE_WIDTH = 0.0035  # of a glint, fraction of min(H, W)
RIM_GAIN = np.float32(0.35)  # change of brightness of the rim per unit of gloss
CLOUDS = np.float32(0.3)  # standard deviation of the veil, share of its mean
SECOND_LAYER = 1.6  # veil where the film lies double, multiples of the single one


@dataclass(frozen=True)
class LiquidFilm(Look):
    """The surface beneath a film of liquid.

    Args:
        liquids: kinds of liquid, of which each draw takes one: water, oil, varnish, coffee, wine.
        depth_range: strength of the colour, in [0, 2]; images without exactly three channels only darken.
        smoothing_range: share of the fine texture that the film levels, in [0, 1].
        haze_range: share of the contrast that is lost in the haze of the film, in [0, 1].
        gloss_range: brightness of the glints along the rim, in [0, 1].
        glint_range: distance of the glints from the rim, in [0, 1], fraction of the greatest depth.
    """

    liquids: tuple[str, ...] = choices(("water", "oil", "varnish"), *LIQUIDS)
    depth_range: Pair = span((0.4, 1.1), 0.0, 2.0, "strength of the colour")
    smoothing_range: Pair = span((0.1, 0.6), 0.0, 1.0, "share of the fine texture")
    haze_range: Pair = span((0.0, 0.4), 0.0, 1.0, "share of the contrast")
    gloss_range: Pair = span((0.1, 0.6), 0.0, 1.0, "brightness")
    glint_range: Pair = span((0.1, 0.6), 0.0, 1.0, "fraction of the greatest depth")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnLiquidFilm:
        """Return a film lit like the image."""
        choice, depth, smooth, haze, gloss, glint = rng.random(6).tolist()
        color = LIQUIDS[self.liquids[int(choice * len(self.liquids))]]
        colored = scene.channels == 3 and not scene.monochrome
        strength = between(self.depth_range, depth)
        return DrawnLiquidFilm(
            gains=tuple(value**strength for value in (color if colored else (sum(color) / 3.0,))),
            smoothing=between(self.smoothing_range, smooth),
            reach=0.006 * scene.side,
            haze=between(self.haze_range, haze),
            gloss=between(self.gloss_range, gloss),
            glint=between(self.glint_range, glint),
            line=max(LINE_WIDTH * scene.side, 0.7),
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnLiquidFilm(DrawnLook):
    """A film with every number drawn.

    Attributes:
        gains: share of the light that passes, for each channel, or one for all.
        smoothing: share of the fine texture that is levelled.
        reach: size of that texture in pixels.
        haze: share of the contrast that is lost.
        gloss: brightness of the glints.
        glint: their distance from the rim, share of the greatest depth.
        line: their width in pixels.
        light: direction towards the light, radians.
        seed: where along the rim they lie.
    """

    gains: tuple[float, ...]
    smoothing: float
    reach: float
    haze: float
    gloss: float
    glint: float
    line: float
    light: float
    seed: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface beneath the film, with its glints."""
        window = 2 * math.ceil(self.reach) + 1
        level = median_color(surface, layer)
        gains = np.resize(np.array(self.gains, np.float32), len(surface))
        smooth = np.stack([cv2.blur(plane, (window, window)).reshape(plane.shape) for plane in surface])
        pixels = surface + np.float32(self.smoothing) * (smooth - surface)
        pixels += np.float32(self.haze) * (level - pixels)
        pixels *= gains[:, None, None]
        pixels += self._glints(layer)
        return pixels, layer.alpha

    def _glints(self, layer: Layer) -> Floats:
        """Return the light that the rim and the glints add, float32 (h, w)."""
        depth = distance_to_outline(layer.alpha)
        deepest = max(float(depth.max()), 1.0)
        smooth = 2 * math.ceil(0.12 * deepest) + 1
        depth = cv2.blur(depth, (smooth, smooth)).reshape(depth.shape)
        lit = cv2.filter2D(depth, cv2.CV_32F, -slope_kernel(self.light)).reshape(depth.shape)
        rim = np.float32(1.0) - clip_above(depth * np.float32(1.0 / max(2.0 * self.line, 1.0)), 1.0)
        light = rim * np.clip(lit, -1.0, 1.0) * np.float32(RIM_GAIN * self.gloss)
        rng = np.random.default_rng(self.seed)
        gate = box_noise(depth.shape, 0.35 * deepest, self.seed)
        gate += np.abs(lit) * np.float32(2.5) - np.float32(1.9)
        gate = np.clip(gate, 0.0, 1.0) * np.clip(lit * np.float32(4.0 if rng.random() < 0.5 else -4.0), 0.0, 1.0)
        for place, strength in rng.random((1 + int(rng.integers(MAX_LINES)), 2)).tolist():
            middle = deepest * self.glint * (0.4 + 1.2 * place)
            across = (depth - np.float32(middle)) * np.float32(1.0 / self.line)
            light += np.exp(-across * across) * gate * np.float32(self.gloss * (0.3 + 0.7 * strength))
        return np.asarray(light, np.float32)


@dataclass(frozen=True)
class ClearSheet(Look):
    """The surface behind a milky film, with bright cut edges and creases.

    Args:
        veil_range: share of the surface that the film hides, in [0, 1].
        milk_range: brightness of the film, in [0, 1].
        blur_range: blur of the surface behind it, in [0, 0.05], fraction of min(H, W).
        edge_range: brightness of cut edges and creases, in [0, 1].
        creases_range: number of creases, in [0, 12].
        double_range: share of the film that lies double, in [0, 1].
    """

    veil_range: Pair = span((0.3, 0.65), 0.0, 1.0, "share of the surface that is hidden")
    milk_range: Pair = span((0.5, 0.85), 0.0, 1.0, "brightness of the film")
    blur_range: Pair = span((0.002, 0.01), 0.0, 0.05, FRACTION)
    edge_range: Pair = span((0.1, 0.4), 0.0, 1.0, "brightness of edges and creases")
    creases_range: IntPair = count((0, 4), 0, 12, "creases")
    double_range: Pair = span((0.0, 0.5), 0.0, 1.0, "share that lies double")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnClearSheet:
        """Return a film along the direction of the place."""
        veil, milk, blur, edge, creases, double = rng.random(6).tolist()
        return DrawnClearSheet(
            angle=place.angle,
            veil=between(self.veil_range, veil),
            milk=between(self.milk_range, milk),
            blur=between(self.blur_range, blur) * scene.side,
            edge=between(self.edge_range, edge),
            creases=whole_between(self.creases_range, creases),
            double=between(self.double_range, double),
            line=max(0.003 * scene.side, 0.7),
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnClearSheet(DrawnLook):
    """A film with every number drawn; blur and width of the lines in pixels, direction in radians."""

    angle: float
    veil: float
    milk: float
    blur: float
    edge: float
    creases: int
    double: float
    line: float
    seed: int

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface behind the film, its edges and creases."""
        shape = layer.box.shape
        rng = np.random.default_rng(self.seed)
        noise = box_noise(shape, 2.0 * self.line, self.seed)
        coarse = cv2.blur(noise, (5, 5)).reshape(shape)
        depth = distance_to_outline(layer.alpha)
        lines = np.exp(depth * np.float32(-1.0 / self.line)) * np.clip(
            np.float32(0.6) + np.float32(0.6) * noise, 0.0, 1.0
        )
        along, across = self._frame(layer)
        veil = np.float32(self.veil) * (np.float32(1.0) + CLOUDS * coarse)
        if self.double > 0.0:
            end = float(np.quantile(along, 1.0 - self.double)) if layer.alpha.size else 0.0
            wavy = along - np.float32(end) + np.float32(2.0 * self.line) * coarse
            second = np.clip(wavy * np.float32(0.7) + np.float32(0.5), 0.0, 1.0)
            veil = veil * (np.float32(1.0) + np.float32(SECOND_LAYER - 1.0) * second)
            lines += np.exp(-np.abs(wavy) * np.float32(1.0 / self.line))
        span_across = float(np.abs(across).max()) if across.size else 1.0
        for place, lean, width in rng.random((self.creases, 3)).tolist():
            tilt = math.pi * (lean - 0.5) * 0.5
            offset = np.float32(math.cos(tilt)) * across + np.float32(math.sin(tilt)) * along
            offset -= np.float32((place - 0.5) * 1.2 * span_across)
            bright = np.exp(-np.abs(offset) * np.float32(1.0 / (self.line * (0.6 + 1.5 * width))))
            lines += bright * np.clip(np.float32(0.3) + np.float32(0.5) * noise, 0.0, 1.0)
        window = 2 * math.ceil(self.blur) + 1
        veil = np.clip(veil, 0.0, 0.97)
        lines = np.clip(lines, 0.0, 1.3) * np.float32(self.edge)
        pixels = np.empty_like(surface)
        for source, target in zip(surface, pixels, strict=True):
            behind = cv2.blur(source, (window, window)).reshape(shape)
            target[:] = behind + (np.float32(self.milk) - behind) * veil + lines
        return pixels, layer.alpha

    def _frame(self, layer: Layer) -> tuple[Floats, Floats]:
        """Return the positions of the pixels along and across the film, float32 (h, w), 0 in the middle of the box."""
        rows, columns = layer.box.shape
        x = np.arange(columns, dtype=np.float32) - np.float32(0.5 * columns)
        y = np.arange(rows, dtype=np.float32)[:, None] - np.float32(0.5 * rows)
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        return x * cos + y * sin, y * cos - x * sin
