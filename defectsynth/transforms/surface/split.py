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
from defectsynth.core.patch import Patch, float_to_pixels, make_patch
from defectsynth.engine.transform import DefectTransform
from defectsynth.looks.color import PALETTES, Color
from defectsynth.recipes.base import Recipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


BENEATH, BACKGROUND = "beneath", "background"
GIVES = 2.2  # distance over which the surface beside gives way, times the greatest width of the gap
LIP = 0.8  # width of a lip that catches the light, times half the width of the gap
DARK = (0.2, 0.5)  # brightness of what lies beneath, as a share of the surface's
TEXTURED = 0.25  # share of the surface's texture that what lies beneath has
BLACK, LIGHTER = 0.15, 0.25  # brightness of a surface under which nothing is darker, and how much brighter it is
SHADOWED = 0.5  # share of the light that a lip takes from what lies beneath it
WAVES = 5.0  # radians from the middle to an end: the pitch of the unevenness


@dataclass(frozen=True)
class Opening(Component):
    """A gap along a bent line, widest in the middle.

    Args:
        length_range: in [0, 2], fraction of min(H, W).
        width_range: greatest width of the gap, in [0, 0.3], fraction of min(H, W); at most half its length.
        bow_range: how far the middle lies beside the straight line, in [-0.5, 0.5], fraction of the length.
        uneven_range: how unevenly wide it is, in [0, 1].
        lip_range: how brightly the raised sides catch the light, in [0, 1].
        grounds: what shows in the gap: beneath (a dark shade of the surface), background (what is behind the object),
            any, gray, dark, light, rust, red, yellow, blue; each draw takes one.
    """

    length_range: Pair = span((0.06, 0.25), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.006, 0.025), 0.0, 0.3, FRACTION)
    bow_range: Pair = span((-0.08, 0.08), -0.5, 0.5, "fraction of the length")
    uneven_range: Pair = span((0.0, 0.4), 0.0, 1.0, "0 is a lens")
    lip_range: Pair = span((0.05, 0.2), 0.0, 1.0, "change of brightness")
    grounds: tuple[str, ...] = choices((BENEATH,), BENEATH, BACKGROUND, *PALETTES)


