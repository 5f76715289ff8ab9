"""The surface itself, hollowed, raised or torn up: height becomes shading, with one light direction a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from defectsynth.fractal import fractal_noise
from defectsynth.layers import Floats, Layer, depth_inside
from defectsynth.looks import ACROSS, DrawnLook, Look
from defectsynth.placement import Place
from defectsynth.scene import Scene
from defectsynth.values import Pair, between, choices, span

FORMS = ("pit", "bump", "rough")
FLOOR = 0.6  # how much darker the floor of a pit is, as a share of the contrast: less of the sky is seen from there
TOP = 0.2  # how much brighter the top of a bump is, as a share of the contrast
MIRROR = 0.5  # slope at which a glossy surface mirrors the light into the camera
HIGHLIGHT = 0.025  # squared width of the highlight, in units of slope
SMOOTH = 0.12  # half the width over which heights are averaged, as a share of the greatest depth
FINEST = 2.0  # pixels of the finest bumps of a rough surface


@dataclass(frozen=True)
class Relief(Look):
    """The surface itself, hollowed, raised or torn up, as the light of the picture shows it.

    Args:
        forms: pit, bump, rough; each draw takes one of them.
        contrast_range: change of brightness where a slope faces the light or turns away from it, in [0, 1].
        wall_range: how far the slope reaches in from the outline, in [0, 1]; 1 is a dome or a bowl, 0 a flat top or
            floor with steep walls.
        gloss_range: brightness of the highlight on a slope that mirrors the light, in [0, 1].

    References:
        B. K. P. Horn, "Height and Gradient from Shading", IJCV 1990: brightness follows the slope towards the light.
        Here the height is the distance from the outline, so no object has to be modelled.
    """

    forms: tuple[str, ...] = choices(("pit", "bump"), *FORMS)
    contrast_range: Pair = span((0.2, 0.5), 0.0, 1.0, "change of brightness")
    wall_range: Pair = span((0.4, 1.0), 0.0, 1.0, "1 is a dome or a bowl")
    gloss_range: Pair = span((0.0, 0.0), 0.0, 1.0, "brightness of the highlight")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnRelief:
        """Return a form under the light of the picture."""
        choice, contrast, wall, gloss = rng.random(4).tolist()
        return DrawnRelief(
            form=self.forms[int(choice * len(self.forms))],
            contrast=between(self.contrast_range, contrast),
            wall=between(self.wall_range, wall),
            gloss=between(self.gloss_range, gloss),
            light=scene.light,
            seed=int(rng.integers(1 << 62)),
        )


@dataclass(frozen=True)
class DrawnRelief(DrawnLook):
    """A form, its shading, where the light comes from in radians, and the seed of what is rough."""

    form: str
    contrast: float
    wall: float
    gloss: float
    light: float
    seed: int

    margin: ClassVar[int] = 1

    def paint(self, surface: Floats, layer: Layer, scene: Scene) -> tuple[Floats, Floats]:
        """Return the surface under its shading."""
        if self.form == "rough":
            return surface + np.float32(self.contrast) * bumps(layer.box.shape, self.light, self.seed), layer.alpha
        slope_x, slope_y, height = slopes(layer.alpha, self.wall)
        up = np.float32(1.0 if self.form == "bump" else -1.0)
        towards_x, towards_y = up * np.float32(math.cos(self.light)), up * np.float32(math.sin(self.light))
        level = np.float32(TOP if self.form == "bump" else -FLOOR) * height
        change = np.float32(self.contrast) * (level - towards_x * slope_x - towards_y * slope_y)
        if self.gloss:
            off_x, off_y = slope_x + np.float32(MIRROR) * towards_x, slope_y + np.float32(MIRROR) * towards_y
            mirrored = np.exp((off_x * off_x + off_y * off_y) * np.float32(-1 / HIGHLIGHT))
            change += np.float32(self.gloss) * mirrored * np.minimum(np.float32(3) * height, np.float32(1))
        return surface + change, layer.alpha


def slopes(alpha: Floats, wall: float) -> tuple[Floats, Floats, Floats]:
    """Return how steeply a bump rises in x and in y, in [-1, 1], and its height in [0, 1].

    Args:
        alpha: float32 (h, w), the bump stands where it is at least 0.5.
        wall: in [0, 1], how far the slope reaches in from the outline, as a share of the greatest depth.
    """
    depth = depth_inside(alpha)
    deepest = float(depth.max())
    smooth = 2 * round(SMOOTH * deepest) + 1
    if smooth > 1:
        depth = cv2.blur(depth, (smooth, smooth))
    reach = max(wall * deepest, 1.0)
    height = np.minimum(depth * np.float32(1 / reach), np.float32(1))
    steep = np.float32(1) - height
    slope_x = cv2.filter2D(depth, cv2.CV_32F, ACROSS) * steep
    slope_y = cv2.filter2D(depth, cv2.CV_32F, ACROSS.T) * steep
    return slope_x, slope_y, height


def bumps(shape: tuple[int, int], light: float, seed: int) -> Floats:
    """Return the shading of a rough surface under a light, float32 (h, w) with standard deviation 1/2."""
    octaves = int(min(max(math.log2(max(shape) / (4 * FINEST)) + 1.0, 3.0), 6.0))
    cells = fractal_noise(seed, octaves=octaves, gain=0.9)
    slope = ACROSS * np.float32(math.cos(light)) + ACROSS.T * np.float32(math.sin(light))
    lit = cv2.filter2D(cells, cv2.CV_32F, slope)
    lit *= np.float32(0.5 / max(float(cv2.meanStdDev(lit)[1][0, 0]), 1e-6))
    side = max(shape)
    return cv2.resize(lit, (side, side), interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]]
