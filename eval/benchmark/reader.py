"""Read the categories of cells, each once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from eval.benchmark.cell import Settings
from eval.data.categories import Category
from eval.data.datasets import read_category
from eval.progress import Progress

Reader = Callable[[str], Category]
"""Returns the category with a name, at the size of the settings of a cell."""


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

        def read(name: str) -> Category:
            square = settings.scoring == "image"  # as in the seed article
            key = (settings.data, name, settings.size, square, settings.peak)
            if key not in self.kept:
                folder, steps = Path(settings.data) / name, partial(self.progress, "read")
                self.kept[key] = read_category(
                    folder, size=settings.size, square=square, peak=settings.peak, progress=steps
                )
            return self.kept[key]

        return read
