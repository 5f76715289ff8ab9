"""The numbers that tables hold, with a sentence on each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eval.benchmark.results import Metrics


@dataclass(frozen=True)
class Measure:
    """A number of a cell.

    Attributes:
        name: in a heading.
        explanation: a sentence.
        value: of a cell's metrics, in [0, 1], larger is better; None where the cell has no such number.
    """

    name: str
    explanation: str
    value: Callable[[Metrics], float | None]


@dataclass(frozen=True)
class Pair:
    """Two numbers of a cell that belong together: shares of defective images found and of good images passed."""

    name: str
    explanation: str
    value: Callable[[Metrics], tuple[float, float]]


IMAGE_AUROC = Measure(
    "Image AUROC",
    "Area under the ROC curve of the scores of good against all defective test images; 0.5 knows nothing.",
    lambda metrics: metrics.image.auroc,
)
PIXEL_AUROC = Measure(
    "Pixel AUROC",
    "Area under the ROC curve of all pixels of all test images. Large defects and the many good pixels dominate it.",
    lambda metrics: None if metrics.pixel is None else metrics.pixel.auroc,
)
AUPRO = Measure(
    "AUPRO",
    "Area under the per-region overlap up to a false positive rate of 30 %, divided by 0.3: each defective region "
    "counts alike, however small.",
    lambda metrics: None if metrics.pixel is None else metrics.pixel.aupro,
)
PIXEL_PRECISION = Measure(
    "Pixel average precision",
    "Mean precision over the recalls of all pixels; what it is worth depends on the share of defective pixels.",
    lambda metrics: None if metrics.pixel is None else metrics.pixel.average_precision,
)
AVERAGE_PRECISION = Measure(
    "Image average precision",
    "Mean precision over the recalls; what it is worth depends on the share of defective images.",
    lambda metrics: metrics.image.average_precision,
)
F1_MAX = Measure(
    "Image F1-max",
    "The largest F1 of any threshold: an upper bound, as that threshold has seen the labels.",
    lambda metrics: metrics.image.f1_max,
)
BEST_PAIR = Pair(
    "TPR / TNR, best pair",
    "The same shares at the threshold with the largest mean of the two. It has seen the labels, so it is an upper "
    "bound; it sits beside table 2 of Bergmann et al., CVPR 2019, whose methods have thresholds of their own.",
    lambda metrics: (metrics.image.tpr, metrics.image.tnr),
)
DECISION = Pair(
    "TPR / TNR, decided without test images",
    "Share of defective images found / of good images passed, at a threshold that looked at no test image: the largest "
    "score among the training normals that were held out. This is what to expect in use.",
    lambda metrics: (metrics.decision.tpr, metrics.decision.tnr),
)
