"""Tears."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import clip_box
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

NOISE_OCTAVES, MIN_TILE = 3, 16  # of the ragged outline and the fibres of the flesh
NOISE_SCALE = 0.8  # side of the noise tile in multiples of the length
RAGGED = 0.5  # change of the width of the wound by the noise
LIP_WIDTH = 1.2  # of the bright line along the lip, in multiples of the half width
LIP_LEVEL = 0.35  # brightness of the lip, of the flesh's
SLIT_LEVEL = 0.22  # brightness of the dark slit, of the surface's
HOLLOW_REACH = 2.2  # distance from the middle at which the hollow ends, in multiples of its radius
FIBRE_CONTRAST = 0.45  # change of brightness within the flesh
DARK_FIBRES = -0.6  # noise below which the flesh shows a dark gap


@dataclass(frozen=True)
class Wound(Component):
    """A short ragged slit that opens towards one end, in a hollow.

    Args:
        length_range: length, in [0, 1], fraction of min(H, W).
        width_range: greatest width, in [0, 0.3], fraction of min(H, W).
        bend_range: change of direction from end to end, in [-180, 180], degrees.
        flesh_range: share of the length in which the pale material under the skin shows, in [0, 1].
        pale_range: brightness of that material, in [0, 1].
        lip_range: brightness of the raised lip, in [0, 1].
        hollow_range: radius of the hollow around the slit, in [0, 0.5], fraction of min(H, W).
        depth_range: relative change of brightness on the slopes of the hollow, in [0, 1].
    """

    length_range: Pair = span((0.03, 0.12), 0.0, 1.0, FRACTION)
    width_range: Pair = span((0.008, 0.025), 0.0, 0.3, FRACTION)
    bend_range: Pair = span((-60.0, 60.0), -180.0, 180.0, "degrees")
    flesh_range: Pair = span((0.25, 0.7), 0.0, 1.0, "share of the length")
    pale_range: Pair = span((0.6, 0.95), 0.0, 1.0, "brightness")
    lip_range: Pair = span((0.1, 0.4), 0.0, 1.0, "brightness")
    hollow_range: Pair = span((0.03, 0.08), 0.0, 0.5, FRACTION)
    depth_range: Pair = span((0.1, 0.35), 0.0, 1.0, "relative change of brightness")


@dataclass(frozen=True)
class TearRecipe(Recipe):
    """A tear; lengths in pixels, angles in radians.

    Attributes:
        x, y: middle of the slit.
        angle: direction towards the end that gapes.
        length: distance between the ends.
        half: half the greatest width.
        bow: sideways offset of the middle from the straight line.
        flesh: share of the length, from the gaping end, in which flesh shows.
        pale: brightness of the flesh.
        lip: brightness of the lip.
        hollow: radius of the hollow.
        depth: relative change of brightness on its slopes.
        light: direction towards the light.
        noise: seed of the ragged outline and the fibres.
        clip: foreground method for the object that the tear is clipped to; empty does not clip.
    """

    x: float
    y: float
    angle: float
    length: float
    half: float
    bow: float
    flesh: float
    pale: float
    lip: float
    hollow: float
    depth: float
    light: float
    noise: NoiseSeed
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Shade the hollow, and draw slit, flesh and lip into it."""
        reach = max(HOLLOW_REACH * self.hollow * (self.depth > 0.0), 0.5 * self.length + 4.0 * self.half) + 2.0
        box = clip_box(self.x - reach, self.y - reach, self.x + reach, self.y + reach, size=scene.size)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        after = pixels_to_float(before, scene.peak)
        right = np.arange(box.x0, box.x1, dtype=np.float32)[None] - np.float32(self.x)
        down = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - np.float32(self.y)
        if self.depth > 0.0 and self.hollow > 0.0:
            after *= 1.0 + self._hollow_shading(right, down)[..., None]
        cos, sin = np.float32(math.cos(self.angle)), np.float32(math.sin(self.angle))
        u = (right * cos + down * sin) * np.float32(2.0 / self.length)
        profile = np.maximum(1.0 - u * u, 0.0)
        beside = down * cos - right * sin - np.float32(self.bow) * profile
        noise = self._noise(box.shape)
        opening = np.clip(0.5 + 0.5 * u, 0.0, 1.0)  # 0 at the closed end, 1 at the gaping one
        half = np.sqrt(profile) * (0.25 + 0.75 * opening) * (1.0 + np.float32(RAGGED) * noise) * np.float32(self.half)
        wound = np.clip(0.7 * (half - np.abs(beside)) + 0.5, 0.0, 1.0) * (profile > 0.0)
        self._add_wound(after, wound, opening, noise)
        facing = np.sign(beside) * np.float32(math.sin(self.light - self.angle))
        beyond = np.maximum(np.abs(beside) - half, 0.0) * np.float32(1.0 / max(LIP_WIDTH * self.half, 0.7))
        lip = np.exp(-beyond) * np.sqrt(profile) * (1.0 - wound) * facing * np.float32(self.lip)
        after *= (1.0 + np.minimum(lip, 0.0) * 1.6)[..., None]
        after += (np.maximum(lip, 0.0) * np.float32(LIP_LEVEL + self.pale))[..., None] * np.float32(0.6)
        return make_patch(
            before,
            float_to_pixels(after, before, scene.peak),
            box,
            peak=scene.peak,
            alpha=None,
            allowed=scene.allowed_mask(box, self.clip),
        )

    def _hollow_shading(self, right: Floats, down: Floats) -> Floats:
        """Return the relative change of brightness on the slopes of the hollow, 0 beyond its reach, float32 (h, w)."""
        scale = np.float32(1.0 / self.hollow)
        facing = -(right * np.float32(math.cos(self.light)) + down * np.float32(math.sin(self.light))) * scale
        squared = (right * right + down * down) * (scale * scale)
        fading = np.maximum(1.0 - squared * np.float32(1.0 / HOLLOW_REACH**2), 0.0)
        shading = facing * np.exp(-1.2 * squared) * fading * np.float32(2.5 * self.depth)
        return np.asarray(np.where(shading < 0.0, shading, np.float32(0.6) * shading))

    def _noise(self, shape: tuple[int, int]) -> Floats:
        """Return noise of the size of the wound, float32 `shape`, standard deviation about 1."""
        side = max(round(NOISE_SCALE * max(self.length, 12.0 * self.half)), MIN_TILE)
        return self.noise.tiled(shape, side=side, octaves=NOISE_OCTAVES, gain=0.8)

    def _add_wound(self, after: Floats, wound: Floats, opening: Floats, noise: Floats) -> None:
        """Draw the dark slit and the pale flesh, (h, w, C), in place."""
        share = (
            np.clip((opening - np.float32(1.0 - self.flesh)) * 5.0, 0.0, 1.0)[..., None]
            * (noise > DARK_FIBRES)[..., None]
        )
        surface = after.mean(axis=(0, 1))
        gray = np.float32(0.5 * self.pale) + np.float32(0.5 * self.pale) * surface / max(float(surface.max()), 1e-3)
        flesh = gray * (1.0 + np.float32(FIBRE_CONTRAST) * np.clip(noise, -1.0, 1.0)[..., None])
        slit = surface * np.float32(SLIT_LEVEL)
        after += (slit + (flesh - slit) * share - after) * wound[..., None]


