"""Results belong to the images they were made of; ambiguous folders and repeated images are not taken silently."""

import shutil
from pathlib import Path
from typing import Any

import albumentations as A
import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("filelock")

import defectsynth as ds
from eval.benchmark.cell import baseline_of
from eval.benchmark.runner import run_cells
from eval.benchmark.settings import make_settings
from eval.data.datasets import RepeatedImagesWarning, read_category
from eval.data.folders import category_digest


def write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    """A category of eight training images, two good and two defective test images."""
    rng = np.random.default_rng(0)
    home = tmp_path / "data" / "plate"
    for number in range(8):
        write(home / f"train/good/{number}.png", rng.integers(90, 120, (64, 64, 3), np.uint8))
    for number in range(2):
        write(home / f"test/good/{number}.png", rng.integers(90, 120, (64, 64, 3), np.uint8))
        broken = rng.integers(90, 120, (64, 64, 3), np.uint8)
        broken[20:40, 20:40] = 250
        write(home / f"test/hole/{number}.png", broken)
        mask = np.zeros((64, 64), np.uint8)
        mask[20:40, 20:40] = 255
        write(home / f"ground_truth/hole/{number}_mask.png", mask)
    return home


def run(home: Path, out: Path, **options: Any) -> Any:
    settings = make_settings(data=home.parent, category=home.name, experiment="none", size=64, **options)
    (cell,) = run_cells([settings], out=out, progress=lambda *_: None)
    return cell


def test_results_of_other_images_are_not_taken_for_those_of_the_present_ones(plate: Path, tmp_path: Path) -> None:
    first = run(plate, tmp_path / "out")
    assert first.error is None
    assert first.results.data_digest == category_digest(plate)
    assert run(plate, tmp_path / "out").repeated
    image = cv2.imread(str(plate / "test/good/0.png"))
    write(plate / "test/good/0.png", image[::-1])  # as large as before
    again = run(plate, tmp_path / "out")
    assert "must hold a run on the present images of plate, got one on others" in again.error
    assert run(plate, tmp_path / "other").error is None


def test_two_images_of_one_name_do_not_share_a_mask(plate: Path) -> None:
    shutil.copy(plate / "test/hole/0.png", plate / "test/hole/0.bmp")
    with pytest.raises(ValueError, match=r"must hold images of different names, got 0\.bmp and 0\.png"):
        read_category(plate, size=64)


@pytest.mark.parametrize("folder", ["train/good", "test/hole"])
def test_nested_folders_are_refused(plate: Path, folder: str) -> None:
    write(plate / folder / "later" / "9.png", np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match="must hold images only, got the folder 'later'"):
        read_category(plate, size=64)


def test_repeated_training_images_are_left_out_with_a_warning(plate: Path) -> None:
    for number in range(8, 12):
        shutil.copy(plate / "train/good/3.png", plate / f"train/good/{number}.png")
    with pytest.warns(RepeatedImagesWarning, match="4 of 12 training images repeat the pixels of others"):
        category = read_category(plate, size=64)
    assert len(category.train) == 8
    assert len(category.repeats) == 4


def test_a_generator_that_never_draws_is_refused(plate: Path, tmp_path: Path) -> None:
    preset = tmp_path / "never.yaml"
    A.save(A.Compose([ds.ColorSpot(min_visibility=1.0, p=1.0)]), preset, data_format="yaml")
    settings = make_settings(
        data=plate.parent,
        category="plate",
        experiment="self_supervised",
        head="softmax",
        generator=str(preset),
        scoring="patch",
        size=64,
        epochs=1,
    )
    _, cell = run_cells([baseline_of(settings), settings], out=tmp_path / "out", progress=lambda *_: None)
    assert cell.results is None
    assert "training examples must be of two classes, got one in the first epoch" in cell.error
