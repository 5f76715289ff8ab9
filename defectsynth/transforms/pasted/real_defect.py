"""Real defects from a bank, pasted into good images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.layer import clip_box
from defectsynth.core.parameters import Component, Pair, between, field_with, radians_between, span, visible_share
from defectsynth.core.patch import Patch, make_patch
from defectsynth.core.pixels import planes_to_pixels
from defectsynth.engine.transform import DefectTransform
from defectsynth.io.defect_bank import BankRule, choose_defect, defect_crops
from defectsynth.looks.other_image import match_format
from defectsynth.recipes.base import Recipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.io.sources import SourceLike


GAIN_LIMITS = (0.4, 2.5)  # of the factor that adapts a defect's contrast to the brightness of the surface
BRIGHTNESS_OFFSET = 0.05  # added to both brightnesses of that factor, so that noise in dark areas is not amplified


@dataclass(frozen=True)
class DefectBank(Component):
    """Choice of a real defect, with its size, rotation and opacity.

    Args:
        source: folder, image file, list of files or arrays, or callable (checked when made); None is four rendered
            examples.
        zoom_range: magnification, in [0.1, 10]; 1 keeps the size relative to min(H, W).
        angle_range: rotation, in [-360, 360], degrees.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
    """

    source: Any = field_with(None, BankRule("four rendered examples"))  # a `SourceLike`; checked, a `Source`
    zoom_range: Pair = span((0.7, 1.3), 0.1, 10.0, "magnification")
    angle_range: Pair = span((-23.0, 23.0), -360.0, 360.0, "degrees")
    opacity_range: Pair = span((0.85, 1.0), 0.0, 1.0, "1 is opaque")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> tuple[str, int, float, float, float]:
        """Return image name, number of the defect in that image, magnification, rotation in radians and opacity."""
        choice, number, zoom, turn, opacity = rng.random(5).tolist()
        name = choose_defect(self.source, choice)
        crops = defect_crops(name)
        number = int(number * len(crops))
        magnification = between(self.zoom_range, zoom) * scene.side / crops[number].side
        angle = radians_between(self.angle_range, turn)
        return name, number, magnification, angle, between(self.opacity_range, opacity)


@dataclass(frozen=True)
class RealDefectRecipe(Recipe):
    """A real defect pasted at (x, y).

    Attributes:
        image_name: name of the image that it is cut from, for `defect_bank.defect_crops`.
        number: number of the defect in that image.
        x, y: centre in pixels.
        zoom: pixels per pixel of the crop.
        turn: rotation in radians.
        opacity: in [0, 1].
        clip: foreground method for the object that it is clipped to; empty does not clip.
    """

    image_name: str
    number: int
    x: float
    y: float
    zoom: float
    turn: float
    opacity: float
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the defect, its colours shifted from those of its own surroundings to those of the surface."""
        crop = defect_crops(self.image_name)[self.number]
        height, width = crop.mask.shape
        cos, sin = math.cos(self.turn) * self.zoom, math.sin(self.turn) * self.zoom
        reach_x, reach_y = (
            (abs(first) * width + abs(second) * height) / 2 + 1 for first, second in ((cos, sin), (sin, cos))
        )
        box = clip_box(self.x - reach_x, self.y - reach_y, self.x + reach_x, self.y + reach_y, size=scene.size)
        if box is None:
            return None
        centre = np.array([[cos, -sin], [sin, cos]]) @ ((width - 1) / 2, (height - 1) / 2)
        matrix = np.array([[cos, -sin, self.x - box.x0 - centre[0]], [sin, cos, self.y - box.y0 - centre[1]]])
        before = np.ascontiguousarray(canvas[box.slices])
        surface = scene.planes(before)
        alpha = _warp(cv2.blur(crop.mask, (3, 3)) * np.float32(1 / 255), matrix, box.shape, cv2.BORDER_CONSTANT)
        around = _warp(
            np.float32(1.0) - cv2.dilate(crop.mask, np.ones((3, 3), np.uint8)) / np.float32(255),
            matrix,
            box.shape,
            cv2.BORDER_CONSTANT,
        )
        pixels = np.ascontiguousarray(match_format(crop.pixels, scene, peak=crop.peak)) / np.float32(scene.peak)
        planes = np.stack(
            [_warp(plane, matrix, box.shape, cv2.BORDER_REPLICATE) for plane in np.moveaxis(pixels, 2, 0)]
        )
        weight = max(float(around.sum()), 1e-6)
        source_mean, target_mean = (
            np.einsum("chw,hw->c", each, around)[:, None, None] / np.float32(weight) for each in (planes, surface)
        )
        if weight < 1.0:  # the surroundings of the defect lie outside the image
            source_mean, target_mean = (each.mean(axis=(1, 2), keepdims=True) for each in (planes, surface))
        offset = np.float32(BRIGHTNESS_OFFSET)
        gain = np.clip((target_mean + offset) / (source_mean + offset), *map(np.float32, GAIN_LIMITS))
        adapted = target_mean + (planes - source_mean) * gain
        alpha *= np.float32(self.opacity)
        after = planes_to_pixels(surface + (adapted - surface) * alpha, before, scene.peak)
        return make_patch(before, after, box, peak=scene.peak, alpha=alpha, allowed=scene.allowed_mask(box, self.clip))


