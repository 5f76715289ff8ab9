"""Image files of a category, found by their names: a page shows only a few, so most of them are never opened."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.data.categories import GOOD
from eval.data.datasets import read_category
from eval.data.folders import category_digest, image_files, whole_digest
from eval.data.images import Size, load_mask, read_image_file
from eval.report.runs import Run


@dataclass(frozen=True, kw_only=True)
class CategoryFiles:
    """Image files of a category.

    Attributes:
        name: of the category.
        home: folder of the category.
        test: test images by DEFECT/FILE.
    """

    name: str
    home: Path
    test: dict[str, Path]

    def mask(self, image: Path, *, size: Size, image_shape: tuple[int, int]) -> NDArray[np.bool_] | None:
        """Return the ground truth of a test image at one size; None for a good part, and if it is missing."""
        defect = image.parent.name
        path = self.home / "ground_truth" / defect / f"{image.stem}_mask.png"
        if defect == GOOD or not path.is_file():
            return None
        return load_mask(path, size=size, image_shape=image_shape)

    def train(self, count: int, *, has_copies: bool) -> list[Path]:
        """Return the training images in the order of a run.

        Args:
            count: number of training images of the run.
            has_copies: whether it left out copies of test images.

        Raises:
            ValueError: if there are more or fewer now, or one cannot be read while they are compared.
        """
        paths = image_files(self.home / "train" / GOOD)
        if has_copies or len(paths) != count:  # the run left out images with the pixels of others
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the run gave them
                paths = [record.path for record in read_category(self.home).train]
        if len(paths) != count:
            raise ValueError(f"the run had {count} training images, {self.name} now has {len(paths)}")
        return paths


def have_changed(run: Run, files: CategoryFiles) -> bool:
    """Return whether images or masks of a category are others than in a run; results of version 0.1 do not tell."""
    digest = run.results.data_digest
    return digest not in (None, category_digest(files.home)) and digest != whole_digest(files.home)


def find_files(run: Run, data: str | Path | None) -> CategoryFiles:
    """List the files of the category of a cell.

    Args:
        run: the cell.
        data: folder of the categories; None for the one that the cell was run with.

    Raises:
        FileNotFoundError: if a folder of the category is missing.
    """
    settings = run.results.settings
    home = Path(data or settings.data) / settings.category
    train, test = home / "train" / GOOD, home / "test"
    for folder in (train, test):
        if not folder.is_dir():
            raise FileNotFoundError(f"data must hold the folder {folder}, got none: check --data")
    tests = {
        f"{folder.name}/{path.name}": path
        for folder in test.iterdir()
        if folder.is_dir()
        for path in image_files(folder)
    }
    return CategoryFiles(name=settings.category, home=home, test=tests)


def image_shape(path: Path) -> tuple[int, int]:
    """Return height and width of an image file in pixels."""
    height, width = read_image_file(path, "image").shape[:2]
    return height, width