class Tear(DefectTransform):
    """A tear: skin, leather, film or paint is cut or poked and torn, so that the pale material beneath shows.

    Lands anywhere by default; placed on the object, it is clipped to it, and placed on the edge, it runs inwards. A
    short ragged slit, closed and dark at one end, gaping with pale fibrous flesh at the other. One lip is raised and
    lit, the other lies in shadow, and the surface around it sinks into a soft hollow (one light direction per image).
    The mask marks the slit and the visibly shaded hollow.

    ![tear](tests/golden/tear.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length, in [0, 1], fraction of min(H, W).
        width_range: greatest width, in [0, 0.3], fraction of min(H, W).
        bend_range: change of direction from end to end, in [-180, 180], degrees.
        flesh_range: share of the length in which the pale material under the skin shows, in [0, 1].
        pale_range: brightness of that material, in [0, 1].
        lip_range: brightness of the raised lip, in [0, 1].
        hollow_range: radius of the hollow around the slit, in [0, 0.5], fraction of min(H, W).
        depth_range: relative change of brightness on the slopes of the hollow, in [0, 1].
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Tear, synthesize
        >>> sample = synthesize(np.full((128, 128), 100, np.uint8), Tear(), seed=0)
        >>> bool(sample.image.min() < 60 and sample.image.max() > 120)  # a dark slit and pale flesh
        True
    """

    kind: ClassVar[str] = "tear"

    def __init__(
        self,
        *,
        length_range: Pair = (0.03, 0.12),
        width_range: Pair = (0.008, 0.025),
        bend_range: Pair = (-60.0, 60.0),
        flesh_range: Pair = (0.25, 0.7),
        pale_range: Pair = (0.6, 0.95),
        lip_range: Pair = (0.1, 0.4),
        hollow_range: Pair = (0.03, 0.08),
        depth_range: Pair = (0.1, 0.35),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.wound = Wound(
            length_range=length_range,
            width_range=width_range,
            bend_range=bend_range,
            flesh_range=flesh_range,
            pale_range=pale_range,
            lip_range=lip_range,
            hollow_range=hollow_range,
            depth_range=depth_range,
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The wound and where components."""
        return self.wound, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> TearRecipe | None:
        """Draw a place and a wound."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        length, width, bend, flesh, pale, lip, hollow, depth, tilt = rng.random(9).tolist()
        wound, share, side = self.wound, visible_share(self.severity), scene.side
        extent = max(between(wound.length_range, length) * side, 2.0)
        return TearRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            x=place.x,
            y=place.y,
            angle=place.inwards(tilt),
            length=extent,
            half=min(max(0.5 * between(wound.width_range, width) * side, 0.6), 0.4 * extent) * share,
            bow=0.125 * math.radians(between(wound.bend_range, bend)) * extent,
            flesh=between(wound.flesh_range, flesh),
            pale=between(wound.pale_range, pale),
            lip=between(wound.lip_range, lip) * share,
            hollow=between(wound.hollow_range, hollow) * side,
            depth=between(wound.depth_range, depth) * share,
            light=scene.light,
            noise=NoiseSeed.sample(rng),
            clip=self.where.clip_method,
        )
