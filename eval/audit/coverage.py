"""Coverage of the real defects of a category by the defects of a generator."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsynth import AnomalyTwins
from eval.audit.measure import MIN_COVERED, Coverage, PatchBank, RealDefects, embed_patches, measure_coverage
from eval.data.categories import Category, Record
from eval.models.backbone import Backbone
from eval.progress import Progress

MAX_NORMALS = 100  # training images, drawn at random
TWINS = 200  # synthetic defects by default


@dataclass(frozen=True, kw_only=True)
class Audit(Coverage):
    """Result of the audit of a generator.

    Attributes:
        uncovered: indices in `records` of the real defects that are not covered, the least covered first.
        records: defective test images.
        nearest_twin: index in `twins` of the one nearest to the defect of each of `records`.
        nearest_normal: index in `normals` of the one nearest to the defect of each of `records`.
        normals: training images that patches were compared with.
        twins: synthetic images, uint8 (K, H, W, 3).
        twin_masks: their masks, bool (K, H, W).
    """

    uncovered: tuple[int, ...]
    records: tuple[Record, ...]
    nearest_twin: tuple[int, ...]
    nearest_normal: tuple[int, ...]
    normals: tuple[Record, ...]
    twins: NDArray[np.uint8]
    twin_masks: NDArray[np.bool_]


class Auditor:
    """Audit of several generators on one category, whose normals and real defects are embedded once.

    Args:
        category: with its test images.
        backbone: the untrained one.
        seed: of the defects, and of the choice of normals and patches.
        progress: see `Progress`.

    Raises:
        ValueError: if no real defect covers a patch.
    """

    def __init__(
        self, category: Category, *, backbone: Backbone, seed: int = 0, progress: Progress | None = None
    ) -> None:
        self.category, self.backbone, self.seed = category, backbone, seed
        rng = np.random.default_rng(seed)
        chosen = rng.permutation(len(category.train))[:MAX_NORMALS]
        self.records = tuple(category.train[place] for place in sorted(chosen))
        self.normals = category.images(self.records)
        bank = PatchBank.of_normals(self._patches(self.normals, "normals", progress), rng)
        tests = self._patches(category.images(category.test), "test", progress)
        self.real = RealDefects(category.test, tests, category.masks(category.test), bank)
        self._rng = rng  # copied for every generator, so that each has the same draws

    def __call__(self, transform: Any, *, twins: int = TWINS, progress: Progress | None = None) -> Audit:
        """Measure the coverage of the real defects by those of a transform.

        Args:
            transform: a defect or a composition with defects.
            twins: number of synthetic defects, at least 1.
            progress: see `Progress`.

        Raises:
            ValueError: if `twins` is below 1, or no synthetic defect covers a patch.
        """
        if twins < 1:
            raise ValueError(f"twins must be at least 1, got {twins}")
        drawn, masks = draw_twins(self.normals, transform, count=twins, seed=self.seed)
        made = self._patches(drawn, "twins", progress)
        found = measure_coverage(self.real, PatchBank.of_twins(made, masks, deepcopy(self._rng)))
        shares, real = found.shares, self.real
        tested = sorted(shares)
        patches = {place: int(np.where(real.defective[place], found.gain[place], -np.inf).argmax()) for place in tested}
        order = sorted((place for place in tested if shares[place] < MIN_COVERED), key=lambda place: shares[place])
        return Audit(
            **vars(found),
            uncovered=tuple(tested.index(place) for place in order),
            records=tuple(real.records[place] for place in tested),
            nearest_twin=tuple(int(found.origins[place].ravel()[patches[place]]) for place in tested),
            nearest_normal=tuple(int(real.origins[place].ravel()[patches[place]]) for place in tested),
            normals=self.records,
            twins=drawn,
            twin_masks=masks,
        )

    def _patches(self, images: NDArray[np.uint8], stage: str, progress: Progress | None) -> NDArray[np.float32]:
        return embed_patches(self.backbone, images, size=self.category.shape, stage=stage, progress=progress)


def audit(
    category: Category,
    transform: Any,
    *,
    backbone: Backbone,
    twins: int = TWINS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Audit:
    """Measure the coverage of the real defects of a category by those of one transform; see `Auditor`."""
    return Auditor(category, backbone=backbone, seed=seed, progress=progress)(transform, twins=twins, progress=progress)


def draw_twins(
    normals: NDArray[np.uint8], transform: Any, *, count: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return synthetic images with a defect, uint8 (K, H, W, 3), and their masks, bool (K, H, W).

    Args:
        normals: images that defects are drawn on, in turn.
        transform: draws the defects.
        count: K; fewer are returned if many draws find no place.
        seed: of the defects.

    Raises:
        ValueError: if no defect was drawn.
    """
    twins = AnomalyTwins(list(normals), transform, seed=seed)
    images, masks = [], []
    for number in range(4 * count):
        twin = twins[(2 * number + 1) % len(twins)]
        if twin.label:
            images.append(twin.image)
            masks.append(twin.mask > 0)
        if len(images) == count:
            break
    if not images:
        raise ValueError("transform must draw defects on the normals of the category, got none")
    return np.stack(images), np.stack(masks)
