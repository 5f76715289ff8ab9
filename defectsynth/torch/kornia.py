"""`DefectAugmentation`: draws defects inside kornia's `AugmentationSequential`, with the masks beside the images."""

from __future__ import annotations

from typing import Any

import torch
from kornia.augmentation import IntensityAugmentationBase2D

from defectsynth.torch.drawing import DrawnImage, as_transform, check_images, draw_batch, new_seeds
from defectsynth.torch.targets import MaskTarget, as_roi


class DefectAugmentation(IntensityAugmentationBase2D):
    """Draws defects into the data key "input" and adds them to the data key "mask".

    Floating masks get 1.0 where a defect is; labels in them move with warps. A mask must come after its image.
    Bounding boxes and keypoints come back as given.

    Args:
        transform: see `DefectModule`.
        p: probability of a defect in each image, in [0, 1].
        roi: (H, W), where a defect may land in every image, see `synthesize`.
        keepdim: whether a single image (C, H, W) comes back without the axis of the batch.

    Raises:
        TypeError, ValueError: for an argument or an input that breaks the rules of `DefectModule`.

    Examples:
        >>> import torch
        >>> from kornia.augmentation import AugmentationSequential, RandomHorizontalFlip
        >>> augment = AugmentationSequential(
        ...     RandomHorizontalFlip(), DefectAugmentation("scratch"), data_keys=["input", "mask"]
        ... )
        >>> images, masks = augment(torch.full((2, 3, 64, 64), 0.4), torch.zeros(2, 1, 64, 64))
        >>> masks.shape, masks.unique()
        (torch.Size([2, 1, 64, 64]), tensor([0., 1.]))
    """

    def __init__(self, transform: Any, *, p: float = 1.0, roi: Any = None, keepdim: bool = False) -> None:
        super().__init__(p=p, keepdim=keepdim)
        self.defects = as_transform(transform)
        self.roi = None if roi is None else as_roi(roi)
        self._drawn: tuple[list[int], dict[int, DrawnImage]] = ([], {})

    def __repr__(self) -> str:
        """Return the class with its arguments; kornia's own `repr` does not name the defects."""
        return f"{type(self).__name__}({self.defects!r}, p={self.p:g}, keepdim={self.keepdim})"

    def generate_parameters(self, batch_shape: tuple[int, ...]) -> dict[str, torch.Tensor]:
        """Return the seed of each image, drawn from torch's default generator."""
        return {"seeds": new_seeds(batch_shape[0])}

    @torch.compiler.disable  # type: ignore[untyped-decorator]  # NumPy and OpenCV draw
    def apply_transform(
        self, images: torch.Tensor, params: dict[str, torch.Tensor], flags: dict[str, Any], transform: Any = None
    ) -> torch.Tensor:
        """Return the images with their defects."""
        check_images(images)
        seeds = params["seeds"].tolist()
        applied = [seed if p > 0.5 else None for seed, p in zip(seeds, params["batch_prob"].tolist(), strict=True)]
        drawn: dict[int, DrawnImage] = {}
        self._drawn = seeds, drawn
        rois = [self.roi] * len(seeds)
        return draw_batch(images, self.defects, seeds=applied, rois=rois, use=drawn.__setitem__)

    @torch.compiler.disable  # type: ignore[untyped-decorator]
    def apply_transform_mask(
        self, masks: torch.Tensor, params: dict[str, torch.Tensor], flags: dict[str, Any], transform: Any = None
    ) -> torch.Tensor:
        """Return the masks with the defects of their images."""
        seeds, drawn = self._drawn
        if seeds != params["seeds"].tolist():
            raise ValueError(
                "data_keys must have the image before its mask, and masks of a batch must be one tensor (B, 1, H, W)"
            )
        mask = MaskTarget(masks, masks)
        for index, image in drawn.items():
            mask.add(index, image)
        return mask.result()
