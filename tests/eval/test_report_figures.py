"""Figures and images of the report: extremes, overlays, curves, embeddings, plots."""

import base64
import re
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("torchvision")
pytest.importorskip("sklearn")
pytest.importorskip("jinja2")

from scipy.optimize import brentq
from scipy.stats import entropy
from sklearn.manifold import TSNE
from sklearn.metrics import auc, roc_curve

from eval.benchmark.artifacts import Embeddings
from eval.benchmark.results import ImageScore
from eval.data.overlays import draw_outline, overlay_heat, to_data_uri
from eval.report.box_plots import normalised_distances, standard_scores
from eval.report.embedding_plot import plane
from eval.report.extremes import extremes, verdict
from eval.report.roc_curves import mean_curve
from eval.report.svg import INK, MARKS, Plot
from eval.report.tsne import tsne


def scored(*scores: float, label: int = 1) -> tuple[ImageScore, ...]:
    same: dict[str, Any] = {"label": label, "defect": "dent" if label else "good", "baseline_score": None}
    return tuple(ImageScore(path=f"a/{score}", score=score, **same) for score in scores)


def test_best_and_worst_are_the_extremes() -> None:
    images = scored(0.3, 0.9, 0.1, 0.5, 0.7) + scored(0.2, 0.4, 0.6, label=0)
    assert extremes(images) == ((1, 4), (2, 0), (5, 6), (7,))
    assert extremes(images[:1] + images[5:6], count=3) == ((0,), (), (5 - 4,), ())
    assert [verdict(image, 0.5) for image in images] == [
        "missed", "found", "missed", "missed", "found", "passed", "passed", "false alarm",
    ]  # fmt: skip


def test_images_of_the_page_are_the_extremes(read: Any, of: Any) -> None:
    results = of(scoring="patch")[0]
    shown = [image["alt"] for image in read.images if image["alt"].startswith("heat map of ")]
    order = [image for places in extremes(results.images) for image in (results.images[place] for place in places)]
    assert shown == [f"heat map of {image.defect}/{Path(image.path).name}" for image in order]
    best = max(results.images, key=lambda image: (image.label, image.score))
    assert shown[0].endswith(f"{best.defect}/{Path(best.path).name}")


def test_the_mean_curve_has_the_mean_area() -> None:
    rng = np.random.default_rng(0)
    labels = [rng.permutation([1] * 9 + [0] * good) for good in (7, 7, 5)]
    scores = [np.round(rng.normal(kind), 1) for kind in labels]  # with ties
    false, true = mean_curve(labels, scores)
    areas = [auc(*roc_curve(kind, score)[:2]) for kind, score in zip(labels, scores, strict=True)]
    assert auc(false, true) == pytest.approx(fmean(areas), abs=1e-12)
    assert (np.diff(false) >= 0).all()
    assert (np.diff(true) >= -1e-12).all()
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    steps = mean_curve([[0, 1, 1, 0]] * 2, [[0.1, 0.2, 0.3, 0.4], [0.1, 0.5, 0.3, 0.4]])
    np.testing.assert_allclose(steps, [[0, 0, 0.5, 0.5, 1, 1], [0, 0.25, 0.25, 1, 1, 1]])


def test_distances_are_in_means_of_the_good_images() -> None:
    good = np.array([True, True, False])
    np.testing.assert_allclose(normalised_distances([0.1, 0.3, 0.5], good), [0.5, 1.5, 2.5])
    np.testing.assert_allclose(normalised_distances([0, 0, 0.5], good), [0, 0, 0.5])
    np.testing.assert_allclose(standard_scores([-0.1, 0.1, 0.5], good), [-1, 1, 5])
    np.testing.assert_allclose(standard_scores([0.2, 0.2, 0.5], good), [0, 0, 0.3])


def test_few_and_equal_embeddings_have_places_in_the_plane() -> None:
    rng = np.random.default_rng(0)
    embedded = Embeddings(rng.normal(size=(3, 8)), rng.normal(size=(2, 8)), np.zeros(2, np.int64))
    points = plane(embedded)
    assert points.shape == (5, 2)
    assert np.isfinite(points).all()
    np.testing.assert_array_equal(plane(embedded), points)
    same = Embeddings(np.ones((3, 8), np.float32), 2 * np.ones((2, 8), np.float32), np.zeros(2, np.int64))
    np.testing.assert_array_equal(plane(same), np.zeros((5, 2)))


def divergence(rows: np.ndarray, places: np.ndarray, *, perplexity: float) -> float:
    """Return the Kullback-Leibler divergence that t-SNE minimises, from its definition."""
    distances = np.square(rows[:, None] - rows).sum(axis=2)
    joint = np.zeros_like(distances)
    for row, others in enumerate(np.arange(len(rows)) != np.arange(len(rows))[:, None]):

        def shares(precision: float, apart: np.ndarray = distances[row, others]) -> np.ndarray:
            weights = np.exp(-(apart - apart.min()) * precision)
            return weights / weights.sum()

        precision = brentq(lambda precision: entropy(shares(precision)) - np.log(perplexity), 1e-6, 1e3)
        joint[row, others] = shares(precision)
    joint = (joint + joint.T) / (2 * len(rows))
    near = 1 / (1 + np.square(places[:, None] - places).sum(axis=2))
    np.fill_diagonal(near, 0)
    there = joint > 0
    return float((joint[there] * np.log(joint[there] / (near / near.sum())[there])).sum())


