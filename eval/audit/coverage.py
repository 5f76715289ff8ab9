"""Real defects, synthetic defects and normals as patches: which lies near to which."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from defectsynth import AnomalyTwins
from eval.backbone import Backbone
from eval.bank import Progress
from eval.datasets import Category, Record
from eval.detector import embed
from eval.metrics import image_metrics
from eval.nearest import nearest
from eval.twins import patch_labels

NORMALS = 100  # training images at most, drawn at random
NORMAL_ROWS, SYNTHETIC_ROWS = 20_000, 8_000  # patches at most, drawn at random
TWINS = 200  # synthetic defects
COVERED = 0.5  # share of a defect's patches that must be nearer to a synthetic one than to any normal
FAR = 0.95  # quantile of the real defects' distances to each other


@dataclass(frozen=True, kw_only=True)
class DefectType:
    """How well the real defects of one type are covered.

    Attributes:
        count: of real defects, one a test image.
        covered: share of them of which at least half the patches have a synthetic one nearer than any normal.
        patches: share of their patches that have.
    """

    count: int
    covered: float
    patches: float


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
    drawn, drawn_masks = _twins(normals, transform, count=twins, seed=seed)
    images, masks = category.images(category.test), category.masks(category.test)

    def embedded(stage: str, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        steps = None if progress is None else _named(progress, stage)
        return embed(backbone, list(pictures), scoring="patch", size=category.size, progress=steps)

    known, made, seen = embedded("normals", normals), embedded("twins", drawn), embedded("test", images)
    normal = _Bank(known, np.ones(known.shape[:3], np.bool_), NORMAL_ROWS, rng)
    synthetic = _Bank(made, _defective(drawn_masks, made, name="synthetic"), SYNTHETIC_ROWS, rng)
    of_real = _defective(masks, seen, name="real")
    to_normal, normal_places = normal.search(seen)
    to_synthetic, twin_places = synthetic.search(seen)
    gain = to_normal - to_synthetic
    labels = np.array([record.label for record in category.test], np.bool_)
    defective = [place for place in np.flatnonzero(labels).tolist() if of_real[place].any()]
    shares = {place: float((gain[place][of_real[place]] > 0).mean()) for place in defective}
    types = _types(category.test, shares)
    tested = sorted(shares)
    closest = {place: int(np.where(of_real[place], gain[place], -np.inf).argmax()) for place in tested}
    order = sorted((place for place in tested if shares[place] < COVERED), key=lambda place: shares[place])
    return Audit(
        covered=float(np.mean([one.covered for one in types.values()])),
        patches=float(np.mean([one.patches for one in types.values()])),
        stray=_stray(seen, of_real, synthetic),
        separation=image_metrics(labels, gain.max(axis=(1, 2))).auroc,
        types=types,
        uncovered=tuple(tested.index(place) for place in order),
        records=tuple(category.test[place] for place in tested),
        nearest_twin=tuple(int(twin_places[place].ravel()[closest[place]]) for place in tested),
        nearest_normal=tuple(int(normal_places[place].ravel()[closest[place]]) for place in tested),
        normals=records,
        twins=drawn,
        twin_masks=drawn_masks,
    )


def _twins(
    normals: NDArray[np.uint8], transform: Any, *, count: int, seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Synthetic images with a defect, and their masks."""
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


def _defective(masks: NDArray[np.bool_], embedded: NDArray[np.float32], *, name: str) -> NDArray[np.bool_]:
    """Which patches (N, h, w) a defect covers; of a defect smaller than that, those it touches."""
    grid = (embedded.shape[1], embedded.shape[2])
    labels = patch_labels(torch.from_numpy(masks.astype(np.uint8)), grid=grid).numpy()
    inside: NDArray[np.bool_] = labels == 1
    small = ~inside.any(axis=(1, 2))
    inside[small] = labels[small] != 0
    if not inside.any():
        raise ValueError(f"a {name} defect must cover a patch, got none that does")
    return inside


class _Bank:
    """Some of the chosen patches, and which image each comes from."""

    def __init__(
        self, embedded: NDArray[np.float32], chosen: NDArray[np.bool_], most: int, rng: np.random.Generator
    ) -> None:
        places = np.flatnonzero(chosen)
        if len(places) > most:
            places = np.sort(rng.choice(places, most, replace=False))
        self.rows = embedded.reshape(-1, embedded.shape[-1])[places]
        self.origins = places // (chosen.shape[1] * chosen.shape[2])

    def search(self, embedded: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Distance (N, h, w) to the nearest row, and the image it comes from."""
        distances, places = nearest(self.rows, embedded.reshape(-1, embedded.shape[-1]), return_index=True)
        return distances.reshape(embedded.shape[:3]), self.origins[places[:, 0]].reshape(embedded.shape[:3])


def _types(records: tuple[Record, ...], shares: dict[int, float]) -> dict[str, DefectType]:
    found = {}
    for name in sorted({records[place].defect for place in shares}):
        own = np.array([share for place, share in shares.items() if records[place].defect == name])
        found[name] = DefectType(count=len(own), covered=float((own >= COVERED).mean()), patches=float(own.mean()))
    return found


def _stray(seen: NDArray[np.float32], of_real: NDArray[np.bool_], synthetic: _Bank) -> float:
    """Share of the synthetic patches that are like no real one; two real images at least must have defects."""
    real = seen[of_real]
    images = np.nonzero(of_real)[0]
    apart = [
        nearest(real[images != place], real[images == place]) for place in np.unique(images) if (images != place).any()
    ]
    if not apart:
        return float("nan")
    radius = float(np.quantile(np.concatenate(apart), FAR))
    return float((nearest(real, synthetic.rows) > radius).mean())


def _named(progress: Progress, stage: str) -> Progress:
    return lambda _, done, total: progress(stage, done, total)
