"""Coverage of real defects by synthetic ones, from distances between patches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from eval.data.categories import Record
from eval.data.images import Size
from eval.models.backbone import Backbone
from eval.progress import Progress
from eval.scoring.detector import embed
from eval.scoring.metrics import image_metrics
from eval.scoring.nearest import nearest
from eval.training.targets import patch_labels

MIN_COVERED = 0.5  # share of a real defect's patches with a synthetic one nearer than any normal, to count as covered
RADIUS_QUANTILE = 0.95  # of the distances of real defects to each other
MAX_NORMAL_ROWS, MAX_SYNTHETIC_ROWS = 20_000, 8_000  # patches, drawn at random


def embed_patches(
    backbone: Backbone, images: NDArray[np.uint8], *, size: Size, stage: str, progress: Progress | None
) -> NDArray[np.float32]:
    """Return images (N, H, W, 3) as patches, float32 (N, h, w, D); `stage` is the name in the progress."""
    steps = None if progress is None else lambda _, done, total: progress(stage, done, total)
    return embed(backbone, list(images), scoring="patch", size=size, progress=steps)


class PatchBank:
    """Bank of patches that remembers the image of each.

    Args:
        embedded: patches, float32 (N, h, w, D).
        chosen: patches to keep, bool (N, h, w), at least one.
        max_rows: number of patches that are drawn at random if more are chosen.
        rng: draws them.

    Attributes:
        rows: float32 (R, D).
        origins: int64 (R,), index of the image of each row.
    """

    def __init__(
        self, embedded: NDArray[np.float32], chosen: NDArray[np.bool_], max_rows: int, rng: np.random.Generator
    ) -> None:
        places = np.flatnonzero(chosen)
        if len(places) > max_rows:
            places = np.sort(rng.choice(places, max_rows, replace=False))
        self.rows = embedded.reshape(-1, embedded.shape[-1])[places]
        self.origins = places // (chosen.shape[1] * chosen.shape[2])

    @classmethod
    def of_normals(cls, embedded: NDArray[np.float32], rng: np.random.Generator) -> PatchBank:
        """Return a bank of patches of good images."""
        return cls(embedded, np.ones(embedded.shape[:3], np.bool_), MAX_NORMAL_ROWS, rng)

    @classmethod
    def of_twins(cls, embedded: NDArray[np.float32], masks: NDArray[np.bool_], rng: np.random.Generator) -> PatchBank:
        """Return a bank of patches that synthetic defects cover.

        Raises:
            ValueError: if no patch is covered.
        """
        return cls(embedded, defective_patches(masks, embedded, name="synthetic"), MAX_SYNTHETIC_ROWS, rng)

    def search(self, embedded: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the distance to the nearest row (N, h, w), and the index of its image (N, h, w)."""
        distances, places = nearest(self.rows, embedded.reshape(-1, embedded.shape[-1]), return_index=True)
        return distances.reshape(embedded.shape[:3]), self.origins[places[:, 0]].reshape(embedded.shape[:3])


def defective_patches(masks: NDArray[np.bool_], embedded: NDArray[np.float32], *, name: str) -> NDArray[np.bool_]:
    """Return the patches that a defect covers, bool (N, h, w); of a defect that covers none, those that it touches.

    Args:
        masks: of the defects, bool (N, H, W).
        embedded: patches, (N, h, w, D).
        name: kind of defect in the error.

    Raises:
        ValueError: if there is no such patch.
    """
    grid = (embedded.shape[1], embedded.shape[2])
    labels = patch_labels(torch.from_numpy(masks.astype(np.uint8)), grid=grid).numpy()
    inside: NDArray[np.bool_] = labels == 1
    small = ~inside.any(axis=(1, 2))
    inside[small] = labels[small] != 0
    if not inside.any():
        raise ValueError(f"a {name} defect must cover at least one patch, got none")
    return inside


