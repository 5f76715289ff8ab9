"""Given patches of real defects, of good images, of normals and of synthetic defects: which lies near to which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from eval.data.datasets import Record
from eval.data.images import Size
from eval.models.backbone import Backbone
from eval.progress import Progress
from eval.scoring.detector import embed
from eval.scoring.metrics import image_metrics
from eval.scoring.nearest import nearest
from eval.training.targets import patch_labels

COVERED = 0.5  # share of a defect's patches that must be nearer to a synthetic one than to any normal
FAR = 0.95  # quantile of the real defects' distances to each other
NORMAL_ROWS, SYNTHETIC_ROWS = 20_000, 8_000  # patches at most, drawn at random


def patches_of(
    backbone: Backbone, images: NDArray[np.uint8], *, size: Size, stage: str, progress: Progress | None
) -> NDArray[np.float32]:
    """Embed images (N, H, W, 3) at a size as patches float32 (N, h, w, D); the progress is called `stage`."""
    steps = None if progress is None else lambda _, done, total: progress(stage, done, total)
    return embed(backbone, list(images), scoring="patch", size=size, progress=steps)


class PatchBank:
    """Some of the chosen patches, and which image each comes from.

    Args:
        embedded: patches float32 (N, h, w, D).
        chosen: bool (N, h, w), at least one.
        most: so many are kept, drawn at random if there are more.
        rng: draws them.
    """

    def __init__(
        self, embedded: NDArray[np.float32], chosen: NDArray[np.bool_], most: int, rng: np.random.Generator
    ) -> None:
        places = np.flatnonzero(chosen)
        if len(places) > most:
            places = np.sort(rng.choice(places, most, replace=False))
        self.rows = embedded.reshape(-1, embedded.shape[-1])[places]
        self.origins = places // (chosen.shape[1] * chosen.shape[2])

    @classmethod
    def of_normals(cls, embedded: NDArray[np.float32], rng: np.random.Generator) -> PatchBank:
        """Some patches of good images."""
        return cls(embedded, np.ones(embedded.shape[:3], np.bool_), NORMAL_ROWS, rng)

    @classmethod
    def of_twins(cls, embedded: NDArray[np.float32], masks: NDArray[np.bool_], rng: np.random.Generator) -> PatchBank:
        """Some patches that a synthetic defect covers; raises ValueError if none does."""
        return cls(embedded, defective_patches(masks, embedded, name="synthetic"), SYNTHETIC_ROWS, rng)

    def search(self, embedded: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Distance (N, h, w) to the nearest row, and the image it comes from."""
        distances, places = nearest(self.rows, embedded.reshape(-1, embedded.shape[-1]), return_index=True)
        return distances.reshape(embedded.shape[:3]), self.origins[places[:, 0]].reshape(embedded.shape[:3])


def defective_patches(masks: NDArray[np.bool_], embedded: NDArray[np.float32], *, name: str) -> NDArray[np.bool_]:
    """Which patches (N, h, w) a defect covers; of a defect smaller than that, those it touches.

    Raises:
        ValueError: if none does; `name` says of what kind it should have been.
    """
    grid = (embedded.shape[1], embedded.shape[2])
    labels = patch_labels(torch.from_numpy(masks.astype(np.uint8)), grid=grid).numpy()
    inside: NDArray[np.bool_] = labels == 1
    small = ~inside.any(axis=(1, 2))
    inside[small] = labels[small] != 0
    if not inside.any():
        raise ValueError(f"a {name} defect must cover a patch, got none that does")
    return inside


class Reality:
    """Images with real defects and good ones, as patches, and all that does not depend on what is drawn.

    Args:
        records: what the images are.
        embedded: float32 (N, h, w, D).
        masks: of the defects, bool (N, H, W).
        normals: patches of other good images.

    Attributes:
        defective: bool (N, h, w), patches that a real defect covers.
        to_normal: float32 (N, h, w), the distance to the nearest of `normals`.
        origins: int64 (N, h, w), the normal image it comes from.
        radius: how far the real defects lie from each other, those of different images (95 %); NaN with one image.

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
class Coverage:
    """How well synthetic defects cover real ones.

    Attributes:
        covered, patches: as of `DefectType`, over all types; each type counts the same.
        stray: share of the synthetic patches that lie farther from all real ones than those lie from each other (95 %);
            NaN if only one image has a defect.
        separation: AUROC of the largest difference, a patch, of the distances to the nearest normal and to the nearest
            synthetic defect.
        types: by name.
        shares: of each defective image, by its place, the share of the defect's patches that are covered.
        gain: float32 (N, h, w), those differences.
        origins: int64 (N, h, w), the synthetic image that the nearest synthetic defect comes from.
    """

    covered: float
    patches: float
    stray: float
    separation: float
    types: dict[str, DefectType]
    shares: dict[int, float]
    gain: NDArray[np.float32]
    origins: NDArray[np.int64]


def measure(real: Reality, synthetic: PatchBank) -> Coverage:
    """Compare real defects and good images with synthetic defects."""
    to_synthetic, origins = synthetic.search(real.embedded)
    gain = real.to_normal - to_synthetic
    places = [place for place in np.flatnonzero(real.labels).tolist() if real.defective[place].any()]
    shares = {place: float((gain[place][real.defective[place]] > 0).mean()) for place in places}
    types = _types(real.records, shares)
    return Coverage(
        covered=float(np.mean([one.covered for one in types.values()])),
        patches=float(np.mean([one.patches for one in types.values()])),
        stray=_stray(real, synthetic),
        separation=image_metrics(real.labels, gain.max(axis=(1, 2))).auroc,
        types=types,
        shares=shares,
        gain=gain,
        origins=origins,
    )


def _types(records: tuple[Record, ...], shares: dict[int, float]) -> dict[str, DefectType]:
    found = {}
    for name in sorted({records[place].defect for place in shares}):
        own = np.array([share for place, share in shares.items() if records[place].defect == name])
        found[name] = DefectType(count=len(own), covered=float((own >= COVERED).mean()), patches=float(own.mean()))
    return found


def _radius(embedded: NDArray[np.float32], defective: NDArray[np.bool_]) -> float:
    real, images = embedded[defective], np.nonzero(defective)[0]
    apart = [
        nearest(real[images != place], real[images == place]) for place in np.unique(images) if (images != place).any()
    ]
    return float(np.quantile(np.concatenate(apart), FAR)) if apart else float("nan")


def _stray(real: Reality, synthetic: PatchBank) -> float:
    """Share of the synthetic patches that are like no real one."""
    if np.isnan(real.radius):
        return float("nan")
    return float((nearest(real.embedded[real.defective], synthetic.rows) > real.radius).mean())
