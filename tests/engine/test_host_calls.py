"""Other people's transforms in `synthesize` and twins: gray images, workers, crops, and what is refused."""

from typing import Any

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.engine import workers
from defectsynth.engine.compat import IS_X

RGB = np.random.default_rng(0).integers(80, 120, (96, 96, 3), dtype=np.uint8)
GRAY = RGB[..., 0].copy()
EVERYWHERE = np.full((96, 96), 255, np.uint8)
HOSTS: dict[str, Any] = {
    "affine": lambda: A.Affine(p=1),
    "clahe": lambda: A.CLAHE(p=1),
    "blur": lambda: A.MedianBlur(p=1),
    "equalize": lambda: A.Equalize(p=1),
    "compression": lambda: A.ImageCompression(p=1),
    "contrast": lambda: A.RandomBrightnessContrast(p=1),
    "flip": lambda: A.HorizontalFlip(p=1),
    "resize": lambda: A.Resize(64, 80),
}


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("image", [RGB, GRAY], ids=["rgb", "gray"])
@pytest.mark.parametrize("name", HOSTS)
def test_a_transform_of_the_host_keeps_the_shape_of_gray_and_colour_images(
    name: str, image: np.ndarray, before: bool
) -> None:
    both = [HOSTS[name](), ds.ColorSpot(p=1)]
    sample = ds.synthesize(image, A.Compose(both if before else both[::-1]), seed=0, roi=EVERYWHERE)
    size = (64, 80) if name == "resize" else (96, 96)
    assert sample.image.shape == (*size, *image.shape[2:])
    assert sample.mask.shape == size
    assert len(sample.defects) == 1


def test_a_gray_image_is_drawn_as_inside_of_a_pipeline_of_the_host() -> None:
    sample = ds.synthesize(GRAY, A.Compose([A.HorizontalFlip(p=1), ds.ColorSpot(p=1)]), seed=3)
    flipped = np.ascontiguousarray(GRAY[:, ::-1])
    assert ((sample.image != flipped) <= (sample.mask != 0)).all()


def test_the_worker_of_a_loader_changes_nothing_that_a_seed_is_given_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pipelines = [
        A.Compose([A.RandomBrightnessContrast(p=1), ds.Scratch(p=1)]),
        A.Compose([A.HorizontalFlip(p=0.5), A.OneOf([A.Affine(p=1), A.RandomGamma(p=1)], p=1), ds.Scratch(p=1)]),
    ]
    for pipeline in pipelines:
        twins = ds.AnomalyTwins([RGB] * 4, pipeline, seed=0)
        expected = [ds.synthesize(RGB, pipeline, seed=seed).image.tobytes() for seed in range(6)]
        twins.set_epoch(0)
        items = [twins[index].image.tobytes() for index in range(8)]
        with monkeypatch.context() as inside:
            _enter_worker(inside)
            assert [ds.synthesize(RGB, pipeline, seed=seed).image.tobytes() for seed in range(6)] == expected
            twins.set_epoch(0)
            assert [twins[index].image.tobytes() for index in range(8)] == items


def _enter_worker(patch: pytest.MonkeyPatch) -> None:
    """Let the host and the library believe that this is a worker of a torch loader."""
    patch.setattr(workers, "worker_seed", lambda: 12345)
    if IS_X:
        torch = pytest.importorskip("torch")
        information = type("Info", (), {"id": 1, "num_workers": 2, "seed": 12345, "dataset": None})()
        patch.setattr(torch.utils.data, "get_worker_info", lambda: information)
        patch.setattr(torch, "initial_seed", lambda: 12345)


def test_boxes_of_records_follow_a_crop_around_the_mask() -> None:
    crop = A.Compose([ds.ColorSpot(p=1), A.CropNonEmptyMaskIfExists(48, 48), ds.ColorSpot(p=1)])
    for seed in range(5):
        sample = ds.synthesize(RGB, crop, seed=seed, roi=EVERYWHERE)
        assert sample.image.shape == (48, 48, 3)
        marked = np.zeros((48, 48), bool)
        for record in sample.defects:
            left, top, right, bottom = record["box"]
            assert 0 <= left < right <= 48
            assert 0 <= top < bottom <= 48
            marked[top:bottom, left:right] = True
        assert (marked >= (sample.mask != 0)).all(), "each marked pixel lies in the box of a record"


