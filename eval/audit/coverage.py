"""How well the defects of a generator cover the real ones of a category, by patches of an untrained backbone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from defectsynth import AnomalyTwins
from eval.audit.measure import COVERED, DefectType, PatchBank, Reality, defective_patches, measure
from eval.backbone import Backbone
from eval.bank import Progress
from eval.datasets import Category, Record
from eval.detector import embed

NORMALS = 100  # training images at most, drawn at random
NORMAL_ROWS, SYNTHETIC_ROWS = 20_000, 8_000  # patches at most, drawn at random
TWINS = 200  # synthetic defects


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What an audit says of a generator.

    Attributes:
        covered, patches: as of `DefectType`, over all types; each type counts the same.
        stray: share of the synthetic patches that lie farther from all real ones than those lie from each other (95 %).
        separation: AUROC on the test images of the largest difference, a patch, of the distances to the nearest normal
            and to the nearest synthetic defect.
        types: by name.
        uncovered: the real defects that are not covered, worst first, as places among `records`.
        records: the defective test images.
        nearest_twin, nearest_normal: for each of `records` which of `twins` and of `normals` is nearest to its defect.
        normals: those of the training images that were looked at.
        twins: the synthetic images uint8 (K, size, size, 3).
        twin_masks: their masks, bool (K, size, size).
    """

    covered: float
    patches: float
    stray: float
    separation: float
    types: dict[str, DefectType]
    uncovered: tuple[int, ...]
    records: tuple[Record, ...]
    nearest_twin: tuple[int, ...]
    nearest_normal: tuple[int, ...]
    normals: tuple[Record, ...]
    twins: NDArray[np.uint8]
    twin_masks: NDArray[np.bool_]


def audit(
    category: Category,
    transform: Any,
    *,
    backbone: Backbone,
    twins: int = TWINS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Audit:
    """Measure how well the defects of a transform cover the real ones of a category.

    Args:
        category: with its test images, at the size to look at, in px.
        transform: a defect or a composition with defects.
        backbone: as it is, untrained.
        twins: how many synthetic defects are drawn, at least 1.
        seed: of the defects and of the patches drawn.
        progress: see `Progress`.

    Raises:
        ValueError: if `twins` is below 1, or no synthetic or no real defect covers a patch.
    """
    if twins < 1:
        raise ValueError(f"twins must be at least 1, got {twins}")
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(category.train))[:NORMALS]
    records = tuple(category.train[place] for place in sorted(chosen))
    normals = category.images(records)
    drawn, drawn_masks = drawn_twins(normals, transform, count=twins, seed=seed)
    images, masks = category.images(category.test), category.masks(category.test)

    def embedded(stage: str, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        steps = None if progress is None else _named(progress, stage)
        return embed(backbone, list(pictures), scoring="patch", size=category.size, progress=steps)

    known, made, seen = embedded("normals", normals), embedded("twins", drawn), embedded("test", images)
    normal = PatchBank(known, np.ones(known.shape[:3], np.bool_), NORMAL_ROWS, rng)
    synthetic = PatchBank(made, defective_patches(drawn_masks, made, name="synthetic"), SYNTHETIC_ROWS, rng)
    real = Reality(category.test, seen, masks, normal)
    found = measure(real, synthetic)
    shares = found.shares
    tested = sorted(shares)
    closest = {place: int(np.where(real.defective[place], found.gain[place], -np.inf).argmax()) for place in tested}
    order = sorted((place for place in tested if shares[place] < COVERED), key=lambda place: shares[place])
    return Audit(
        covered=found.covered,
        patches=found.patches,
        stray=found.stray,
        separation=found.separation,
        types=found.types,
        uncovered=tuple(tested.index(place) for place in order),
        records=tuple(category.test[place] for place in tested),
        nearest_twin=tuple(int(found.origins[place].ravel()[closest[place]]) for place in tested),
        nearest_normal=tuple(int(real.origins[place].ravel()[closest[place]]) for place in tested),
        normals=records,
        twins=drawn,
        twin_masks=drawn_masks,
    )


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


def _named(progress: Progress, stage: str) -> Progress:
    return lambda _, done, total: progress(stage, done, total)
