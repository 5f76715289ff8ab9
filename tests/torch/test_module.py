"""DefectModule draws what `synthesize` draws, in every dtype and layout, and leaves its inputs alone."""

import copy
import pickle
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest

pytest.importorskip("torchvision")

import PIL.Image
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

import defectsynth as ds
from defectsynth.torch import DefectModule, DefectSample
from defectsynth.torch.drawing import draw_image
from tests.images import make_part

PEAKS = {torch.uint8: 255, torch.uint16: 65535}
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


def part(dtype: torch.dtype = torch.uint8, *, channels: int = 3, seed: int = 0, size: int = 96) -> torch.Tensor:
    """Return an image of a part (C, H, W) with the whole range of its dtype."""
    array = make_part(seed, size=(size, size + 8), channels=max(channels, 3)).astype(np.float64) / 255
    planes = torch.from_numpy(array).movedim(-1, 0)[:channels].clamp(0, 1)
    return (planes * PEAKS[dtype]).round().to(dtype) if dtype in PEAKS else planes.to(dtype)


def drawn_alone(image: torch.Tensor, module: DefectModule, seed: Any) -> ds.Sample:
    """Return what `synthesize` draws into a tensor (C, H, W)."""
    return ds.synthesize(image.movedim(0, -1).contiguous().numpy(), module.defects, seed=seed, peak=module.peak)


@pytest.mark.parametrize("name", ["scratch", "bent_edge", "generic_object", "screw-scratch_head", "draem"])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.float32], ids=str)
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_one_image_and_a_batch_are_drawn_as_by_synthesize(name: str, dtype: torch.dtype, channels: int) -> None:
    module = DefectModule(name, peak=65535 if dtype == torch.uint16 else None)
    batch = torch.stack([part(dtype, channels=channels, seed=seed) for seed in range(2)])
    for given in (batch, batch[0]):
        result = module(given)
        images, masks = result.image.reshape(-1, *batch.shape[1:]), result.mask.reshape(-1, *batch.shape[-2:])
        labels = result.label.tolist() if given is batch else [result.label]
        for source, image, mask, label, seed in zip(batch, images, masks, labels, module.seeds, strict=False):
            expected = drawn_alone(source, module, seed)
            assert image.movedim(0, -1).numpy().tobytes() == expected.image.tobytes()
            assert mask.numpy().tobytes() == (expected.mask != 0).tobytes()
            assert label == bool(expected.defects)
        assert (result.image.dtype, result.image.shape) == (dtype, given.shape)
        assert isinstance(result.mask, tv_tensors.Mask)
        assert result.mask.dtype == torch.bool


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("channels", [1, 3, 6])
def test_floats_keep_every_bit_outside_the_mask(dtype: torch.dtype, channels: int) -> None:
    image = part(dtype, channels=channels)
    result = DefectModule("stain")(image)
    assert result.image.dtype == dtype
    assert result.label == 1
    changed = (result.image != image).any(dim=0)
    assert changed.any()
    assert not (changed & ~result.mask).any()


@pytest.mark.parametrize("device", DEVICES)
def test_everything_comes_back_on_the_device(device: str) -> None:
    batch = torch.stack([part(), part(seed=1)]).to(device)
    result = DefectModule("scratch")(batch)
    assert {each.device.type for each in result} == {device}
    assert result.label.dtype == torch.int64


def test_batches_in_every_layout_are_drawn_alike_and_never_written_to() -> None:
    batch = torch.stack([part(seed=seed) for seed in range(3)])
    wide = torch.zeros((3, 3, 96, 208), dtype=torch.uint8)
    wide[..., ::2] = batch
    layouts = [batch, batch.to(memory_format=torch.channels_last), wide[..., ::2], tv_tensors.Image(batch)]
    results = []
    for given in layouts:
        before = given.clone()
        torch.manual_seed(0)
        results.append(DefectModule("scratch")(given).image)
        assert torch.equal(given, before)
        assert type(results[-1]) is type(given)
        assert not torch.equal(results[-1], before)
    assert all(torch.equal(results[0], image) for image in results[1:])


