"""Splits: slits, cuts and burst seams that gape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats, split_channels
from defectsynth.core.images import pixels_to_float
from defectsynth.core.layer import clip_box
from defectsynth.core.parameters import FRACTION, Component, Pair, between, choices, span, visible_share
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import float_to_pixels
from defectsynth.engine.transform import DefectTransform
from defectsynth.functional.overhang import rooted_material
from defectsynth.looks.color import PALETTES, Color
from defectsynth.recipes.base import Recipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


BENEATH, BACKGROUND = "beneath", "background"
LIP_WIDTH = 0.8  # decay length of the lit lip, times half the greatest width of the gap
GAP_BRIGHTNESS = (0.2, 0.5)  # brightness in the gap relative to the surface
GAP_TEXTURE = 0.25  # share of the surface's texture in the gap
BLACK = 0.15  # brightness of a surface up to which the gap is brighter instead of darker
BLACK_GAIN = 0.25  # increase of brightness there
GAP_SHADOW = 0.5  # share of the light that a lip keeps out of the gap
WAVE_ANGLE = 5.0  # phase of the unevenness from the middle to an end, in radians


@dataclass(frozen=True)
class Opening(Component):
    """A gap along a bent line, widest in the middle.

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: greatest width of the gap, in [0, 0.3], fraction of min(H, W); at most half the length.
        bow_range: sideways offset of the middle from the straight line, in [-0.5, 0.5], fraction of the length.
        uneven_range: unevenness of the width, in [0, 1].
        lip_range: change of brightness where a raised side catches the light, in [0, 1].
        reach_range: distance from the line beyond which the surface stays in place, in [1, 20], times the greatest
            width of the gap. Rigid rows, such as teeth, move as a whole with a long one.
        overhang_range: greatest length of bright teeth or threads that stick out from the sides into the gap, in
            [0, 0.1], fraction of min(H, W).
        grounds: fillings of the gap, of which each draw takes one: beneath (a dark shade of the surface), background
            (the colour behind the object), any, gray, dark, light, metal, rust, red, yellow, blue.
    """

    length_range: Pair = span((0.06, 0.25), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.006, 0.025), 0.0, 0.3, FRACTION)
    bow_range: Pair = span((-0.08, 0.08), -0.5, 0.5, "fraction of the length")
    uneven_range: Pair = span((0.0, 0.4), 0.0, 1.0, "0 is a lens")
    lip_range: Pair = span((0.05, 0.2), 0.0, 1.0, "change of brightness")
    reach_range: Pair = span((2.2, 2.2), 1.0, 20.0, "times the greatest width of the gap")
    overhang_range: Pair = span((0.0, 0.0), 0.0, 0.1, FRACTION)
    grounds: tuple[str, ...] = choices((BENEATH,), BENEATH, BACKGROUND, *PALETTES)


@dataclass(frozen=True)
class SplitRecipe(Recipe):
    """A split; lengths in pixels, angles in radians.

    Attributes:
        x, y: centre.
        angle: direction of the line.
        length: distance between the ends.
        half: half the greatest width of the gap.
        bow: sideways offset of the middle from the straight line.
        uneven: unevenness of the width, in [0, 1].
        phases: phases of the two waves of the unevenness.
        lip: change of brightness of the raised sides.
        light: direction towards the light.
        ground: colour in the gap, one value per channel, in [0, 1].
        clip: foreground method for the object that the split is clipped to; empty does not clip.
        reach: distance from the line beyond which nothing moves, times the greatest width of the gap.
        overhang: greatest length of teeth or threads that stick out into the gap.
    """

    x: float
    y: float
    angle: float
    length: float
    half: float
    bow: float
    uneven: float
    phases: tuple[float, ...]
    lip: float
    light: float
    ground: tuple[float, ...]
    clip: str
    reach: float = 2.2
    overhang: float = 0.0

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the gap, its lips and the surface pushed aside."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        along, across = 0.5 * self.length + 1.0, self._reach + abs(self.bow) + 1.0
        width, height = abs(along * cos) + abs(across * sin), abs(along * sin) + abs(across * cos)
        box = clip_box(self.x - width, self.y - height, self.x + width, self.y + height, size=scene.size)
        if box is None:
            return None
        before = np.ascontiguousarray(canvas[box.slices])
        surface = pixels_to_float(before, scene.peak)
        x = np.arange(box.x0, box.x1, dtype=np.float32)[None]
        y = np.arange(box.y0, box.y1, dtype=np.float32)[:, None]
        beside, half, profile = self._across(x, y)
        side, distance = np.sign(beside), np.abs(beside)
        from_gap = np.maximum(distance - half, np.float32(0.0))
        shift = np.where(distance < self._reach, from_gap * (self._reach / (self._reach - half)), distance) - distance
        map_x = x - np.float32(box.x0) - side * shift * np.float32(sin)
        map_y = y - np.float32(box.y0) + side * shift * np.float32(cos)
        displaced = np.stack(
            [
                cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(box.shape)
                for plane in split_channels(surface)
            ],
            axis=2,
        )
        facing = side * np.float32(math.sin(self.light - self.angle))
        raised = np.exp(from_gap * np.float32(-1.0 / max(LIP_WIDTH * self.half, 0.7))) * profile
        lit = (np.float32(self.lip) * facing * raised)[..., None]
        displaced = displaced * (1.0 + np.minimum(lit, 0.0)) + np.maximum(lit, 0.0)
        gap = np.clip(half - distance + np.float32(0.5), 0.0, 1.0) * (half > 0.0)  # the rim is one pixel wide
        ground = self._ground(surface, facing * np.minimum(distance / np.maximum(half, 0.5), 1.0))
        after = displaced + (ground - displaced) * gap[..., None]
        if self.overhang > 0.0 and gap.any():
            left, top, columns, rows = cv2.boundingRect((gap > 0.0).view(np.uint8))
            inside = slice(top, top + rows), slice(left, left + columns)
            for sign in (np.float32(-1.0), np.float32(1.0)):
                normal = np.float32(-sin) * sign, np.float32(cos) * sign
                shown = tuple(
                    axis - low - part * half[inside]
                    for axis, low, part in zip((x[:, inside[1]], y[inside[0]]), (box.x0, box.y0), normal, strict=True)
                )
                beyond = half[inside] - sign * beside[inside]
                material, alpha = rooted_material(surface, shown, normal, beyond, overhang=self.overhang)
                after[inside] += (material - after[inside]) * (alpha * gap[inside])[..., None]
        allowed = scene.allowed_mask(box, self.clip)
        return make_patch(
            before, float_to_pixels(after, before, scene.peak), box, peak=scene.peak, alpha=None, allowed=allowed
        )

    def forward(self, points: Array) -> Array:
        """Return the new positions of points (N, 2) in pixels."""
        beside, half, _ = self._across(points[:, 0], points[:, 1])
        distance = np.abs(beside)
        away = np.where(distance < self._reach, half - distance * half / self._reach, 0.0) * np.sign(beside)
        return points + away[:, None] * np.array([-math.sin(self.angle), math.cos(self.angle)])

    @property
    def _reach(self) -> float:
        """Distance from the line beyond which nothing moves."""
        return max(2.0 * self.reach * self.half, 3.0)

    def _across(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Return signed distance from the line, half the width of the gap there, and its profile without unevenness.

        The first two are in pixels; the profile is 1 in the middle and 0 at the ends.
        """
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        right, down = x - np.float32(self.x), y - np.float32(self.y)
        u = (right * np.float32(cos) + down * np.float32(sin)) * np.float32(2.0 / self.length)
        profile = np.maximum(np.float32(1.0) - u * u, np.float32(0.0))
        beside = down * np.float32(cos) - right * np.float32(sin) - np.float32(self.bow) * profile
        first, second = (
            np.sin(u * np.float32(pitch * WAVE_ANGLE) + np.float32(phase))
            for pitch, phase in zip((1.0, 3.7), self.phases, strict=True)
        )
        wave = np.float32(0.5) + np.float32(0.25) * first + np.float32(0.25) * second * np.sign(beside)
        return beside, profile * (1.0 - np.float32(self.uneven) * wave) * np.float32(self.half), profile

    def _ground(self, surface: Floats, facing: Floats) -> Floats:
        """Return the pixels in the gap, float32 (h, w, C), in the shadow of the lip next to the light."""
        colour = np.resize(np.array(self.ground, np.float32), surface.shape[2])
        texture = np.float32(GAP_TEXTURE) * (surface - surface.mean(axis=(0, 1)))
        return (colour + texture) * (1.0 - np.float32(GAP_SHADOW) * (0.5 + 0.5 * facing[..., None]))


