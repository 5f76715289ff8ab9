"""Decision threshold and probability of a defect, from held-out training normals and twins drawn on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression

from eval.files import read_json, write_json

_CLOSE = 1e-9  # of shares that differ by rounding only


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Scores of images that nothing was trained on, and what follows from them.

    Attributes:
        normals: scores of held-out training normals, each against the rows of all other normals, sorted.
        twins: scores of synthetic defects on them, sorted; empty if there are none.
        false_positives: bound on the share of normals above the threshold, in [0, 1).
        threshold: an image is defective if its score is larger, see `choose_threshold`.
    """

    normals: tuple[float, ...]
    twins: tuple[float, ...]
    false_positives: float
    threshold: float

    def probability(self, score: float) -> float | None:
        """Return the probability of a defect if half of the images are defective; None if there are no twins.

        It follows Platt: a logistic function of the score is fitted to normals and twins, which weigh the same. The
        score enters as its inverse hyperbolic sine in units of the spread of the normals around their median, which
        does not let large scores of clear defects decide.

        References:
            J. Platt, "Probabilistic Outputs for Support Vector Machines and Comparisons to Regularized Likelihood
            Methods", 1999; also for the targets, which are not quite 0 and 1.
        """
        if not self.twins:
            return None
        normals, twins = np.array(self.normals), np.array(self.twins)
        center = np.median(normals)
        spread = max(float(np.quantile(np.abs(normals - center), 0.75)), 1e-9 * max(abs(center), 1e-9))
        inputs = np.arcsinh((np.concatenate([normals, twins]) - center) / spread)
        of_twin = np.repeat([0.0, 1.0], [len(normals), len(twins)])
        counts = np.where(of_twin == 1, len(twins), len(normals))
        targets = np.where(of_twin == 1, (counts + 1) / (counts + 2), 1 / (counts + 2))
        model = LogisticRegression(C=1e6).fit(
            np.tile(inputs, 2)[:, None],
            np.repeat([0, 1], len(inputs)),
            sample_weight=np.concatenate([1 - targets, targets]) * np.tile(len(inputs) / (2 * counts), 2),
        )
        slope = float(model.coef_[0, 0])
        if slope <= 0:  # a larger score never means a smaller probability
            return 0.5
        logit = slope * np.arcsinh((score - center) / spread) + float(model.intercept_[0])
        return float(1 / (1 + np.exp(-np.clip(logit, -500, 500))))

    def with_bound(self, false_positives: float) -> Calibration:
        """Return the calibration for another bound on the share of false positives."""
        return calibrate(self.normals, self.twins, false_positives=false_positives)

    def save(self, path: Path) -> None:
        """Write a JSON file atomically."""
        write_json(path, asdict(self))

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Read a file that `save` wrote.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if it is broken.
        """
        data = read_json(path)
        try:
            normals, twins = ([float(score) for score in data[name]] for name in ("normals", "twins"))
            return calibrate(normals, twins, false_positives=float(data["false_positives"]))
        except (LookupError, TypeError, ValueError) as error:
            raise ValueError(f"{path} must hold the calibration of a run: {error}: run again") from error


def calibrate(normals: ArrayLike, twins: ArrayLike, *, false_positives: float) -> Calibration:
    """Return the calibration that scores give.

    Args:
        normals: scores of held-out training normals, (N,), at least one.
        twins: scores of twins, (M,), none or more.
        false_positives: see `Calibration`.

    Raises:
        ValueError: if there is no normal, a score is not finite, or the bound is outside [0, 1).
    """
    check_bound(false_positives)
    good, bad = (np.sort(np.asarray(scores, np.float64).ravel()) for scores in (normals, twins))
    if not len(good) or not (np.isfinite(good).all() and np.isfinite(bad).all()):
        raise ValueError(f"normals must hold at least one score, and all scores must be finite, got {len(good)}")
    return Calibration(
        normals=tuple(good.tolist()),
        twins=tuple(bad.tolist()),
        false_positives=float(false_positives),
        threshold=choose_threshold(good, bad, false_positives=false_positives),
    )


def check_bound(false_positives: float) -> None:
    """Check the bound on the share of false positives.

    Raises:
        ValueError: if it is outside [0, 1).
    """
    if not 0 <= false_positives < 1:
        raise ValueError(f"false_positives must be in 0 <= false_positives < 1, got {false_positives}")


def choose_threshold(normals: NDArray[np.float64], twins: NDArray[np.float64], *, false_positives: float) -> float:
    """Return the threshold above which an image counts as defective.

    Candidates lie midway between neighbouring scores, and above the largest normal, at most the share of normals that
    the bound allows above them. The best one has the largest mean of the shares of twins above it and of normals below
    it. Real defects are harder than drawn ones, so the lowest candidate is taken whose mean is within one standard
    error of the best. Without twins the lowest candidate is taken.

    Args:
        normals: scores of normals, sorted.
        twins: scores of twins, sorted.
        false_positives: bound on the share of normals above the threshold.
    """
    values = np.unique(np.concatenate([normals, twins]))
    middle = (values[1:] + values[:-1]) / 2
    last = normals[-1] + max(float(np.ptp(normals)), abs(float(normals[-1])), 1e-9) * 1e-3
    candidates = np.unique(np.append(middle[middle < last], last))
    false = 1 - np.searchsorted(normals, candidates, side="right") / len(normals)
    allowed = false <= false_positives + _CLOSE
    candidates, false = candidates[allowed], false[allowed]
    if not len(twins):
        return float(candidates[0])
    found = 1 - np.searchsorted(twins, candidates, side="right") / len(twins)
    balanced = (found + 1 - false) / 2
    best = int(balanced.argmax())
    error = _standard_error([(found[best], len(twins)), (false[best], len(normals))])
    return float(candidates[np.flatnonzero(balanced >= balanced[best] - error - _CLOSE)[0]])


def _standard_error(shares: Sequence[tuple[float, int]]) -> float:
    """Return the standard error of the mean of two shares; one of 0 or 1 counts as half an image away from it."""
    inner = [(min(max(share, 0.5 / count), 1 - 0.5 / count), count) for share, count in shares]
    return float(np.sqrt(sum(share * (1 - share) / count for share, count in inner)) / 2)
