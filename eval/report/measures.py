"""Measures that tables hold, each with an explanation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eval.benchmark.results import Metrics


@dataclass(frozen=True)
class Measure:
    """A number of a cell.

    Attributes:
        name: in a heading.
        explanation: a sentence or two.
        value: from a cell's metrics to the number, in [0, 1], larger is better; None if the cell has no such number.
        interval: name of its interval in the metrics.
    """

    name: str
    explanation: str
    value: Callable[[Metrics], float | None]
    interval: str


@dataclass(frozen=True)
class Pair:
    """Two numbers of a cell: the shares of defective images found and of good images passed.

    Attributes:
        name: in a heading.
        explanation: a sentence or two.
        value: from a cell's metrics to both numbers, each in [0, 1].
    """

    name: str
    explanation: str
    value: Callable[[Metrics], tuple[float, float]]


IMAGE_AUROC = Measure(
    "Image AUROC",
    "Area under the ROC curve of the scores of good against all defective test images; 0.5 is chance.",
    lambda metrics: metrics.image.auroc,
    "auroc",
)
PIXEL_AUROC = Measure(
    "Pixel AUROC",
    "Area under the ROC curve of all pixels of all test images. Large defects and the many good pixels dominate it.",
    lambda metrics: None if metrics.pixel is None else metrics.pixel.auroc,
    "pixel auroc",
)
AUPRO = Measure(
    "AUPRO",
    "Area under the per-region overlap up to a false positive rate of 30 %, divided by 0.3. Each defective region "
    "counts the same, whatever its size.",
    lambda metrics: None if metrics.pixel is None else metrics.pixel.aupro,
    "pixel aupro",
)
PIXEL_PRECISION = Measure(
    "Pixel average precision",
    "Mean precision over the recalls of all pixels. It depends on the share of defective pixels.",
    lambda metrics: None if metrics.pixel is None else metrics.pixel.average_precision,
    "pixel average_precision",
)
AVERAGE_PRECISION = Measure(
    "Image average precision",
    "Mean precision over the recalls. It depends on the share of defective images.",
    lambda metrics: metrics.image.average_precision,
    "average_precision",
)
F1_MAX = Measure(
    "Image F1-max",
    "Largest F1 over all thresholds. It is an upper bound, as this threshold is chosen with the labels.",
    lambda metrics: metrics.image.f1_max,
    "f1_max",
)
BEST_PAIR = Pair(
    "TPR / TNR, best pair",
    "The same shares at the threshold with the largest mean of the two. The threshold is chosen with the labels, so it "
    "is an upper bound. Compare it with table 2 of Bergmann et al., CVPR 2019; its methods have their own thresholds.",
    lambda metrics: (metrics.image.tpr, metrics.image.tnr),
)
DECISION = Pair(
    "TPR / TNR, decided without test images",
    "Share of defective images found / share of good images passed. The threshold comes from held out training normals "
    "and synthetic defects on them, so no test image is used. At most the given share of the normals lies above it. "
    "It is the lowest one whose mean of both shares on them is within one standard error of the best.",
    lambda metrics: (metrics.decision.tpr, metrics.decision.tnr),
)
