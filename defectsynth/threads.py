"""Threads and wires: shapes and displacements along the direction of the surface."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from defectsynth.displacement import STEEPEST, DrawnPush, Field
from defectsynth.layers import Floats, Layer
from defectsynth.looks import DrawnLook, Look
from defectsynth.membrane import membrane
from defectsynth.mesh import ground_of, wire_at
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.shapes import FRACTION, Shape
from defectsynth.strokes import DrawnStrokes, Stroke
from defectsynth.values import Pair, between, choice, number, span, visible_share
from defectsynth.weave import on_thread, weave_at

BLACK = 0.2  # brightness under which nothing is darker
DEEPEST = 5  # percentile of a surface that what lies beneath it looks like


@dataclass(frozen=True)
class Thread(Shape):
    """A stretch of one thread, wire or grain line, along the direction that the surface has there.

    In an open mesh it is one wire, as wide as that and no longer than from one crossing to the next.

    Args:
        length_range: in [0, 2], fraction of min(H, W).
        width_range: in [0, 4], fraction of the distance from one thread to the next.
    """

    length_range: Pair = span((0.05, 0.25), 0.0, 2.0, FRACTION)
    width_range: Pair = span((0.6, 0.95), 0.0, 4.0, "fraction of the distance from thread to thread")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnStrokes:
        """Return the stretch as a stroke in pixels."""
        length, width, crossing, turn = rng.random(4).tolist()
        extent = max(between(self.length_range, length) * scene.side, 2.0)
        wire = wire_at(scene, place)
        if wire is not None:  # all of its thickness and its rims, no more than from one crossing to the next
            x, y, angle = wire.x, wire.y, wire.angle
            extent, thickness = min(extent, wire.gap + wire.width), 1.5 * wire.width + 2.0
        else:
            weave = weave_at(scene, place, crossing=crossing < 0.5)
            x, y = on_thread(scene, place, weave, extent)
            angle, thickness = weave.angle, between(self.width_range, width) * weave.period
        stroke = Stroke(offset=0.0, width=thickness, start=0.0, end=1.0, gaps=())
        return DrawnStrokes(
            x=x,
            y=y,
            angle=angle,
            length=extent,
            turn=0.1 * (turn - 0.5),
            sway=0.0,
            phase=0.0,
            taper=0.25,
            strokes=(stroke,),
        )


@dataclass(frozen=True)
class Beneath(Look):
    """What lies beneath the surface: darker, with little of its texture; under a dark surface brighter.

    In an open mesh it is the ground that is seen through the gaps.

    Args:
        contrast_range: change of brightness beyond the darkest of the surface, in [0, 1].
        texture: share of the surface's texture that is left, in [0, 1].
    """

    contrast_range: Pair = span((0.12, 0.3), 0.0, 1.0, "change of brightness")
    texture: float = number(0.3, 0.0, 1.0, "share of the surface's texture that is left")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnBeneath | DrawnGround:
        """Return a depth, there is no darker hole in black; in an open mesh its ground."""
        contrast = between(self.contrast_range, float(rng.random()))
        wire = wire_at(scene, place)
        if wire is not None:
            seed = int(rng.integers(1 << 62))
            return DrawnGround(threshold=wire.threshold, dark=wire.dark, gap=wire.gap, seed=seed)
        brightness = float(scene.color_at(place.x, place.y).mean())
        dark = brightness > min(contrast, BLACK)
        return DrawnBeneath(contrast=-contrast if dark else contrast, texture=self.texture)


@dataclass(frozen=True)
class DrawnBeneath(DrawnLook):
    """Change of brightness, negative is darker, and share of the surface's texture that is left."""

    contrast: float
    texture: float

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the ground beneath."""
        flat = surface.reshape(surface.shape[0], -1)
        level = np.percentile(flat, DEEPEST if self.contrast < 0.0 else 100 - DEEPEST, axis=1).astype(np.float32)
        level = level[:, None, None]
        beneath = level + np.float32(self.texture) * (surface - level) + np.float32(0.6 * self.contrast)
        return beneath * np.float32(1.0 + 0.4 * min(self.contrast, 0.0)), layer.alpha


@dataclass(frozen=True)
class DrawnGround(DrawnLook):
    """The ground of an open mesh: brightness between it and wires, which are darker or not, width of a gap, seed."""

    threshold: float
    dark: bool
    gap: float
    seed: int

    @property
    def margin(self) -> int:
        """Pixels around from which the ground is continued."""
        return math.ceil(0.5 * self.gap) + 2

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the ground continued over the wires, with its grain."""
        known = ground_of(surface, layer.alpha, threshold=self.threshold, dark=self.dark, rim=0.12 * self.gap)
        if not known.any():
            return surface, np.zeros_like(layer.alpha)
        planes = np.ascontiguousarray(np.moveaxis(surface, 0, 2))
        ground = np.moveaxis(membrane(planes, known), 2, 0)
        rough = float(np.sqrt(np.mean((surface - ground)[:, known > 0] ** 2)))
        grain = np.random.default_rng(self.seed).standard_normal(layer.box.shape, dtype=np.float32)
        return ground + grain * np.float32(rough), layer.alpha


@dataclass(frozen=True)
class ThreadPush(Field):
    """A stretch of threads pushed aside, or along themselves.

    Args:
        direction: aside, along.
        amount_range: how far, in [0, 2], fraction of the distance from thread to thread.
        length_range: of the stretch, in [0, 2], fraction of min(H, W).
        width_range: threads that move, half of them to each side, in [0, 20].
    """

    direction: str = choice("aside", "aside", "along")
    amount_range: Pair = span((0.5, 0.9), 0.0, 2.0, "fraction of the distance from thread to thread")
    length_range: Pair = span((0.06, 0.2), 0.0, 2.0, FRACTION)
    width_range: Pair = span((2.0, 4.0), 0.0, 20.0, "threads")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, severity: float) -> DrawnPush:
        """Return the push, so wide that the field does not fold over itself."""
        share, length, width, side, crossing = rng.random(5).tolist()
        weave = weave_at(scene, place, crossing=crossing < 0.5)
        amount = between(self.amount_range, share) * weave.period * visible_share(severity)
        stretch = max(0.5 * between(self.length_range, length) * scene.side, 1.0)
        breadth = max(0.5 * between(self.width_range, width) * weave.period, 1.0)
        if self.direction == "aside":
            angle, along, across = weave.angle, stretch, breadth
        else:
            angle, along, across = weave.angle + 0.5 * math.pi, breadth, stretch
        return DrawnPush(
            x=place.x,
            y=place.y,
            angle=angle,
            amount=amount if side < 0.5 else -amount,
            along=along,
            across=max(across, amount / STEEPEST),
        )
