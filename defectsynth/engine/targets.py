"""What a defect does to each kind of target: frames, masks, boxes, keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Floats
from defectsynth.core.patch import Patch
from defectsynth.engine.rendering import Drawing
from defectsynth.fields.base import DrawnField, displaced
from defectsynth.recipes.base import Recipe
from defectsynth.recipes.warp import WarpRecipe

SAMPLES = 16  # points along each side of a box that are moved to find the box around it


def frames_of(target: str, value: Any) -> list[Array] | None:
    """Return the pictures in a target, None if it holds none."""
    if target == "image" and value is not None:
        return [value]
    if target in ("images", "volume") and value is not None:
        return list(value)
    return None


def on_value(dtype: np.dtype[Any], value: float | None) -> Any:
    """Return what marks a defect in a mask of `dtype`.

    Raises:
        ValueError: if `value` does not fit the dtype.
    """
    if dtype == np.uint8 and value is None:
        return 255
    if dtype == np.bool_:
        return True
    if dtype.kind == "f":
        return 1.0 if value is None else value
    if value is None:
        return min(255, np.iinfo(dtype).max)
    if value != int(value) or value > np.iinfo(dtype).max:
        raise ValueError(f"mask_value must be a whole number that fits {dtype}, got {value}")
    return int(value)


def add_to_mask(mask: Array, drawings: Sequence[Drawing], *, value: float | None, kind: str) -> Array:
    """Return a copy of `mask` (H, W) or (H, W, C) with all defects of the drawings added."""
    result = np.array(mask, order="C")
    on = on_value(result.dtype, value)
    for drawing in drawings:
        for recipe, patch in zip(drawing.recipes, drawing.patches, strict=True):
            soft = None if kind == "binary" or result.dtype == np.bool_ else patch.soft_mask(kind, drawing.peak)
            _add(result, recipe, patch, on=on, soft=soft)
    return result


def add_to_masks(
    masks: Any, frames: Sequence[Drawing], every: Sequence[Drawing], *, value: float | None, kind: str
) -> Any:
    """Return copies of the masks; one a frame gets that frame's defects, else each gets all of them."""
    paired = len(frames) == len(masks)
    added = [
        add_to_mask(mask, [frames[index]] if paired else every, value=value, kind=kind)
        for index, mask in enumerate(masks)
    ]
    return np.stack(added) if isinstance(masks, np.ndarray) and added else added or masks


def _add(mask: Array, recipe: Recipe, patch: Patch, *, on: Any, soft: Floats | None) -> None:
    region = mask[patch.box.slices]
    if soft is None and on == 255 and mask.dtype == np.uint8 and region.ndim == 2 and not cv2.countNonZero(region):
        cv2.copyTo(patch.mask, patch.mask, region)  # the common case: nothing is there yet
        return
    defect = patch.mask != 0
    if isinstance(recipe, WarpRecipe) and region.any():
        moved = _displaced_labels(mask, recipe.field, patch)
        region[defect] = moved[defect]
    if soft is None:
        empty = defect & (region == 0 if region.ndim == 2 else (region == 0).all(axis=2))
        region[empty] = on
        return
    values = soft * on if mask.dtype.kind == "f" else np.where(defect, np.maximum(np.rint(soft * on), 1), 0)
    soft = values.astype(mask.dtype)
    np.maximum(region, soft if region.ndim == 2 else soft[..., None], out=region)


def _displaced_labels(mask: Array, field: DrawnField, patch: Patch) -> Array:
    labels = mask.astype(np.float32) if mask.dtype not in (np.uint8, np.uint16, np.float32) else mask
    return displaced(labels, field, patch.box, nearest=True).astype(mask.dtype)


def moved_keypoints(keypoints: Array, recipes: Sequence[Recipe]) -> Array:
    """Return keypoints (N, 2+) in pixels, moved by every defect in turn."""
    moved = np.array(keypoints)
    if len(moved):
        for recipe in recipes:
            moved[:, :2] = recipe.forward(moved[:, :2])
    return moved


def moved_boxes(boxes: Array, recipes: Sequence[Recipe], size: tuple[int, int]) -> Array:
    """Return boxes (N, 4+), fractions of width and height, as the boxes around their moved outlines."""
    moved = np.array(boxes)
    scale = np.array([size[1], size[0]], dtype=np.float64)
    share = np.linspace(0.0, 1.0, SAMPLES)
    for row in moved:
        x0, y0, x1, y1 = row[:4]
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        sides = [(x, y0 + 0 * y), (x, y1 + 0 * y), (x0 + 0 * x, y), (x1 + 0 * x, y)]
        still = np.concatenate([np.stack(side, axis=1) for side in sides]) * scale
        outline = still
        for recipe in recipes:
            outline = recipe.forward_outline(outline)
        if outline is not still:
            outline = np.clip(outline / scale, 0.0, 1.0)
            row[:4] = (*outline.min(axis=0), *outline.max(axis=0))
    return moved
