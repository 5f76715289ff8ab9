"""A foreign texture, procedural or from an image of the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, split_channels
from defectsynth.core.layer import Box
from defectsynth.core.parameters import FRACTION, Pair, between, choices, field_with, number, span
from defectsynth.functional.textures import TEXTURES
from defectsynth.io.sources import SourceRule, choose_image, open_image
from defectsynth.looks.base import DrawnImage, Look
from defectsynth.looks.color import MAX_COLOR_TRIES
from defectsynth.looks.other_image import DrawnOtherImage
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

MAX_GRID_SIDE = 256  # samples along the longer side; larger textures are computed on a smaller grid and enlarged
MAX_TURN = 0.8  # greatest rotation of an image, radians


@dataclass(frozen=True)
class Texture(Look):
    """A foreign texture: a procedural one in two colours, or an image of a source.

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is the
            procedural bank.
        families: procedural textures, of which each draw without a source takes one: woven, knitted, stripes, dots,
            mesh, brushed, marble, wood, granite, cracks, rust, paper, leather.
        scale_range: size of a thread, a dot or a grain of a procedural texture, in [0, 0.5], fraction of min(H, W).
        jitter_range: relative change of brightness, contrast and saturation, and change of hue in turns, of an image of
            the source, in [-0.5, 0.5]. The image is resized to the size of the image with the defect and rotated.
        unlike: least difference of the mean colour of a procedural texture from the surface in one channel, in [0, 1];
            not reached if a few tries fail.
    """

    source: Any = field_with(None, SourceRule("the procedural bank"))  # a `SourceLike`; checked, a `Source`
    families: tuple[str, ...] = choices(tuple(TEXTURES), *TEXTURES)
    scale_range: Pair = span((0.006, 0.05), 0.0, 0.5, FRACTION)
    jitter_range: Pair = span(
        (-0.2, 0.2), -0.5, 0.5, "relative change of brightness, contrast, saturation; turns of hue"
    )
    unlike: float = number(0.15, 0.0, 1.0, "least difference from the surface")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnTexture | DrawnOtherImage:
        """Return a procedural texture with its colours, or a crop of an image of the source."""
        which, size, *shares = rng.random(8).tolist()
        if self.source is not None:
            name = choose_image(self.source, which)
            zoom = scene.side / min(open_image(name).shape[:2])
            jitter = tuple(between(self.jitter_range, share) for share in shares[:4])
            turn = between((-MAX_TURN, MAX_TURN), size)
            return DrawnOtherImage(name, same=False, u=shares[4], v=shares[5], turn=turn, zoom=zoom, jitter=jitter)
        dark, light = self._colors(rng, scene, place)
        return DrawnTexture(
            family=self.families[int(which * len(self.families))],
            seed=int(rng.integers(1 << 62)),
            scale=max(between(self.scale_range, size) * scene.side, 2.0),
            dark=dark,
            light=light,
        )

    def _colors(self, rng: np.random.Generator, scene: Scene, place: Place) -> tuple[tuple[float, ...], ...]:
        """Return a dark and a light colour of a similar hue, each a value in [0, 1] for every channel."""
        here = scene.color_at(place.x, place.y)
        channels = 1 if scene.monochrome else scene.channels
        dark = light = np.zeros(channels)
        for _ in range(MAX_COLOR_TRIES):
            middle, contrast = rng.uniform(0.15, 0.85), rng.uniform(0.2, 0.7)
            tint = rng.normal(0.0, 0.12, channels) * (channels > 1)
            dark = np.clip(middle - contrast / 2 + tint, 0.0, 1.0)
            light = np.clip(middle + contrast / 2 + tint + rng.normal(0.0, 0.05, channels) * (channels > 1), 0.0, 1.0)
            if np.abs((dark + light) / 2 - here[:channels]).max() >= self.unlike:
                break
        return tuple(dark.tolist()), tuple(light.tolist())


@dataclass(frozen=True)
class DrawnTexture(DrawnImage):
    """A procedural texture, its seed, its scale in pixels, and its dark and light colour in [0, 1]."""

    family: str
    seed: int
    scale: float
    dark: tuple[float, ...]
    light: tuple[float, ...]

    def pixels(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return the texture inside the box."""
        height, width = box.shape
        step = max(max(height, width) / MAX_GRID_SIDE, 1.0)
        shape = max(round(height / step), 1), max(round(width / step), 1)
        pattern = TEXTURES[self.family](np.random.default_rng(self.seed), shape, max(self.scale / step, 1.5))
        texture = self._color_table(scene).take(
            cv2.convertScaleAbs(np.maximum(pattern, 0), alpha=255.0).reshape(shape), axis=0
        )
        if step > 1.0:
            planes = [texture] if scene.channels <= 4 else split_channels(texture)
            large = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in planes]
            texture = large[0] if len(large) == 1 else np.stack(large, axis=2)
        return texture.reshape(before.shape)

    def _color_table(self, scene: Scene) -> Array:
        """Return the colour of each of 256 levels, (256, C) in the dtype of the image."""
        ends = np.array([self.dark, self.light])[:, np.arange(scene.channels) % len(self.dark)]
        shares = np.linspace(0.0, 1.0, 256)[:, None]
        colors = (ends[0] + shares * (ends[1] - ends[0])) * scene.peak
        return (colors if scene.peak == 1.0 else np.rint(colors)).astype(scene.image.dtype)
