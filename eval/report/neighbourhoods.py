"""t-SNE of the embeddings of a cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from eval.benchmark.artifacts import Embedded, read_embeddings
from eval.data.datasets import GOOD
from eval.report.runs import Run
from eval.report.svg import FAINT, INK, MARKS, MUTED, PALETTE, Drawing, Key, in_page, new_axes, to_svg

_PERPLEXITY = 30.0


def embedding_drawing(run: Run, *, name: str) -> Drawing:
    """Training normals, good test images and each type of defect in one plane.

    Raises:
        FileNotFoundError, ValueError: if the cell's embeddings are gone, broken or of other images.
    """
    embedded = read_embeddings(run.folder)
    defects = np.array([image.defect for image in run.results.images])
    if len(embedded.test) != len(defects):
        raise ValueError(f"{run.folder} must hold {len(defects)} embeddings of test images, got {len(embedded.test)}")
    points = plane(embedded)
    train, test = points[: len(embedded.train)], points[len(embedded.train) :]
    figure, axes = new_axes(width=280, height=260)
    kinds = sorted({str(kind) for kind in defects} - {GOOD})
    looks = [(kind, MARKS[place % len(MARKS)], PALETTE[place % len(PALETTE)]) for place, kind in enumerate(kinds)]
    axes.plot(*train.T, "o", color=MUTED, markersize=3.5, alpha=0.55, markeredgewidth=0)
    axes.plot(*test[defects == GOOD].T, "o", markersize=4.5, markerfacecolor="none", markeredgecolor=INK)
    keys = [
        Key(colour=in_page(MUTED), mark="●", text=f"training normals ({len(train)})"),
        Key(colour=in_page(INK), mark="○", text=f"good ({np.count_nonzero(defects == GOOD)})"),
    ]
    for kind, (mark, letter), colour in looks:
        axes.plot(*test[defects == kind].T, mark, color=colour, markersize=5, markeredgewidth=0)
        keys.append(Key(colour=colour, mark=letter, text=f"{kind} ({np.count_nonzero(defects == kind)})"))
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(FAINT)
    axes.margins(0.05)
    settings = run.results.settings
    title = f"By {settings.scoring}, "
    title += "untrained" if settings.head is None else f"{settings.head}, seed {settings.seed}"
    words = ", ".join(key.text for key in keys)
    svg = to_svg(figure, name=name, description=f"t-SNE of embeddings, {run.category}, {title}: {words}")
    return Drawing(svg=svg, title=title, keys=tuple(keys))


def plane(embedded: Embedded) -> NDArray[np.float64]:
    """All embeddings in two dimensions, (N + M, 2), the training normals first; always the same for the same.

    References:
        L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", JMLR 2008; scikit-learn's, started from the
        principal components. Rows are brought to length 1 before, as scores are cosine distances.
    """
    rows = np.concatenate([embedded.train, embedded.test]).astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    if np.ptp(rows, axis=0).max() < np.finfo(np.float32).eps:  # all alike
        return np.zeros((len(rows), 2))
    perplexity = min(_PERPLEXITY, (len(rows) - 1) / 3)
    found = TSNE(n_components=2, perplexity=perplexity, init="pca", learning_rate="auto", random_state=0)
    return np.asarray(found.fit_transform(rows), np.float64)
