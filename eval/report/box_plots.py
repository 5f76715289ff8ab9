"""Box plots: AUROC of each head, and scores of each type of defect relative to those of good images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.data.categories import GOOD
from eval.report.groups import Group
from eval.report.svg import MUTED, Drawing, Key, Plot, colour_of

_ROW = 17.0  # height of a row in px of the drawing
_FRAME = 48.0  # height of all that is not rows
_MARGIN = 0.05  # of the range of the values, on both sides


def auroc_drawings(groups: Sequence[Group]) -> list[Drawing]:
    """Plot the image AUROC of each head of each group, a point for each category and seed, all on one scale."""
    found = [(group, rows) for group in groups if (rows := _auroc_rows(group))]
    lowest = min((min(numbers) for _, rows in found for numbers in rows.values()), default=0.5)
    drawings = []
    for group, rows in found:
        plot = Plot(
            width=360,
            height=_FRAME + 1.4 * _ROW * len(rows),
            x=(min(0.5, lowest) - 0.01, 1.01),
            y=(len(rows) - 0.5, -0.5),
            rows=list(rows),
            x_label="image AUROC",
        )
        for row, (head, numbers) in enumerate(rows.items()):
            plot.box(np.array(numbers), row, colour_of(head) if head in group.heads else MUTED, height=0.55)
        description = f"Box plot of image AUROC by head. {group.setup.title}. The table has the numbers."
        drawings.append(Drawing(svg=plot.to_svg(description), title=group.setup.title))
    return drawings


def _auroc_rows(group: Group) -> dict[str, list[float]]:
    """Return the image AUROC values by head, the untrained backbone first; empty if no head has any."""
    values = {
        head: [run.results.metrics.image.auroc for category in group.categories for run in group.runs(head, category)]
        for head in group.heads
    }
    untrained = [baseline.metrics.image.auroc for baseline in group.untrained.values()]
    rows = {name: numbers for name, numbers in {"untrained": untrained, **values}.items() if numbers}
    return rows if any(values.values()) else {}


def score_drawing(group: Group, category: str) -> Drawing | None:
    """Plot the scores of each type of defect, divided by the mean score of the good test images.

    Fused scores are no distances and may be negative; they are shown in standard deviations from that mean. One cell
    represents the group (`Group.representative`), with the untrained backbone beside it. None without a finished cell.
    """
    run = group.representative(category)
    if run is None:
        return None
    baseline, head = group.untrained.get(category), run.results.settings.head
    series: list[tuple[str, str, Sequence[str], Sequence[float]]] = []
    if baseline is not None:
        series.append(("untrained", MUTED, baseline.defects, baseline.scores))
    if head is not None:
        images = run.results.images
        name = f"{head}, seed {run.results.settings.seed}"
        series.append((name, colour_of(head), [image.defect for image in images], [image.score for image in images]))
    kinds = [GOOD, *sorted({kind for _, _, defects, _ in series for kind in defects} - {GOOD})]
    fused = run.results.settings.scoring in {"fused", "ensemble"}
    relative = standard_scores if fused else normalised_distances
    unit = "standard deviations from the mean of good" if fused else "distance / mean of good"
    values = [relative(scores, np.array(defects) == GOOD) for _, _, defects, scores in series]
    centre = 0.0 if fused else 1.0
    low, high = min(centre, *(each.min() for each in values)), max(centre, *(each.max() for each in values))
    margin = _MARGIN * max(high - low, 1e-6)
    plot = Plot(
        width=250,
        height=max(200, _FRAME + _ROW * (0.6 + 0.8 * len(series)) * len(kinds)),
        x=(low - margin, high + margin),
        y=(len(kinds) - 0.5, -0.5),
        rows=kinds,
        x_label=unit,
    )
    plot.line([centre, centre], [len(kinds) - 0.5, -0.5], MUTED, width=0.8)
    step = 0.8 / len(series)
    for number, ((_, colour, defects, _), shown) in enumerate(zip(series, values, strict=True)):
        for row, kind in enumerate(kinds):
            middle = row + (number - (len(series) - 1) / 2) * step
            plot.box(shown[np.array(defects) == kind], middle, colour, height=0.75 * step)
    title = f"{'Scores' if fused else 'Distances'}, {category}"
    keys = tuple(Key(colour=colour, mark="■", text=text) for text, colour, _, _ in series)
    return Drawing(svg=plot.to_svg(f"{title}: box plot by type of defect, {unit}."), title=title, keys=keys)


def normalised_distances(scores: Sequence[float], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Divide scores (N,) by the mean of those of good images; return them unchanged if that mean is 0."""
    values = np.asarray(scores, np.float64)
    mean = float(values[good].mean())
    return values / mean if mean > 0 else values


def standard_scores(scores: Sequence[float], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return scores (N,) in standard deviations of the good images from their mean; undivided if the deviation is 0."""
    values = np.asarray(scores, np.float64)
    deviation = float(values[good].std())
    return (values - values[good].mean()) / (deviation if deviation > 0 else 1.0)
