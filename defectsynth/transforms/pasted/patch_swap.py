"""Two patches of an image that have changed places."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from defectsynth.core.arrays import Array
from defectsynth.core.layer import Box, clip_box
from defectsynth.core.parameters import FRACTION, Component, Pair, between, span, visible_share
from defectsynth.core.patch import Patch, make_patch
from defectsynth.engine.transform import DefectTransform
from defectsynth.recipes.base import Recipe
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.rectangle import fit_rectangle

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


MAX_TRIES = 8  # places for the second patch


@dataclass(frozen=True)
class RectanglePair(Component):
    """Two upright rectangles of equal size that do not overlap.

    Args:
        length_range: height, in [0, 1], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        distance_range: distance between the centres, in [0, 2], fraction of min(H, W).
    """

    length_range: Pair = span((0.05, 0.15), 0.0, 1.0, FRACTION)
    width_range: Pair = span((0.05, 0.15), 0.0, 1.0, FRACTION)
    distance_range: Pair = span((0.1, 0.5), 0.0, 2.0, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, clip: str) -> tuple[Box, Box] | None:
        """Return both rectangles, None if no place is found for the second one.

        Args:
            rng: random generator.
            scene: the image.
            place: centre of the first rectangle.
            clip: foreground method for the object that must contain the centre of the second; empty allows any place.
        """
        height, width = rng.random(2).tolist()
        size = between(self.width_range, width) * scene.side, between(self.length_range, height) * scene.side
        first = _rectangle(scene, place, size)
        for _ in range(MAX_TRIES):
            share, turn = rng.random(2).tolist()
            distance, angle = between(self.distance_range, share) * scene.side, 2 * math.pi * turn
            second = _rectangle(
                scene, Place(place.x + distance * math.cos(angle), place.y + distance * math.sin(angle), 0.0), size
            )
            if first is None or second is None or first.shape != second.shape or not _are_disjoint(first, second):
                continue
            if not clip or _is_on_object(second, scene, clip):
                return first, second
        return None


def _rectangle(scene: Scene, place: Place, size: tuple[float, float]) -> Box | None:
    """Return the pixels of a rectangle of (width, height) around a place, None if it lies outside the image."""
    drawn = fit_rectangle(scene, place, width=size[0], height=size[1])
    x, y = round(drawn.x - drawn.width / 2 + 0.5), round(drawn.y - drawn.height / 2 + 0.5)
    return clip_box(x, y, x + round(drawn.width) - 1, y + round(drawn.height) - 1, size=scene.size)


def _is_on_object(box: Box, scene: Scene, method: str) -> bool:
    """Return True if the centre of the box lies on the object."""
    foreground = scene.foreground(method)
    column, row = int((box.x0 + box.x1) / 2 / foreground.step[0]), int((box.y0 + box.y1) / 2 / foreground.step[1])
    return bool(foreground.cells[min(row, foreground.cells.shape[0] - 1), min(column, foreground.cells.shape[1] - 1)])


def _are_disjoint(first: Box, second: Box) -> bool:
    """Return True if two boxes do not overlap."""
    beside = first.x1 <= second.x0 or second.x1 <= first.x0
    return beside or first.y1 <= second.y0 or second.y1 <= first.y0


@dataclass(frozen=True)
class SwapRecipe(Recipe):
    """Two swapped rectangles.

    Attributes:
        first, second: (x0, y0, x1, y1) in pixels.
        opacity: in [0, 1].
        clip: foreground method for the object that they are clipped to; empty does not clip.
    """

    first: tuple[int, ...]
    second: tuple[int, ...]
    opacity: float
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return both rectangles, each with the pixels of the other."""
        pair = Box(*self.first), Box(*self.second)
        low, high = np.minimum(*pair)[:2], np.maximum(*pair)[2:]
        whole = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        if whole.x1 > scene.size[1] or whole.y1 > scene.size[0]:
            return None
        before = np.ascontiguousarray(canvas[whole.slices])
        after, alpha = np.array(before), np.zeros(whole.shape, np.float32)
        for target, source in (pair, pair[::-1]):
            inner = np.s_[target.y0 - whole.y0 : target.y1 - whole.y0, target.x0 - whole.x0 : target.x1 - whole.x0]
            pixels = scene.image[source.slices]
            mixed = cv2.addWeighted(pixels, self.opacity, before[inner], 1.0 - self.opacity, 0.0)
            after[inner] = pixels if self.opacity == 1.0 else mixed.reshape(pixels.shape)
            alpha[inner] = self.opacity
        return make_patch(
            before, after, whole, peak=scene.peak, alpha=alpha, allowed=scene.allowed_mask(whole, self.clip)
        )


class PatchSwap(DefectTransform):
    """Swapped patches: two rectangles of the image have changed places.

    The first lands anywhere by default, the second near it; placed on the object, both are clipped to it. Upright, of
    equal size, with sharp edges. The mask marks both.

    ![patch_swap](tests/golden/patch_swap.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, peak, defects

    Args:
        length_range: height, in [0, 1], fraction of min(H, W).
        width_range: width, in [0, 1], fraction of min(H, W).
        distance_range: distance between the centres, in [0, 2], fraction of min(H, W).
        common: see `DefectTransform`.

    Examples:
        >>> import numpy as np
        >>> from defectsynth import PatchSwap, synthesize
        >>> ramp = np.tile(np.arange(0, 192, 2, dtype=np.uint8), (96, 1))
        >>> int(synthesize(ramp, PatchSwap(), seed=0).image.sum()) == int(ramp.sum())
        True
    """

    kind: ClassVar[str] = "patch_swap"

    def __init__(
        self,
        *,
        length_range: Pair = (0.05, 0.15),
        width_range: Pair = (0.05, 0.15),
        distance_range: Pair = (0.1, 0.5),
        **common: Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self.rectangles = RectanglePair(
            length_range=length_range, width_range=width_range, distance_range=distance_range
        )

    @property
    def components(self) -> tuple[Component, ...]:
        """The rectangles and where components."""
        return self.rectangles, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> SwapRecipe | None:
        """Draw a place and two rectangles."""
        place = self.where.sample(rng, scene)
        clip = self.where.clip_method
        pair = None if place is None else self.rectangles.sample(rng, scene, place, clip)
        if pair is None:
            return None
        return SwapRecipe(
            kind=self.kind,
            severity=self.severity,
            seed=seed,
            first=tuple(pair[0]),
            second=tuple(pair[1]),
            opacity=visible_share(self.severity),
            clip=clip,
        )
