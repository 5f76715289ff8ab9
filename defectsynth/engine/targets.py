"""Apply drawn defects to each kind of target: masks, bounding boxes, keypoints, records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from defectsynth.core.arrays import Array, Bytes, Floats
from defectsynth.core.images import white_level
from defectsynth.core.patch import Patch
from defectsynth.engine.rendering import Drawing
from defectsynth.fields.base import DrawnField, displace
from defectsynth.recipes.base import Recipe
from defectsynth.recipes.warp import WarpRecipe

SIDE_POINTS = 16  # points along each side of a bounding box that are moved to find the new box


def frames_of(target: str, value: Any) -> list[Array] | None:
    """Return the images in a target, None if it holds none.

    Raises:
        TypeError: if images or a volume are neither an array nor a list.
    """
    if target == "image" and value is not None:
        return [value]
    if target in ("images", "volume") and value is not None:
        if not isinstance(value, (np.ndarray, list, tuple)):
            raise TypeError(f"{target} must be an array (N, H, W[, C]) or a list of images, got {type(value).__name__}")
        return list(value)
    return None


def given(name: str, data: Mapping[str, Any], target_of: Callable[[str], str]) -> Any:
    """Return what the caller gives under the name of a target or under an additional name of it; None if nothing."""
    return next((value for key, value in data.items() if name in (key, target_of(key))), None)


def first_image(data: Mapping[str, Any], target_of: Callable[[str], str]) -> Array:
    """Return the image that a defect is sampled for.

    Raises:
        ValueError: if `data` holds none.
    """
    for wanted in ("image", "images", "volume"):
        for key, value in data.items():
            frames = frames_of(wanted, value) if target_of(key) == wanted else None
            if frames is not None and len(frames):
                return frames[0]
    raise ValueError(f"image must be given (or images, volume with an image), got {', '.join(data) or 'nothing'}")


def common_peak(image: Array, data: Mapping[str, Any], target_of: Callable[[str], str]) -> float | None:
    """Return the white level of all images of the dtype of `image`, None unless several decide it."""
    if getattr(image, "dtype", None) != np.uint16:
        return None
    frames = [frame for key, value in data.items() for frame in frames_of(target_of(key), value) or []]
    alike = [frame for frame in frames if getattr(frame, "dtype", None) == np.uint16 and frame.size]
    return white_level(max(alike, key=np.max)) if len(alike) > 1 else None


def on_value(dtype: np.dtype[Any], value: float | None) -> Any:
    """Return the value that marks a defect in a mask of `dtype`.

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
    """Return a copy of `mask` (H, W) or (H, W, C) with all defects of the drawings added.

    Labels that are there stay: a defect on top of one is not marked there. Of soft values the greater one stays, and
    so does a negative label. Several drawings are the same defects in
    several frames: each is added to the mask as given, so that a warp moves its labels once, and only pixels that
    changed in at least one frame are marked.
    """
    if len(drawings) == 1:
        return _added(mask, drawings[0], value=value, kind=kind)
    result = np.array(mask, order="C")
    changed = np.zeros((*mask.shape[:2], *[1] * (mask.ndim - 2)), np.bool_)
    for drawing in drawings:
        added = _added(mask, drawing, value=value, kind=kind)
        np.copyto(result, added, where=added != mask)
        for patch in drawing.patches:
            region = changed[patch.box.slices]
            region |= ((patch.change > 0) & (patch.mask > 0)).reshape(region.shape)
    np.copyto(result, mask, where=~changed)
    return result


def _added(mask: Array, drawing: Drawing, *, value: float | None, kind: str) -> Array:
    plain = kind == "binary" and value is None and mask.dtype == np.uint8 and mask.ndim == 2
    if plain and len(drawing.patches) == 1 and mask.flags.c_contiguous and not cv2.countNonZero(mask):
        return drawing.mask  # instead of a copy of nothing
    result = np.array(mask, order="C")
    on = on_value(result.dtype, value)
    for recipe, patch in zip(drawing.recipes, drawing.patches, strict=True):
        soft = None if kind == "binary" or result.dtype == np.bool_ else patch.soft_mask(kind, drawing.peak)
        _add(result, recipe, patch, on=on, soft=soft)
    return result