def test_an_image_that_needs_a_gradient_comes_back_without_one() -> None:
    result = DefectModule("scratch")(part(torch.float32).requires_grad_())
    assert not result.image.requires_grad


def test_an_empty_batch_comes_back_empty() -> None:
    result = DefectModule("scratch")(torch.zeros((0, 3, 32, 40)))
    assert [tuple(each.shape) for each in result] == [(0, 3, 32, 40), (0, 32, 40), (0,)]


@pytest.mark.parametrize("mode", ["L", "RGB", "I;16", "F"])
def test_pil_images(mode: str) -> None:
    dtype = {"I;16": torch.uint16, "F": torch.float32}.get(mode, torch.uint8)
    planes = part(dtype, channels=3 if mode == "RGB" else 1)
    image = PIL.Image.fromarray((planes.movedim(0, -1) if mode == "RGB" else planes[0]).numpy())
    assert image.mode == mode
    module = DefectModule("scratch", peak=65535 if mode == "I;16" else None)
    result = module(image)
    (seed,) = module.seeds
    expected = ds.synthesize(np.asarray(image), module.defects, seed=seed, peak=module.peak)
    assert result.image.mode == mode
    assert np.array_equal(np.asarray(result.image), expected.image)
    assert np.array_equal(result.mask, expected.mask != 0)
    assert result.label == 1


def test_without_a_place_the_image_comes_back_unchanged() -> None:
    image = part()
    result = DefectModule("scratch", roi=torch.zeros(96, 104))(image)
    assert torch.equal(result.image, image)
    assert not result.mask.any()
    assert result.label == 0


def test_p_is_the_share_of_images_with_a_defect() -> None:
    batch = part()[None].expand(200, -1, -1, -1)
    module = DefectModule("line", p=0.3)
    torch.manual_seed(0)
    result = module(batch)
    skipped = torch.tensor([seed is None for seed in module.seeds])
    assert 40 <= result.label.sum() <= 80
    assert torch.equal(result.label == 0, skipped)
    assert torch.equal(result.image[skipped], batch[skipped])
    assert DefectModule("line", p=0)(part()).label == 0


def test_seeds_follow_torch_and_differ_between_images() -> None:
    batch = part()[None].expand(4, -1, -1, -1)
    module = DefectModule("scratch")
    torch.manual_seed(7)
    first, second = module(batch).image, module(batch).image
    torch.manual_seed(7)
    assert torch.equal(module(batch).image, first)
    assert not torch.equal(first, second)
    assert len({image.numpy().tobytes() for image in first}) == 4


def test_a_generator_of_ones_own_leaves_that_of_torch_alone() -> None:
    module = DefectModule("scratch", generator=torch.Generator().manual_seed(1))
    state = torch.get_rng_state()
    first = module(part()).image
    assert torch.equal(torch.get_rng_state(), state)
    module.generator.manual_seed(1)
    assert torch.equal(module(part()).image, first)


def test_a_region_of_interest_for_all_images_or_for_one() -> None:
    left = torch.zeros((96, 104), dtype=torch.bool)
    left[:, :50] = True
    batch = part()[None].expand(4, -1, -1, -1)
    assert not DefectModule("stain", roi=left)(batch).mask[..., 50:].any()
    flip = v2.Compose([v2.RandomHorizontalFlip(p=1), DefectModule("stain")])
    result = flip({"image": batch, "roi": tv_tensors.Mask(left.expand(4, -1, -1))})
    assert result["mask"].any()
    assert not result["mask"][..., :54].any()
    assert torch.equal(result["roi"], left.flip(-1).expand(4, -1, -1)), "the region is no mask of defects"