class Split(DefectTransform):
    """A split: the surface is cut or has burst open along a line and gapes.

    Lands anywhere by default; placed on the object, it is clipped to it, and placed on the edge, it runs inwards. A
    bent gap, widest in the middle. The surface on both sides is pushed aside instead of painted over, and its raised
    lips catch the light on one side (one light direction per image). The gap shows a dark shade of the surface, another
    colour or the background. The mask marks the gap, the lips and the pixels that moved visibly.

    ![split](tests/golden/split.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: length, in [0, 2], fraction of min(H, W).
        width_range: greatest width of the gap, in [0, 0.3], fraction of min(H, W); at most half the length.
        bow_range: sideways offset of the middle from the straight line, in [-0.5, 0.5], fraction of the length.
        uneven_range: unevenness of the width, in [0, 1].
        lip_range: change of brightness where a raised side catches the light, in [0, 1].
        reach_range: distance from the line beyond which the surface stays in place, in [1, 20], times the greatest
            width of the gap. Rigid rows, such as teeth, move as a whole with a long one.
        overhang_range: greatest length of bright teeth or threads that stick out from the sides into the gap, in
            [0, 0.1], fraction of min(H, W).
        grounds: fillings of the gap, of which each draw takes one: beneath (a dark shade of the surface), background
            (the colour behind the object), any, gray, dark, light, metal, rust, red, yellow, blue.
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import Split, synthesize
        >>> stripes = np.tile(np.uint8([120, 120, 160, 160]), (128, 32))
        >>> sample = synthesize(stripes, Split(lip_range=(0, 0)), seed=0)
        >>> int(sample.image.min()) < 80  # dark inside
        True
    """

    kind: ClassVar[str] = "split"

    def __init__(
        self,
        *,
        length_range: Pair = (0.06, 0.25),
        width_range: Pair = (0.006, 0.025),
        bow_range: Pair = (-0.08, 0.08),
        uneven_range: Pair = (0.0, 0.4),
        lip_range: Pair = (0.05, 0.2),
        reach_range: Pair = (2.2, 2.2),
        overhang_range: Pair = (0.0, 0.0),
        grounds: tuple[str, ...] = (BENEATH,),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.opening = Opening(
            length_range=length_range,
            width_range=width_range,
            bow_range=bow_range,
            uneven_range=uneven_range,
            lip_range=lip_range,
            reach_range=reach_range,
            overhang_range=overhang_range,
            grounds=grounds,
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The opening and where components."""
        return self.opening, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> SplitRecipe | None:
        """Draw a place and an opening."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        length, width, bow, uneven, lip, choice, tilt, *phases = rng.random(9).tolist()
        opening, share = self.opening, visible_share(self.severity)
        extent = max(between(opening.length_range, length) * scene.side, 2.0)
        ground = self._ground(rng, scene, place, opening.grounds[int(choice * len(opening.grounds))])
        reach, overhang = rng.random(2).tolist()
        return SplitRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            x=place.x,
            y=place.y,
            angle=place.inwards(tilt),
            length=extent,
            half=min(max(0.5 * between(opening.width_range, width) * scene.side, 0.5), 0.25 * extent) * share,
            bow=between(opening.bow_range, bow) * extent,
            uneven=between(opening.uneven_range, uneven),
            phases=tuple(2.0 * math.pi * phase for phase in phases),
            lip=between(opening.lip_range, lip) * share,
            light=scene.light,
            ground=ground,
            clip=self.where.clip_method,
            reach=between(opening.reach_range, reach),
            overhang=between(opening.overhang_range, overhang) * scene.side,
        )

    def _ground(self, rng: np.random.Generator, scene: Scene, place: Place, name: str) -> tuple[float, ...]:
        """Return the colour in the gap, one value per channel."""
        plane = scene.foreground(self.where.foreground).plane
        if name == BACKGROUND and plane is not None:
            right, down = (place.x + 0.5) / scene.size[1] - 0.5, (place.y + 0.5) / scene.size[0] - 0.5
            colour = plane @ np.array([1.0, right, down]) / 255.0
        elif name in PALETTES:
            return Color(palettes=(name,)).sample(rng, scene, place).values
        else:
            surface = scene.color_at(place.x, place.y)
            dark = surface.mean() > BLACK
            colour = surface * float(rng.uniform(*GAP_BRIGHTNESS)) if dark else surface + BLACK_GAIN
        return tuple(np.clip(colour, 0.0, 1.0).tolist())
