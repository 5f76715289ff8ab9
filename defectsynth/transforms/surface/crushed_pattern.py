"""Crushed patterns: teeth, threads and ribs broken in place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import ellipse_box
from defectsynth.core.parameters import FRACTION, Component, Pair, between, span, visible_share
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.engine.transform import DefectTransform
from defectsynth.functional.noise import NoiseSeed
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

NOISE_OCTAVES = 4
TILE_CELLS = 8  # pieces along the side of a tile of noise
SMOOTH, ROUGH = 0.25, 0.6  # gain of the noise of displacements, and of gaps and glints
RAGGED = 0.35  # unevenness of the outline, of its radius
GLINT_SHARE = 0.3  # noise above which crests glint
CREST_GAIN = 8.0  # share of a glint per brightness above the surroundings
MIN_GLINT = 0.25  # share of a glint on a surface without crests


@dataclass(frozen=True)
class Crush(Component):
    """An area in which the pattern is displaced at random, darkened and scraped.

    Args:
        length_range: length along the direction of the place, in [0, 1], fraction of min(H, W).
        width_range: width across it, in [0, 1], fraction of min(H, W).
        turmoil_range: greatest displacement, in [0, 0.2], fraction of min(H, W).
        cell_range: size of the pieces that move together, in [0.002, 0.2], fraction of min(H, W).
        dark_range: loss of brightness where pieces are missing, in [0, 1].
        glint_range: brightness of scraped crests, in [0, 1].
    """

    length_range: Pair = span((0.04, 0.12), 0.0, 1.0, FRACTION)
    width_range: Pair = span((0.03, 0.08), 0.0, 1.0, FRACTION)
    turmoil_range: Pair = span((0.01, 0.03), 0.0, 0.2, FRACTION)
    cell_range: Pair = span((0.008, 0.025), 0.002, 0.2, FRACTION)
    dark_range: Pair = span((0.1, 0.5), 0.0, 1.0, "share of the brightness")
    glint_range: Pair = span((0.0, 0.6), 0.0, 1.0, "brightness")


@dataclass(frozen=True)
class CrushRecipe(Recipe):
    """A crushed area; lengths in pixels, angles in radians.

    Attributes:
        x, y: centre.
        angle: direction of the length.
        along, across: half axes.
        turmoil: greatest displacement.
        cell: size of the pieces.
        dark: loss of brightness where pieces are missing.
        glint: brightness of scraped crests.
        noise: seed of displacement, gaps and glints.
        clip: foreground method for the object that the area is clipped to; empty does not clip.
    """

    x: float
    y: float
    angle: float
    along: float
    across: float
    turmoil: float
    cell: float
    dark: float
    glint: float
    noise: NoiseSeed
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Displace the surface at random, darken gaps and brighten scraped crests."""
        grown = 1.0 + RAGGED
        box = ellipse_box(self.x, self.y, self.angle, grown * self.along, grown * self.across, size=scene.size)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        surface = pixels_to_float(before, scene.peak)
        right, down = (self._noise(box.shape, offset, gain=SMOOTH) for offset in (0, 1))
        gaps, crests = (self._noise(box.shape, offset, gain=ROUGH) for offset in (2, 3))
        window = self._window(box.x0, box.y0, gaps)
        push = np.float32(0.6 * self.turmoil) * np.minimum(window, 1.0)
        map_x = np.arange(box.shape[1], dtype=np.float32)[None] + push * right
        map_y = np.arange(box.shape[0], dtype=np.float32)[:, None] + push * down
        moved = cv2.remap(surface, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        after = moved.reshape(surface.shape)
        after *= (1.0 - np.float32(self.dark) * window * np.clip(0.5 + 0.6 * gaps, 0.0, 1.0))[..., None]
        if self.glint > 0.0:
            after += self._glints(after, window, crests)[..., None]
        pixels = float_to_pixels(after, before, scene.peak)
        allowed = scene.allowed_mask(box, self.clip)
        return make_patch(before, pixels, box, peak=scene.peak, alpha=None, allowed=allowed)

    def _window(self, x0: int, y0: int, noise: Floats) -> Floats:
        """Return the strength of the damage, float32 (h, w), 1 in the middle and 0 beyond a ragged outline."""
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        right = np.arange(x0, x0 + noise.shape[1], dtype=np.float32)[None] - np.float32(self.x)
        down = np.arange(y0, y0 + noise.shape[0], dtype=np.float32)[:, None] - np.float32(self.y)
        u = (right * cos + down * sin) * np.float32(1.0 / self.along)
        v = (down * cos - right * sin) * np.float32(1.0 / self.across)
        distance = u * u + v * v + np.float32(RAGGED) * np.clip(noise, -1.5, 0.7)
        return np.clip((1.0 - distance) * np.float32(2.5), 0.0, 1.0)

    def _noise(self, shape: tuple[int, int], offset: int, *, gain: float) -> Floats:
        """Return one of several patterns of noise, float32 `shape`, standard deviation about 1."""
        side = max(round(TILE_CELLS * self.cell), 4)
        return self.noise.tiled(shape, side=side, octaves=NOISE_OCTAVES, gain=gain, pattern=offset)

    def _glints(self, after: Floats, window: Floats, noise: Floats) -> Floats:
        """Return the brightness of scraped crests, float32 (h, w)."""
        gray = after.mean(axis=2)
        reach = 2 * round(0.5 * self.cell) + 3
        crest = np.clip(
            np.float32(MIN_GLINT) + np.float32(CREST_GAIN) * (gray - cv2.blur(gray, (reach, reach))), 0.0, 1.0
        )
        return np.float32(self.glint) * window * crest * np.clip(2.0 * (noise - np.float32(GLINT_SHARE)), 0.0, 1.0)


class CrushedPattern(DefectTransform):
    """A crushed pattern: teeth, threads, ribs or loops are broken, displaced and scraped in place.

    Lands anywhere by default; placed on the object, it is clipped to it. In a ragged area the pieces of the pattern
    are pushed into each other at random. Where some are missing it is dark, and scraped crests glint. The mask marks
    the visibly changed pixels.

    ![crushed_pattern](tests/golden/crushed_pattern.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length along the direction of the place, in [0, 1], fraction of min(H, W).
        width_range: width across it, in [0, 1], fraction of min(H, W).
        turmoil_range: greatest displacement, in [0, 0.2], fraction of min(H, W).
        cell_range: size of the pieces that move together, in [0.002, 0.2], fraction of min(H, W).
        dark_range: loss of brightness where pieces are missing, in [0, 1].
        glint_range: brightness of scraped crests, in [0, 1].
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import CrushedPattern, synthesize
        >>> teeth = np.tile(np.uint8([60, 60, 60, 160, 160, 160]), (96, 16))
        >>> sample = synthesize(teeth, CrushedPattern(dark_range=(0, 0), glint_range=(0, 0)), seed=0)
        >>> bool(60 <= sample.image.min() and sample.image.max() <= 160)  # pieces only moved
        True
    """

    kind: ClassVar[str] = "crushed_pattern"

    def __init__(
        self,
        *,
        length_range: Pair = (0.04, 0.12),
        width_range: Pair = (0.03, 0.08),
        turmoil_range: Pair = (0.01, 0.03),
        cell_range: Pair = (0.008, 0.025),
        dark_range: Pair = (0.1, 0.5),
        glint_range: Pair = (0.0, 0.6),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.crush = Crush(
            length_range=length_range,
            width_range=width_range,
            turmoil_range=turmoil_range,
            cell_range=cell_range,
            dark_range=dark_range,
            glint_range=glint_range,
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The crushed area and where components."""
        return self.crush, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> CrushRecipe | None:
        """Draw a place and a crushed area."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        length, width, turmoil, cell, dark, glint = rng.random(6).tolist()
        crush, share, side = self.crush, visible_share(self.severity), scene.side
        return CrushRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            x=place.x,
            y=place.y,
            angle=place.angle,
            along=max(0.5 * between(crush.length_range, length) * side, 1.0),
            across=max(0.5 * between(crush.width_range, width) * side, 1.0),
            turmoil=between(crush.turmoil_range, turmoil) * side * share,
            cell=between(crush.cell_range, cell) * side,
            dark=between(crush.dark_range, dark) * share,
            glint=between(crush.glint_range, glint) * share,
            noise=NoiseSeed.sample(rng),
            clip=self.where.clip_method,
        )
