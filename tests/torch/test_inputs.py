"""Inputs of `DefectModule` that are right, or wrong, whether or not they get a defect; and compiled modules."""

import copy

import numpy as np
import PIL.Image
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from defectsynth.torch import DefectModule  # noqa: E402


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_floats_out_of_range_are_refused_with_and_without_a_defect(*, dtype: torch.dtype, p: float) -> None:
    module = DefectModule("scratch", p=p)
    with pytest.raises(ValueError, match=r"must be float32 in \[0, 1\], .*; if it is normalised, place the defects"):
        module(torch.rand(2, 3, 64, 64, dtype=dtype) * 255)
    with pytest.raises(ValueError, match=r"must be float32 in \[0, 1\]"):
        module(PIL.Image.fromarray(np.full((64, 64), 7.0, np.float32)))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_denormalised_images_of_half_precision_are_drawn_into(dtype: torch.dtype) -> None:
    images = torch.rand(1, 3, 64, 64)
    images[..., :8], images[..., -8:] = 0, 1
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    mean, std = (each.view(3, 1, 1).to(dtype) for each in (mean, std))
    back = (images.to(dtype) - mean) / std * std + mean
    assert (back.min() < 0) | (back.max() > 1)
    before = back.clone()
    drawn, mask, label = DefectModule("stain")(back)
    assert label.tolist() == [1]
    assert drawn.dtype == dtype
    changed = (drawn != before).any(dim=1)
    assert changed.any()
    assert not (changed & ~mask).any()
    with pytest.raises(ValueError, match=r"must be float32 in \[0, 1\]"):
        DefectModule("stain", p=0.0)(back * 1.1)


def test_labels_of_a_batch_may_be_a_list() -> None:
    batch = torch.full((3, 3, 64, 64), 0.4)
    given = {"image": batch, "label": [0, 1, 0]}
    found = DefectModule("scratch", p=0.0)(copy.copy(given))["label"]
    assert found == [0, 1, 0]
    assert DefectModule("scratch")(given)["label"] == [1, 1, 1]
    with pytest.raises(ValueError, match="label must be 0"):
        DefectModule("scratch")({"image": batch, "label": [0, 2, 0]})


def test_a_compiled_module_draws_the_same() -> None:
    image = torch.randint(0, 60, (3, 96, 96), dtype=torch.uint8)
    image[:, 30:70, 30:70] += 120
    module = DefectModule("bent_edge")
    torch.manual_seed(0)
    expected = module(image)
    torch.manual_seed(0)
    found = torch.compile(module, backend="eager")(image)
    assert torch.equal(found.image, expected.image)
    assert torch.equal(found.mask, expected.mask)


def test_labels_of_a_batch_may_be_an_array() -> None:
    images = torch.rand(3, 3, 64, 64)
    given = np.array([0, 1, 0])
    found = DefectModule("scratch", p=0.0)({"image": images, "label": given})["label"]
    assert isinstance(found, np.ndarray)
    assert (found.dtype, found.tolist()) == (given.dtype, [0, 1, 0])
    assert DefectModule("scratch")({"image": images, "label": given})["label"].tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="label must be 0"):
        DefectModule("scratch")({"image": images, "label": np.array([0, 2, 0])})


def test_labels_of_an_empty_batch_are_whole_numbers() -> None:
    assert DefectModule("scratch")(torch.zeros(0, 3, 64, 64)).label.dtype == torch.int64


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_masks_of_half_precision_are_drawn_into(dtype: torch.dtype) -> None:
    found = DefectModule("scratch")({"image": torch.rand(3, 64, 64), "mask": torch.zeros(64, 64, dtype=dtype)})["mask"]
    assert found.dtype == dtype
    assert found.unique().tolist() == [0.0, 1.0]


def test_a_palette_mask_keeps_its_palette() -> None:
    mask = PIL.Image.fromarray(np.zeros((64, 64), np.uint8))
    mask.putpalette([0, 0, 0, 200, 10, 10] + [90] * 762)
    image = PIL.Image.fromarray(np.full((64, 64, 3), 90, np.uint8))
    found = DefectModule("scratch")({"image": image, "mask": mask})["mask"]
    assert found.mode == "P"
    assert found.getpalette()[:6] == [0, 0, 0, 200, 10, 10]
    assert np.asarray(found).any()
