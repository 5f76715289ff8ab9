"""Displacements that are seen by their shading, too: the surface of a dent catches the light."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from defectsynth.composed import WarpedDefect
from defectsynth.displacement import DrawnField, DrawnPush, Field, displaced
from defectsynth.layers import Array, Box, Floats, clip_box
from defectsynth.patches import Patch, finish
from defectsynth.pictures import as_floats
from defectsynth.recipes import WarpRecipe
from defectsynth.scene import Scene
from defectsynth.structural import as_pixels
from defectsynth.swelling import PEAK, DrawnSwelling
from defectsynth.values import Pair, Part, Value, between, span, visible_share

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.transform import Common

SHINE = np.float32(0.35)  # share of the lit side's brightness that even a black surface throws back
DARKENED = np.float32(1.5)  # share of its brightness that a slope turned away loses, for each unit of contrast


class Unevenness(Value):
    """What a displaced surface looks like in the light.

    Attributes:
        method: how the object is found that is shaded; empty shades all.
    """

    method: str

    @abstractmethod
    def shading(self, box: Box) -> Floats:
        """Return the change of brightness inside `box`, float32 (h, w)."""


@dataclass(frozen=True)
class Hump(Unevenness):
    """A hollow or a hump over an ellipse; lengths in pixels, angles in radians.

    Attributes:
        x, y: its middle.
        angle: of its longer axis.
        along, across: half axes.
        contrast: greatest change of brightness; negative for a hollow, whose lit side is the far one.
        light: the direction the light comes from.
        sharpness: how much of the slope is gathered at creases, in [0, 1].
        phase: where the creases are.
        method: how the object is found that is shaded; empty shades all.
    """

    x: float
    y: float
    angle: float
    along: float
    across: float
    contrast: float
    light: float
    sharpness: float
    phase: float
    method: str

    def shading(self, box: Box) -> Floats:
        """Return the change of brightness inside `box`, float32 (h, w)."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x = np.arange(box.x0, box.x1, dtype=np.float32)[None, :] - np.float32(self.x)
        y = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - np.float32(self.y)
        u = (x * np.float32(cos) + y * np.float32(sin)) * np.float32(1.0 / self.along)
        v = (y * np.float32(cos) - x * np.float32(sin)) * np.float32(1.0 / self.across)
        if self.sharpness:
            turn = np.arctan2(v, u)
            stretch = 1.0 + np.float32(0.35 * self.sharpness) * (1.0 + np.cos(3.0 * turn + np.float32(self.phase)))
            u, v = u * stretch, v * stretch
        hump = np.maximum(np.float32(1.0) - u * u - v * v, np.float32(0.0))
        turned = self.light - self.angle
        facing = u * np.float32(math.cos(turned)) + v * np.float32(math.sin(turned))
        return np.asarray(facing * hump * hump * np.float32(PEAK * self.contrast))


@dataclass(frozen=True)
class ReliefRecipe(WarpRecipe):
    """A displacement and the relief it leaves.

    Attributes:
        relief: the shading, laid over what was displaced.
    """

    relief: Unevenness

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the displaced and shaded part of the picture."""
        box = self.field.box(scene.size)
        if box is None:
            return None
        reach = math.ceil(self.field.reach) + 2
        wide = clip_box(box.x0 - reach, box.y0 - reach, box.x1 + reach, box.y1 + reach, size=scene.size) or box
        flat = np.ascontiguousarray(canvas[wide.slices])
        shading = self.relief.shading(wide)
        if self.relief.method and not scene.foreground(self.relief.method).whole:
            shading *= cv2.blur(scene.object_in(wide, self.relief.method), (3, 3)) * np.float32(1.0 / 255.0)
        surface, shading = as_floats(flat, scene.peak), shading[..., None]
        bright = np.maximum(shading, 0.0) * np.minimum(surface + SHINE, np.float32(1.0))
        surface = surface * (1.0 + DARKENED * np.minimum(shading, 0.0)) + bright
        after = displaced(as_pixels(surface, flat, scene.peak), self.field, box, origin=(wide.x0, wide.y0))
        before = np.ascontiguousarray(canvas[box.slices])
        return finish(before, after, box, peak=scene.peak, alpha=None, allowed=scene.roi_in(box))


@dataclass(frozen=True)
class Shading(Part):
    """How strongly a displaced surface catches the light.

    Args:
        contrast_range: greatest change of brightness, in [0, 1].
        crease_range: how much of the slope is gathered at creases, in [0, 1].
    """

    contrast_range: Pair = span((0.08, 0.25), 0.0, 1.0, "greatest change of brightness")
    crease_range: Pair = span((0.0, 0.6), 0.0, 1.0, "share of the slope at creases")


class ReliefDefect(WarpedDefect):
    """Base of the displacements with shading.

    Args:
        field: the displacement.
        shading: how strongly it catches the light.
        hollow: whether it goes in; else it stands out.
        common: see `DefectTransform`.
    """

    def __init__(self, field: Field, shading: Shading, *, hollow: bool, **common: Unpack[Common]) -> None:
        super().__init__(field=field, **common)
        self.shading, self.hollow = shading, hollow

    @property
    def parts(self) -> tuple[Part, ...]:
        """Field, shading and where."""
        return self.field, self.shading, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> ReliefRecipe | None:
        """Draw a place, a displacement and its shading."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        field = self.field.sample(rng, scene, place, self.severity)
        relief = self.relief(field, rng, scene)
        if relief is None:
            return None
        return ReliefRecipe(kind=self.kind, severity=self.severity, seed=seed, field=field, relief=relief)

    def relief(self, field: DrawnField, rng: np.random.Generator, scene: Scene) -> Unevenness | None:
        """Draw how a displacement catches the light; None if it has no shape for that."""
        if not isinstance(field, (DrawnSwelling, DrawnPush)):
            return None
        contrast, crease, phase = rng.random(3).tolist()
        strength = between(self.shading.contrast_range, contrast) * visible_share(self.severity)
        return Hump(
            x=field.x,
            y=field.y,
            angle=field.angle,
            along=field.along,
            across=field.across,
            contrast=-strength if self.hollow else strength,
            light=scene.light,
            sharpness=between(self.shading.crease_range, crease),
            phase=2 * math.pi * phase,
            method=self.shaded_object,
        )

    @property
    def shaded_object(self) -> str:
        """How the object is found that is shaded; empty shades all."""
        return self.where.foreground if self.where.clips else ""
