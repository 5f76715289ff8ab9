"""Draw on one image: sample until the defect is visible, render recipes, collect the true mask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from defectsynth.core.allocation import keep_freed_memory
from defectsynth.core.arrays import Array, Bytes
from defectsynth.core.forking import end_opencv_threads_at_forks
from defectsynth.core.patch import Patch, drop_restored_pixels
from defectsynth.core.rounding import rounded
from defectsynth.core.serialization import encode
from defectsynth.recipes.base import Recipe
from defectsynth.scene.scene import Scene

MAX_TRIES = 8  # draws of one defect before it is left out

Sampler = Callable[[np.random.Generator, Scene], Recipe | None]

keep_freed_memory()
end_opencv_threads_at_forks()


@dataclass
class Drawing:
    """One image with its defects.

    Attributes:
        canvas: copy of the image with the defects.
        peak: white level.
        recipes: the drawn defects, in order.
        patches: the pixels that each of them changed.
    """

    canvas: Array
    peak: float
    recipes: list[Recipe] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)

    def add(self, recipe: Recipe, patch: Patch) -> None:
        """Write a rendered defect into the canvas."""
        cv2.copyTo(patch.pixels, patch.mask, self.canvas[patch.box.slices])
        self.recipes.append(recipe)
        self.patches.append(patch)

    @property
    def mask(self) -> Bytes:
        """The true mask, uint8 (H, W), 255 where a defect is."""
        whole = np.zeros(self.canvas.shape[:2], np.uint8)
        for patch in self.patches:
            region = whole[patch.box.slices]
            cv2.bitwise_or(region, patch.mask, dst=region)
        return whole

    def records(self, draw: int = 0) -> list[dict[str, Any]]:
        """Return one plain dict for each defect, see `record`."""
        return [
            record(recipe, patch, draw=draw, peak=self.peak)
            for recipe, patch in zip(self.recipes, self.patches, strict=True)
        ]


def record(recipe: Recipe, patch: Patch, *, draw: int, peak: float) -> dict[str, Any]:
    """Return the record of one defect, plain data.

    Returns:
        kind, defect_type (the caller's name for it, else the kind), box (x_min, y_min, x_max, y_max in pixels, maxima
        exclusive), area (pixels of the mask), contrast (mean change in the mask, share of the range), severity, seed,
        draw (number of the draw in the pipeline: defects of one draw see the same image), peak (white level) and
        recipe: all parameters, enough to draw it again.
    """
    x, y, width, height = cv2.boundingRect(patch.mask)
    x, y = x + patch.box.x0, y + patch.box.y0
    return {
        "kind": recipe.kind,
        "defect_type": recipe.defect_type or recipe.kind,
        "box": [x, y, x + width, y + height],
        "area": cv2.countNonZero(patch.mask),
        "contrast": patch.contrast,
        "severity": recipe.severity,
        "seed": recipe.seed,
        "draw": draw,
        "peak": peak,
        "recipe": encode(recipe),
    }


def draw(
    image: Array,
    *,
    roi: Array | None,
    peak: float | None,
    rng: np.random.Generator,
    sample: Sampler,
    count: int,
    min_visibility: float,
) -> Drawing:
    """Draw up to `count` defects into a copy of `image`.

    Each is sampled until its contrast reaches `min_visibility`, at most `MAX_TRIES` times; then it is left out.
    """
    scene = Scene(image, roi, peak)
    drawing = Drawing(np.array(image, order="C"), scene.peak)
    for _ in range(count):
        for _ in range(MAX_TRIES):
            recipe = _with_rounded_numbers(sample(rng, scene))
            patch = None if recipe is None else _rendered(recipe, scene, drawing)
            if recipe is not None and patch is not None and patch.contrast >= min_visibility:
                drawing.add(recipe, patch)
                break
    return drawing


def _with_rounded_numbers(recipe: Recipe | None) -> Recipe | None:
    if recipe is None:
        return None
    copy: Recipe = rounded(recipe)
    vars(copy)["severity"] = recipe.severity  # which the caller gave; nobody else has the copy yet
    return copy


def redraw(image: Array, recipes: Sequence[Recipe], *, roi: Array | None, peak: float | None = None) -> Drawing:
    """Render recipes into a copy of `image`; recipes that change nothing visible there are left out."""
    scene = Scene(image, roi, peak)
    drawing = Drawing(np.array(image, order="C"), scene.peak)
    for recipe in recipes:
        patch = _rendered(recipe, scene, drawing)
        if patch is not None:
            drawing.add(recipe, patch)
    return drawing


def _rendered(recipe: Recipe, scene: Scene, drawing: Drawing) -> Patch | None:
    patch = recipe.render(scene, drawing.canvas)
    if patch is None or not drawing.patches:
        return patch
    return drop_restored_pixels(patch, original=scene.image, peak=scene.peak)


class DrawingCache:
    """The drawing made while sampling, handed out once for the very array it was made for; copies are empty."""

    def __init__(self, source: Array | None = None, drawing: Drawing | None = None) -> None:
        self._source, self._drawing = source, drawing

    def take(self, image: Array) -> Drawing | None:
        """Return the drawing if it was made for this array and not taken before."""
        if self._drawing is None or image is not self._source:
            return None
        drawing, self._drawing, self._source = self._drawing, None, None
        return drawing

    def __deepcopy__(self, memo: dict[int, Any]) -> DrawingCache:
        """Return an empty cache: recorded parameters hold recipes, not pixels."""
        return DrawingCache()

    def __reduce__(self) -> tuple[type[DrawingCache], tuple[()]]:
        """Pickle as an empty cache."""
        return DrawingCache, ()
