"""Detector of defects: a backbone with a bank of normals, which scores images or their patches.

Scorings:

- image: cosine distance of the embedding of an image to the nearest training normal, as in the seed article;
- pooled: the same distance of an embedding that is pooled from patches, see `eval.models.pooling`;
- patch: largest cosine distance of a patch to the nearest patch of a training normal;
- fused: largest sum of two numbers per patch: its distance to the nearest normal patch before any training, and the
  evidence of the head, which is its logit of "defective" minus that of "normal". The distance finds what differs from
  the normals, the evidence finds what resembles the synthetic defects. Both are scaled by the patches of the held-out
  normals: 0 is their mean, 1 is their 99.9 % quantile. On the built-in sample set, standard deviations as units were
  better for no family of parts.
- ensemble: sum of the tails of two numbers: the largest distance, and the largest logits of a segmenter on a grid of
  4 px, see `eval.models.segmenting`. Where held-out normals and twins say that the logits do not help, only the
  distance is used, see `eval.scoring.fusion`. Where parts lie in any orientation, the logits are averaged over the four
  quarter turns of the image; held-out images decide that, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dml_heads import Head
from eval.data.images import Image, Size
from eval.models.backbone import Backbone
from eval.progress import Progress
from eval.scoring.calibration import Calibration, calibrate
from eval.scoring.fusion import Maps, Tail, fit_scales, fit_tails, fuse, sum_tails, tails_of, turns_help
from eval.scoring.maps import QUARTERS, embedded_maps
from eval.scoring.memory_bank import Bank, make_bank

_UNCHANGED = 1e-4  # cosine distance of a patch of a twin to that of its normal, up to which they are the same


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Images that nothing was trained on, which threshold and scales come from.

    Attributes:
        normals: int64 (K,), indices of the held-out training normals, at least one and not all.
        twins: synthetic defects on them, uint8 (H, W, 3), RGB; empty if none were drawn.
        sources: int64, index of the training normal that each twin was drawn on.
        false_positives: see `Calibration`.
    """

    normals: NDArray[np.int64]
    twins: Sequence[Image]
    sources: NDArray[np.int64]
    false_positives: float


class Scores(NamedTuple):
    """Scores of N images.

    Attributes:
        maps: scores of their patches, float32 (N, h, w), with h = w = 1 for image and pooled scoring; on a finer grid
            for ensembles.
        origins: indices of the nearest training normals, int64 (N, h, w).
        embeddings: float32 (N, h', w', D).
    """

    maps: NDArray[np.float32]
    origins: NDArray[np.int64]
    embeddings: NDArray[np.float32]


@dataclass(frozen=True)
class Detector:
    """Detector of defects.

    Attributes:
        backbone: embeds images.
        head: trained head; None if nothing was trained.
        bank: bank of normals.
        scoring: "image", "pooled", "patch", "fused" or "ensemble".
        size: size at which images are embedded, see `Size`.
        calibration: threshold and probabilities.
        turns: number of quarter turns of an image, 1 or 4, whose logits an ensemble averages.
    """

    backbone: Backbone
    head: Head | None
    bank: Bank
    scoring: str
    size: Size
    calibration: Calibration
    turns: int = 1

    def scores(self, images: Sequence[Image], *, progress: Progress | None = None) -> Scores:
        """Score images.

        Args:
            images: arrays or paths.
            progress: see `Progress`.
        """
        embedded, evidence = embedded_maps(
            self.backbone,
            self.head,
            images,
            scoring=self.scoring,
            size=self.size,
            turns=range(self.turns),
            progress=progress,
        )
        steps = None if progress is None else partial(progress, "score")
        distances, origins = self.bank.search(embedded, progress=steps)
        scores = _combined((distances, *evidence), self.bank, self.scoring)
        return Scores(scores, _repeated(origins, scores.shape[1:]), embedded)


def embed(
    backbone: Backbone, images: Sequence[Image], *, scoring: str, size: Size, progress: Progress | None = None
) -> NDArray[np.float32]:
    """Return embeddings (N, h, w, D): of patches, with the precision of float16, or of images, with h = w = 1."""
    return embedded_maps(backbone, None, images, scoring=scoring, size=size, progress=progress)[0]