class Own(A.OneOf):
    """A composition of a user, which runs its transforms in its own way."""


UNKNOWN = [
    lambda: A.SelectiveChannelTransform([ds.ColorSpot(p=1)], channels=[0, 1, 2], p=1),
    lambda: Own([ds.ColorSpot(p=1)], p=1),
]


@pytest.mark.parametrize("make", UNKNOWN)
def test_a_defect_in_an_unknown_composition_is_refused_instead_of_lost(make: Any) -> None:
    with pytest.raises(TypeError, match=r"a defect must be in a Compose, Sequential, .*, or its mask and record"):
        ds.synthesize(RGB, A.Compose([make()]), seed=0)
    with pytest.raises(TypeError, match="a defect must be in a Compose"):
        ds.AnomalyTwins([RGB], A.Compose([make()]))[1]


@pytest.mark.parametrize(
    "guided", [lambda: A.CropNonEmptyMaskIfExists(48, 48), lambda: A.MaskDropout((1, 1))], ids=["crop", "dropout"]
)
def test_twins_refuse_what_looks_for_the_mask(guided: Any) -> None:
    with pytest.raises(ValueError, match=r"transform must hold nothing that looks for the mask.*got (Crop|Mask)"):
        ds.AnomalyTwins([RGB], A.Compose([ds.ColorSpot(p=1), guided()]))


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "composed"])
def test_mask_value_and_kind_count_in_synthesize_and_twins(alone: bool) -> None:
    value, kind = ds.Stain(mask_value=7, p=1), ds.Stain(mask_kind="alpha", p=1)
    of = (lambda defect: defect) if alone else (lambda defect: A.Compose([defect]))
    for draw in (lambda t: ds.synthesize(RGB, t, seed=0), lambda t: ds.AnomalyTwins([RGB], t, seed=0)[1]):
        assert set(np.unique(draw(of(value)).mask)) == {0, 7}
        assert len(np.unique(draw(of(kind)).mask)) > 3


@pytest.mark.parametrize("target", ["volumes", "masks3d"])
def test_batches_of_volumes_are_refused(target: str) -> None:
    batch = np.stack([np.stack([RGB] * 4)] * 2)
    given = {target: batch if target == "volumes" else batch[..., 0]}
    with pytest.raises(ValueError, match=f"{target} must not be given, defects cannot be drawn into {target}"):
        ds.ColorSpot(p=1)(image=RGB, **given)


def test_a_region_of_interest_under_another_name_counts() -> None:
    region = np.zeros((96, 96), np.uint8)
    region[:30, :30] = 255
    for seed in range(8):
        pipeline = A.Compose([ds.Scratch(p=1)], additional_targets={"region": "roi"}, seed=seed)
        mask = pipeline(image=RGB, mask=np.zeros((96, 96), np.uint8), region=region)["mask"]
        assert mask.any()
        assert not mask[region == 0].any()


def test_each_dtype_has_its_own_white_level() -> None:
    pipeline = A.Compose([ds.ColorSpot(p=1)], additional_targets={"depth": "image"})
    depth = (GRAY / 255).astype(np.float32)
    result = pipeline(image=RGB, depth=depth, mask=np.zeros((96, 96), np.uint8))
    assert result["mask"].any()
    assert 0.0 <= result["depth"].min() <= result["depth"].max() <= 1.0


@pytest.mark.filterwarnings("ignore:white level of a uint16 image:UserWarning")
def test_frames_share_the_white_level_of_the_brightest() -> None:
    dark = np.full((64, 64), 700, np.uint16)
    frames = A.Compose([ds.ColorSpot(p=1)], seed=1)(
        images=np.stack([dark, dark * 4]), masks=np.zeros((2, 64, 64), np.uint8)
    )
    assert frames["masks"].any()
    assert frames["images"].max() <= 4095
