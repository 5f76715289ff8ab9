"""Box plots: AUROC of the heads, and distances of defective images by those of good ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from eval.data.datasets import GOOD
from eval.report.groups import Group
from eval.report.svg import INK, MUTED, Drawing, Key, colour_of, in_page, name_rows, new_axes, to_svg

_LINE = 17  # points a row
_FRAME = 48  # points above and below all rows


def auroc_drawings(groups: Sequence[Group]) -> list[Drawing]:
    """Image AUROC of each head, one point a category and seed, on one scale; of the groups that have heads."""
    found = [(group, rows) for group in groups if (rows := _aurocs(group))]
    lowest = min((min(numbers) for _, rows in found for numbers in rows.values()), default=0.5)
    drawings = []
    for place, (group, rows) in enumerate(found):
        figure, axes = new_axes(width=360, height=_FRAME + _LINE * 1.4 * len(rows))
        for row, (head, numbers) in enumerate(rows.items()):
            _box(axes, numbers, place=row, colour=colour_of(head) if head in group.heads else MUTED, width=0.55)
        name_rows(axes, list(rows))
        axes.set_xlim(min(0.5, lowest) - 0.01, 1.01)
        axes.set_xlabel("image AUROC")
        description = f"Box plot of image AUROC by head. {group.setup.title}. The table has the numbers."
        svg = to_svg(figure, name=f"auroc{place}", description=description)
        drawings.append(Drawing(svg=svg, title=group.setup.title))
    return drawings


def _aurocs(group: Group) -> dict[str, list[float]]:
    """By head, the untrained backbone first; nothing if no head has any."""
    values = {
        head: [run.results.metrics.image.auroc for category in group.categories for run in group.runs(head, category)]
        for head in group.heads
    }
    known = [beside.metrics.image.auroc for beside in group.untrained.values()]
    rows = {name: numbers for name, numbers in {"untrained": known, **values}.items() if numbers}
    return rows if any(values.values()) else {}


def distances_drawing(group: Group, category: str, *, name: str) -> Drawing | None:
    """Scores by type of defect, divided by the mean score of the good test images; None without a finished cell.

    Fused scores, which are no distances and may be negative, are told in standard deviations from that mean instead.
    One cell stands for the group (`Group.chosen`), the untrained backbone beside it.
    """
    run = group.chosen(category)
    if run is None:
        return None
    beside, head = group.untrained.get(category), run.results.settings.head
    sides: list[tuple[str, str, Sequence[str], Sequence[float]]] = []
    if beside is not None:
        sides.append(("untrained", MUTED, beside.defects, beside.scores))
    if head is not None:
        images = run.results.images
        of = f"{head}, seed {run.results.settings.seed}"
        sides.append((of, colour_of(head), [image.defect for image in images], [image.score for image in images]))
    kinds = [GOOD, *sorted({kind for _, _, defects, _ in sides for kind in defects} - {GOOD})]
    figure, axes = new_axes(width=250, height=max(200, _FRAME + _LINE * (0.6 + 0.8 * len(sides)) * len(kinds)))
    fused = run.results.settings.scoring == "fused"
    relative, unit = (
        (standard_scores, "standard deviations from the mean of good")
        if fused
        else (normalised_distances, "distance / mean of good")
    )
    axes.axvline(0 if fused else 1, color=MUTED, linewidth=0.8)
    step = 0.8 / len(sides)
    for side, (_, colour, defects, scores) in enumerate(sides):
        names = np.array(defects)
        shown = relative(scores, names == GOOD)
        for place, kind in enumerate(kinds):
            middle = place + (side - (len(sides) - 1) / 2) * step
            _box(axes, shown[names == kind], place=middle, colour=colour, width=step * 0.75)
    name_rows(axes, kinds)
    axes.set_xlabel(unit)
    title = f"{'Scores' if fused else 'Distances'}, {category}"
    svg = to_svg(figure, name=name, description=f"{title}: box plot by type of defect, {unit}.")
    keys = tuple(Key(colour=in_page(colour), mark="■", text=text) for text, colour, _, _ in sides)
    return Drawing(svg=svg, title=title, keys=keys)


def normalised_distances(scores: Sequence[float], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Scores (N,) divided by the mean of those of the good images; if that is 0, as they are."""
    values = np.asarray(scores, np.float64)
    mean = float(values[good].mean())
    return values / mean if mean > 0 else values


def standard_scores(scores: Sequence[float], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Scores (N,) in standard deviations of the good images from their mean; from the mean only if that is 0."""
    values = np.asarray(scores, np.float64)
    spread = float(values[good].std())
    return (values - values[good].mean()) / (spread if spread > 0 else 1.0)


def _box(axes: Axes, values: Sequence[float] | NDArray[np.float64], *, place: float, colour: str, width: float) -> None:
    """Quartiles, whiskers to the farthest value within 1.5 of their distance, and every value as a point."""
    if not len(values):
        return
    line = {"color": colour, "linewidth": 1.1}
    axes.boxplot(
        [np.asarray(values)],
        positions=[place],
        widths=width,
        orientation="horizontal",
        manage_ticks=False,
        showfliers=False,
        boxprops=line,
        whiskerprops=line,
        capprops=line,
        medianprops={"color": INK, "linewidth": 1.6},
    )
    axes.plot(values, np.full(len(values), place), ".", color=colour, markersize=5, alpha=0.6, markeredgewidth=0)
