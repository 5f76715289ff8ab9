"""Images of 10 to 16 bits: nothing drawn is brighter than white, and as visible as on 8 bits."""

import warnings
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.images import WhiteLevelWarning, check_image, white_level
from defectsynth.registry import public_transforms

RNG = np.random.default_rng(0)
LEVELS = (1023, 4095, 16383, 65535)


def part(peak: int) -> np.ndarray:
    """A bright disc with grain on a dark ground, of the given white level."""
    share = np.full((96, 96, 3), 0.12)
    cv2.circle(share, (48, 48), 32, (0.75, 0.72, 0.7), -1)
    return np.clip((share + np.random.default_rng(5).uniform(-0.02, 0.02, share.shape)) * peak, 0, peak).astype(
        np.uint16
    )


@pytest.mark.parametrize("kind", public_transforms(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("peak", LEVELS[:2])
def test_nothing_is_brighter_than_white(kind: Any, peak: int) -> None:
    image = part(peak)
    for seed in range(4):
        sample = ds.synthesize(image, kind(), seed=seed, peak=peak)
        assert sample.image.dtype == np.uint16
        assert int(sample.image.max()) <= peak
        assert (sample.image == image)[sample.mask == 0].all()
        assert all(record["peak"] == peak and 0.0 < record["contrast"] <= 1.0 for record in sample.defects)


@pytest.mark.parametrize("kind", [ds.Scratch, ds.Pit, ds.Stain, ds.ColorSpot, ds.Contamination, ds.Bubble])
def test_defects_are_as_visible_as_on_8_bits(kind: Any) -> None:
    eight = (part(65535) >> 8).astype(np.uint8)

    def contrasts(image: np.ndarray, peak: float | None) -> list[float]:
        drawn = [ds.synthesize(image, kind(), seed=seed, peak=peak) for seed in range(20)]
        return [record["contrast"] for sample in drawn for record in sample.defects]

    reference = contrasts(eight, None)
    for peak in LEVELS:
        found = contrasts(part(peak), peak)
        assert abs(len(found) - len(reference)) <= 2
        assert np.mean(found) == pytest.approx(np.mean(reference), rel=0.15)


def test_the_white_level_of_uint16_is_estimated_with_a_warning() -> None:
    for peak in LEVELS[:3]:
        with pytest.warns(WhiteLevelWarning, match=f"state it with peak={peak}"):
            assert white_level(part(peak)) == peak
        assert white_level(part(peak), peak) == peak
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bright = part(65535)
        assert white_level(bright) == 65535
        assert white_level(np.zeros((4, 4), np.uint16)) == 65535
    with pytest.raises(ValueError, match=r"peak must be at least the greatest pixel, .*, got 1023"):
        white_level(part(4095), 1023)


def test_every_way_to_draw_takes_the_peak() -> None:
    image, mask = part(4095), np.zeros((96, 96), np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = A.Compose([ds.Scratch(tones=("bright",), p=1), ds.Pit(p=1)], seed=1)(
            image=image, mask=mask, defects=[], peak=4095
        )
        assert result["image"].max() <= 4095
        assert {record["peak"] for record in result["defects"]} == {4095.0}
        sample = ds.synthesize(image, ds.presets.generic_object(), seed=1, peak=4095)
        again = ds.redraw(image, sample.defects)
        assert again.image.tobytes() == sample.image.tobytes()
        twins = ds.AnomalyTwins([image], ds.Scratch(), seed=0, hard_negatives=1.0, peak=4095)
        assert all(twins[index].image.max() <= 4095 for index in (0, 1, 0, 1, 0, 1))


def test_pixels_from_another_camera_take_on_the_white_level(tmp_path: Path) -> None:
    texture = RNG.integers(0, 256, (64, 64, 3), np.uint8)
    for sources in ([texture], [(texture.astype(np.uint16) * 257)], [(texture / np.float32(255)).astype(np.float32)]):
        drawn = [ds.synthesize(part(4095), ds.TexturePatch(source=sources), seed=seed, peak=4095) for seed in range(6)]
        pasted = np.concatenate([sample.image[sample.mask > 0].ravel() for sample in drawn])
        assert 1800 < pasted.mean() < 2400, "half of white"
        assert pasted.max() <= 4095


def test_floats_outside_their_range_are_refused_everywhere() -> None:
    for wrong in (np.full((32, 32), 120.0, np.float32), np.full((32, 32), -0.5, np.float32)):
        for draw in (
            lambda image: ds.synthesize(image, ds.Scratch(), seed=0),
            lambda image: ds.AnomalyTwins([image], ds.Scratch())[1],
            lambda image: A.Compose([ds.Scratch(p=1)])(image=image),
            lambda image: ds.TexturePatch(source=[image]),
            ds.find_foreground,
        ):
            with pytest.raises(ValueError, match=r"image must be float32 in \[0, 1\], got values in"):
                draw(wrong)
    check_image(np.full((32, 32), 1.0005, np.float32))  # rounding


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((64, 64, 200), np.uint8), "fewer than 128 channels, got shape .*; select bands"),
        (np.zeros((3, 64, 64), np.uint8), r"must be \(H, W, C\), got shape \(3, 64, 64\), channels first"),
        (np.zeros((32, 32), np.int32), "must be uint8, uint16 or float32, got int32"),
    ],
)
def test_what_is_no_image_is_refused_with_a_hint(image: Any, message: str) -> None:
    for draw in (ds.synthesize, lambda image, transform: ds.AnomalyTwins([image], transform)[1]):
        with pytest.raises(TypeError, match=message):
            draw(image, ds.Scratch())


def test_tensors_and_pil_images_are_refused_with_a_hint() -> None:
    class Tensor:
        def __array__(self) -> np.ndarray:
            return np.zeros((8, 8), np.uint8)

    with pytest.raises(TypeError, match=r"got Tensor; convert it with numpy.asarray"):
        ds.synthesize(Tensor(), ds.Scratch())
    with pytest.raises(TypeError, match=r"must be a numpy array .*, got list; read it into one"):
        ds.synthesize([[0, 1]], ds.Scratch())
