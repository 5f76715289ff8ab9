"""Objective of a search: the coverage of a few known defects, or, without any, how well drawn defects can be detected.

With known defects, measured between patches of the untrained backbone as in `eval.audit`:

    patches + separation - 0.25 * stray

patches is the share of the known defects' patches that are nearer to a synthetic defect than to any normal, each type
counting the same. separation is the AUROC of the known defects against held out normals. stray is the share of
synthetic patches farther from every known defect than these are from each other; it has a small weight, as the known
defects are only a sample. With one known image it cannot be measured and counts as 0.

Without known defects:

    1 - |separation - 0.9| + 0.5 * variety

separation is the AUROC of drawn defects against held out normals, by the largest distance of a patch to the nearest
normal: 0.5 for invisible defects, 1 for trivial ones. variety is the effective number of transforms of the preset, see
`eval.tune.space.variety`, relative to the preset at the start, at most 1; it keeps one transform from replacing all
others. This objective is weak: it has no information on the look and the place of real defects.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.audit.coverage import MAX_NORMALS, draw_twins
from eval.audit.measure import PatchBank, RealDefects, defective_patches, embed_patches, measure_coverage
from eval.data.categories import Category
from eval.models.backbone import Backbone
from eval.progress import Progress
from eval.scoring.metrics import image_metrics
from eval.tune.space import variety

MAX_HELD_OUT = 50  # normals
STRAY_WEIGHT, VARIETY_WEIGHT = 0.25, 0.5
TARGET_SEPARATION = 0.9  # the untrained backbone separates real defects with 0.79 to 1.00
VALUE = "objective"  # its name among the parts

Parts = dict[str, float | None]
"""The objective and the measures that it consists of, by name; None for what cannot be measured."""


class Objective:
    """Objective of a search on one category, whose normals and known defects are embedded once.

    Args:
        category: its training images are the normals, its test images the known defects, if any.
        start: the preset that the search starts from.
        backbone: the untrained one.
        twins: number of defects that are drawn, at least 1.
        seed: of the choice of held out normals and of patches.
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
        held = min(MAX_HELD_OUT, max(1, len(order) // 3))
        good = [category.train[place] for place in order[:held]]
        self.normals = category.images([category.train[place] for place in order[held : held + MAX_NORMALS]])
        self.bank = PatchBank.of_normals(self._embed(self.normals, stage="normals", progress=progress), rng)
        records = [*category.test, *good]
        embedded = self._embed(category.images(records), stage="known and held out", progress=progress)
        self.real = RealDefects(records, embedded, category.masks(records), self.bank) if category.test else None
        self.normal_scores = self.bank.search(embedded)[0].max(axis=(1, 2))[len(category.test) :]
        self.variety = variety(start)

    def __call__(self, transform: Any, *, seed: int, stage: str, progress: Progress) -> Parts:
        """Draw defects and measure them.

        Args:
            transform: draws the defects.
            seed: of the defects.
            stage: name in the progress.
            progress: see `Progress`.

        Returns:
            See `Parts`.

        Raises:
            ValueError: if no defect is drawn, or none covers a patch.
        """
        images, masks = draw_twins(self.normals, transform, count=self.twins, seed=seed)
        made = self._embed(images, stage=stage, progress=progress)
        if self.real is None:
            return self._measure_visibility(made, defective_patches(masks, made, name="synthetic"), transform)
        found = measure_coverage(self.real, PatchBank.of_twins(made, masks, np.random.default_rng(self.seed)))
        stray = None if np.isnan(found.stray) else found.stray
        value = found.patches + found.separation - STRAY_WEIGHT * (stray or 0.0)
        return {VALUE: value, "patches": found.patches, "separation": found.separation, "stray": stray}

    def _measure_visibility(self, made: NDArray[np.float32], inside: NDArray[np.bool_], transform: Any) -> Parts:
        """Measure the objective without known defects."""
        distances = np.where(inside, self.bank.search(made)[0], -np.inf).max(axis=(1, 2))
        distances = distances[inside.any(axis=(1, 2))]
        labels = np.repeat([True, False], [len(distances), len(self.normal_scores)])
        separation = image_metrics(labels, np.concatenate([distances, self.normal_scores])).auroc
        relative_variety = min(variety(transform) / self.variety, 1.0)
        value = 1 - abs(separation - TARGET_SEPARATION) + VARIETY_WEIGHT * relative_variety
        return {VALUE: value, "separation": separation, "variety": relative_variety}

    def _embed(self, images: NDArray[np.uint8], *, stage: str, progress: Progress) -> NDArray[np.float32]:
        return embed_patches(self.backbone, images, size=self.shape, stage=stage, progress=progress)
