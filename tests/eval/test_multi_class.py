"""Categories of different shapes are classified by one training, whatever is scored."""

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")

from eval.benchmark.cell import Settings, checkpoint_of
from eval.benchmark.reader import CategoryReader
from eval.benchmark.settings import BenchmarkOptions, make_cells
from eval.benchmark.splits import make_split
from tests.eval.conftest import put

SHAPES = {"square": (64, 64), "wide": (64, 96)}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Write two categories of different proportions."""
    rng = np.random.default_rng(0)
    for name, shape in SHAPES.items():
        for path in ("train/good/0", "train/good/1", "train/good/2", "test/good/0", "test/dent/0"):
            put(tmp_path / name / f"{path}.png", rng.integers(90, 110, shape, np.uint8))
        mask = cv2.circle(np.zeros(shape, np.uint8), (30, 30), 8, 255, -1)
        put(tmp_path / name / "ground_truth/dent/0_mask.png", mask)
    return tmp_path


def cells(data: Path) -> list[Settings]:
    """Return the cells of both categories for image and patch scoring."""
    made = make_cells(
        BenchmarkOptions(
            data=data,
            categories=sorted(SHAPES),
            experiments=["multi_class"],
            heads=["softmax"],
            scorings=["image", "patch"],
            size=64,
            weights="none",
        )
    )
    return [cell for cell in made if cell.experiment == "multi_class"]


def test_cells_that_share_a_training_train_on_the_same_images(data: Path) -> None:
    reader, found = CategoryReader(lambda *_: None), []
    for settings in cells(data):
        read = reader.of(settings)
        category = read(settings.category)
        assert (category.shape == (64, 64)) is (settings.scoring == "image" or settings.category == "square")
        split, held_out = make_split(settings, category, category.images(category.train), read)
        assert split is not None
        assert len(held_out) == 1
        found.append(np.stack([split.training[index].image for index in range(len(split.training))]))
    assert len(found) == 4
    assert all(np.array_equal(images, found[0]) for images in found)
    assert len({checkpoint_of(settings, data) for settings in cells(data)}) == 1
