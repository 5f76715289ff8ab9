"""What a search makes as large as it can: how well drawn defects cover a few known ones, or how hard they are to see.

With known defects, measured between patches of the untrained backbone as by `eval.audit`:

    patches + separation - 0.25 * stray

patches is the share of the known defects' patches that a synthetic defect lies nearer to than any normal, each type
counting the same; separation tells the known defects from normals held out, an AUROC; stray is the share of synthetic
patches farther from every known defect than those lie from each other. It weighs little, as the few known ones are not
all there are; with one known image it cannot be told, and counts nothing.

Without, there are only normals:

    1 - |separation - 0.9| + 0.5 * variety

separation is the AUROC by which the most striking patch of a drawn defect, that with the largest distance to the
nearest normal, stands out from the most striking ones of normals held out: 0.5 is not to be seen, 1 trivial; variety is
the number of transforms drawn with as if equally often, as a share of those of the preset that the search started from,
1 at most, so that none of them takes all. This is weak: it knows nothing of what real defects look like or where they
lie, only how striking they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.audit.coverage import NORMALS, drawn_twins
from eval.audit.measure import PatchBank, Reality, defective_patches, measure, patches_of
from eval.data.datasets import Category
from eval.models.backbone import Backbone
from eval.progress import Progress
from eval.scoring.metrics import image_metrics
from eval.tune.space import variety

HELD_OUT = 50  # normals at most
STRAY = 0.25  # weight
TARGET = 0.9  # separation; the untrained backbone tells real defects apart with .79 to 1.00
VARIETY = 0.5  # weight
VALUE = "objective"

Parts = dict[str, float | None]  # None for what cannot be told


class Objective:
    """Called with what draws defects, it says how good they are; normals and known defects are embedded once.

    Args:
        category: its training images are the normals, its test images the known defects, if there are any.
        start: the preset that the search starts from.
        backbone: as it is, untrained.
        twins: how many defects are drawn, at least 1.
        seed: of what is held out, and of the patches that are kept.
        progress: see `Progress`.

    Raises:
        ValueError: if `twins` is below 1, there are fewer than two training images, or no known defect covers a patch.
    """

    def __init__(
        self, category: Category, start: Any, *, backbone: Backbone, twins: int, seed: int, progress: Progress
    ) -> None:
        if twins < 1:
            raise ValueError(f"twins must be at least 1, got {twins}")
        if len(category.train) < 2:
            raise ValueError(f"train/good must hold at least 2 images, one to hold out, got {len(category.train)}")
        self.backbone, self.shape, self.twins, self.seed = backbone, category.shape, twins, seed
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(category.train))
        held = min(HELD_OUT, max(1, len(order) // 3))
        good = [category.train[place] for place in order[:held]]
        self.normals = category.images([category.train[place] for place in order[held : held + NORMALS]])
        known = self._embedded(self.normals, stage="normals", progress=progress)
        self.bank = PatchBank.of_normals(known, rng)
        records = [*category.test, *good]
        seen = self._embedded(category.images(records), stage="known and held out", progress=progress)
        self.real = Reality(records, seen, category.masks(records), self.bank) if category.test else None
        self.strangest = self.bank.search(seen)[0].max(axis=(1, 2))[len(category.test) :]  # of each held out normal
        self.variety = variety(start)

    def __call__(self, transform: Any, *, seed: int, stage: str, progress: Progress) -> Parts:
        """Draw defects and measure them.

        Args:
            transform: draws them.
            seed: of the defects.
            stage: what the progress is called.
            progress: see `Progress`.

        Returns:
            The parts of the objective, and itself, by name.

        Raises:
            ValueError: if nothing is drawn, or nothing that covers a patch.
        """
        images, masks = drawn_twins(self.normals, transform, count=self.twins, seed=seed)
        made = self._embedded(images, stage=stage, progress=progress)
        if self.real is None:
            return self._striking(made, defective_patches(masks, made, name="synthetic"), transform)
        found = measure(self.real, PatchBank.of_twins(made, masks, np.random.default_rng(self.seed)))
        stray = None if np.isnan(found.stray) else found.stray
        value = found.patches + found.separation - STRAY * (stray or 0.0)
        return {VALUE: value, "patches": found.patches, "separation": found.separation, "stray": stray}

    def _striking(self, made: NDArray[np.float32], inside: NDArray[np.bool_], transform: Any) -> Parts:
        """Without known defects."""
        distances = np.where(inside, self.bank.search(made)[0], -np.inf).max(axis=(1, 2))
        distances = distances[inside.any(axis=(1, 2))]
        labels = np.repeat([True, False], [len(distances), len(self.strangest)])
        separation = image_metrics(labels, np.concatenate([distances, self.strangest])).auroc
        left = min(variety(transform) / self.variety, 1.0)
        value = 1 - abs(separation - TARGET) + VARIETY * left
        return {VALUE: value, "separation": separation, "variety": left}

    def _embedded(self, images: NDArray[np.uint8], *, stage: str, progress: Progress) -> NDArray[np.float32]:
        return patches_of(self.backbone, images, size=self.shape, stage=stage, progress=progress)
