"""Strands of a bundle bent out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.images import pixels_to_float
from defectsynth.core.parameters import FRACTION, Component, IntPair, Pair, between, choices, span, visible_share
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.engine.transform import DefectTransform
from defectsynth.functional.raster import SUBPIXEL, fixed_point
from defectsynth.places.on_print import OnPrint
from defectsynth.recipes.base import Recipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.outline import points_box, to_points
from defectsynth.shapes.strand_fan import DrawnStrandFan, StrandFan

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common

SAME = "same"
METALS = {  # colour in the shade, in the light and of the reflection
    "copper": ((0.12, 0.07, 0.05), (0.37, 0.26, 0.21), (1.0, 0.92, 0.86)),
    "steel": ((0.1, 0.1, 0.11), (0.45, 0.46, 0.48), (0.97, 0.98, 1.0)),
}
NEIGHBOURHOOD = 0.05  # half the side of the square whose colours the strands take, fraction of min(H, W)
PERCENTILES = (10.0, 60.0, 98.0)  # brightness there of shade, light and reflection
SHADE, LIGHT = 40, 130  # tone of the two sides of a strand, out of 255
GLOSS_OFFSET = 0.18  # of the reflection from the middle of a strand towards the light, in thicknesses
GLOSS_WIDTH = 0.34  # of the reflection, in thicknesses
MIN_SHINE = 0.3  # share of the greatest gloss of a strand that turns away from the light


@dataclass(frozen=True)
class StrandMaterial(Component):
    """Material and shadow of strands.

    Args:
        metals: same (the colours around the root), copper, steel, of which each draw takes one.
        gloss_range: brightness of the reflection along a strand, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
    """

    metals: tuple[str, ...] = choices((SAME,), SAME, *METALS)
    gloss_range: Pair = span((0.3, 1.0), 0.0, 1.0, "brightness")
    shadow_range: Pair = span((0.3, 0.7), 0.0, 1.0, "1 is black")
    height_range: Pair = span((0.006, 0.02), 0.0, 0.1, FRACTION)


@dataclass(frozen=True)
class SplayedStrandsRecipe(Recipe):
    """Strands over the surface; lengths in pixels, angles in radians.

    Attributes:
        fan: the strands.
        shade, light, shine: colours of the dark side, the lit side and the reflection, one value per channel.
        gloss: brightness of the reflection.
        shadow: opacity of the shadow.
        height: length of the shadow.
        sun: direction towards the light.
    """

    fan: DrawnStrandFan
    shade: tuple[float, ...]
    light: tuple[float, ...]
    shine: tuple[float, ...]
    gloss: float
    shadow: float
    height: float
    sun: float

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Draw the shadow of the strands, and the strands one over the other."""
        lines = to_points(self.fan.lines())
        box = points_box(lines, 0.5 * self.fan.width + 2.0 * self.height + 2.0, size=scene.size)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        surface = pixels_to_float(before, scene.peak)
        cover, tone = self._strands(lines - box[:2], box.shape)
        alpha = cover.astype(np.float32) * np.float32(1.0 / 255.0)
        shadow = self._shadow(alpha)
        surface *= (1.0 - shadow)[..., None]
        level = tone.astype(np.float32)[..., None] * np.float32(1.0 / 255.0)
        shade, light, shine = (
            np.resize(np.array(colour, np.float32), surface.shape[2]) for colour in (self.shade, self.light, self.shine)
        )
        strands = shade + (light - shade) * np.minimum(2.0 * level, 1.0)
        strands += (shine - light) * np.maximum(2.0 * level - 1.0, 0.0)
        surface += (strands - surface) * alpha[..., None]
        pixels = float_to_pixels(surface, before, scene.peak)
        opacity = alpha + (1.0 - alpha) * shadow
        return make_patch(before, pixels, box, peak=scene.peak, alpha=opacity, allowed=scene.roi_mask(box))

    def _strands(self, lines: Array, shape: tuple[int, int]) -> tuple[Bytes, Bytes]:
        """Return the opacity and the tone of the strands, uint8 `shape` each."""
        cover, tone = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        width = max(self.fan.width, 1.0)
        thick, inner, thin = (max(1, round(part * width)) for part in (1.0, 0.7, GLOSS_WIDTH))
        to_light = GLOSS_OFFSET * width * np.array([math.cos(self.sun), math.sin(self.sun)])
        for line in lines:
            along = line[-1] - line[0]
            facing = abs(along[0] * math.sin(self.sun) - along[1] * math.cos(self.sun)) / max(math.hypot(*along), 1e-6)
            bright = round(LIGHT + (255 - LIGHT) * self.gloss * (MIN_SHINE + (1.0 - MIN_SHINE) * facing))
            whole, shifted = [fixed_point(line)], [fixed_point(line + to_light)]
            cv2.polylines(cover, whole, False, 255, thick, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003  cv2 takes flags by position
            cv2.polylines(tone, whole, False, SHADE // 2, thick, cv2.LINE_8, SUBPIXEL)  # noqa: FBT003
            cv2.polylines(tone, whole, False, LIGHT, inner, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003
            cv2.polylines(tone, shifted, False, bright, thin, cv2.LINE_AA, SUBPIXEL)  # noqa: FBT003
            if thick > 2:  # the cut face at the tip
                tip = tuple(fixed_point(line[-1]).tolist())
                radius = round(0.42 * width * (1 << SUBPIXEL))
                cv2.circle(tone, tip, radius, (LIGHT + bright) // 2, -1, cv2.LINE_AA, SUBPIXEL)
        return cover, cv2.blur(tone, (3, 3)).reshape(shape) if thick > 3 else tone

    def _shadow(self, alpha: Floats) -> Floats:
        """Return the opacity of the cast shadow, float32 (h, w)."""
        if self.shadow == 0.0 or self.height < 0.5:
            return np.zeros_like(alpha)
        matrix = np.array(
            [(1.0, 0.0, -self.height * math.cos(self.sun)), (0.0, 1.0, -self.height * math.sin(self.sun))]
        )
        moved = cv2.warpAffine(alpha, matrix, alpha.shape[::-1])
        reach = 2 * round(0.4 * self.height) + 1
        soft = cv2.blur(moved, (reach, reach)) if reach > 1 else moved
        return soft.reshape(alpha.shape) * np.float32(self.shadow)


class SplayedStrands(DefectTransform):
    """Splayed strands: wires of a bundle, cable or brush are bent out of it and fan out over what lies beside them.

    Lands on the most detailed area of the object by default, where a bundle ends. Several glossy strands spread from
    there, each with a bend of its own, a dark and a lit side, a reflection along it and a cut face at the tip. They lie
    one over the other and over the surface, and cast shadows (one light direction per image). The mask marks strands
    and shadows.

    ![splayed_strands](tests/golden/splayed_strands.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length of the longest strand, in [0, 2], fraction of min(H, W).
        width_range: thickness of a strand, in [0, 0.1], fraction of min(H, W).
        strands_range: number of strands, in [1, 64].
        fan_range: standard deviation of their directions, in [0, 180], degrees.
        bend_range: change of direction from root to tip, in [-360, 360], degrees.
        root_range: width of the common root, in [0, 0.5], fraction of min(H, W).
        metals: same (the colours around the root), copper, steel, of which each draw takes one.
        gloss_range: brightness of the reflection along a strand, in [0, 1].
        shadow_range: opacity of the shadow, in [0, 1].
        height_range: length of the shadow, in [0, 0.1], fraction of min(H, W).
        common: see `DefectTransform`; `where` defaults to `places.OnPrint`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import SplayedStrands, synthesize
        >>> part = np.full((128, 128, 3), 90, np.uint8)
        >>> sample = synthesize(part, SplayedStrands(metals=("copper",)), seed=0)
        >>> bool(sample.image.max() > 150 and sample.image.min() < 60)  # reflections and shadows
        True
    """

    kind: ClassVar[str] = "splayed_strands"

    def __init__(
        self,
        *,
        length_range: Pair = (0.08, 0.22),
        width_range: Pair = (0.012, 0.022),
        strands_range: IntPair = (3, 9),
        fan_range: Pair = (12.0, 45.0),
        bend_range: Pair = (-40.0, 40.0),
        root_range: Pair = (0.02, 0.06),
        metals: tuple[str, ...] = (SAME,),
        gloss_range: Pair = (0.3, 1.0),
        shadow_range: Pair = (0.3, 0.7),
        height_range: Pair = (0.006, 0.02),
        **common: Unpack[Common],
    ) -> None:
        common.setdefault("where", OnPrint())
        super().__init__(**common)
        self.fan = StrandFan(
            length_range=length_range,
            width_range=width_range,
            strands_range=strands_range,
            fan_range=fan_range,
            bend_range=bend_range,
            root_range=root_range,
        )
        self.strand = StrandMaterial(
            metals=metals, gloss_range=gloss_range, shadow_range=shadow_range, height_range=height_range
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The fan, the material of the strands and where components."""
        return self.fan, self.strand, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> SplayedStrandsRecipe | None:
        """Draw a place, a fan of strands and their material."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        metal, gloss, shadow, height = rng.random(4).tolist()
        fan, strand, share = self.fan.sample(rng, scene, place), self.strand, visible_share(self.severity)
        few = max(1, round(share * len(fan.strands)))
        shade, light, shine = _colours(scene, place, strand.metals[int(metal * len(strand.metals))])
        return SplayedStrandsRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            fan=replace(fan, strands=fan.strands[:few]),
            shade=shade,
            light=light,
            shine=shine,
            gloss=between(strand.gloss_range, gloss),
            shadow=between(strand.shadow_range, shadow) * share,
            height=between(strand.height_range, height) * scene.side,
            sun=scene.light,
        )


def _colours(scene: Scene, place: Place, metal: str) -> tuple[tuple[float, ...], ...]:
    """Return the colours of strands in the shade, in the light and of the reflection, one value per channel."""
    if metal in METALS:
        colored = scene.channels == 3 and not scene.monochrome
        return tuple(colour if colored else (sum(colour) / len(colour),) for colour in METALS[metal])
    reach = max(2, round(NEIGHBOURHOOD * scene.side))
    x, y = (
        min(max(round(value), 0), size - 1) for value, size in zip((place.x, place.y), scene.size[::-1], strict=True)
    )
    around = scene.image[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
    colours = around.reshape(-1, scene.channels).astype(np.float32) / np.float32(scene.peak)
    order = np.argsort(colours.sum(axis=1), kind="stable")
    dark, middle, bright = (colours[order[int(share / 100.0 * (len(order) - 1))]] for share in PERCENTILES)
    found = 0.5 * dark, middle, np.minimum(bright * 1.2 + 0.15, 1.0)
    return tuple(tuple(colour.tolist()) for colour in found)
