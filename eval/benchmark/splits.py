"""What an experiment trains on and validates with; never test images, but for `binary` those of its one known type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsynth import Curriculum
from eval.benchmark.generators import generator_named
from eval.benchmark.results import Settings
from eval.data.datasets import Category
from eval.data.examples import Split, labelled_split
from eval.data.twins import twin_split
from eval.training.recipe import TrainingRecipe

HELD_OUT = 0.2

Reader = Callable[[str], Category]
"""From the name of a category to its images, at the size of the settings."""


def split_of(
    settings: Settings, category: Category, normals: NDArray[np.uint8], read: Reader
) -> tuple[Split | None, list[int], int]:
    """What to train on; how many images each of its classes has, and which class the normals of the category are."""
    if settings.experiment == "self_supervised":
        drawn = generator_named(str(settings.generator), category=settings.category)
        recipe, fainter = TrainingRecipe.of(settings.recipe), None
        if recipe.last_severity < 1:
            fainter = Curriculum(end=recipe.last_severity, duration=max(1, settings.epochs - 1))
        options: dict[str, Any] = {name: getattr(recipe, name) for name in ("several", "hard_negatives", "crop")}
        split = twin_split(list(normals), drawn, held_out=HELD_OUT, seed=settings.seed, curriculum=fainter, **options)
        return split, [len(normals)], 0
    groups, own = [normals], 0
    if settings.experiment == "binary":
        groups.append(category.images([record for record in category.test if record.defect == settings.defect]))
        if not len(groups[1]):
            raise ValueError(f"defect must be one of the test images of {category.name}, got {settings.defect!r}")
    if settings.experiment == "multi_class":
        own = settings.classes.index(settings.category)
        others = [None if name == settings.category else read(name) for name in settings.classes]
        groups = [normals if other is None else other.images(other.train) for other in others]
    counts = [len(group) for group in groups]
    if settings.experiment == "none":
        return None, counts, own
    labels = np.repeat(np.arange(len(groups)), counts)
    return (
        labelled_split(
            [image for group in groups for image in group],
            labels,
            held_out=HELD_OUT,
            oversample=settings.experiment == "binary",
            seed=settings.seed,
        ),
        counts,
        own,
    )