class RealDefects:
    """Patches of test images, with all measurements that do not depend on a generator.

    Args:
        records: of the images, with real defects and good ones.
        embedded: their patches, float32 (N, h, w, D).
        masks: of the defects, bool (N, H, W).
        normals: patches of other good images.

    Attributes:
        labels: bool (N,), images with a defect.
        defective: bool (N, h, w), patches that a real defect covers.
        to_normal: float32 (N, h, w), distance to the nearest of `normals`.
        origins: int64 (N, h, w), index of the image of that normal.
        radius: 95 % quantile of the distances of real defects to the nearest one of another image; NaN with one image.

    Raises:
        ValueError: if no real defect covers a patch.
    """

    def __init__(
        self,
        records: Sequence[Record],
        embedded: NDArray[np.float32],
        masks: NDArray[np.bool_],
        normals: PatchBank,
    ) -> None:
        self.records, self.embedded = tuple(records), embedded
        self.labels = np.array([record.label for record in records], np.bool_)
        self.defective = defective_patches(masks, embedded, name="real")
        self.to_normal, self.origins = normals.search(embedded)
        self.radius = _radius(embedded, self.defective)


@dataclass(frozen=True, kw_only=True)
class TypeCoverage:
    """Coverage of the real defects of one type.

    Attributes:
        count: number of real defects, one a test image.
        covered: share of the defects of which at least half the patches are covered: nearer to a synthetic patch than
            to any normal.
        patches: share of the patches that are covered, mean over the defects.
    """

    count: int
    covered: float
    patches: float


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Coverage of real defects by synthetic ones.

    Attributes:
        covered: mean over the types, see `TypeCoverage`.
        patches: mean over the types, see `TypeCoverage`.
        stray: share of the synthetic patches whose distance to the nearest real one exceeds the radius of the real
            ones; NaN if only one image has a defect.
        separation: AUROC of the images' largest gain.
        types: by name.
        shares: by index of the defective image, the share of the defect's patches that are covered.
        gain: float32 (N, h, w), distance to the nearest normal minus distance to the nearest synthetic defect.
        origins: int64 (N, h, w), index of the image of the nearest synthetic defect.
    """

    covered: float
    patches: float
    stray: float
    separation: float
    types: dict[str, TypeCoverage]
    shares: dict[int, float]
    gain: NDArray[np.float32]
    origins: NDArray[np.int64]


def measure_coverage(real: RealDefects, synthetic: PatchBank) -> Coverage:
    """Compare real defects and good images with synthetic defects."""
    to_synthetic, origins = synthetic.search(real.embedded)
    gain = real.to_normal - to_synthetic
    places = [place for place in np.flatnonzero(real.labels).tolist() if real.defective[place].any()]
    shares = {place: float((gain[place][real.defective[place]] > 0).mean()) for place in places}
    types = _types(real.records, shares)
    return Coverage(
        covered=float(np.mean([found.covered for found in types.values()])),
        patches=float(np.mean([found.patches for found in types.values()])),
        stray=_stray(real, synthetic),
        separation=image_metrics(real.labels, gain.max(axis=(1, 2))).auroc,
        types=types,
        shares=shares,
        gain=gain,
        origins=origins,
    )


def _types(records: tuple[Record, ...], shares: dict[int, float]) -> dict[str, TypeCoverage]:
    found = {}
    for name in sorted({records[place].defect for place in shares}):
        own = np.array([share for place, share in shares.items() if records[place].defect == name])
        found[name] = TypeCoverage(
            count=len(own), covered=float((own >= MIN_COVERED).mean()), patches=float(own.mean())
        )
    return found


def _radius(embedded: NDArray[np.float32], defective: NDArray[np.bool_]) -> float:
    """Return a quantile of the distances of defective patches to the nearest one of another image."""
    real, images = embedded[defective], np.nonzero(defective)[0]
    distances = [
        nearest(real[images != place], real[images == place]) for place in np.unique(images) if (images != place).any()
    ]
    return float(np.quantile(np.concatenate(distances), RADIUS_QUANTILE)) if distances else float("nan")


def _stray(real: RealDefects, synthetic: PatchBank) -> float:
    """Return the share of the synthetic patches that are farther from all real ones than these are from each other."""
    if np.isnan(real.radius):
        return float("nan")
    return float((nearest(real.embedded[real.defective], synthetic.rows) > real.radius).mean())
