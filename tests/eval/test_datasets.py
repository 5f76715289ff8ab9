"""Category folders: their images and masks, and errors that name the file."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from eval.data.categories import Record, missing_masks
from eval.data.datasets import UnmatchedMasksWarning, read_category
from eval.data.folders import UndecodableNameWarning, find_categories
from eval.data.images import load_image, load_mask
from eval.sample_set import write_sample_set
from tests.eval.conftest import put

GRAY = np.full((24, 20), 90, np.uint8)


def marked(shape: tuple[int, int] = (24, 20)) -> NDArray[np.uint8]:
    mask = np.zeros(shape, np.uint8)
    mask[4:10, 5:9] = 255
    return mask


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """Write a small category: two good training images, one good and two defective test images."""
    home = tmp_path / "part"
    paths = ("train/good/000.png", "train/good/001.png", "test/good/000.png", "test/dent/000.png", "test/cut/7.png")
    for number, path in enumerate(paths):
        put(home / path, GRAY + number)
    put(home / "ground_truth/dent/000_mask.png", marked())
    put(home / "ground_truth/cut/7_mask.png", marked())
    return home


def test_a_category_names_its_images_in_order(part: Path) -> None:
    calls: list[tuple[int, int]] = []
    category = read_category(part, size=16, progress=lambda done, total: calls.append((done, total)))
    assert category.name == "part"
    assert [record.path.name for record in category.train] == ["000.png", "001.png"]
    assert [(record.defect, record.label) for record in category.test] == [("cut", 1), ("dent", 1), ("good", 0)]
    assert category.test[0] == Record(part / "test/cut/7.png", 1, "cut", part / "ground_truth/cut/7_mask.png", (24, 20))
    assert category.train[0].mask_path is None
    assert calls == [(done, 5) for done in range(1, 6)]


def test_a_category_gives_images_and_masks_at_its_size(part: Path) -> None:
    category = read_category(part, size=16)
    images, masks = category.images(category.test), category.masks(category.test)
    assert images.shape == (3, 16, 16, 3)
    assert images.dtype == np.uint8
    assert (images == np.array([94, 93, 92])[:, None, None, None]).all()
    assert masks.shape == (3, 16, 16)
    assert masks.dtype == np.bool_
    assert masks.any(axis=(1, 2)).tolist() == [True, True, False]
    assert category.images([]).shape == (0, 16, 16, 3)
    assert category.masks([]).shape == (0, 16, 16)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_category_whose_name_is_not_utf_8_is_left_out_with_a_warning(part: Path) -> None:
    shutil.copytree(part, part.parent / os.fsdecode(b"d\xe9faut"))
    with pytest.warns(UndecodableNameWarning, match=r"1 folders in .* are not UTF-8, first b'd\\xe9faut': rename"):
        assert find_categories(part.parent) == ("part",)


def test_masks_may_be_missing_until_they_are_asked_for(part: Path) -> None:
    (part / "ground_truth/dent/000_mask.png").unlink()
    category = read_category(part, size=16)
    assert [record.path for record in missing_masks(category.test)] == [part / "test/dent/000.png"]
    assert category.masks([record for record in category.test if record.defect != "dent"]).any()
    with pytest.raises(ValueError, match=r"none for 1, first .*000.png: add it as ground_truth/dent/000_mask.png"):
        category.masks(category.test)
    shutil.rmtree(part / "ground_truth")
    assert len(missing_masks(read_category(part).test)) == 2


def test_masks_of_other_names_are_pointed_out(part: Path) -> None:
    (part / "ground_truth/cut/7_mask.png").rename(part / "ground_truth/cut/7_mask.bmp")
    put(part / "ground_truth/dent/999_mask.png", marked())
    with pytest.warns(
        UnmatchedMasksWarning, match=r"1 images in .*cut .* first 7_mask.bmp: .* test/cut/NAME.\* must be NAME_mask.png"
    ):
        assert [record.defect for record in missing_masks(read_category(part).test)] == ["cut"]


def test_good_images_in_a_folder_of_another_case_are_no_defects(part: Path) -> None:
    (part / "test/good").rename(part / "test/Good")
    with pytest.raises(ValueError, match=r"good test images must lie in test/good, got test/Good"):
        read_category(part)


def test_the_white_level_of_16_bit_images_can_be_given(part: Path) -> None:
    for number, path in enumerate(part.glob("t*/*/*.png")):
        put(path, np.full((24, 20), 2000 + number, np.uint16))
    given = read_category(part, peak=4000)
    assert given.peak == 4000
    assert (given.images(given.test) == 128).all()


def test_the_sample_set_is_read(tmp_path: Path) -> None:
    write_sample_set(tmp_path, families=["leather", "flange"], size=64, train=2, test_good=1, test_per_defect=1)
    assert find_categories(tmp_path) == ("flange", "leather")
    category = read_category(tmp_path / "leather", size=64)
    assert len(category.train) == 2
    assert category.masks(category.test).any(axis=(1, 2)).tolist() == [record.label == 1 for record in category.test]
    original = np.asarray(cv2.imread(str(category.train[0].path)))
    np.testing.assert_array_equal(category.images(category.train)[0], original[..., ::-1])


@pytest.mark.parametrize(
    ("height", "width", "size", "shape"),
    [
        (40, 40, 100, (100, 100)),
        (127, 50, 100, (260, 100)),  # 2.54 times as long: 1.6 times 100 more, by steps of 32
        (50, 127, 100, (100, 260)),
        (50, 54, 100, (100, 100)),  # nearly square
        (500, 20, 64, (256, 64)),
    ],
)
def test_a_category_keeps_the_proportion_of_its_images(
    height: int, width: int, size: int, shape: tuple[int, int], part: Path
) -> None:
    for number, path in enumerate([*part.glob("t*/*/*.png"), *part.glob("ground_truth/*/*.png")]):
        put(path, np.full((height, width), 90 + number, np.uint8))
    category = read_category(part, size=size)
    assert category.shape == shape
    assert category.images(category.test).shape == (3, *shape, 3)
    assert category.masks(category.test).shape == (3, *shape)
    assert read_category(part, size=size, square=True).shape == (size, size)


def test_training_images_that_are_tested_on_are_left_out(part: Path) -> None:
    pixels = cv2.imread(str(part / "test/good/000.png"), cv2.IMREAD_UNCHANGED)
    copy = put(part / "train/good/002.bmp", pixels)
    category = read_category(part)
    assert [record.path for record in category.copies] == [copy]
    assert [record.path.name for record in category.train] == ["000.png", "001.png"]
    for name in ("000.png", "001.png"):
        put(part / "train/good" / name, pixels)
    with pytest.raises(ValueError, match="train/good must hold other images than test, got copies of those only in"):
        read_category(part)


def test_other_files_and_hidden_ones_are_ignored(part: Path) -> None:
    (part / "license.txt").write_text("", encoding="utf-8")
    (part / "train/good/Thumbs.db").write_bytes(b"x")
    (part / "train/good/._000.png").write_bytes(b"x")
    (part / "test/.cache").mkdir()
    category = read_category(part)
    assert (len(category.train), len(category.test), category.shape) == (2, 3, (320, 256))


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def remove_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def only_defects(part: Path) -> None:
    remove_tree(part / "test/good")


def empty_train(part: Path) -> None:
    for path in (part / "train/good").iterdir():
        path.unlink()


def only_good(part: Path) -> None:
    remove_tree(part / "test/dent")
    remove_tree(part / "test/cut")


BAD_FOLDERS: list[tuple[str, Callable[[Path], Any], type[Exception], str]] = [
    ("no_folder", remove_tree, FileNotFoundError, "folder must be an existing folder, got '{part}': check the path"),
    ("no_train", lambda part: remove_tree(part / "train"), FileNotFoundError, "got {part} without train/good"),
    ("no_test", lambda part: remove_tree(part / "test"), FileNotFoundError, "got {part} without test"),
    (
        "empty_train",
        empty_train,
        ValueError,
        "(.png, .jpg, .jpeg, .bmp, .tif, .tiff, .webp), got none: put good parts into {part}/train/good",
    ),
    (
        "defects_in_train",
        lambda part: put(part / "train/dent/000.png", GRAY),
        ValueError,
        "train must hold only the folder good, got dent too: clear {part}/train",
    ),
    ("only_defects", only_defects, ValueError, "test must hold good and defective images, got 0 in test/good and 2 in"),
    ("only_good", only_good, ValueError, "test must hold good and defective images, got 1 in test/good and 0 in"),
    (
        "loose_test_image",
        lambda part: put(part / "test/000.png", GRAY),
        ValueError,
        "test images must lie in test/good or test/DEFECT: move {part}/test/000.png to one of them",
    ),
    (
        "empty_mask",
        lambda part: put(part / "ground_truth/dent/000_mask.png", np.zeros_like(GRAY)),
        ValueError,
        "mask {part}/ground_truth/dent/000_mask.png must mark a defect, got no pixel above 0",
    ),
    (
        "mask_of_another_size",
        lambda part: put(part / "ground_truth/dent/000_mask.png", marked((20, 24))),
        ValueError,
        "mask {part}/ground_truth/dent/000_mask.png must have its image's size 20 x 24 (width x height), got 24 x 20",
    ),
    (
        "truncated_train_image",
        lambda part: cut_short(part / "train/good/001.png"),
        ValueError,
        "image {part}/train/good/001.png cannot be read: truncated PNG",
    ),
    (
        "empty_test_image",
        lambda part: (part / "test/good/000.png").write_bytes(b""),
        ValueError,
        "image {part}/test/good/000.png cannot be read: the file is empty",
    ),
    (
        "text_as_mask",
        lambda part: (part / "ground_truth/cut/7_mask.png").write_text("none", encoding="utf-8"),
        ValueError,
        "mask {part}/ground_truth/cut/7_mask.png cannot be read: not a PNG",
    ),
]


@pytest.mark.parametrize(
    ("damage", "error", "message"), [case[1:] for case in BAD_FOLDERS], ids=[c[0] for c in BAD_FOLDERS]
)
def test_a_damaged_category_is_refused_by_name(
    damage: Callable[[Path], Any], error: type[Exception], message: str, part: Path
) -> None:
    damage(part)
    with pytest.raises(error, match=re.escape(message.format(part=part))):
        read_category(part)


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (-4, ValueError), (8.0, TypeError), (True, TypeError)])
def test_bad_sizes(size: Any, error: type[Exception], part: Path) -> None:
    message = re.escape(f"size must be an integer >= 1 (pixels), got {size!r}")
    for call in (
        lambda: read_category(part, size=size),
        lambda: load_image(part / "test/good/000.png", size=size),
        lambda: load_image(part / "test/good/000.png", size=(8, size)),
        lambda: load_mask(part / "ground_truth/cut/7_mask.png", size=size, image_shape=(24, 20)),
    ):
        with pytest.raises(error, match=message):
            call()


def test_a_root_is_distinguished_from_a_category(part: Path) -> None:
    (part.parent / "notes").mkdir()
    assert find_categories(part.parent) == ("part",)
    with pytest.raises(
        ValueError, match=r"root must hold category folders .* is one itself: read it with read_category"
    ):
        find_categories(part)
    with pytest.raises(FileNotFoundError, match=r"did you mean one of its categories: part\?"):
        read_category(part.parent)
    with pytest.raises(ValueError, match="root must hold category folders"):
        find_categories(part.parent / "notes")
    with pytest.raises(FileNotFoundError, match="root must be an existing folder"):
        find_categories(part.parent / "gone")
