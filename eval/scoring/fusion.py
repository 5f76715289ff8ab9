"""Fusion of score maps: sums of maps in units of held-out normals, and sums of their tails.

Ensembles add tails. The value of an image in a map is its largest cell, in the segmentation the mean of its ten
largest. The tail of a value is the softplus of its difference from the median of the held-out normals, in units of the
mean difference of those above it. Where values fall off exponentially, that is about minus the logarithm of the
probability of such a value, and the sum over maps is the statistic by which Fisher's method combines tests: a map that
finds nothing adds next to nothing, and none outvotes the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

_QUANTILE = 0.999  # of the cells of held-out normals; 1 in a scaled map
CELLS = (1, 10)
"""Number of cells whose mean is the value of an image, in the distance and the segmentation."""
_HEAT_OF_DISTANCE = 0.3  # share of the distance in heat maps, whose outlines it blurs
_GAIN = 0.002  # of AUROC on held-out images, which using the segmentation, or turning images, must exceed
_NUMBERS = 3  # of a tail
_LEAST_SPREAD = 1e-6
_TINY = float(np.finfo(np.float32).tiny)

Maps = tuple[NDArray[np.float32], ...]
"""Maps of the same N images, float32 (N, h, w) each, on any grids of the same proportions."""


def fit_scales(normals: Maps, weights: Sequence[float]) -> tuple[float, ...]:
    """Return the scales of maps for `fuse`: of each map the value that becomes 0, and the difference that becomes 1.

    Args:
        normals: maps of held-out normals. The mean of a map becomes 0, and its 99.9 % quantile becomes the weight.
        weights: weight of each map, at least 0; a map with the weight 0 does not count.
    """
    scales: list[float] = []
    for map_, weight in zip(normals, weights, strict=True):
        center = float(map_.mean())
        reach = max(float(np.quantile(map_, _QUANTILE)) - center, _TINY)
        scales += [center, reach / weight if weight > 0 else float("inf")]
    return tuple(scales)


def fuse(maps: Maps, scales: Sequence[float]) -> NDArray[np.float32]:
    """Return the sum of scaled maps, float32 (N, h, w), on the grid of the finest of them.

    Args:
        maps: at least one map; a single one is returned as it is.
        scales: see `fit_scales`.
    """
    if len(maps) == 1:
        return maps[0]
    grid = max(map_.shape[1:] for map_ in maps)
    total = np.zeros((len(maps[0]), *grid), np.float32)
    for map_, center, reach in zip(maps, scales[::2], scales[1::2], strict=True):
        total += resized((map_ - center) / reach, grid)
    return total


class Tail(NamedTuple):
    """Unit in which the values of a map are added to those of others.

    Attributes:
        center: median of the values of held-out normals.
        spread: mean difference from the median of those that lie above it, above 0.
        weight: weight of the map, at least 0; a map with the weight 0 does not count.
    """

    center: float
    spread: float
    weight: float

    def of(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the weighted tails of values, at least 0."""
        return np.asarray(self.weight * np.logaddexp(0, (values - self.center) / self.spread), np.float32)


def tails_of(scales: Sequence[float]) -> tuple[Tail, ...]:
    """Return the tails in the scales of a bank, three numbers each.

    Raises:
        ValueError: if they are not those of distance and segmentation, as in models of earlier versions.
    """
    if len(scales) != _NUMBERS * len(CELLS):
        raise ValueError(
            f"scales must hold {_NUMBERS * len(CELLS)} numbers, got {len(scales)}: run cells of earlier versions again"
        )
    return tuple(Tail(*scales[start : start + _NUMBERS]) for start in range(0, len(scales), _NUMBERS))


