"""The structures of torchvision v2 come back whole, with masks, boxes and labels that fit the image."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torchvision")

import PIL.Image
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

import defectsynth as ds
from defectsynth.engine.targets import add_to_mask, moved_boxes
from defectsynth.torch import DefectModule, DefectSample
from tests.images import make_part

SIZE = (96, 104)
IMAGE = torch.from_numpy(make_part(size=SIZE)).movedim(-1, 0).contiguous()
BATCH = IMAGE[None].expand(3, -1, -1, -1)
MASK = tv_tensors.Mask(torch.zeros(SIZE, dtype=torch.uint8))
MODULE = DefectModule("scratch")
MEAN, STD = [0.4] * 3, [0.2] * 3


def boxes(*rows: tuple[float, ...], form: str = "XYXY", dtype: torch.dtype = torch.float32) -> tv_tensors.BoundingBoxes:
    """Return bounding boxes on the canvas of `IMAGE`."""
    return tv_tensors.BoundingBoxes(torch.tensor(rows, dtype=dtype), format=form, canvas_size=SIZE)


def names(structure: Any) -> Any:
    """Return a structure with the names of the types in place of its leaves."""
    if isinstance(structure, dict):
        return {key: names(value) for key, value in structure.items()}
    if isinstance(structure, (tuple, list)):
        return type(structure)(*map(names, structure)) if hasattr(structure, "_fields") else [*map(names, structure)]
    return type(structure).__name__


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (IMAGE, DefectSample("Tensor", "Mask", "int")),
        (tv_tensors.Image(IMAGE), DefectSample("Image", "Mask", "int")),
        (BATCH, DefectSample("Tensor", "Mask", "Tensor")),
        ((IMAGE, MASK), ["Tensor", "Mask", "int"]),
        ([IMAGE, MASK.as_subclass(torch.Tensor)], ["Tensor", "Tensor", "int"]),
        ((IMAGE, 3), ["Tensor", "int", "Mask", "int"]),
        ((IMAGE, torch.tensor(3)), ["Tensor", "Tensor", "Mask", "int"]),
        ([BATCH, torch.zeros(3)], ["Tensor", "Tensor", "Mask", "Tensor"]),
        ((torch.zeros(2), tv_tensors.Image(IMAGE)), ["Tensor", "Image", "Mask", "int"]),
        ((IMAGE, {"boxes": boxes((1, 2, 30, 40)), "name": "a"}),
         ["Tensor", {"boxes": "BoundingBoxes", "name": "str"}, "Mask", "int"]),
        ({"image": IMAGE}, {"image": "Tensor", "mask": "Mask", "label": "int"}),
        ({"label": 0, "id": "a", "image": BATCH[0]}, {"label": "int", "id": "str", "image": "Tensor", "mask": "Mask"}),
        ({"image": PIL.Image.new("L", (64, 64), 90), "mask": PIL.Image.new("L", (64, 64))},
         {"image": "Image", "mask": "Image", "label": "int"}),
        ({"image": IMAGE, "gt_mask": MASK}, {"image": "Tensor", "gt_mask": "Mask", "label": "int"}),
        ({"image": IMAGE, "reference": IMAGE.clone()},
         {"image": "Tensor", "reference": "Tensor", "mask": "Mask", "label": "int"}),
        ({"pair": (tv_tensors.Image(IMAGE), MASK)}, {"pair": ["Image", "Mask"], "label": "int"}),
    ],
)  # fmt: skip
def test_what_comes_back(given: Any, expected: Any) -> None:
    result = MODULE(given)
    assert names(result) == expected
    assert isinstance(result, (type(given), DefectSample))


def test_several_arguments_come_back_as_a_tuple() -> None:
    image, mask, label = v2.Compose([v2.RandomVerticalFlip(), MODULE])(IMAGE, MASK)
    assert (type(image), type(mask), label) == (torch.Tensor, tv_tensors.Mask, 1)
    assert mask.unique().tolist() == [0, 255]


@pytest.mark.parametrize(
    "given", [IMAGE, {"image": IMAGE}, (tv_tensors.Image(IMAGE), MASK)], ids=["one", "dict", "pair"]
)
def test_one_line_in_a_pipeline_of_torchvision(given: Any) -> None:
    convert, normalize = v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)
    with_defects = v2.Compose([v2.RandomHorizontalFlip(p=1), convert, DefectModule("scratch"), normalize])
    result = with_defects(given)
    image, mask, label = (result[key] for key in ("image", "mask", "label")) if isinstance(result, dict) else result
    clean = v2.Compose([v2.RandomHorizontalFlip(p=1), convert, normalize])(IMAGE)
    changed = (image != clean).any(dim=0)
    assert label == 1
    assert mask.any()
    assert not (changed & (mask == 0)).any()
    assert (changed & (mask != 0)).sum() >= 0.95 * (mask != 0).sum()


def test_masks_follow_later_transforms() -> None:
    later = v2.RandomHorizontalFlip(p=1)
    torch.manual_seed(0)
    expected = MODULE(IMAGE)
    torch.manual_seed(0)
    result = v2.Compose([MODULE, later])(IMAGE)
    assert isinstance(result, DefectSample)
    assert torch.equal(result.mask, expected.mask.flip(-1))
    assert torch.equal(result.image, expected.image.flip(-1))


def test_two_modules_in_a_row_add_up() -> None:
    first, second = DefectModule("scratch"), DefectModule("stain", p=0)
    for given in (IMAGE, {"image": IMAGE}, BATCH):
        torch.manual_seed(0)
        once = first(given)
        torch.manual_seed(0)
        twice = v2.Compose([first, second])(given)
        assert str(twice) == str(once)
    both = v2.Compose([first, DefectModule("stain")])(IMAGE)
    assert torch.equal((both.image != IMAGE).any(dim=0) & ~both.mask, torch.zeros(SIZE, dtype=torch.bool))


@pytest.mark.parametrize(
    ("dtype", "value"),
    [(torch.bool, True), (torch.uint8, 255), (torch.int64, 255), (torch.float32, 1.0), (torch.float16, 1.0)],
)
@pytest.mark.parametrize("shape", [SIZE, (1, *SIZE), (3, *SIZE), (3, 1, *SIZE)], ids=str)
def test_given_masks_keep_type_and_labels(dtype: torch.dtype, value: Any, shape: tuple[int, ...]) -> None:
    given = torch.zeros(shape, dtype=dtype)
    given[..., ::2, :] = 1
    before = given.clone()
    torch.manual_seed(2)
    _, mask, label = MODULE(BATCH if shape[0] == 3 else IMAGE, given)
    assert (mask.dtype, mask.shape) == (dtype, given.shape)
    assert torch.equal(given, before)
    fresh = mask != before
    assert fresh.any()
    assert (mask[fresh] == value).all()
    assert not fresh[..., ::2, :].any()
    assert torch.as_tensor(label).all()


def test_the_mask_value_of_the_transform_is_used() -> None:
    _, mask, _ = DefectModule(ds.Scratch(mask_value=7))(IMAGE, MASK)
    assert mask.unique().tolist() == [0, 7]
    _, soft, _ = DefectModule(ds.Stain(mask_kind="alpha"))(IMAGE, MASK.float())
    assert ((soft > 0) & (soft < 1)).any()


@pytest.mark.parametrize("transform", [ds.BentEdge(), ds.Dent(), ds.MisplacedObject()], ids=lambda each: each.kind)
def test_labels_and_boxes_move_with_the_surface(transform: ds.DefectTransform) -> None:
    labels = torch.arange(SIZE[0])[:, None].expand(SIZE).to(torch.uint8).contiguous()
    torch.manual_seed(5)
    module = DefectModule(transform)
    target = {"boxes": boxes((10, 10, 94, 86), (0, 0, 2, 2)), "labels": torch.tensor([1, 2])}
    _, mask, target, _ = module(IMAGE, tv_tensors.Mask(labels), target)
    drawing = transform.draw(IMAGE.movedim(0, -1).contiguous().numpy(), seed=module.seeds[0])
    assert drawing.recipes
    assert np.array_equal(mask, add_to_mask(labels.numpy(), [drawing], value=None, kind="binary"))
    scale = np.array([104, 96, 104, 96])
    expected = moved_boxes(np.array([(10, 10, 94, 86), (0, 0, 2, 2)]) / scale, drawing.recipes, SIZE) * scale
    assert np.allclose(target["boxes"], expected, atol=1e-4)
    assert target["labels"].tolist() == [1, 2]


@pytest.mark.parametrize("form", ["XYXY", "XYWH", "CXCYWH"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64])
def test_boxes_of_every_format(form: str, dtype: torch.dtype) -> None:
    corners = boxes((10, 10, 94, 86), (20, 24, 83, 72), dtype=dtype)
    given = v2.functional.convert_bounding_box_format(corners, new_format=form)
    assert torch.equal(MODULE(IMAGE, given)[1], given), "paint moves no box"
    moving, results = DefectModule("misplaced_object"), []
    for each in (corners, given):
        torch.manual_seed(5)
        results.append(moving(IMAGE, each)[1])
        assert (results[-1].format, results[-1].canvas_size, results[-1].dtype) == (each.format, SIZE, dtype)
    back = v2.functional.convert_bounding_box_format(results[1], new_format="XYXY")
    assert torch.allclose(back, results[0], atol=1e-4 if dtype == torch.float32 else 1)
    assert not torch.equal(results[0], corners)
    assert MODULE(IMAGE, boxes(form=form, dtype=dtype).reshape(0, 4))[1].shape == (0, 4)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(0, 1), (1, 1), (False, True), (None, 1), (torch.tensor(0), 1), (torch.zeros((), dtype=torch.bool), True)],
)
def test_labels_join(given: Any, expected: Any) -> None:
    label = MODULE({"image": IMAGE, "label": given})["label"]
    assert label == expected
    if given is not None:
        assert type(label) is type(given)
    unchanged = DefectModule("scratch", p=0)({"image": IMAGE, "label": 1})
    assert unchanged["label"] == 1


def test_labels_of_a_batch_join() -> None:
    label = DefectModule("scratch", p=0)({"image": BATCH, "label": torch.tensor([0, 1, 0])})["label"]
    assert label.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ((1, "a"), TypeError, "image must be .*int, str"),
        ((), TypeError, "nothing"),
        ({"image": None}, TypeError, "NoneType"),
        ((PIL.Image.new("L", (8, 8)), PIL.Image.new("L", (8, 8))), ValueError, "2 images"),
        (
            (IMAGE, tv_tensors.Mask(torch.zeros(4, *SIZE))),
            ValueError,
            r"mask must have shape \(96, 104\).*\(4, 96, 104\)",
        ),
        ({"image": IMAGE, "mask": torch.zeros(8, 8)}, ValueError, r"mask must have shape .*\(8, 8\)"),
        ({"image": IMAGE, "mask": "mask.png"}, TypeError, "mask must be .*str"),
        ({"image": IMAGE, "roi": torch.zeros(8, 8)}, ValueError, r"roi must have shape .*\(8, 8\)"),
        ({"image": IMAGE, "label": 3}, ValueError, "label must be 0 .* 3"),
        ({"image": IMAGE, "label": "bad"}, ValueError, "label must be 0 .* 'bad'"),
        ({"image": BATCH, "label": 1}, ValueError, "label must be .* 1"),
        ({"image": BATCH, "label": torch.tensor([0, 2, 0])}, ValueError, "label"),
        ((BATCH, boxes((1, 2, 3, 4))), ValueError, "single image, got a batch"),
        ((IMAGE[:, :90], boxes((1, 2, 3, 4))), ValueError, r"\(90, 104\).*\(96, 104\)"),
    ],
)
def test_bad_structures(given: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        MODULE(given)
