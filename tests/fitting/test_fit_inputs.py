"""Files and dtypes that `fit` takes: white levels, masks by path, floats, damaged files, banks of earlier fits."""

import warnings
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.core.images import WhiteLevelWarning
from defectsynth.fitting import single_type
from defectsynth.fitting.fit import Fit
from defectsynth.fitting.real_defects import real_defects
from defectsynth.fitting.saving import save_fit
from tests.images import write_image

SIDE = 64


def good(number: int, *, level: int = 120) -> np.ndarray:
    return np.random.default_rng(number).integers(level, level + 10, (SIDE, SIDE), np.uint8)


def with_line(number: int) -> tuple[np.ndarray, np.ndarray]:
    image, mask = good(100 + number), np.zeros((SIDE, SIDE), np.uint8)
    image[30:33, 10:50], mask[29:34, 9:51] = 220, 255
    return image, mask


def quick_fit(*given: object, **options: object) -> Fit:
    with mock.patch.multiple(single_type, FIRST_DRAWS=2, SECOND_DRAWS=2, LAST_DRAWS=2):
        return ds.fit(*given, **options)  # type: ignore[arg-type]


def of_12_bits(image: np.ndarray) -> np.ndarray:
    return image.astype(np.uint16) * 7  # good parts below 1023, lines above: levels that would differ


def test_images_of_a_camera_share_one_white_level() -> None:
    image, mask = with_line(0)
    goods = [of_12_bits(good(number)) for number in range(3)]
    with pytest.warns(WhiteLevelWarning, match=r"estimated as 4095 from its greatest pixel, 1540") as given:
        found = quick_fit([of_12_bits(image)], None, goods)
    assert len(given) == 1
    (real,) = found.types[0].real
    assert (real.mask > 0).mean() < 2 * (mask > 0).mean()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert str(quick_fit([of_12_bits(image)], None, goods, peak=4095)) == str(found)
    with pytest.raises(ValueError, match="peak must be at least the greatest pixel, 1540"):
        quick_fit([of_12_bits(image)], None, goods, peak=1023)


@pytest.mark.parametrize("pairs", [True, False])
def test_images_that_differ_from_nothing_are_refused_by_name(*, pairs: bool) -> None:
    image, _ = with_line(0)
    other = "its pair" if pairs else "the good parts"
    with pytest.raises(ValueError, match=f"images must differ from {other} where no mask is given, got none for odd"):
        quick_fit([image], None, [good(0), image], pairs=[image] if pairs else None, names=["odd"])


def test_masks_by_path_follow_the_rule_of_mask_files(tmp_path: Path) -> None:
    image, mask = with_line(0)
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), np.dstack([np.full((SIDE, SIDE, 3), 255, np.uint8), mask]))  # the alpha channel marks
    marked = [each.types[0].real[0].mask for each in (quick_fit([image], [m], [good(0)]) for m in (path, mask))]
    np.testing.assert_array_equal(*marked)
    path.write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"mask\.png"):
        quick_fit([image], [path], [good(0)])


def test_a_damaged_good_part_is_named(tmp_path: Path) -> None:
    image, mask = with_line(0)
    path = write_image(tmp_path / "broken.png", good(0))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"broken\.png': "):
        quick_fit([image], [mask], [path])


@pytest.mark.parametrize("in_memory", [True, False])
def test_real_defects_of_floats_keep_their_brightness(tmp_path: Path, *, in_memory: bool) -> None:
    image, mask = with_line(0)
    floats, goods = (image / 255).astype(np.float32), [(good(n) / 255).astype(np.float32) for n in range(2)]
    bank = None if in_memory else tmp_path / "bank"
    found = quick_fit([floats], [mask], goods, real_share=0.9, other_share=0.0, bank=bank)
    drawn = [ds.synthesize(goods[0], found.preset, seed=seed) for seed in range(8)]
    pasted = [each for each in drawn if each.defects[0]["kind"] == "real_defect"]
    assert pasted
    assert all(each.image[each.mask > 0].mean() > goods[0].mean() for each in pasted)


def test_a_bank_holds_the_defects_of_its_last_fit_only(tmp_path: Path) -> None:
    images, masks = zip(*map(with_line, range(3)), strict=True)
    real_defects(images, masks, ["line"] * 3, folder=tmp_path)
    (tmp_path / "line" / "mine.png").write_bytes(b"")
    real_defects(images[:1], masks[:1], ["line"], folder=tmp_path)
    names = sorted(path.name for path in (tmp_path / "line").iterdir())
    assert names == ["000.png", "000_mask.png", "mine.png"]


def test_a_preset_goes_into_a_folder_that_is_made(tmp_path: Path) -> None:
    image, mask = with_line(0)
    path = tmp_path / "new" / "folder" / "preset.yaml"
    save_fit(quick_fit([image], [mask], [good(0)]), path, images=["line/0.png"])
    assert sorted(each.name for each in path.parent.iterdir()) == ["preset.fit.json", "preset.yaml"]