def test_it_is_a_module_without_state_that_can_be_copied() -> None:
    module = DefectModule("screw", p=0.5, generator=torch.Generator().manual_seed(3))
    assert isinstance(module, (torch.nn.Module, v2.Transform))
    assert not module.state_dict()
    assert not list(module.parameters())
    assert "p=0.5" in repr(module)
    for twin in (pickle.loads(pickle.dumps(module)), copy.deepcopy(module)):  # noqa: S301  our own bytes
        module.generator.manual_seed(3)
        assert torch.equal(twin(part()).image, module(part()).image)


def test_names_files_and_transforms(tmp_path: Path) -> None:
    path = tmp_path / "preset.json"
    A.save(A.Compose([ds.Stain(p=1.0)]), path, data_format="json")
    for given in (
        "scratch",
        "screw",
        "screw-without-thread_top",
        str(path),
        path,
        ds.Stain(),
        A.OneOf([ds.Pit(), ds.Line()], p=1),
    ):
        assert isinstance(DefectModule(given)(part()), DefectSample)


class Unknown(A.OneOf):
    """A composition that the library cannot follow."""


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"transform": "scrach"}, ValueError, "'scrach'.*did you mean scratch"),
        ({"transform": "missing.yaml"}, ValueError, "transform must be .*missing.yaml"),
        ({"transform": "screw-without-dust"}, ValueError, "transform screw-without-dust"),
        ({"transform": ds.Scratch}, TypeError, "transform must be"),
        ({"transform": A.Compose([A.HorizontalFlip(), ds.Line()])}, TypeError, "HorizontalFlip"),
        ({"transform": "line", "p": 1.5}, ValueError, r"p must be .*1\.5"),
        ({"transform": "line", "peak": "white"}, TypeError, "peak"),
        ({"transform": "line", "roi": "left"}, TypeError, "roi must be .*str"),
        ({"transform": "line", "roi": np.ones((3, 8, 8))}, ValueError, r"roi must have shape .*\(3, 8, 8\)"),
        ({"transform": "line", "generator": 3}, TypeError, "generator .*3"),
    ],
    ids=str,
)
def test_bad_arguments(arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        DefectModule(**arguments)


@pytest.mark.parametrize(
    ("image", "error", "text"),
    [
        (v2.functional.normalize(part(torch.float32), [0.5] * 3, [0.2] * 3), ValueError, r"\[0, 1\].*v2.Normalize"),
        (part().float(), ValueError, r"\[0, 1\]"),
        (part(torch.float32) * torch.nan, ValueError, "NaN"),
        (part().to(torch.int64), TypeError, "int64"),
        (part()[0], ValueError, r"\(C, H, W\).*\(96, 104\)"),
        (part().movedim(0, -1), ValueError, "channels last"),
        (torch.zeros((3, 0, 8)), ValueError, "empty"),
        (torch.zeros((2, 2, 3, 8, 8)), ValueError, "(B, C, H, W)"),
        (part().to("meta"), ValueError, "meta"),
        (PIL.Image.new("RGBA", (8, 8)), ValueError, "RGBA"),
        (np.zeros((8, 8, 3), np.uint8), TypeError, "ndarray"),
    ],
)
def test_bad_images(image: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text.replace("(B, C, H, W)", r"\(B, C, H, W\)")):
        DefectModule("line")(image)


def test_a_composition_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="Unknown"):
        DefectModule(Unknown([ds.Line(), ds.Pit()], p=1))(part())


def test_a_drawing_that_is_left_out_moves_no_boxes() -> None:
    image = np.array([[69], [10]], np.uint8)
    combined = ds.presets.mvtec_ad("pill", defect="combined")
    drawn = [draw_image(image, combined, seed=seed) for seed in range(20)]
    counts = [len(each.drawings) for each in drawn]
    assert counts == [len({record["draw"] for record in each.records}) for each in drawn]
    assert min(counts) < max(counts) == 2