def add_to_masks(
    masks: Any, frames: Sequence[Drawing], every: Sequence[Drawing], *, value: float | None, kind: str
) -> Any:
    """Return copies of the masks with defects added: those of its frame, or all if there is not one mask a frame."""
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
    values = (soft * on if mask.dtype.kind == "f" else np.maximum(np.rint(soft * on), 1)).astype(mask.dtype)
    labels = region if region.ndim == 3 else region[..., None]
    np.maximum(labels, values[..., None], out=labels, where=defect[..., None] & (labels >= 0))


def displaced_mask(mask: Bytes, drawing: Drawing) -> Bytes:
    """Return the mask (H, W) of an earlier defect after the warps of later ones."""
    for recipe, patch in zip(drawing.recipes, drawing.patches, strict=True):
        if isinstance(recipe, WarpRecipe) and mask[patch.box.slices].any():
            moved = mask.copy()
            cv2.copyTo(_displaced_labels(mask, recipe.field, patch), patch.mask, moved[patch.box.slices])
            mask = moved
    return mask


def _displaced_labels(mask: Array, field: DrawnField, patch: Patch) -> Array:
    """Return the labels inside the box of a patch, each pixel that of the nearest source pixel, bit for bit."""
    if mask.dtype in (np.uint8, np.uint16, np.float32):
        return displace(mask, field, patch.box, nearest=True)
    parts = np.ascontiguousarray(mask).view(np.uint16 if mask.itemsize % 2 == 0 else np.uint8)
    planes = parts.reshape(*mask.shape[:2], -1)  # OpenCV moves no wide integers
    moved = [displace(plane, field, patch.box, nearest=True) for plane in np.moveaxis(planes, 2, 0)]
    joined = np.ascontiguousarray(np.stack(moved, axis=2)).view(mask.dtype)
    return joined.reshape(*joined.shape[:2], *mask.shape[2:])


def moved_keypoints(keypoints: Array, recipes: Sequence[Recipe]) -> Array:
    """Return keypoints (N, 2+) in pixels, moved by each defect in turn."""
    moved = np.array(keypoints)
    if len(moved):
        for recipe in recipes:
            moved[:, :2] = recipe.forward(moved[:, :2])
    return moved


def next_draw(records: Sequence[Mapping[str, Any]]) -> int:
    """Return the number that the next draw has in its records."""
    return 1 + max((int(record.get("draw", 0)) for record in records), default=-1)


def records_after(
    records: Sequence[dict[str, Any]], drawing: Drawing, *, moved_later: bool = False
) -> list[dict[str, Any]]:
    """Return earlier records with the boxes that they have after a drawing, and the records of the drawing.

    The area of an earlier record stays that of its own draw: the mask of that defect alone is not known here.

    Args:
        records: earlier ones; they are not changed.
        drawing: the new defects.
        moved_later: whether other transforms that may move pixels follow: box and area would no longer hold then and
            are None.
    """
    size = drawing.canvas.shape[:2]
    scale = np.array([size[1], size[0]] * 2, dtype=np.float64)
    after = []
    for record in records:
        box = record.get("box")
        if box is not None:
            moved = moved_boxes(np.array([box]) / scale, drawing.recipes, size)[0] * scale
            box = _whole_box(moved, size)
        after.append({**record, "box": box} if box != record.get("box") else record)
    fresh = drawing.records(next_draw(records))
    return after + ([{**record, "box": None, "area": None} for record in fresh] if moved_later else fresh)


def _whole_box(edges: Array, size: tuple[int, ...]) -> list[int]:
    """Return the pixels that a box (x_min, y_min, x_max, y_max) touches, at least one, in an image of a size."""
    low = np.minimum(np.floor(edges[:2] + 1e-6), (size[1] - 1, size[0] - 1))
    return [int(edge) for edge in (*low, *np.maximum(np.ceil(edges[2:] - 1e-6), low + 1))]


def moved_boxes(boxes: Array, recipes: Sequence[Recipe], size: tuple[int, int]) -> Array:
    """Return boxes (N, 4+), fractions of width and height, as the bounding boxes of their moved outlines."""
    moved = np.array(boxes)
    scale = np.array([size[1], size[0]], dtype=np.float64)
    share = np.linspace(0.0, 1.0, SIDE_POINTS)
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
