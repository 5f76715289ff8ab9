"""kornia: defects in an AugmentationSequential."""

from pathlib import Path

import torch
from kornia.augmentation import AugmentationSequential, RandomHorizontalFlip

from defectsynth.torch.kornia import DefectAugmentation
from examples.check_integrations import parts

PACKAGE = "kornia"


def check_sequential(folder: Path) -> str:
    """Draw into input and mask of an AugmentationSequential; masks are true to the pixel."""
    images = torch.stack([torch.from_numpy(image).movedim(-1, 0) for image in parts.render(2)]) / 255
    augment = AugmentationSequential(
        RandomHorizontalFlip(p=1.0), DefectAugmentation(parts.FAMILY), data_keys=["input", "mask"]
    )
    drawn, masks = augment(images, torch.zeros(2, 1, *images.shape[-2:]))
    return f"{parts.true_area(images.flip(-1), drawn, masks[:, 0])} pixels"
