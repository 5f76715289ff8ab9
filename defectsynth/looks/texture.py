"""A texture that does not belong to the surface: procedural, or out of pictures of the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, split_channels
from defectsynth.core.layer import Box
from defectsynth.core.parameters import Pair, between, choices, field_with, number, span
from defectsynth.functional.textures import TEXTURES
from defectsynth.io.sources import SourceRule, choose_image, open_image
from defectsynth.looks.base import DrawnImage, Look
from defectsynth.looks.color import COLOR_TRIES
from defectsynth.looks.other_image import DrawnOtherImage
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

SAMPLES = 256  # most places along a side at which a pattern is computed; a larger one is enlarged, as a photo would be
TURN = 0.8  # radians, most rotation of a picture


@dataclass(frozen=True)
class Texture(Look):
    """A foreign texture: one of a bank of procedural ones in two drawn colours, or a picture out of a folder.

    Args:
        source: folder, image file, list of files or arrays, or callable; None is the procedural bank.
        families: any of woven, knitted, stripes, dots, mesh, brushed, marble, wood, granite, cracks, rust, paper,
            leather; without a source each draw takes one.
        scale_range: size of a thread, a dot or a grain, in [0, 0.5], fraction of min(H, W); without a source.
        jitter_range: change of brightness, contrast and saturation as a share, and of hue in turns, of pictures out of
            a source, in [-0.5, 0.5]; such a picture is enlarged to the size of the picture it goes into, and turned.
        unlike: least difference of its middle colour from the surface that is looked for, in [0, 1].
    """

    source: Any = field_with(None, SourceRule("the procedural bank"))  # a `SourceLike`; checked, a `Source`
    families: tuple[str, ...] = choices(tuple(TEXTURES), *TEXTURES)
    scale_range: Pair = span((0.006, 0.05), 0.0, 0.5, "fraction of min(H, W)")
    jitter_range: Pair = span((-0.2, 0.2), -0.5, 0.5, "share of brightness, contrast, saturation; turns of hue")
    unlike: float = number(0.15, 0.0, 1.0, "least difference from the surface")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnTexture | DrawnOtherImage:
        """Return a family with its colours, or a picture of the source."""
        which, size, *shares = rng.random(8).tolist()
        if self.source is not None:
            name = choose_image(self.source, which)
            zoom = scene.side / min(open_image(name).shape[:2])
            jitter = tuple(between(self.jitter_range, share) for share in shares[:4])
            turn = between((-TURN, TURN), size)
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
        """Return the colours of the hollows and of the heights, one hue more or less, in [0, 1]."""
        here = scene.color_at(place.x, place.y)
        channels = 1 if scene.monochrome else scene.channels
        dark = light = np.zeros(channels)
        for _ in range(COLOR_TRIES):
            middle, contrast = rng.uniform(0.15, 0.85), rng.uniform(0.2, 0.7)
            tint = rng.normal(0.0, 0.12, channels) * (channels > 1)
            dark = np.clip(middle - contrast / 2 + tint, 0.0, 1.0)
            light = np.clip(middle + contrast / 2 + tint + rng.normal(0.0, 0.05, channels) * (channels > 1), 0.0, 1.0)
            if np.abs((dark + light) / 2 - here[:channels]).max() >= self.unlike:
                break
        return tuple(dark.tolist()), tuple(light.tolist())


@dataclass(frozen=True)
class DrawnTexture(DrawnImage):
    """A family, its seed, its scale in pixels, and the colours of its hollows and heights in [0, 1]."""

    family: str
    seed: int
    scale: float
    dark: tuple[float, ...]
    light: tuple[float, ...]

    def picture(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return the texture for the box."""
        height, width = box.shape
        step = max(max(height, width) / SAMPLES, 1.0)
        shape = max(round(height / step), 1), max(round(width / step), 1)
        pattern = TEXTURES[self.family](np.random.default_rng(self.seed), shape, max(self.scale / step, 1.5))
        texture = self._table(scene).take(
            cv2.convertScaleAbs(np.maximum(pattern, 0), alpha=255.0).reshape(shape), axis=0
        )
        if step > 1.0:
            planes = [texture] if scene.channels <= 4 else split_channels(texture)
            large = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in planes]
            texture = large[0] if len(large) == 1 else np.stack(large, axis=2)
        return texture.reshape(before.shape)

    def _table(self, scene: Scene) -> Array:
        """Return the colour of each of 256 brightnesses, (256, C), dtype of the picture."""
        ends = np.array([self.dark, self.light])[:, np.arange(scene.channels) % len(self.dark)]
        shares = np.linspace(0.0, 1.0, 256)[:, None]
        colours = (ends[0] + shares * (ends[1] - ends[0])) * scene.peak
        return (colours if scene.peak == 1.0 else np.rint(colours)).astype(scene.image.dtype)