def _warp(plane: Floats, matrix: Array, shape: tuple[int, int], border: int) -> Floats:
    """Return a plane warped by `matrix` to `shape`, float32 (h, w); it is smoothed first if it gets smaller."""
    zoom = math.hypot(matrix[0, 0], matrix[1, 0])
    reach = 2 * round(0.5 / max(zoom, 0.02) - 0.5) + 1 if zoom < 0.75 else 1
    if reach > 1:
        plane = cv2.blur(np.ascontiguousarray(plane), (reach, reach))
    return cv2.warpAffine(np.ascontiguousarray(plane), matrix, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=border)


class RealDefect(DefectTransform):
    """A real defect: cut out of an image of a bad part by its mask and pasted into a good one.

    Lands anywhere by default; placed on the object, it is clipped to it. Keeps its size relative to the image. It is
    rotated only a little by default, so that its shading agrees with the light. The defect differs from the surface as
    it did from its own surroundings, in proportion to the surface's brightness. The mask marks the visibly changed
    pixels.

    ![real_defect](tests/golden/real_defect.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        source: folder, image file, list of files or arrays, or callable; None is four rendered examples. The mask is
            a_mask.png beside a.png, masks/a.png beside images/a.png, or ground_truth/kind/a_mask.png for
            test/kind/a.png, with any suffix; the mask of an array is its last channel. A bank is checked when the
            transform is made: in a folder, hidden files and images without a mask are skipped; empty masks are skipped
            if others remain; files that cannot be used are refused by name.
        zoom_range: magnification, in [0.1, 10]; 1 keeps the size relative to min(H, W).
        angle_range: rotation, in [-360, 360], degrees.
        opacity_range: opacity, in [0, 1]; 1 is opaque.
        common: see `DefectTransform`.

    Raises:
        FileNotFoundError: if a folder holds no image with a mask, or a listed image has none.
        ValueError: if an image or mask cannot be read, their sizes differ, or all masks are empty.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import RealDefect, synthesize
        >>> bad = np.full((64, 64, 2), 200, np.uint8)  # gray and mask
        >>> bad[..., 1] = 0
        >>> bad[20:30, 20:40] = 50, 255
        >>> sample = synthesize(np.full((64, 64), 100, np.uint8), RealDefect(source=[bad]), seed=0)
        >>> 15 < int(sample.image.min()) < 45  # a quarter of the surface, as in its own image
        True
    """

    kind: ClassVar[str] = "real_defect"

    def __init__(
        self,
        *,
        source: SourceLike = None,
        zoom_range: Pair = (0.7, 1.3),
        angle_range: Pair = (-23.0, 23.0),
        opacity_range: Pair = (0.85, 1.0),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.bank = DefectBank(
            source=source, zoom_range=zoom_range, angle_range=angle_range, opacity_range=opacity_range
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The bank and where components."""
        return self.bank, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> RealDefectRecipe | None:
        """Draw a place and a defect of the bank."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        name, number, zoom, turn, opacity = self.bank.sample(rng, scene, place)
        return RealDefectRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            image_name=name,
            number=number,
            x=place.x,
            y=place.y,
            zoom=zoom,
            turn=turn,
            opacity=opacity * visible_share(self.severity),
            clip=self.where.clip_method,
        )
