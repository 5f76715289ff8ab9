"""Pixels cut out of the same picture or of another one: turned, zoomed, in another colour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, split_channels
from defectsynth.core.images import PEAKS
from defectsynth.core.layer import Box
from defectsynth.core.parameters import Pair, between, choice, field_with, radians_between, span
from defectsynth.io.sources import SourceRule, choose_image, open_image
from defectsynth.looks.base import DrawnImage, Look
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene

POSITIONS = ("random", "object", "same")
GRAY = np.array([[0.299, 0.587, 0.114]] * 3)  # each channel becomes the brightness
AXIS = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)  # turns colours about the gray axis


@dataclass(frozen=True)
class OtherImage(Look):
    """Pixels cut out of another picture, or of another place of this one.

    Args:
        source: folder, image file, list of files or arrays, or callable that makes a picture from a whole number; None
            is the picture itself.
        position: where they are cut out: random; object, around a point on the object there; same, where they are laid.
        patch_angle_range: of what is cut out, in [-360, 360], degrees.
        zoom_range: enlargement of what is cut out, in [0.1, 10].
        jitter_range: change of brightness, contrast and saturation as a share, and of hue in turns, each drawn by
            itself, in [-0.5, 0.5].
    """

    source: Any = field_with(None, SourceRule("the picture itself"))  # a `SourceLike`; checked, a `Source`
    position: str = choice("random", *POSITIONS)
    patch_angle_range: Pair = span((0.0, 0.0), -360.0, 360.0, "degrees")
    zoom_range: Pair = span((1.0, 1.0), 0.1, 10.0, "enlargement")
    jitter_range: Pair = span((0.0, 0.0), -0.5, 0.5, "share of brightness, contrast, saturation; turns of hue")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnOtherImage:
        """Return which picture, where in it, and how it is changed."""
        which, u, v, turn, zoom, *jitter = rng.random(9).tolist()
        name = choose_image(self.source, which)
        if self.position == "object":
            there = scene if not name and scene.roi is None else Scene(open_image(name) if name else scene.image)
            point = pick_point(rng, there.foreground("auto").cells, there)
            if point is not None:
                u, v = (point[0] + 0.5) / there.size[1], (point[1] + 0.5) / there.size[0]
        return DrawnOtherImage(
            picture_name=name,
            same=self.position == "same",
            u=u,
            v=v,
            turn=radians_between(self.patch_angle_range, turn),
            zoom=between(self.zoom_range, zoom),
            jitter=tuple(between(self.jitter_range, share) for share in jitter),
        )


@dataclass(frozen=True)
class DrawnOtherImage(DrawnImage):
    """Which picture, where in it, and how it is changed.

    Attributes:
        picture_name: what `sources.open_image` opens; empty is the picture itself.
        same: cut out where it is laid; u and v say nothing then.
        u: how far to the right the cutting lies, 0 at the left border and 1 at the right one.
        v: how far down it lies; the pixel at (u, v) of the source is always part of it.
        turn: radians.
        zoom: enlargement.
        jitter: brightness, contrast, saturation as a share, hue in turns.
    """

    picture_name: str
    same: bool
    u: float
    v: float
    turn: float
    zoom: float
    jitter: tuple[float, ...]

    def picture(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return what is cut out, in the dtype and with the channels of the picture."""
        source = open_image(self.picture_name) if self.picture_name else scene.image
        cut = converted(self._cut(source, box, scene.size), scene)
        if any(self.jitter):
            cut = jittered(cut, self.jitter, scene.peak)
        return np.ascontiguousarray(cut).reshape(before.shape)

    def _cut(self, source: Array, box: Box, size: tuple[int, int]) -> Array:
        """Return (h, w[, C]) of the source; beyond its border it is mirrored."""
        height, width = box.shape
        rows, columns = source.shape[:2]
        if self.same:
            left, top = round(box.x0 * columns / size[1]), round(box.y0 * rows / size[0])
        else:
            left, top = round(self.u * (columns - width)), round(self.v * (rows - height))
        if self.turn == 0.0 and self.zoom == 1.0 and 0 <= left <= columns - width and 0 <= top <= rows - height:
            return source[top : top + height, left : left + width]
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        back = np.array([[math.cos(self.turn), math.sin(self.turn)], [-math.sin(self.turn), math.cos(self.turn)]])
        back /= self.zoom
        reach = np.abs(back) @ middle + 2  # of what is needed around the middle of the cutting
        centre = np.array([left, top]) + middle
        low = np.clip(np.floor(centre - reach), 0, (columns - 1, rows - 1)).astype(int)
        high = np.clip(np.ceil(centre + reach) + 1, low + 1, (columns, rows)).astype(int)
        needed = source[low[1] : high[1], low[0] : high[0]]
        matrix = np.column_stack([back, centre - low - back @ middle])
        still = self.turn == 0.0 and self.zoom == 1.0
        flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_NEAREST if still else cv2.INTER_LINEAR)
        planes = [needed] if needed.ndim == 2 or needed.shape[2] <= 4 else split_channels(needed)
        warped = [
            cv2.warpAffine(plane, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT)
            for plane in planes
        ]
        return warped[0] if len(warped) == 1 else np.stack(warped, axis=2)


def converted(cut: Array, scene: Scene) -> Array:
    """Return (h, w[, C']) of another picture as (h, w, C) with the dtype and the channels of the scene's picture."""
    channels = 1 if cut.ndim == 2 else cut.shape[2]
    if channels == 3 and (scene.channels == 1 or scene.monochrome):
        cut, channels = cv2.cvtColor(np.ascontiguousarray(cut), cv2.COLOR_RGB2GRAY), 1
    cut = cut.reshape(*cut.shape[:2], channels)
    if channels != scene.channels:
        cut = cut[:, :, np.arange(scene.channels) % channels]
    if cut.dtype != scene.image.dtype:
        scaled = cut * np.float32(scene.peak / PEAKS[cut.dtype])
        cut = (scaled if scene.peak == 1.0 else np.rint(scaled)).astype(scene.image.dtype)
    return cut


def jittered(cut: Array, jitter: tuple[float, ...], peak: float) -> Array:
    """Return (h, w, C) with another brightness, contrast and, for three channels, saturation and hue."""
    brightness, contrast, saturation, hue = jitter
    gain = (1.0 + brightness) * (1.0 + contrast)
    cut = np.ascontiguousarray(cut)
    colour = cut.shape[2] == 3
    level = cv2.mean(cut)[:3] if colour else (float(cut.mean(dtype=np.float64)),) * 3
    offset = float(GRAY[0] @ level) * (1.0 + brightness) - gain * float(GRAY[0] @ level)
    if colour:
        angle = 2 * math.pi * hue
        turned = np.eye(3) + math.sin(angle) * AXIS + (1.0 - math.cos(angle)) * (AXIS @ AXIS)
        matrix = gain * turned @ ((1.0 + saturation) * np.eye(3) - saturation * GRAY)
        changed = cv2.transform(cut, np.column_stack([matrix, np.full(3, offset)]))
    elif cut.dtype == np.uint8:
        table = np.clip(np.rint(np.arange(256) * gain + offset), 0, 255).astype(np.uint8)
        changed = cv2.LUT(cut, table)
    else:
        changed = cut * np.float32(gain) + np.float32(offset)
        changed = np.rint(changed) if peak > 1.0 else changed
        changed = np.clip(changed, 0.0, np.float32(peak)).astype(cut.dtype)
    return np.clip(changed, 0.0, 1.0) if peak == 1.0 else changed
