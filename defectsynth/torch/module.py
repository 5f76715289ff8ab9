"""`DefectModule`: draws defects into tensors and PIL images, alone or in the structures of torchvision v2."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import PIL.Image
import torch
from torch.utils._pytree import tree_flatten, tree_unflatten
from torchvision import tv_tensors
from torchvision.transforms import v2

from defectsynth.core.images import checked_peak
from defectsynth.core.parameters import Number
from defectsynth.torch.drawing import (
    DrawnImage,
    as_transform,
    check_images,
    check_left_out,
    draw_batch,
    draw_image,
    new_seeds,
)
from defectsynth.torch.targets import (
    MaskTarget,
    as_roi,
    batch_shape,
    find_image,
    find_masks,
    join_labels,
    move_boxes,
    to_planes,
)

LEFT_OUT = 1  # beside a seed: whether `p` leaves its image as it is


class DefectSample(NamedTuple):
    """Image, mask and label, returned by `DefectModule` for an image alone.

    Attributes:
        image: type, shape, dtype and device as given.
        mask: `tv_tensors.Mask`, bool (H, W), or (B, H, W) for a batch; True where a defect is.
        label: 1 with a defect, 0 without; int64 (B,) on the image's device for a batch.
    """

    image: Any
    mask: Any
    label: Any


class DefectModule(v2.Transform):
    """Draws defects; a `torch.nn.Module` without parameters and a transform of torchvision v2.

    What comes back depends on what goes in. Every image of a batch has defects, mask and label of its own.

    - An image alone: a `DefectSample(image, mask, label)`.
    - A tuple, a list or several arguments: the same elements, then the mask if none was given, then the label. The
      image is the one `tv_tensors.Image` or PIL image, else the first tensor. Masks are all `tv_tensors.Mask`, else
      the first other tensor of the shape of a mask.
    - A dict or a `DefectSample`: "image", "mask" and "label" by name; what was missing is added. A label that was
      given stays 1.

    A given mask keeps shape, dtype and labels: labels move with warps, and empty pixels on a defect become True, 1.0 or
    255 by dtype, or the `mask_value` of the transform. `tv_tensors.BoundingBoxes` beside a single image move with
    warps and with parts that move. Anything else comes back as given. No gradient flows through the module.

    Args:
        transform: a defect, which is applied regardless of its `p`; an albumentations composition of defects; or the
            name of a defect or preset (`defectsynth list`), or the file of a preset.
        p: share of the images that get a defect, in [0, 1].
        roi: (H, W), where a defect may land in every image, see `synthesize`. A dict may hold another one for its image
            as "roi": a `tv_tensors.Mask`, so that flips and crops before move it.
        peak: white level of uint16 images, see `synthesize`.
        generator: where seeds are drawn from; None for torch's default generator, which `torch.manual_seed` sets and
            which differs in every worker and epoch of a `DataLoader`. In a worker, the worker's seed is added to what a
            generator of your own draws; in the ranks of a distributed training, a number for the rank is added to both.

    Inputs:
        image: (C, H, W) or (B, C, H, W) on any device: uint8, uint16, or floats in [0, 1]; or a PIL image of mode L,
            RGB, I;16 or F. Never written to.

    Attributes:
        seeds: the seed of each image of the last call, None where `p` left an image as it was.
            `synthesize(image, transform, seed=...)` draws the same.

    Raises:
        TypeError, ValueError: for an argument or an input that breaks the rules above, named with its value.

    Examples:
        >>> import torch
        >>> from torchvision.transforms import v2
        >>> augment = v2.Compose([v2.RandomHorizontalFlip(), DefectModule("scratch")])
        >>> image, mask, label = augment(torch.full((3, 64, 64), 90, dtype=torch.uint8))
        >>> image.shape, mask.shape, mask.dtype, label
        (torch.Size([3, 64, 64]), torch.Size([64, 64]), torch.bool, 1)
    """

    def __init__(
        self,
        transform: Any,
        *,
        p: float = 1.0,
        roi: Any = None,
        peak: float | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if generator is not None and not isinstance(generator, torch.Generator):
            raise TypeError(f"generator must be a torch.Generator or None, got {generator!r}")
        self.defects = as_transform(transform)
        self.p = Number(0.0, 1.0, "share of the images").check("p", p)
        self.roi = None if roi is None else as_roi(roi)
        self.peak = None if peak is None else checked_peak(peak)
        self.generator = generator
        self.seeds: tuple[int | None, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a copy; that of a generator as bytes, for torch hands none to a spawned process."""
        held = self.generator
        return self.__dict__ | {"generator": held and (str(held.device), held.get_state().numpy().tobytes())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the state of another module."""
        super().__setstate__(state)
        if state["generator"] is not None:
            device, seeded = state["generator"]
            self.generator = torch.Generator(device)
            self.generator.set_state(torch.frombuffer(bytearray(seeded), dtype=torch.uint8))

    def extra_repr(self) -> str:
        """Return the arguments for `repr`."""
        return f"{self.defects!r}, p={self.p:g}"

    @torch.compiler.disable  # type: ignore[untyped-decorator]  # NumPy and OpenCV draw
    def forward(self, *inputs: Any) -> Any:
        """Draw; the class says what goes in and what comes back."""
        sample = inputs[0] if len(inputs) == 1 else inputs
        named = sample if isinstance(sample, dict) else sample._asdict() if isinstance(sample, DefectSample) else {}
        leaves, structure = tree_flatten(sample)
        image = named["image"] if "image" in named else find_image(leaves)
        check_images(image)
        given = find_masks(leaves, image, named)
        masks = [MaskTarget(mask, image) for mask in given or [None]]
        labels = [0] * math.prod(batch_shape(image))
        last: DrawnImage | None = None

        def use(index: int, drawn: DrawnImage) -> None:
            nonlocal last
            labels[index], last = int(drawn.has_defect), drawn
            for mask in masks:
                mask.add(index, drawn)

        result = self._draw(image, named.get("roi"), use)
        for index, leaf in enumerate(leaves):
            if leaf is image:
                leaves[index] = result
            elif isinstance(leaf, tv_tensors.BoundingBoxes):
                leaves[index] = move_boxes(leaf, image, last)
            else:
                found = [target for mask, target in zip(given, masks, strict=False) if mask is leaf]
                leaves[index] = found[0].result() if found else leaf
        output = tree_unflatten(leaves, structure)
        label = torch.tensor(labels, dtype=torch.int64, device=image.device) if batch_shape(image) else labels[0]
        fresh = [] if given else [masks[0].result()]
        if sample is image:
            return DefectSample(result, fresh[0], label)
        if not named:
            return (list if isinstance(sample, list) else tuple)([*output, *fresh, label])
        if isinstance(output, DefectSample):
            return output._replace(label=join_labels(output.label, label))
        return {**output, **({"mask": fresh[0]} if fresh else {}), "label": join_labels(output.get("label"), label)}

    def _draw(self, image: Any, roi: Any, use: Callable[[int, DrawnImage], None]) -> Any:
        """Return the image or batch with its defects, of the same type; `use` gets every drawn image."""
        batch = batch_shape(image)
        self.seeds = self._new_seeds(*batch or (1,))
        rois = [self.roi] * len(self.seeds) if roi is None else [*to_planes(roi, image, "roi")]
        if isinstance(image, torch.Tensor):
            images = image.as_subclass(torch.Tensor).reshape(-1, *image.shape[-3:])
            result = draw_batch(images, self.defects, seeds=self.seeds, rois=rois, peak=self.peak, use=use)
            return tv_tensors.wrap(result.reshape(image.shape), like=image)
        (seed,) = self.seeds
        array = np.asarray(image)
        if seed is None:
            check_left_out(array)
            return image
        drawn = draw_image(array, self.defects, seed=seed, roi=rois[0], peak=self.peak)
        use(0, drawn)
        return PIL.Image.fromarray(drawn.image)

    def _new_seeds(self, count: int) -> tuple[int | None, ...]:
        """Return a seed for each of so many images, None where `p` leaves one as it is.

        The seed decides that, too: it differs between workers and ranks, where copies of a generator draw the same.
        """
        seeds = new_seeds(count, self.generator).tolist()
        return tuple(seed if np.random.default_rng((seed, LEFT_OUT)).random() < self.p else None for seed in seeds)
