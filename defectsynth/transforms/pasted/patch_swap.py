"""Two patches of a picture that have changed places."""

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
from defectsynth.shapes.rectangle import within

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from defectsynth.engine.transform import Common


TRIES = 8  # places tried for the second patch


@dataclass(frozen=True)
class Exchange(Component):
    """Two upright rectangles of one size that do not overlap.

    Args:
        length_range: height, in [0, 1], fraction of min(H, W).
        width_range: in [0, 1], fraction of min(H, W).
        distance_range: between their middles, in [0, 2], fraction of min(H, W).
    """

    length_range: Pair = span((0.05, 0.15), 0.0, 1.0, FRACTION)
    width_range: Pair = span((0.05, 0.15), 0.0, 1.0, FRACTION)
    distance_range: Pair = span((0.1, 0.5), 0.0, 2.0, FRACTION)

    def sample(self, rng: np.random.Generator, scene: Scene, place: Place, clip: str) -> tuple[Box, Box] | None:
        """Return both rectangles in pixels, None if no second one fits beside the first.

        Args:
            rng: what is drawn from.
            scene: the picture.
            place: middle of the first.
            clip: how the object is found that the middle of the second lies on, too; empty lays it anywhere.
        """
        length, width = rng.random(2).tolist()
        size = between(self.width_range, width) * scene.side, between(self.length_range, length) * scene.side
        first = _box(scene, place, size)
        for _ in range(TRIES):
            away, turn = rng.random(2).tolist()
            distance, turn = between(self.distance_range, away) * scene.side, 2 * math.pi * turn
            second = _box(
                scene, Place(place.x + distance * math.cos(turn), place.y + distance * math.sin(turn), 0.0), size
            )
            if first is None or second is None or first.shape != second.shape or not _apart(first, second):
                continue
            if not clip or _on_object(second, scene, clip):
                return first, second
        return None


def _box(scene: Scene, place: Place, size: tuple[float, float]) -> Box | None:
    drawn = within(scene, place, width=size[0], height=size[1])
    x, y = round(drawn.x - drawn.width / 2 + 0.5), round(drawn.y - drawn.height / 2 + 0.5)
    return clip_box(x, y, x + round(drawn.width) - 1, y + round(drawn.height) - 1, size=scene.size)


def _on_object(box: Box, scene: Scene, method: str) -> bool:
    found = scene.foreground(method)
    column, row = int((box.x0 + box.x1) / 2 / found.step[0]), int((box.y0 + box.y1) / 2 / found.step[1])
    return bool(found.cells[min(row, found.cells.shape[0] - 1), min(column, found.cells.shape[1] - 1)])


def _apart(first: Box, second: Box) -> bool:
    across = first.x1 <= second.x0 or second.x1 <= first.x0
    return across or first.y1 <= second.y0 or second.y1 <= first.y0


@dataclass(frozen=True)
class SwapRecipe(Recipe):
    """Two rectangles, (x0, y0, x1, y1) in pixels, and how opaque what is laid into them is."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    opacity: float
    clip: str

    def render(self, scene: Scene, canvas: Array) -> Patch | None:
        """Return both rectangles, each with what was in the other."""
        pair = Box(*self.first), Box(*self.second)
        low, high = np.minimum(*pair)[:2], np.maximum(*pair)[2:]
        whole = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        if whole.x1 > scene.size[1] or whole.y1 > scene.size[0]:
            return None
        before = np.ascontiguousarray(canvas[whole.slices])
        after, alpha = np.array(before), np.zeros(whole.shape, np.float32)
        for here, there in (pair, pair[::-1]):
            inner = np.s_[here.y0 - whole.y0 : here.y1 - whole.y0, here.x0 - whole.x0 : here.x1 - whole.x0]
            laid = scene.image[there.slices]
            mixed = cv2.addWeighted(laid, self.opacity, before[inner], 1.0 - self.opacity, 0.0)
            after[inner] = laid if self.opacity == 1.0 else mixed.reshape(laid.shape)
            alpha[inner] = self.opacity
        return make_patch(
            before, after, whole, peak=scene.peak, alpha=alpha, allowed=scene.allowed_mask(whole, self.clip)
        )


class PatchSwap(DefectTransform):
    """Swapped patches: two rectangles of the picture that have changed places.

    The first lands anywhere unless `where` says otherwise, the second near it; on the object both end at the object's
    edge. Upright, of one size, with sharp edges. The mask marks both.

    ![patch_swap](tests/golden/patch_swap.png)

    Targets:
        image, images, volume, mask, masks, mask3d, bboxes, keypoints, roi, defects

    Args:
        length_range: height, in [0, 1], fraction of min(H, W).
        width_range: in [0, 1], fraction of min(H, W).
        distance_range: between their middles, in [0, 2], fraction of min(H, W).
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
        self.exchange = Exchange(length_range=length_range, width_range=width_range, distance_range=distance_range)

    @property
    def components(self) -> tuple[Component, ...]:
        """The exchange and where."""
        return self.exchange, self.where

    def recipe(self, rng: np.random.Generator, scene: Scene, seed: int) -> SwapRecipe | None:
        """Draw a place and two rectangles."""
        place = self.where.sample(rng, scene)
        clip = self.where.foreground if self.where.clips else ""
        pair = None if place is None else self.exchange.sample(rng, scene, place, clip)
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