def make_detector(
    backbone: Backbone,
    head: Head | None,
    normals: Sequence[Image],
    *,
    scoring: str,
    size: Size,
    held_out: HeldOut,
    seed: int,
    distance: float = 1.0,
    progress: Progress | None = None,
) -> tuple[Detector, NDArray[np.float32]]:
    """Make a detector.

    Args:
        backbone: trained or not.
        head: head that was trained with it; None if nothing was trained.
        normals: all good images of the training set, arrays or paths.
        scoring: "image", "pooled", "patch", "fused" or "ensemble"; "fused" needs a head that was trained on patches,
            with the classes 0 for normal and 1 for defective ones; "ensemble" needs a `SegmentingBackbone`.
        size: size at which images are embedded, see `Size`.
        held_out: see `HeldOut`; each of its images is scored against the rows of all other normals.
        seed: seed of the coreset.
        distance: weight of the distance in fused and ensemble scores, at least 0.
        progress: see `Progress`.

    Returns:
        The detector, and the embeddings of all normals, float32 (N, h, w, D).

    Raises:
        TypeError: if `scoring` needs a segmenter, and `backbone` has none.
        ValueError: if `scoring` needs a head that is missing.
    """
    read = partial(embedded_maps, backbone, head, scoring=scoring, size=size, progress=progress)
    known, evidence = read(normals)
    bank = make_bank(known, seed=seed, progress=progress)
    steps = None if progress is None else partial(progress, "calibrate")
    distances = bank.search_others(known[held_out.normals], held_out.normals, progress=steps)
    maps, count = (distances, *(map_[held_out.normals] for map_ in evidence)), len(held_out.normals)
    of_twins: Maps = tuple(map_[:0] for map_ in maps)
    if len(held_out.twins):
        drawn, of_drawn = read(held_out.twins)
        of_twins = (_twin_distances(bank, known, drawn, distances, held_out=held_out), *of_drawn)
    turns = 1
    if scoring == "ensemble":
        images = [*(normals[place] for place in held_out.normals), *held_out.twins]
        turns, tails, maps, of_twins = _fit_ensemble(
            maps, of_twins, lambda: read(images, turns=range(1, QUARTERS))[1], distance=distance
        )
        bank = bank.with_scales(tuple(number for tail in tails for number in tail))
    elif evidence:
        bank = bank.with_scales(fit_scales(maps, (distance, *(1.0 for _ in evidence))))
    maps = tuple(np.concatenate(pair) for pair in zip(maps, of_twins, strict=True))
    scores = _combined(maps, bank, scoring).max(axis=(1, 2))
    calibration = calibrate(scores[:count], scores[count:], false_positives=held_out.false_positives)
    return Detector(backbone, head, bank, scoring, size, calibration, turns), known


def _fit_ensemble(
    normals: Maps, twins: Maps, turned_by_quarters: Callable[[], Maps], *, distance: float
) -> tuple[int, tuple[Tail, ...], Maps, Maps]:
    """Return the number of turns that suits held-out images, the tails, and the maps of normals and twins.

    Args:
        normals: maps of held-out normals.
        twins: maps of twins on them.
        turned_by_quarters: returns the segmentation of both, one after the other, averaged over the other three
            quarter turns.
        distance: weight of the distance.
    """
    tails, count = fit_tails(normals, twins, distance=distance), len(normals[0])
    if not len(twins[0]):
        return 1, tails, normals, twins
    (others,) = turned_by_quarters()
    turned = normals[0], _mean_of_quarters(normals[1], others[:count])
    of_turned = twins[0], _mean_of_quarters(twins[1], others[count:])
    tails_of_turned = fit_tails(turned, of_turned, distance=distance)
    if turns_help((normals, twins), tails, (turned, of_turned), tails_of_turned):
        return QUARTERS, tails_of_turned, turned, of_turned
    return 1, tails, normals, twins


def _mean_of_quarters(plain: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of all quarter turns, of the map without a turn and the mean of the others."""
    return np.asarray((plain + (QUARTERS - 1) * others) / QUARTERS, np.float32)


def _combined(maps: Maps, bank: Bank, scoring: str) -> NDArray[np.float32]:
    """Return scores (N, h, w) for the distance and the maps that are added to it."""
    return sum_tails(maps, tails_of(bank.scales)) if scoring == "ensemble" else fuse(maps, bank.scales)


def _twin_distances(
    bank: Bank,
    known: NDArray[np.float32],
    twins: NDArray[np.float32],
    distances: NDArray[np.float32],
    *,
    held_out: HeldOut,
) -> NDArray[np.float32]:
    """Return the distances of twins (T, h, w) to other normals; patches that a defect did not change have known ones.

    Args:
        bank: bank of all normals.
        known: embeddings of all normals, (N, h, w, D).
        twins: embeddings of the twins, (T, h, w, D).
        distances: of the held-out normals, (K, h, w).
        held_out: indices of these, and sources of the twins.
    """
    places = {int(source): place for place, source in enumerate(held_out.normals)}
    found = distances[[places[int(source)] for source in held_out.sources]]
    normals = known[held_out.sources]
    lengths = np.linalg.norm(twins, axis=-1) * np.linalg.norm(normals, axis=-1)
    changed = np.einsum("thwd,thwd->thw", twins, normals) < (1 - _UNCHANGED) * lengths
    return np.where(changed, bank.search_others(twins, held_out.sources, chosen=changed), found)


def _repeated(origins: NDArray[np.int64], grid: tuple[int, ...]) -> NDArray[np.int64]:
    """Return indices (N, h, w) on a finer grid, by the nearest neighbour."""
    rows, columns = (np.arange(count) * own // count for count, own in zip(grid, origins.shape[1:], strict=True))
    return origins[:, rows][:, :, columns]