@pytest.mark.parametrize("count", [40, 160])
def test_tsne_minimises_its_divergence_as_well_as_scikit_learn(count: int) -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(4, 20))
    rows = np.concatenate([centre + 0.5 * rng.normal(size=(count // 4, 20)) for centre in centres])
    perplexity = min(30.0, (count - 1) / 3)
    ours = tsne(rows)
    theirs = TSNE(perplexity=perplexity, init="pca", random_state=0).fit_transform(rows)
    bound = 1.2 * divergence(rows, theirs.astype(np.float64), perplexity=perplexity)
    assert divergence(rows, ours, perplexity=perplexity) < bound
    clusters = ours.reshape(4, -1, 2)
    radius = np.linalg.norm(clusters - clusters.mean(axis=1, keepdims=True), axis=2).max()
    apart = np.linalg.norm(clusters.mean(axis=1)[:, None] - clusters.mean(axis=1), axis=2)
    assert radius < apart[apart > 0].min()


def test_many_rows_are_left_to_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).normal(size=(120, 8))
    monkeypatch.setattr("eval.report.tsne._MAX_EXACT", 119)
    np.testing.assert_array_equal(tsne(rows), TSNE(init="pca", random_state=0).fit_transform(rows))


def test_outlines_and_heat() -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    mask = np.zeros((48, 48), np.bool_)
    mask[20:25, 18:30] = True
    drawn = draw_outline(image, mask)
    np.testing.assert_array_equal(drawn[mask], image[mask])  # the line goes around
    assert (drawn != image).any()
    np.testing.assert_array_equal(draw_outline(image, np.zeros_like(mask)), image)
    cold = overlay_heat(image, np.zeros((6, 6), np.float32))
    np.testing.assert_array_equal(cold, np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2))
    hot = np.zeros((6, 6), np.float32)
    hot[:, 3:] = 1
    assert abs(overlay_heat(image, hot)[:, 30:].astype(int) - cold[:, 30:]).mean() > 40
    np.testing.assert_array_equal(overlay_heat(image, hot)[:, :10], cold[:, :10])
    smooth = cv2.GaussianBlur(image, (0, 0), 9)
    data = base64.b64decode(to_data_uri(smooth).partition(",")[2])
    back = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert abs(back.astype(int) - smooth).mean() < 4


def test_names_with_any_letters_are_shown_in_figures() -> None:
    names = ["$x_1$", "_hidden", "<b>&amp;", "傷", "tab\tand\x01", "gnp\u202e", "long" * 20]
    plot = Plot(width=200, height=150, x=(0, 1), y=(len(names) - 0.5, -0.5), rows=names, x_label="<x>", y_label="y")
    svg = str(plot.to_svg('"quoted" & <all>\u2066'))
    escaped = (">tab\\u0009and\\u0001<", ">gnp\\u202e<", f">{('long' * 6)[:23]}…<")
    for text in (">$x_1$<", ">_hidden<", ">&lt;b&gt;&amp;amp;<", ">傷<", *escaped, ">&lt;x&gt;<", ">y<"):
        assert text in svg
    assert 'aria-label="&#34;quoted&#34; &amp; &lt;all&gt;\\u2066"' in svg
    assert "id=" not in svg
    assert "style=" not in svg


@pytest.mark.parametrize(
    ("bounds", "labels"),
    [
        ((-0.01, 1.01), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((0.49, 1.01), ["0.5", "0.6", "0.7", "0.8", "0.9", "1.0"]),
        ((0.982, 1.01), ["0.985", "0.990", "0.995", "1.000", "1.005", "1.010"]),
        ((-3.2, 6.1), ["-2", "0", "2", "4", "6"]),
        ((0.0, 1e-3), ["0.0000", "0.0002", "0.0004", "0.0006", "0.0008", "0.0010"]),
        ((-40, 1210), ["0", "200", "400", "600", "800", "1000", "1200"]),
    ],
)
def test_ticks_are_round_values_within_the_axis(bounds: tuple[float, float], labels: list[str]) -> None:
    svg = str(Plot(width=300, height=100, x=bounds, y=(0.5, -0.5), rows=["row"]).to_svg(""))
    assert re.findall(r'text-anchor="middle">([^<]*)<', svg) == labels


def test_a_box_has_quartiles_whiskers_and_every_value() -> None:
    plot = Plot(width=300, height=100, x=(0, 10), y=(0.5, -0.5), rows=["row"])
    before = len(plot._elements)
    plot.box(np.array([1.0, 2.0, 3.0, 4.0, 9.0]), 0, INK, height=0.5)
    drawn = plot._elements[before:]

    def values(path: str) -> list[float]:
        scale = (plot.right - plot.left) / 10
        return [(float(x) - plot.left) / scale for x in re.findall(r"[ML](-?[\d.]+),", path)]

    box, low, low_cap, high, high_cap, median, points = drawn
    for path, wanted in {
        box: [2, 4, 4, 2, 2],
        low: [2, 1],
        low_cap: [1, 1],
        high: [4, 4],
        high_cap: [4, 4],
        median: [3, 3],
    }.items():
        assert values(path) == pytest.approx(wanted, abs=0.02)
    assert points.count("<circle") == 5


@pytest.mark.parametrize("mark", MARKS)
def test_every_mark_is_drawn_around_its_point(mark: str) -> None:
    plot = Plot(width=100, height=100, x=(0, 1), y=(0, 1), framed=True)
    plot.points([[0.5, 0.5]], INK, mark=mark, radius=4)
    drawn = plot._elements[-1]
    if "circle" in drawn:
        assert 'cx="50.0" cy="50.0" r="4"' in drawn
        return
    corners = np.array(
        [[float(number) for number in pair.split(",")] for pair in re.findall(r"[-\d.]+,[-\d.]+", drawn)]
    )
    assert (abs(corners - 50) <= 4 * 1.4 + 0.1).all()
    assert cv2.pointPolygonTest(corners.astype(np.float32), (50, 50), measureDist=False) > 0
