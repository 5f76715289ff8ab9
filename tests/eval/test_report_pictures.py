"""The pictures of the report: the extremes, what is drawn over them, curves, embeddings and figures."""

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
pytest.importorskip("matplotlib")
pytest.importorskip("jinja2")

from sklearn.metrics import auc, roc_curve

from eval.benchmark.artifacts import Embedded
from eval.benchmark.results import ImageScore
from eval.data.overlays import draw_outline, overlay_heat, to_data_uri
from eval.report.boxes import normalised_distances, standard_scores
from eval.report.curves import mean_curve
from eval.report.extremes import extremes, verdict
from eval.report.neighbourhoods import plane
from eval.report.svg import name_rows, new_axes, to_svg


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


def test_pictures_of_the_page_are_the_extremes(read: Any, of: Any) -> None:
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


def test_embeddings_come_into_a_plane_however_few_and_alike() -> None:
    rng = np.random.default_rng(0)
    embedded = Embedded(rng.normal(size=(3, 8)), rng.normal(size=(2, 8)), np.zeros(2, np.int64))
    points = plane(embedded)
    assert points.shape == (5, 2)
    assert np.isfinite(points).all()
    np.testing.assert_array_equal(plane(embedded), points)
    same = Embedded(np.ones((3, 8), np.float32), 2 * np.ones((2, 8), np.float32), np.zeros(2, np.int64))
    np.testing.assert_array_equal(plane(same), np.zeros((5, 2)))


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


def test_names_of_any_letters_stand_in_figures() -> None:
    names = ["$x_1$", "_hidden", "<b>&amp;", "傷", "tab\tand\x01", "long" * 20]
    figure, axes = new_axes(width=200, height=150)
    name_rows(axes, names)
    svg = str(to_svg(figure, name="here", description='"quoted" & <all>'))
    for text in (">$x_1$<", ">_hidden<", "&lt;b&gt;&amp;amp;", ">傷<", ">tab?and?<", f"{('long' * 6)[:23]}…"):
        assert text in svg
    assert 'aria-label="&quot;quoted&quot; &amp; &lt;all&gt;"' in svg
    assert "xmlns" not in svg
    assert "#0102" not in svg
    assert all(name.startswith("here-") for name in re.findall(r'\bid="([^"]*)"', svg))
