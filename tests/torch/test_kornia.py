"""DefectAugmentation inside kornia's AugmentationSequential."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torchvision")
pytest.importorskip("kornia")

import torch
from kornia import augmentation

import defectsynth as ds
from defectsynth.torch.kornia import DefectAugmentation
from tests.images import make_part

SIZE = (64, 72)
IMAGES = torch.stack([torch.from_numpy(make_part(seed, size=SIZE)).movedim(-1, 0).float() / 255 for seed in range(4)])
MASKS = torch.zeros(4, 1, *SIZE)


def sequence(*stages: Any) -> Any:
    """Return a sequence that takes images and masks."""
    return augmentation.AugmentationSequential(*stages, data_keys=["input", "mask"])


def test_draws_are_those_of_synthesize() -> None:
    stage = DefectAugmentation("scratch")
    images, masks = sequence(stage)(IMAGES, MASKS)
    for source, image, mask, seed in zip(IMAGES, images, masks, stage._params["seeds"].tolist(), strict=True):
        expected = ds.synthesize(source.movedim(0, -1).contiguous().numpy(), stage.defects, seed=seed)
        assert image.movedim(0, -1).numpy().tobytes() == expected.image.tobytes()
        assert np.array_equal(mask[0], expected.mask != 0)


def test_repr_names_the_defects() -> None:
    assert repr(DefectAugmentation(ds.Scratch(), p=0.5)).startswith("DefectAugmentation(Scratch(")
    assert "p=0.5, keepdim=False)" in repr(DefectAugmentation("scratch", p=0.5))


def test_between_other_stages_and_again_from_the_same_parameters() -> None:
    stages = sequence(
        augmentation.RandomHorizontalFlip(), DefectAugmentation("screw"), augmentation.RandomAffine(10.0, p=1.0)
    )
    torch.manual_seed(0)
    images, masks = stages(IMAGES, MASKS)
    assert masks.unique().tolist() == [0.0, 1.0]
    again = stages(IMAGES, MASKS, params=stages._params)
    assert torch.equal(again[0], images)
    assert torch.equal(again[1], masks)
    torch.manual_seed(0)
    assert torch.equal(stages(IMAGES, MASKS)[0], images)


def test_p_leaves_images_and_masks_as_they_are() -> None:
    torch.manual_seed(0)
    images, masks = sequence(DefectAugmentation("scratch", p=0.5))(IMAGES, MASKS)
    drawn = masks.flatten(1).any(dim=1)
    assert 0 < drawn.sum() < 4
    assert torch.equal(images[~drawn], IMAGES[~drawn])
    assert not ((images != IMAGES).any(dim=1) & (masks[:, 0] == 0)).any()


def test_single_images_and_dicts() -> None:
    assert DefectAugmentation("scratch", keepdim=True)(IMAGES[0]).shape == IMAGES[0].shape
    result = augmentation.AugmentationSequential(DefectAugmentation("scratch"), data_keys=None)(
        {"mask": MASKS, "image": IMAGES, "label": torch.arange(4)}
    )
    assert result["mask"].flatten(1).any(dim=1).all()
    assert result["label"].tolist() == [0, 1, 2, 3]


def test_the_region_of_interest_holds() -> None:
    roi = torch.zeros(SIZE)
    roi[:, :30] = 1
    _, masks = sequence(DefectAugmentation("stain", roi=roi))(IMAGES, MASKS)
    assert masks.any()
    assert not masks[..., 30:].any()


def test_a_mask_without_its_image_is_refused() -> None:
    stage = DefectAugmentation("scratch")
    stage(IMAGES)
    params = stage.forward_parameters(IMAGES.shape)
    with pytest.raises(ValueError, match="image before its mask"):
        stage.transform_masks(MASKS, params, stage.flags)


def test_a_list_of_masks_is_refused() -> None:
    with pytest.raises(ValueError, match="masks of a batch must be one tensor"):
        sequence(DefectAugmentation("scratch"))(IMAGES, [*MASKS])