@dataclass(frozen=True)
class SplitRecipe(Recipe):
    """A split; lengths in pixels, angles in radians.

    Attributes:
        x, y: its middle.
        angle: its direction.
        length: from end to end.
        half: half the greatest width of the gap.
        bow: how far the middle lies beside the straight line.
        uneven: share of the width that is uneven.
        phases: of the unevenness of the two sides.
        lip: change of brightness of the sides.
        light: the direction the light comes from.
        ground: colour in the gap, a value a channel; empty is dark, made of the surface.
        clip: how the object is found that it stays on; empty: anywhere.
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

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the gap, its lips, and what gave way beside it."""
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
        beside, half, open_ = self._across(x, y)
        side, distance = np.sign(beside), np.abs(beside)
        from_gap = np.maximum(distance - half, np.float32(0.0))
        back = np.where(distance < self._reach, from_gap * (self._reach / (self._reach - half)), distance) - distance
        map_x = x - np.float32(box.x0) - side * back * np.float32(sin)
        map_y = y - np.float32(box.y0) + side * back * np.float32(cos)
        pushed = np.stack(
            [
                cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(box.shape)
                for plane in split_channels(surface)
            ],
            axis=2,
        )
        facing = side * np.float32(math.sin(self.light - self.angle))
        raised = np.exp(from_gap * np.float32(-1.0 / max(LIP * self.half, 0.7))) * open_
        lit = (np.float32(self.lip) * facing * raised)[..., None]
        pushed = pushed * (1.0 + np.minimum(lit, 0.0)) + np.maximum(lit, 0.0)
        gap = np.clip(half - distance + np.float32(0.5), 0.0, 1.0) * (half > 0.0)  # its rim is soft over a pixel
        after = (
            pushed
            + (self._ground(surface, facing * np.minimum(distance / np.maximum(half, 0.5), 1.0)) - pushed)
            * gap[..., None]
        )
        allowed = scene.allowed_mask(box, self.clip)
        return make_patch(
            before, float_to_pixels(after, before, scene.peak), box, peak=scene.peak, alpha=None, allowed=allowed
        )

    def forward(self, points: Array) -> Array:
        """Return where points (N, 2) in pixels stand afterwards."""
        beside, half, _ = self._across(points[:, 0], points[:, 1])
        distance = np.abs(beside)
        away = np.where(distance < self._reach, half - distance * half / self._reach, 0.0) * np.sign(beside)
        return points + away[:, None] * np.array([-math.sin(self.angle), math.cos(self.angle)])

    @property
    def _reach(self) -> float:
        """Distance from the line beyond which nothing moves."""
        return max(2.0 * GIVES * self.half, 3.0)

    def _across(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Return how far beside the line positions lie, half the width of the gap there, and that without its waves.

        The first two are in pixels, the last a share of the greatest width.
        """
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        right, down = x - np.float32(self.x), y - np.float32(self.y)
        u = (right * np.float32(cos) + down * np.float32(sin)) * np.float32(2.0 / self.length)
        open_ = np.maximum(np.float32(1.0) - u * u, np.float32(0.0))
        beside = down * np.float32(cos) - right * np.float32(sin) - np.float32(self.bow) * open_
        first, second = (
            np.sin(u * np.float32(pitch * WAVES) + np.float32(phase))
            for pitch, phase in zip((1.0, 3.7), self.phases, strict=True)
        )
        wave = np.float32(0.5) + np.float32(0.25) * first + np.float32(0.25) * second * np.sign(beside)
        return beside, open_ * (1.0 - np.float32(self.uneven) * wave) * np.float32(self.half), open_

    def _ground(self, surface: Floats, facing: Floats) -> Floats:
        """Return what shows in the gap, float32 (h, w, C), shadowed by the lip towards the light."""
        colour = np.resize(np.array(self.ground, np.float32), surface.shape[2])
        texture = np.float32(TEXTURED) * (surface - surface.mean(axis=(0, 1)))
        return (colour + texture) * (1.0 - np.float32(SHADOWED) * (0.5 + 0.5 * facing[..., None]))


class Split(DefectTransform):
    """A split: the surface is cut or has burst open along a line, and gapes.

    Lands anywhere unless `where` says otherwise; on the object it ends at the object's edge, and on that edge it runs
    inwards. A bent gap, widest in the middle, more or less even. The surface beside it is really pushed aside, its
    raised lips catch the light on one side (one light direction a picture); what lies beneath is a dark shade of it, or
    a colour, or the background. The mask marks gap and lips and what moved visibly.

    ![split](tests/golden/split.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: in [0, 2], fraction of min(H, W).
        width_range: greatest width of the gap, in [0, 0.3], fraction of min(H, W); at most half its length.
        bow_range: how far the middle lies beside the straight line, in [-0.5, 0.5], fraction of the length.
        uneven_range: how unevenly wide it is, in [0, 1].
        lip_range: how brightly the raised sides catch the light, in [0, 1].
        grounds: what shows in the gap: beneath (a dark shade of the surface), background (what is behind the object),
            any, gray, dark, light, rust, red, yellow, blue; each draw takes one.
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
            grounds=grounds,
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """Opening and where."""
        return self.opening, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> SplitRecipe | None:
        """Draw a place and an opening."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        length, width, bow, uneven, lip, which, aside, *phases = rng.random(9).tolist()
        opening, share = self.opening, visible_share(self.severity)
        extent = max(between(opening.length_range, length) * scene.side, 2.0)
        inwards = place.angle + 0.5 * math.pi + 1.2 * (aside - 0.5)
        return SplitRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            x=place.x,
            y=place.y,
            angle=inwards if place.edge else place.angle,
            length=extent,
            half=min(max(0.5 * between(opening.width_range, width) * scene.side, 0.5), 0.25 * extent) * share,
            bow=between(opening.bow_range, bow) * extent,
            uneven=between(opening.uneven_range, uneven),
            phases=tuple(2.0 * math.pi * phase for phase in phases),
            lip=between(opening.lip_range, lip) * share,
            light=scene.light,
            ground=self._ground(rng, scene, place, opening.grounds[int(which * len(opening.grounds))]),
            clip=self.where.foreground if self.where.clips else "",
        )

    def _ground(self, rng: np.random.Generator, scene: Scene, place: Place, name: str) -> tuple[float, ...]:
        """Return the colour of what shows in the gap."""
        plane = scene.foreground(self.where.foreground).plane
        if name == BACKGROUND and plane is not None:
            right, down = (place.x + 0.5) / scene.size[1] - 0.5, (place.y + 0.5) / scene.size[0] - 0.5
            colour = plane @ np.array([1.0, right, down]) / 255.0
        elif name in PALETTES:
            return Color(palettes=(name,)).sample(rng, scene, place).values
        else:
            here = scene.color_at(place.x, place.y)
            colour = here * float(rng.uniform(*DARK)) if here.mean() > BLACK else here + LIGHTER
        return tuple(np.clip(colour, 0.0, 1.0).tolist())
