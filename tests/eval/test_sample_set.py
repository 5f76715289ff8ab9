"""Images and masks of the procedural sample set."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from defectsynth.presets import MVTEC_AD
from eval.sample_set import DEMO_FAMILIES, FAMILIES, STAND_INS, difference_mask, image_seed, render_part
from eval.sample_set.families import MIN_DIFFERENCE

ROOT = Path(__file__).resolve().parents[2]
DEMO_DEFECTS = [(family, defect) for family in DEMO_FAMILIES for defect in FAMILIES[family].defects]
EVERY_DEFECT = [(family.name, defect) for family in FAMILIES.values() for defect in family.defects]


def test_there_are_enough_families_of_parts_and_textures() -> None:
    kinds = [family.is_texture for family in FAMILIES.values()]
    assert kinds.count(False) >= 3
    assert kinds.count(True) >= 2
    for name, family in FAMILIES.items():
        assert name == family.name
        assert len(set(family.defects)) == len(family.defects) >= 1


def test_stand_ins_have_the_types_of_defect_of_their_category() -> None:
    assert set(STAND_INS) >= set(MVTEC_AD) - {"bottle", "capsule", "pill", "screw", "transistor"}
    for name in STAND_INS:
        assert set(FAMILIES[name].defects) == set(MVTEC_AD[name])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_good_part_has_an_empty_mask_and_uses_the_range_of_an_image(family: str) -> None:
    image, mask = render_part(family, size=96, seed=5)
    assert image.shape == (96, 96, 3)
    assert image.dtype == np.uint8
    assert mask.shape == (96, 96)
    assert mask.dtype == np.uint8
    assert not mask.any()
    assert 20 < image.mean() < 235
    assert image.std() > 5


@pytest.mark.parametrize("family", FAMILIES)
def test_two_good_parts_differ_and_the_same_seed_repeats(family: str) -> None:
    first, _ = render_part(family, size=96, seed=1)
    again, _ = render_part(family, size=96, seed=1)
    other, _ = render_part(family, size=96, seed=2)
    np.testing.assert_array_equal(first, again)
    assert np.count_nonzero(first != other) > first.size // 4


@pytest.mark.parametrize(("family", "defect"), DEMO_DEFECTS)
def test_the_mask_marks_the_difference_from_the_part_without_the_defect(family: str, defect: str) -> None:
    for seed in (3, 4):
        good, _ = render_part(family, size=128, seed=seed)
        bad, mask = render_part(family, size=128, seed=seed, defect=defect)
        difference = cv2.absdiff(good, bad).max(axis=2)
        marked = mask > 0
        assert set(np.unique(mask)) == {0, 255}
        assert 8 <= np.count_nonzero(marked) < mask.size // 8
        np.testing.assert_array_equal(mask, difference_mask(bad, good))
        # Closing pinholes marks a few pixels more, each beside one that differs; dropping specks marks a few less.
        seen = np.where(difference >= MIN_DIFFERENCE, np.uint8(1), np.uint8(0))
        assert cv2.dilate(seen, np.ones((3, 3), dtype=np.uint8))[marked].all()
        assert seen[marked].mean() > 0.6
        assert np.count_nonzero(seen[~marked]) <= 0.2 * np.count_nonzero(marked)
        assert difference.max() > 2 * MIN_DIFFERENCE


@pytest.mark.parametrize(("family", "defect"), DEMO_DEFECTS)
def test_far_from_the_defect_the_part_is_the_same(family: str, defect: str) -> None:
    good, _ = render_part(family, size=128, seed=6)
    bad, mask = render_part(family, size=128, seed=6, defect=defect)
    far = cv2.distanceTransform(np.where(mask > 0, np.uint8(0), np.uint8(1)), cv2.DIST_L2, 5) > 40
    assert far.any()
    # Lamp shadows and occlusion reach a little way, by a rounding step or two; where a defect is the highest point of
    # the surface, shadows are looked for in longer steps, and here and there a pixel deep in one differs by a few more.
    difference = cv2.absdiff(good, bad)[far]
    assert np.mean(difference > 2) < 0.002
    assert difference.max() < MIN_DIFFERENCE
    assert np.mean(difference > 0) < 0.02


@pytest.mark.parametrize(("family", "defect"), EVERY_DEFECT)
def test_a_defect_repeats_with_its_seed_and_moves_with_another(family: str, defect: str) -> None:
    image, mask = render_part(family, size=64, seed=11, defect=defect)
    again, mask_again = render_part(family, size=64, seed=11, defect=defect)
    np.testing.assert_array_equal(image, again)
    np.testing.assert_array_equal(mask, mask_again)
    good, _ = render_part(family, size=64, seed=11)
    np.testing.assert_array_equal(mask, difference_mask(image, good))
    assert mask.any()
    _, elsewhere = render_part(family, size=64, seed=12, defect=defect)
    assert elsewhere.any()
    assert np.any(mask != elsewhere)


@pytest.mark.parametrize("family", ["grid", "zipper"])
def test_a_monochrome_camera_draws_three_equal_channels(family: str) -> None:
    image, _ = render_part(family, size=64, seed=2)
    np.testing.assert_array_equal(image, np.repeat(image[..., :1], 3, axis=2))


def coarse(family: str, *, size: int, seed: int) -> NDArray[np.float32]:
    """Return a part at one size, blurred, without its mean brightness."""
    image, _ = render_part(family, size=size, seed=seed)
    small = cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(small - small.mean(axis=(0, 1)), (0, 0), 1.0), dtype=np.float32)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_part_is_drawn_at_every_size(family: str) -> None:
    small = coarse(family, size=64, seed=8)
    same = np.abs(small - coarse(family, size=192, seed=8)).mean()
    other = np.abs(small - coarse(family, size=192, seed=9)).mean()
    assert same < 0.7 * other


def test_every_image_has_its_own_seed() -> None:
    seeds = {
        image_seed(family, split=split, index=index, seed=seed)
        for family in FAMILIES
        for split in ("train/good", "test/good")
        for index in range(3)
        for seed in (0, 1)
    }
    assert len(seeds) == len(FAMILIES) * 2 * 3 * 2


def test_mask_cleaning_closes_pinholes_and_drops_lone_pixels() -> None:
    twin = np.full((256, 256, 3), 100, dtype=np.uint8)
    image = twin.copy()
    image[50:60, 50:60, 1] = 100 + MIN_DIFFERENCE
    image[55, 55] = 100
    image[200, 200] = 255
    mask = difference_mask(image, twin)
    expected = np.zeros((256, 256), dtype=np.uint8)
    expected[50:60, 50:60] = 255
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize(
    ("family", "arguments", "message"),
    [
        ("bolt", {"size": 64, "seed": 0}, "family must be one of"),
        ("screw", {"size": 8, "seed": 0}, "size must be an integer with 64 <= size <= 1024, got 8"),
        ("screw", {"size": 64, "seed": -3}, "seed must be an integer with seed >= 0, got -3"),
        ("screw", {"size": 64, "seed": 0, "defect": "cut"}, "defect must be one of flattened_thread, .* got 'cut'"),
    ],
    ids=str,
)
def test_bad_arguments_of_a_part(family: str, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        render_part(family, **arguments)  # type: ignore[arg-type]


def test_it_imports_no_more_than_numpy_and_opencv() -> None:
    forbidden = "assert not {'defectsynth', 'dml_heads', 'torch', 'albumentations', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", f"import sys, eval.sample_set; {forbidden}"], check=True, cwd=ROOT)
