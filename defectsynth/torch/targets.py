"""Find image and masks in a structure of torchvision v2, and give each of them back with its defects."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import PIL.Image
import torch
from torchvision import tv_tensors
from torchvision.transforms.v2.functional import convert_bounding_box_format

from defectsynth.core.arrays import Array
from defectsynth.torch.drawing import WORKING_DTYPES, DrawnImage

BOX_FORMATS = ("XYXY", "XYWH", "CXCYWH")


def find_image(leaves: Sequence[Any]) -> Any:
    """Return the image among the leaves of a structure: the typed one, else the first tensor.

    Raises:
        TypeError: if there is none.
        ValueError: if there are several typed ones.
    """
    typed = [leaf for leaf in leaves if isinstance(leaf, (tv_tensors.Image, PIL.Image.Image))]
    if len(typed) > 1:
        raise ValueError(f'image must be one image or have the name "image" in a dict, got {len(typed)} images')
    found = typed or [leaf for leaf in leaves if is_plain(leaf)]
    if not found:
        kinds = ", ".join(type(leaf).__name__ for leaf in leaves) or "nothing"
        raise TypeError(f"image must be a tensor, a tv_tensors.Image or a PIL image, got {kinds}")
    return found[0]


def is_plain(leaf: Any) -> bool:
    """Return whether a leaf is a tensor that torchvision has given no meaning."""
    return isinstance(leaf, torch.Tensor) and not isinstance(leaf, tv_tensors.TVTensor)


def find_masks(leaves: Sequence[Any], image: Any, named: Mapping[str, Any]) -> list[Any]:
    """Return every `tv_tensors.Mask` and what has the name "mask", but not what has the name "roi".

    Without either, in a structure without names, the first tensor beside the image that has the shape of a mask.
    """
    masks = [leaf for leaf in leaves if isinstance(leaf, tv_tensors.Mask) and leaf is not named.get("roi")]
    if named.get("mask") is not None and not any(mask is named["mask"] for mask in masks):
        masks.append(named["mask"])
    if masks or named:
        return masks
    shapes = mask_shapes(image)
    return [leaf for leaf in leaves if leaf is not image and is_plain(leaf) and leaf.shape in shapes][:1]


def image_size(image: Any) -> tuple[int, int]:
    """Return height and width of a tensor or PIL image."""
    return (image.height, image.width) if isinstance(image, PIL.Image.Image) else tuple(image.shape[-2:])


def batch_shape(image: Any) -> tuple[int, ...]:
    """Return (B,) for a batch, () for a single image."""
    return tuple(image.shape[:-3]) if isinstance(image, torch.Tensor) else ()


def mask_shapes(image: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes that a mask of the image may have."""
    batch, size = batch_shape(image), image_size(image)
    return (*batch, *size), (*batch, 1, *size)


def as_roi(roi: Any) -> Array:
    """Return a region of interest for all images as an array (H, W).

    Raises:
        TypeError, ValueError: if it is no tensor, array or PIL image, or has another shape than (H, W) or (1, H, W).
    """
    array = to_array(roi, "roi")
    if array.ndim not in (2, 3) or array.shape[:-2] not in ((), (1,)):
        raise ValueError(f"roi must have shape (H, W) or (1, H, W), got {array.shape}")
    return np.array(array.reshape(array.shape[-2:]))


def to_array(mask: Any, name: str) -> Array:
    """Return a tensor or PIL image as an array.

    Raises:
        TypeError: if it is neither, nor an array.
    """
    if not isinstance(mask, (torch.Tensor, np.ndarray, PIL.Image.Image)):
        raise TypeError(f"{name} must be a tensor, an array or a PIL image, got {type(mask).__name__}")
    if not isinstance(mask, torch.Tensor):
        return np.asarray(mask)
    return mask.detach().to("cpu", WORKING_DTYPES.get(mask.dtype, mask.dtype)).numpy()


def to_planes(mask: Any, image: Any, name: str) -> Array:
    """Return a mask or region of interest of the image as an array (N, H, W), one for each image.

    Raises:
        TypeError, ValueError: see `to_array`; and ValueError if it has another shape than a mask of the image.
    """
    array = to_array(mask, name)
    if array.shape not in (shapes := mask_shapes(image)):
        raise ValueError(f"{name} must have shape {shapes[0]} or {shapes[1]} like its image, got {array.shape}")
    return array.reshape(-1, *image_size(image))


