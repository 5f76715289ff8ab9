"""A crop of another image or of the same one: rotated, scaled and with changed colours."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, split_channels
from defectsynth.core.images import white_level
from defectsynth.core.layer import Box
from defectsynth.core.parameters import Number, Pair, between, choice, field_with, radians_between, span
from defectsynth.io.sources import SourceRule, choose_image, open_image
from defectsynth.looks.base import DrawnImage, Look
from defectsynth.scene.place import Place, pick_point
from defectsynth.scene.scene import Scene

MIN_ZOOM, MAX_ZOOM = 0.1, 10.0
MIN_DRAWN_ZOOM, MAX_DRAWN_ZOOM = 1e-5, 1e5  # a texture takes the ratio of two images' sides
POSITIONS = ("random", "object", "same")
GRAY_MATRIX = np.array([[0.299, 0.587, 0.114]] * 3)  # maps RGB to its brightness in each channel
HUE_GENERATOR = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)  # of rotations about the gray axis


@dataclass(frozen=True)
class OtherImage(Look):
    """A crop of another image, or of another place of the same image.

    Args:
        source: folder, image file, list of files or arrays, or callable that returns an image for a whole number
            (checked when made, see `io.sources`); None is the image itself.
        position: position of the crop: random; object, around a random point on the object in the source; same, the
            position of the defect.
        patch_angle_range: rotation of the crop, in [-360, 360], degrees.
        zoom_range: magnification of the crop, in [0.1, 10].
        jitter_range: relative change of brightness, contrast and saturation, and change of hue in turns, drawn
            independently, in [-0.5, 0.5].
    """

    source: Any = field_with(None, SourceRule("the image itself"))  # a `SourceLike`; checked, a `Source`
    position: str = choice("random", *POSITIONS)
    patch_angle_range: Pair = span((0.0, 0.0), -360.0, 360.0, "degrees")
    zoom_range: Pair = span((1.0, 1.0), MIN_ZOOM, MAX_ZOOM, "magnification")
    jitter_range: Pair = span(
        (0.0, 0.0), -0.5, 0.5, "relative change of brightness, contrast, saturation; turns of hue"
    )

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> DrawnOtherImage:
        """Return a crop: its image, position, rotation, magnification and change of colour."""
        which, u, v, turn, zoom, *jitter = rng.random(9).tolist()
        name = choose_image(self.source, which)
        if self.position == "object":
            source = scene if not name and scene.roi is None else Scene(open_image(name) if name else scene.image)
            point = pick_point(rng, source.foreground("auto").cells, source)
            if point is not None:
                u, v = (point[0] + 0.5) / source.size[1], (point[1] + 0.5) / source.size[0]
        return DrawnOtherImage(
            image_name=name,
            same=self.position == "same",
            u=u,
            v=v,
            turn=radians_between(self.patch_angle_range, turn),
            zoom=between(self.zoom_range, zoom),
            jitter=tuple(between(self.jitter_range, share) for share in jitter),
        )


@dataclass(frozen=True)
class DrawnOtherImage(DrawnImage):
    """A crop with every number drawn.

    Attributes:
        image_name: name for `sources.open_image`; empty for the image itself.
        same: True takes the crop from the position of the defect and ignores u and v.
        u: horizontal position of the crop, 0 at the left border of the source and 1 at the right one.
        v: vertical position of the crop, 0 at the top and 1 at the bottom; the crop always contains the pixel (u, v).
        turn: rotation in radians.
        zoom: magnification.
        jitter: relative changes of brightness, contrast and saturation, and the change of hue in turns.
    """

    image_name: str
    same: bool
    u: float
    v: float
    turn: float
    zoom: float = field(metadata={"rule": Number(MIN_DRAWN_ZOOM, MAX_DRAWN_ZOOM, "magnification")})
    jitter: tuple[float, ...]

    def pixels(self, before: Array, box: Box, scene: Scene) -> Array:
        """Return the crop in the dtype and with the channels of the image."""
        source = open_image(self.image_name) if self.image_name else scene.image
        crop = match_format(self._crop(source, box, scene.size), scene, peak=source_peak(source, scene))
        if any(self.jitter):
            crop = jitter_colors(crop, self.jitter, scene.peak)
        return np.ascontiguousarray(crop).reshape(before.shape)

    def _crop(self, source: Array, box: Box, size: tuple[int, int]) -> Array:
        """Return the crop (h, w[, C]) of the source, which is mirrored at its border."""
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
        reach = np.abs(back) @ middle + 2  # half the size of the region of the source that the crop needs
        centre = np.array([left, top]) + middle
        low = np.clip(np.floor(centre - reach), 0, (columns - 1, rows - 1)).astype(int)
        high = np.clip(np.ceil(centre + reach) + 1, low + 1, (columns, rows)).astype(int)
        needed = source[low[1] : high[1], low[0] : high[0]]
        matrix = np.column_stack([back, centre - low - back @ middle])
        shift_only = self.turn == 0.0 and self.zoom == 1.0
        flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_NEAREST if shift_only else cv2.INTER_LINEAR)
        planes = [needed] if needed.ndim == 2 or needed.shape[2] <= 4 else split_channels(needed)
        warped = [
            cv2.warpAffine(plane, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT)
            for plane in planes
        ]
        return warped[0] if len(warped) == 1 else np.stack(warped, axis=2)


def source_peak(source: Array, scene: Scene) -> float:
    """Return the white level of an image that pixels are taken from; of the image itself that of the scene."""
    return scene.peak if source is scene.image else white_level(source)


def match_format(pixels: Array, scene: Scene, *, peak: float) -> Array:
    """Return pixels of another image in the dtype, the value range and with the channels of the scene.

    Args:
        pixels: (h, w) or (h, w, C').
        scene: of the image that they are laid into.
        peak: white level of the image that they are from.

    Returns:
        (h, w, C).
    """
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if channels == 3 and (scene.channels == 1 or scene.monochrome):
        pixels, channels = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY), 1
    pixels = pixels.reshape(*pixels.shape[:2], channels)
    if channels != scene.channels:
        pixels = pixels[:, :, np.arange(scene.channels) % channels]
    if pixels.dtype != scene.image.dtype or peak != scene.peak:
        scaled = pixels * np.float32(scene.peak / peak)
        pixels = (scaled if scene.peak == 1.0 else np.rint(scaled)).astype(scene.image.dtype)
    return pixels


def jitter_colors(pixels: Array, jitter: tuple[float, ...], peak: float) -> Array:
    """Return pixels (h, w, C) with changed brightness and contrast and, if C is 3, changed saturation and hue.

    Args:
        pixels: (h, w, C).
        jitter: relative changes of brightness, contrast and saturation, and the change of hue in turns.
        peak: white level of the image.
    """
    brightness, contrast, saturation, hue = jitter
    gain = (1.0 + brightness) * (1.0 + contrast)
    pixels = np.ascontiguousarray(pixels)
    is_rgb = pixels.shape[2] == 3
    mean = cv2.mean(pixels)[:3] if is_rgb else (float(pixels.mean(dtype=np.float64)),) * 3
    level = float(GRAY_MATRIX[0] @ mean)
    offset = level * (1.0 + brightness) - gain * level
    if is_rgb:
        angle = 2 * math.pi * hue
        square = HUE_GENERATOR @ HUE_GENERATOR
        rotation = np.eye(3) + math.sin(angle) * HUE_GENERATOR + (1.0 - math.cos(angle)) * square
        matrix = gain * rotation @ ((1.0 + saturation) * np.eye(3) - saturation * GRAY_MATRIX)
        changed = cv2.transform(pixels, np.column_stack([matrix, np.full(3, offset)]))
    elif pixels.dtype == np.uint8:
        table = np.clip(np.rint(np.arange(256) * gain + offset), 0, 255).astype(np.uint8)
        changed = cv2.LUT(pixels, table)
    else:
        changed = pixels * np.float32(gain) + np.float32(offset)
        changed = np.rint(changed) if peak > 1.0 else changed
        changed = np.clip(changed, 0.0, np.float32(peak)).astype(pixels.dtype)
    return np.clip(changed, 0.0, 1.0) if peak == 1.0 else changed
