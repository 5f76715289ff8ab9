"""Read the categories of cells, each once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Protocol

from eval.benchmark.cell import Settings
from eval.data.categories import Category
from eval.data.datasets import read_category
from eval.progress import Progress


class Reader(Protocol):
    """Reads the categories of a cell."""

    def __call__(self, name: str, *, square: bool = ...) -> Category:
        """Return a category at the size of the settings of the cell.

        Args:
            name: of the category.
            square: whether its images are squeezed into squares; by default for image scoring, as in the seed article.
        """


class CategoryReader:
    """Reads categories and keeps them for the next cells.

    Args:
        progress: see `Progress`.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.kept: dict[tuple[str, str, int, bool, float | None], Category] = {}

    def of(self, settings: Settings) -> Reader:
        """Return a reader for a cell."""

        def read(name: str, *, square: bool = settings.scoring == "image") -> Category:
            key = (settings.data, name, settings.size, square, settings.peak)
            if key not in self.kept:
                folder, steps = Path(settings.data) / name, partial(self.progress, "read")
                self.kept[key] = read_category(
                    folder, size=settings.size, square=square, peak=settings.peak, progress=steps
                )
            return self.kept[key]

        return read
