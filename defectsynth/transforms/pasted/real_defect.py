"""Real defects out of a bank, laid into good pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.images import PEAKS
from defectsynth.core.layer import clip_box
from defectsynth.core.parameters import Component, Pair, between, field_with, radians_between, span, visible_share
from defectsynth.core.patch import Patch, make_patch, planes_to_pixels
from defectsynth.engine.transform import DefectTransform
from defectsynth.io.defect_bank import choose_defect, defect_crops
from defectsynth.io.sources import SourceRule
from defectsynth.looks.other_image import converted
from defectsynth.recipes.base import Recipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common
    from defectsynth.io.sources import SourceLike


GAINS = (0.4, 2.5)  # least and greatest factor by which a defect's contrast follows the surface
DARKEST = 0.05  # brightness, of 1, below which a factor says nothing


@dataclass(frozen=True)
class Bank(Component):
    """Which real defect, how large and how turned.

    Args:
        source: folder, image file, list of files or arrays, or callable; None is four rendered examples.
        zoom_range: size, times that in its own picture, as a share of min(H, W), in [0.1, 10].
        angle_range: rotation, in [-360, 360], degrees.
        opacity_range: in [0, 1].
    """

    source: Any = field_with(None, SourceRule("four rendered examples"))  # a `SourceLike`; checked, a `Source`
    zoom_range: Pair = span((0.7, 1.3), 0.1, 10.0, "enlargement")
    angle_range: Pair = span((-23.0, 23.0), -360.0, 360.0, "degrees")
    opacity_range: Pair = span((0.85, 1.0), 0.0, 1.0, "1 is opaque")

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place) -> tuple[str, int, float, float, float]:
        """Return the name of its picture, its number there, enlargement in pixels, rotation and opacity."""
        which, number, zoom, turn, opacity = rng.random(5).tolist()
        name = choose_defect(self.source, which)
        pieces = defect_crops(name)
        number = int(number * len(pieces))
        size = between(self.zoom_range, zoom) * scene.side / pieces[number].side
        return name, number, size, radians_between(self.angle_range, turn), between(self.opacity_range, opacity)


@dataclass(frozen=True)
class RealRecipe(Recipe):
    """Picture and number of a real defect, where its middle lies, enlargement, rotation, opacity, and the clip."""

    picture_name: str
    number: int
    x: float
    y: float
    zoom: float
    turn: float
    opacity: float
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return the defect, its brightness and colour shifted as the surface differs from where it comes from."""
        piece = defect_crops(self.picture_name)[self.number]
        height, width = piece.mask.shape
        cos, sin = math.cos(self.turn) * self.zoom, math.sin(self.turn) * self.zoom
        reach_x, reach_y = (
            (abs(first) * width + abs(second) * height) / 2 + 1 for first, second in ((cos, sin), (sin, cos))
        )
        box = clip_box(self.x - reach_x, self.y - reach_y, self.x + reach_x, self.y + reach_y, size=scene.size)
        if box is None:
            return None
        middle = np.array([[cos, -sin], [sin, cos]]) @ ((width - 1) / 2, (height - 1) / 2)
        matrix = np.array([[cos, -sin, self.x - box.x0 - middle[0]], [sin, cos, self.y - box.y0 - middle[1]]])
        before = np.ascontiguousarray(canvas[box.slices])
        surface = scene.planes(before)
        alpha = _warped(cv2.blur(piece.mask, (3, 3)) * np.float32(1 / 255), matrix, box.shape, cv2.BORDER_CONSTANT)
        around = _warped(
            np.float32(1.0) - cv2.dilate(piece.mask, np.ones((3, 3), np.uint8)) / np.float32(255),
            matrix,
            box.shape,
            cv2.BORDER_CONSTANT,
        )
        pixels = np.ascontiguousarray(converted(piece.pixels, scene)) / np.float32(PEAKS[scene.image.dtype])
        planes = np.stack(
            [_warped(plane, matrix, box.shape, cv2.BORDER_REPLICATE) for plane in np.moveaxis(pixels, 2, 0)]
        )
        weight = max(float(around.sum()), 1e-6)
        there, here = (
            np.einsum("chw,hw->c", each, around)[:, None, None] / np.float32(weight) for each in (planes, surface)
        )
        if weight < 1.0:  # nothing of its surroundings lies in the picture
            here, there = surface.mean(axis=(1, 2), keepdims=True), planes.mean(axis=(1, 2), keepdims=True)
        gain = np.clip((here + np.float32(DARKEST)) / (there + np.float32(DARKEST)), *map(np.float32, GAINS))
        laid = here + (planes - there) * gain
        alpha *= np.float32(self.opacity)
        after = planes_to_pixels(surface + (laid - surface) * alpha, before, scene.peak)
        return make_patch(before, after, box, peak=scene.peak, alpha=alpha, allowed=scene.allowed_mask(box, self.clip))


def _warped(plane: Floats, matrix: Array, shape: tuple[int, int], border: int) -> Floats:
    """Return float32 (h, w) moved by `matrix` into a box; when made smaller, averaged first."""
    zoom = math.hypot(matrix[0, 0], matrix[1, 0])
    reach = 2 * round(0.5 / max(zoom, 0.02) - 0.5) + 1 if zoom < 0.75 else 1
    if reach > 1:
        plane = cv2.blur(np.ascontiguousarray(plane), (reach, reach))
    return cv2.warpAffine(np.ascontiguousarray(plane), matrix, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=border)


class RealDefect(DefectTransform):
    """A real defect: cut out of one of a few pictures of bad parts by its mask, laid into a good one.

    Lands anywhere unless `where` says otherwise; on the object it ends at the object's edge. As large as it was as a
    share of its picture, turned a little, no more, so that its shading keeps to the light. Its colours are those of the
    surface, shifted as the defect differs from its own surroundings, in proportion to the surface's brightness. The
    mask marks what changed.

    ![real_defect](tests/golden/real_defect.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        source: folder, image file, list of files or arrays, or callable; None is four rendered examples. The mask is
            a_mask.png beside a.png, masks/a.png beside images/a.png, or ground_truth/kind/a_mask.png for
            test/kind/a.png; the last channel of an array.
        zoom_range: size, times that in its own picture, as a share of min(H, W), in [0.1, 10].
        angle_range: rotation, in [-360, 360], degrees.
        opacity_range: in [0, 1].
        common: see `DefectTransform`.

    Raises:
        FileNotFoundError: when drawn from a folder that holds no image with a mask.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import RealDefect, synthesize
        >>> bad = np.full((64, 64, 2), 200, np.uint8)  # gray and mask
        >>> bad[..., 1] = 0
        >>> bad[20:30, 20:40] = 50, 255
        >>> sample = synthesize(np.full((64, 64), 100, np.uint8), RealDefect(source=[bad]), seed=0)
        >>> 15 < int(sample.image.min()) < 45  # a quarter of the surface, as in its own picture
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
        self.bank = Bank(source=source, zoom_range=zoom_range, angle_range=angle_range, opacity_range=opacity_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """The bank and where."""
        return self.bank, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> RealRecipe | None:
        """Draw a place and a defect of the bank."""
        place = self.where.sample(rng, scene)
        if place is None:
            return None
        name, number, zoom, turn, opacity = self.bank.sample(rng, scene, place)
        return RealRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            picture_name=name,
            number=number,
            x=place.x,
            y=place.y,
            zoom=zoom,
            turn=turn,
            opacity=opacity * visible_share(self.severity),
            clip=self.where.foreground if self.where.clips else "",
        )