def fit_tails(normals: Maps, twins: Maps, *, distance: float = 1.0) -> tuple[Tail, ...]:
    """Fit the tails of the distance and the segmentation.

    The segmentation weighs 1. If the sum does not tell held-out normals from twins better than the distance alone, by
    more than .002 of AUROC, it weighs 0, so that a training that does not help does no harm. Finer weights, and the
    evidence of a head on patches as a third map, were chosen on these images as well before: they followed the twins,
    and real defects were detected no better.

    Args:
        normals: both maps of held-out normals.
        twins: both maps of twins on them; with none, both count.
        distance: weight of the distance in the sum, at least 0.
    """
    of_normals = image_values(normals)
    medians = [float(np.median(values)) for values in of_normals]
    spreads = [_spread(values, median, map_) for values, median, map_ in zip(of_normals, medians, normals, strict=True)]
    both, alone = (tuple(map(Tail, medians, spreads, weights)) for weights in ((distance, 1.0), (1.0, 0.0)))
    if len(twins[0]) and _auroc(normals, twins, both) <= _auroc(normals, twins, alone) + _GAIN:
        return alone
    return both


def turns_help(
    plain: tuple[Maps, Maps], plain_tails: Sequence[Tail], turned: tuple[Maps, Maps], turned_tails: Sequence[Tail]
) -> bool:
    """Return whether the mean over quarter turns tells held-out normals from twins better, by more than .002 of AUROC.

    Args:
        plain: maps of held-out normals, and of twins on them, of which there is at least one.
        plain_tails: tails fitted to these maps.
        turned: the same maps, with the segmentation averaged over the four quarter turns of each image.
        turned_tails: tails fitted to those.
    """
    return _auroc(*turned, turned_tails) > _auroc(*plain, plain_tails) + _GAIN


def _auroc(normals: Maps, twins: Maps, tails: Sequence[Tail]) -> float:
    """Return the AUROC of the scores of held-out normals against those of twins."""
    scores = np.concatenate([image_scores(maps, tails) for maps in (normals, twins)])
    return float(roc_auc_score(np.repeat([0, 1], [len(normals[0]), len(twins[0])]), scores))


def _spread(values: NDArray[np.float32], median: float, map_: NDArray[np.float32]) -> float:
    """Return the mean difference from the median of the values above it; that of all cells if no value is above it."""
    above = values[values > median]
    found = float((above - median).mean()) if len(above) else float(np.abs(map_ - map_.mean()).mean())
    return max(found, _LEAST_SPREAD)


def image_scores(maps: Maps, tails: Sequence[Tail]) -> NDArray[np.float32]:
    """Return the sum over maps of the tails of the values of each image, float32 (N,)."""
    parts = [tail.of(values) for values, tail in zip(image_values(maps), tails, strict=True)]
    return np.asarray(np.sum(parts, axis=0), np.float32)


def image_values(maps: Maps) -> list[NDArray[np.float32]]:
    """Return the value of each image in each map of an ensemble, float32 (N,): the mean of its largest cells."""
    flat = (map_.reshape(len(map_), -1) for map_ in maps)
    return [np.sort(cells, axis=1)[:, -count:].mean(axis=1) for cells, count in zip(flat, CELLS, strict=True)]


def sum_tails(maps: Maps, tails: Sequence[Tail]) -> NDArray[np.float32]:
    """Return heat maps, float32 (N, h, w), on the finest grid: the sum of the tails of the maps of an ensemble.

    The distance, the first map, counts less than in scores, because it blurs outlines. Each heat map is scaled so that
    its largest value is the score of the image, see `image_scores`.
    """
    grid = max(map_.shape[1:] for map_ in maps)
    total = np.zeros((len(maps[0]), *grid), np.float32)
    for number, (map_, tail) in enumerate(zip(maps, tails, strict=True)):
        if tail.weight > 0:
            share = tail._replace(weight=1.0 if number else _HEAT_OF_DISTANCE)
            total += share.of(resized(map_, grid))
    largest = np.maximum(total.max(axis=(1, 2)), _TINY)
    return total * (image_scores(maps, tails) / largest)[:, None, None]


def resized(maps: NDArray[np.float32], grid: tuple[int, ...]) -> NDArray[np.float32]:
    """Return maps (N, h, w) on another grid, by bilinear interpolation."""
    if maps.shape[1:] == grid:
        return maps
    height, width = grid
    return np.stack([cv2.resize(map_, (width, height), interpolation=cv2.INTER_LINEAR) for map_ in maps])
