"""torchvision: defects in a pipeline of transforms v2."""

from pathlib import Path

import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

import defectsynth as ds
from defectsynth.torch import DefectModule
from examples.check_integrations import parts

PACKAGE = "torchvision"


def check_compose(folder: Path) -> str:
    """Draw in a v2.Compose with one line more; masks are true and follow a flip, bytes are those of synthesize."""
    array = parts.render(1)[0]
    image = tv_tensors.Image(torch.from_numpy(array).movedim(-1, 0))
    defects = DefectModule(parts.FAMILY)
    drawn, mask, label = v2.Compose([defects, v2.RandomHorizontalFlip(p=1.0)])(image)
    area = parts.true_area(image.flip(-1), drawn, mask)
    sample = ds.synthesize(array, defects.defects, seed=defects.seeds[0])
    assert np.array_equal(drawn.flip(-1).movedim(0, -1).numpy(), sample.image), "the bytes differ from synthesize"
    assert label == 1
    pipeline = v2.Compose([defects, v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)])
    images, masks, labels = pipeline(torch.stack([image] * 3))
    assert (images.dtype, masks.shape, labels.tolist()) == (torch.float32, (3, 96, 96), [1, 1, 1])
    return f"{area} pixels"
