"""Image files of a category, found by their names: a page shows only a few, so most of them are never opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.data.categories import GOOD
from eval.data.datasets import read_category
from eval.data.folders import image_files
from eval.data.images import Size, load_mask, read_image_file
from eval.report.runs import Run


@dataclass(frozen=True, kw_only=True)
class CategoryFiles:
    """Image files of a category.

    Attributes:
        name: of the category.
        train: training images, in the order of the run.
        test: test images by DEFECT/FILE.
        masks: folder of the ground truth.
    """

    name: str
    train: tuple[Path, ...]
    test: dict[str, Path]
    masks: Path

    def mask(self, image: Path, *, size: Size, image_shape: tuple[int, int]) -> NDArray[np.bool_] | None:
        """Return the ground truth of a test image at one size; None for a good part, and if it is missing."""
        defect = image.parent.name
        path = self.masks / defect / f"{image.stem}_mask.png"
        if defect == GOOD or not path.is_file():
            return None
        return load_mask(path, size=size, image_shape=image_shape)


def find_files(run: Run, data: str | Path | None) -> CategoryFiles:
    """List the files of the category of a cell.

    Args:
        run: the cell.
        data: folder of the categories; None for the one that the cell was run with.

    Raises:
        FileNotFoundError: if a folder of the category is missing.
        ValueError: if training images have to be compared with test images and one cannot be read.
    """
    settings = run.results.settings
    home = Path(data or settings.data) / settings.category
    train, test = home / "train" / GOOD, home / "test"
    for folder in (train, test):
        if not folder.is_dir():
            raise FileNotFoundError(f"data must hold the folder {folder}, got none: check --data")
    paths = image_files(train)
    if run.results.copies:  # the run left out training images with the pixels of test images
        paths = [record.path for record in read_category(home).train]
    tests = {
        f"{folder.name}/{path.name}": path
        for folder in test.iterdir()
        if folder.is_dir()
        for path in image_files(folder)
    }
    return CategoryFiles(name=settings.category, train=tuple(paths), test=tests, masks=home / "ground_truth")


def image_shape(path: Path) -> tuple[int, int]:
    """Return height and width of an image file in pixels."""
    height, width = read_image_file(path, "image").shape[:2]
    return height, width