class MaskTarget:
    """A mask on its way: given or, without one, made as bool (H, W) or (B, H, W).

    Raises:
        TypeError, ValueError: if what was given is no mask, or one of another shape than the image.
    """

    def __init__(self, given: Any, image: Any) -> None:
        self._given, self._image = given, image
        size, count = image_size(image), math.prod(batch_shape(image))
        self._planes = np.zeros((count, *size), np.bool_) if given is None else to_planes(given, image, "mask").copy()

    def add(self, index: int, drawn: DrawnImage) -> None:
        """Add the defects of one image."""
        if self._given is None:
            for mark in drawn.marks:  # all that is marked lies in their boxes
                self._planes[index][mark.box.slices] = drawn.mask[mark.box.slices] != 0
        else:
            self._planes[index] = drawn.add_to(self._planes[index])

    def result(self) -> Any:
        """Return the mask; of the type, shape, dtype and device of a given one, else a `tv_tensors.Mask`."""
        given, image = self._given, self._image
        if isinstance(given, PIL.Image.Image):
            mask = PIL.Image.fromarray(self._planes[0])
            if given.mode == "P":
                mask.putpalette(given.getpalette() or [])
            return mask
        if isinstance(given, np.ndarray):
            return self._planes.reshape(given.shape)
        if isinstance(given, torch.Tensor):
            return tv_tensors.wrap(torch.from_numpy(self._planes).reshape(given.shape).to(given), like=given)
        planes = torch.from_numpy(self._planes).reshape(mask_shapes(image)[0])
        return tv_tensors.Mask(planes.to(image.device) if isinstance(image, torch.Tensor) else planes)


def move_boxes(boxes: tv_tensors.BoundingBoxes, image: Any, drawn: DrawnImage | None) -> tv_tensors.BoundingBoxes:
    """Return the bounding boxes of a single image after its defects; boxes that nothing moved keep every bit.

    Raises:
        ValueError: for a batch, a rotated format or a canvas of another size.
    """
    if batch_shape(image):
        raise ValueError("BoundingBoxes must come with a single image, got a batch; draw before batches are made")
    if boxes.format.value not in BOX_FORMATS:
        raise ValueError(f"BoundingBoxes must have one of the formats {', '.join(BOX_FORMATS)}, got {boxes.format}")
    if boxes.canvas_size != image_size(image):
        raise ValueError(f"BoundingBoxes must have the image's size {image_size(image)}, got {boxes.canvas_size}")
    if drawn is None:
        return boxes
    plain = boxes.as_subclass(torch.Tensor).detach()
    corners = convert_bounding_box_format(plain, old_format=boxes.format, new_format="XYXY").double().cpu().numpy()
    moved = drawn.move_boxes(corners)
    changed = torch.from_numpy((moved != corners).any(axis=1))
    rounded = torch.from_numpy(moved if plain.is_floating_point() else np.rint(moved)).to(plain)
    back = convert_bounding_box_format(rounded, old_format="XYXY", new_format=boxes.format)
    return tv_tensors.wrap(torch.where(changed[:, None].to(plain.device), back, plain), like=boxes)


def join_labels(given: Any, drawn: Any) -> Any:
    """Return labels that are 1 where the given ones or the drawn ones are.

    Raises:
        ValueError: if a given label is neither 0 nor 1.
    """
    if given is None:
        return drawn
    if isinstance(given, (list, tuple)):
        return type(given)(join_labels(torch.tensor(given), drawn).tolist())
    if isinstance(given, np.ndarray):
        return join_labels(torch.as_tensor(given), torch.as_tensor(drawn).cpu()).numpy()
    if isinstance(given, torch.Tensor):
        if not ((given == 0) | (given == 1)).all() or (given.ndim and given.shape != np.shape(drawn)):
            raise ValueError(f"label must be 0 (normal) or 1 (defect), one an image, got {given}")
        return torch.maximum(given, torch.as_tensor(drawn).to(given))
    if given not in (0, 1) or isinstance(drawn, torch.Tensor):
        raise ValueError(f"label must be 0 (normal) or 1 (defect), one an image, got {given!r}")
    return type(given)(max(given, drawn))
