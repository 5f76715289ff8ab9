"""Training and validation images of a cell; test images are never among them, except one defect type for `binary`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsynth import AnomalyTwins, Curriculum
from eval.benchmark.cell import Settings
from eval.benchmark.generators import generator_digest, make_generator
from eval.benchmark.reader import Reader
from eval.data.categories import Category
from eval.data.examples import Split, labelled_split, split_indices
from eval.data.twins import twin_split
from eval.scoring.detector import HeldOut
from eval.training.recipe import TrainingRecipe

HELD_OUT = 0.2
"""Share of the training images that is held out."""

TWINS, TWINS_EACH = 60, 4
"""Least number of twins that a threshold comes from, and the most on one held-out normal; all of them get as many."""

CALIBRATION_SEED = 1_000_000
"""Seed of these twins for the seed 0; training and validation use small ones."""

UNTRAINED_GENERATOR = "generic_object"
"""Generator of the twins that thresholds come from where nothing was trained on twins."""


def divide(
    settings: Settings, category: Category, normals: NDArray[np.uint8], read: Reader
) -> tuple[Split | None, HeldOut]:
    """Divide the training images of a cell into those to train on and those that the threshold comes from.

    Args:
        settings: settings of the cell.
        category: the category of the cell.
        normals: its training images, uint8 (N, H, W, 3).
        read: reads the categories of multi_class.

    Returns:
        The split, None for experiment none; and the held-out normals with synthetic defects drawn on them.

    Raises:
        ValueError: if the images do not fit the experiment.
    """
    split, held_out = make_split(settings, category, normals, read)
    twins, sources = held_out_twins(settings, normals, held_out)
    bound = settings.false_positives
    return split, HeldOut(normals=held_out, twins=twins, sources=sources, false_positives=bound)


def make_split(
    settings: Settings, category: Category, normals: NDArray[np.uint8], read: Reader
) -> tuple[Split | None, NDArray[np.int64]]:
    """Return the split of `divide`, None for experiment none; and the indices of the normals that are held out."""
    if settings.experiment == "none":
        rng = np.random.default_rng(_split_seed(settings))
        return None, split_indices(len(normals), held_out=HELD_OUT, rng=rng, name="train/good")[1]
    if settings.experiment == "self_supervised":
        split, own = _twins(settings, normals), 0
    elif settings.experiment == "binary":
        defective = category.images([record for record in category.test if record.defect == settings.defect])
        if not len(defective):
            raise ValueError(f"defect must be one of the test images of {category.name}, got {settings.defect!r}")
        split, own = _classes(settings, [normals, defective]), 0
    else:
        own = settings.classes.index(settings.category)
        classes = [read(name, square=True) for name in settings.classes]  # of any shape, for image and patch scoring
        split = _classes(settings, [normals if each is category else each.images(each.train) for each in classes])
    return split, split.held_out[own]


def held_out_twins(
    settings: Settings, normals: NDArray[np.uint8], held_out: NDArray[np.int64]
) -> tuple[list[NDArray[np.uint8]], NDArray[np.int64]]:
    """Draw synthetic defects on held-out normals, which the threshold comes from.

    Args:
        settings: settings of the cell.
        normals: its training images, uint8 (N, H, W, 3).
        held_out: indices of the held-out ones.

    Returns:
        The twins, none if no defect found a place; and the index of the training image that each was drawn on, int64.
    """
    twins = AnomalyTwins(list(normals[held_out]), _generator(settings), seed=CALIBRATION_SEED + settings.seed)
    images: list[NDArray[np.uint8]] = []
    sources: list[int] = []
    for epoch in range(min(TWINS_EACH, -(-TWINS // len(held_out)))):
        twins.set_epoch(epoch)
        for place, source in enumerate(held_out):
            twin = twins[2 * place + 1]
            if twin.label:
                images.append(np.asarray(twin.image, np.uint8))
                sources.append(int(source))
    return images, np.array(sources, np.int64)


def _classes(settings: Settings, groups: Sequence[NDArray[np.uint8]]) -> Split:
    """Return the split of images of several classes, a group each."""
    return labelled_split(
        [image for group in groups for image in group],
        np.repeat(np.arange(len(groups)), [len(group) for group in groups]),
        held_out=HELD_OUT,
        oversample=settings.experiment == "binary",
        seed=settings.seed,
        split_seed=_split_seed(settings),
    )


def _twins(settings: Settings, normals: NDArray[np.uint8]) -> Split:
    recipe = TrainingRecipe.of(settings.recipe)
    curriculum = None
    if recipe.last_severity < 1:
        curriculum = Curriculum(end=recipe.last_severity, duration=max(1, settings.epochs - 1))
    return twin_split(
        normals,
        _generator(settings),
        held_out=HELD_OUT,
        several=recipe.several,
        hard_negatives=recipe.hard_negatives,
        crop=recipe.crop,
        curriculum=curriculum,
        seed=settings.seed,
        split_seed=_split_seed(settings),
    )


def _generator(settings: Settings) -> Any:
    """Return the generator of a cell, or the one for thresholds where nothing was trained on twins.

    Raises:
        ValueError: if its file has changed since the settings were made.
    """
    generator = make_generator(settings.generator or UNTRAINED_GENERATOR, category=settings.category)
    found = generator_digest(generator)
    if settings.generator_digest not in (None, found):
        raise ValueError(
            f"generator {settings.generator} must be as it was when the command began, with digest "
            f"{settings.generator_digest}, got {found}: start the command again"
        )
    return generator


def _split_seed(settings: Settings) -> tuple[int, ...]:
    """Return the seed that decides which normals are held out."""
    return (settings.seed, settings.split) if settings.split else (settings.seed,)
