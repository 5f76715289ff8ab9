"""Plot of the embeddings of a cell in two dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eval.benchmark.artifacts import Embeddings, read_embeddings
from eval.data.categories import GOOD
from eval.report.runs import Run
from eval.report.svg import INK, MARKS, MUTED, PALETTE, Drawing, Key, Plot
from eval.report.tsne import tsne

_MARGIN = 0.05  # of the range of the points, on each side


def embedding_drawing(run: Run) -> Drawing:
    """Plot training normals, good test images and each type of defect in one plane.

    Raises:
        FileNotFoundError: if the cell's embeddings are gone.
        ValueError: if they are broken or of other images.
    """
    embedded = read_embeddings(run.folder)
    defects = np.array([image.defect for image in run.results.images])
    if len(embedded.test) != len(defects):
        raise ValueError(f"{run.folder} must hold {len(defects)} embeddings of test images, got {len(embedded.test)}")
    points = plane(embedded)
    train, test = points[: len(embedded.train)], points[len(embedded.train) :]
    x, y = (_range(axis) for axis in points.T)
    plot = Plot(width=280, height=260, x=x, y=y, framed=True)
    plot.points(train, MUTED, radius=1.75, opacity=0.55)
    plot.points(test[defects == GOOD], INK, radius=2.25, filled=False)
    keys = [
        Key(colour=MUTED, mark="●", text=f"training normals ({len(train)})"),
        Key(colour=INK, mark="○", text=f"good ({np.count_nonzero(defects == GOOD)})"),
    ]
    for number, kind in enumerate(sorted({str(kind) for kind in defects} - {GOOD})):
        mark, colour = MARKS[number % len(MARKS)], PALETTE[number % len(PALETTE)]
        plot.points(test[defects == kind], colour, mark=mark, radius=2.5)
        keys.append(Key(colour=colour, mark=mark, text=f"{kind} ({np.count_nonzero(defects == kind)})"))
    settings = run.results.settings
    title = f"By {settings.scoring}, "
    title += "untrained" if settings.head is None else f"{settings.head}, seed {settings.seed}"
    legend = ", ".join(key.text for key in keys)
    description = f"t-SNE of embeddings, {run.category}, {title}: {legend}"
    return Drawing(svg=plot.to_svg(description), title=title, keys=tuple(keys))


def plane(embedded: Embeddings) -> NDArray[np.float64]:
    """Return all embeddings in two dimensions, (N + M, 2), the training normals first.

    Rows are brought to length 1 before, as scores are cosine distances. Equal embeddings give an equal result.
    """
    rows = np.concatenate([embedded.train, embedded.test]).astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return tsne(rows)


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return lowest and highest value with a margin, never equal."""
    margin = _MARGIN * float(np.ptp(values)) or 1.0
    return float(values.min()) - margin, float(values.max()) + margin
