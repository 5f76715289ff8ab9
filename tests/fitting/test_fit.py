"""Presets fitted to rendered defects."""

from pathlib import Path

import albumentations as A
import numpy as np
import pytest

import defectsynth as ds
from defectsynth.fitting import single_type
from defectsynth.fitting.arguments import values_of, with_arguments
from defectsynth.fitting.background import Normals
from defectsynth.fitting.estimated_masks import mask_from_normals, mask_from_pair
from defectsynth.fitting.fit import Fit
from defectsynth.fitting.saving import fitted_images, save_fit
from defectsynth.registry import load_preset, types_of
from defectsynth.testing.contract import check_contract
from tests.fitting.parts import chipped_corner, dark_line, part

GOODS = [part(number) for number in range(8)]


@pytest.fixture(scope="module")
def found() -> Fit:
    patched = pytest.MonkeyPatch()
    for name, number in (("FIRST_DRAWS", 2), ("SECOND_DRAWS", 6), ("LAST_DRAWS", 5), ("SECOND_FAMILIES", 8)):
        patched.setattr(single_type, name, number)
    pairs = [dark_line(number) for number in range(3)] + [chipped_corner(number) for number in range(3)]
    images, masks = zip(*pairs, strict=True)
    try:
        return ds.fit(images, masks, GOODS, types=["line"] * 3 + ["chip"] * 3, real_share=0.2)
    finally:
        patched.undo()


def test_each_type_is_drawn_and_others_keep_a_share(found: Fit) -> None:
    assert {"chip", "line", "other"} == set(types_of(found.preset))
    records = [record for seed in range(12) for record in ds.synthesize(GOODS[0], found.preset, seed=seed).defects]
    assert {record["defect_type"] for record in records} >= {"chip", "line"}


def test_three_examples_give_more_than_three_copies(found: Fit) -> None:
    line = next(each for each in found.types if each.name == "line")
    lengths = [example.measured["length"] for family in line.families for example in family.drawn]
    real = [each.measured["length"] for each in line.real]
    assert np.std(lengths) > np.std(real)
    assert len(line.families) >= 2


def test_every_fitted_family_keeps_the_contract(found: Fit) -> None:
    for each in found.types:
        for number, family in enumerate(each.families):
            defect = with_arguments(type(family.transform), values_of(family.transform), {("p",): 1.0})
            check_contract(defect, GOODS[number % len(GOODS)], seed=number)


def test_the_prompt_shows_one_line_even_with_arrays_in_the_preset(found: Fit) -> None:
    assert repr(found) == "Fit(chip, line)"


def test_words_state_place_size_and_change(found: Fit) -> None:
    words = str(found)
    assert "3 of 3 darker by" in words
    assert "3 of 3 reach the outline of the object" in words
    assert "in 3 of 3 material is missing" in words
    assert "% of the side long" in words


def test_real_defects_have_their_share(found: Fit) -> None:
    lines = found.preset.transforms[0].transforms[1]
    real = sum(each.p for each in lines.transforms if isinstance(each, ds.RealDefect))
    assert real == pytest.approx(0.2 * sum(each.p for each in lines.transforms), rel=0.05)


def test_the_sheet_has_two_rows_a_type(found: Fit) -> None:
    assert found.sheet.shape[0] % 4 == 0
    assert found.sheet.dtype == np.uint8


def test_a_saved_preset_loads_and_names_its_images(tmp_path: Path, found: Fit) -> None:
    line = next(each for each in found.types if each.name == "line")
    plain = Fit(found.types, A.Compose([A.OneOf([family.transform for family in line.families], p=1.0)]))
    save_fit(plain, tmp_path / "p.yaml", images=["line/1.png"], category="bar")
    assert fitted_images(tmp_path / "p.yaml") == ("bar", ("line/1.png",))
    again = load_preset(str(tmp_path / "p.yaml"))
    one, other = (ds.synthesize(GOODS[1], preset, seed=3) for preset in (plain.preset, again))
    assert np.array_equal(one.image, other.image)


def test_rough_masks_cover_the_defect() -> None:
    image, mask = dark_line(1)
    for rough in (mask_from_pair(image, part(51)), mask_from_normals(image, Normals(GOODS))):
        common = ((rough > 0) & (mask > 0)).sum()
        assert common > 0.5 * (mask > 0).sum()
        assert (rough > 0).sum() < 4 * (mask > 0).sum()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"masks": []}, "masks must hold one entry for each of the 1 images"),
        ({"normals": []}, "normals must hold at least one image"),
        ({"types": ["a", "b"]}, "types must hold one entry"),
        ({"real_share": 1.0}, "real_share must be a number in 0 <= real_share < 1"),
        ({"masks": [np.zeros((96, 128), np.uint8)]}, "masks must hold a defect, got an empty one for image 0"),
        ({"pairs": [GOODS[0]]}, "pairs must be None if masks are given"),
        ({"masks": None, "pairs": [GOODS[0][:32]]}, "pairs must have the height and width of their images"),
        ({"workers": 0}, "workers must be at least 1, got 0"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"types": [""]}, "types must hold the name of a type for each image, got an empty one"),
        ({"bank": __file__}, "bank must be a folder, got the file"),
    ],
)
def test_wrong_calls_name_the_argument(changes: dict, message: str) -> None:
    image, mask = dark_line(0)
    given = {"images": [image], "masks": [mask], "normals": GOODS, **changes}
    with pytest.raises(ValueError, match=message):
        ds.fit(**given)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": None}, "seed must be a whole number, got None"),
        ({"seed": 1.5}, "seed must be a whole number, got 1.5"),
        ({"workers": "a"}, "workers must be a whole number, got 'a'"),
        ({"real_share": "a"}, "real_share must be a number in 0 <= real_share < 1, got 'a'"),
        ({"images": None}, "images must be a sequence, got None"),
        ({"images": "folder"}, "images must be a sequence, got 'folder'"),
        ({"normals": 5}, "normals must be a sequence, got 5"),
        ({"masks": 5}, "masks must be a sequence, got 5"),
        ({"types": [None]}, "types must hold texts, got None"),
        ({"bank": 5}, "bank must be the path of a folder or None, got 5"),
    ],
)
def test_arguments_of_other_types_are_named(changes: dict, message: str) -> None:
    image, mask = dark_line(0)
    with pytest.raises(TypeError, match=message):
        ds.fit(**{"images": [image], "masks": [mask], "normals": GOODS, **changes})
