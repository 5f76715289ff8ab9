"""Taken out of shaded_warp.py."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Box
from defectsynth.core.serialization import Value
from defectsynth.fields.swelling import PEAK


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
