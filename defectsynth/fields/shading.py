"""Shading of displaced surfaces, such as dents, under the light of the scene."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from defectsynth.core.arrays import Floats
from defectsynth.core.layer import Box
from defectsynth.core.serialization import Value
from defectsynth.fields.swelling import PEAK_SCALE


class SurfaceShading(Value):
    """Base of the shadings.

    Attributes:
        method: method that finds the object that is shaded; empty shades everything.
    """

    method: str

    @abstractmethod
    def shading(self, box: Box) -> Floats:
        """Return the change of brightness inside `box`, float32 (h, w)."""


@dataclass(frozen=True)
class HumpShading(SurfaceShading):
    """Shading of a hump or a hollow over an ellipse; lengths in pixels, angles in radians.

    Attributes:
        x: centre, to the right.
        y: centre, down.
        angle: direction of the half axis `along`.
        along: half axis.
        across: half axis.
        contrast: greatest change of brightness; negative for a hollow, whose bright side is the far one.
        light: direction that the light comes from.
        sharpness: share of the slope that is concentrated at creases, in [0, 1].
        phase: angle of the creases.
        method: method that finds the object that is shaded; empty shades everything.
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
        return np.asarray(facing * hump * hump * np.float32(PEAK_SCALE * self.contrast))
