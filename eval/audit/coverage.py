"""How well the defects of a generator cover the real ones of a category, by patches of an untrained backbone."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsynth import AnomalyTwins
from eval.audit.measure import COVERED, Coverage, PatchBank, Reality, measure, patches_of
from eval.data.datasets import Category, Record
from eval.models.backbone import Backbone
from eval.progress import Progress

NORMALS = 100  # training images at most, drawn at random
TWINS = 200  # synthetic defects


@dataclass(frozen=True, kw_only=True)
class Audit(Coverage):
    """What an audit says of a generator.

    Attributes:
        uncovered: the real defects that are not covered, worst first, as places among `records`.
        records: the defective test images.
        nearest_twin, nearest_normal: for each of `records` which of `twins` and of `normals` is nearest to its defect.
        normals: those of the training images that were looked at.
        twins: the synthetic images uint8 (K, H, W, 3).
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
    """A category whose normals and real defects are embedded once; called with what draws defects, it audits that.

    Args:
        category: with its test images, in the shape to look at.
        backbone: as it is, untrained.
        seed: of the defects and of the patches drawn.
        progress: see `Progress`.

    Raises:
        ValueError: if no real defect covers a patch.
    """

    def __init__(
        self, category: Category, *, backbone: Backbone, seed: int = 0, progress: Progress | None = None
    ) -> None:
        self.category, self.backbone, self.seed = category, backbone, seed
        rng = np.random.default_rng(seed)
        chosen = rng.permutation(len(category.train))[:NORMALS]
        self.records = tuple(category.train[place] for place in sorted(chosen))
        self.normals = category.images(self.records)
        bank = PatchBank.of_normals(self._patches(self.normals, "normals", progress), rng)
        tests = self._patches(category.images(category.test), "test", progress)
        self.real = Reality(category.test, tests, category.masks(category.test), bank)
        self._rng = rng  # as it is now, for the patches of twins

    def __call__(self, transform: Any, *, twins: int = TWINS, progress: Progress | None = None) -> Audit:
        """Measure how well the defects of a transform cover the real ones.

        Args:
            transform: a defect or a composition with defects.
            twins: how many synthetic defects are drawn, at least 1.
            progress: see `Progress`.

        Raises:
            ValueError: if `twins` is below 1, or no synthetic defect covers a patch.
        """
        if twins < 1:
            raise ValueError(f"twins must be at least 1, got {twins}")
        drawn, masks = drawn_twins(self.normals, transform, count=twins, seed=self.seed)
        made = self._patches(drawn, "twins", progress)
        found = measure(self.real, PatchBank.of_twins(made, masks, deepcopy(self._rng)))
        shares, real = found.shares, self.real
        tested = sorted(shares)
        closest = {place: int(np.where(real.defective[place], found.gain[place], -np.inf).argmax()) for place in tested}
        order = sorted((place for place in tested if shares[place] < COVERED), key=lambda place: shares[place])
        return Audit(
            **vars(found),
            uncovered=tuple(tested.index(place) for place in order),
            records=tuple(real.records[place] for place in tested),
            nearest_twin=tuple(int(found.origins[place].ravel()[closest[place]]) for place in tested),
            nearest_normal=tuple(int(real.origins[place].ravel()[closest[place]]) for place in tested),
            normals=self.records,
            twins=drawn,
            twin_masks=masks,
        )

    def _patches(self, images: NDArray[np.uint8], stage: str, progress: Progress | None) -> NDArray[np.float32]:
        return patches_of(self.backbone, images, size=self.category.shape, stage=stage, progress=progress)


def audit(
    category: Category,
    transform: Any,
    *,
    backbone: Backbone,
    twins: int = TWINS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Audit:
    """Measure how well the defects of one transform cover the real ones of a category; see `Auditor`."""
    return Auditor(category, backbone=backbone, seed=seed, progress=progress)(transform, twins=twins, progress=progress)


def drawn_twins(
    normals: NDArray[np.uint8], transform: Any, *, count: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Synthetic images with a defect, uint8 (K, H, W, 3), and their masks, bool (K, H, W).

    Args:
        normals: to draw on, in turn.
        transform: draws them.
        count: K; fewer if many draws find no place.
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
