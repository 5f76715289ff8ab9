"""Metrics against scikit-learn, slow programs written from the papers, and known answers."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

metrics = pytest.importorskip("sklearn.metrics")

from eval.scoring.metrics import aupro, image_metrics, per_defect_auroc, pixel_metrics  # noqa: E402  # after the skip

LABELS_AND_SCORES = st.lists(st.tuples(st.booleans(), st.integers(0, 12)), min_size=2, max_size=40).filter(
    lambda pairs: len({label for label, _ in pairs}) == 2
)


def regions_of(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Return connected components with diagonals, flooded one pixel at a time."""
    left, regions = {(int(y), int(x)) for y, x in np.argwhere(mask)}, []
    while left:
        front, region = [left.pop()], np.zeros_like(mask)
        while front:
            y, x = front.pop()
            region[y, x] = True
            around = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= around
            front += around
        regions.append(region)
    return regions


def slow_aupro(masks: NDArray[np.bool_], heat_maps: NDArray[Any], limit: float) -> float:
    """Compute AUPRO by its definition: every threshold, every region, then the area under the polyline."""
    regions = [(number, region) for number, mask in enumerate(masks) for region in regions_of(mask)]
    points = [(0.0, 0.0)]
    for threshold in sorted(set(heat_maps.ravel().tolist()), reverse=True):
        found = heat_maps >= threshold
        overlap = np.mean([found[number][region].mean() for number, region in regions])
        points.append((float(found[~masks].mean()), float(overlap)))
    area = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 < limit and x1 > x0:
            end = min(x1, limit)
            y_end = y0 + (y1 - y0) * (end - x0) / (x1 - x0)
            area += (end - x0) * (y0 + y_end) / 2
    return area / limit


@settings(max_examples=60)
@given(LABELS_AND_SCORES)
def test_image_metrics_equal_every_threshold_tried(pairs: list[tuple[bool, int]]) -> None:
    labels, scores = (np.array(column) for column in zip(*pairs, strict=True))
    found = image_metrics(labels, scores)
    f1, pair = [], []
    for threshold in [*np.unique(scores), 13]:
        called = scores >= threshold
        f1.append(metrics.f1_score(labels, called, zero_division=0))
        pair.append((called[labels].mean() + (~called[~labels]).mean()) / 2)
    wins = scores[labels][:, None] - scores[~labels]
    assert found.auroc == pytest.approx(np.mean((wins > 0) + 0.5 * (wins == 0)))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(labels, scores))
    assert found.f1_max == pytest.approx(max(f1))
    assert metrics.f1_score(labels, scores >= found.threshold) == pytest.approx(max(f1))
    assert (found.tpr + found.tnr) / 2 == pytest.approx(max(pair))


def test_perfect_reversed_and_constant_scores() -> None:
    labels = [0, 0, 0, 1, 1]
    perfect = image_metrics(labels, [1, 2, 3, 4, 5])
    assert (perfect.auroc, perfect.average_precision, perfect.f1_max, perfect.threshold) == (1, 1, 1, 4)
    assert (perfect.tpr, perfect.tnr) == (1, 1)
    assert image_metrics(labels, [5, 4, 3, 2, 1]).auroc == 0
    constant = image_metrics(labels, [7.5] * 5)
    assert (constant.auroc, constant.average_precision, constant.threshold) == (0.5, 0.4, 7.5)
    assert constant.f1_max == pytest.approx(2 * 0.4 / 1.4)
    assert (constant.tpr, constant.tnr) == (0, 1)


def test_each_defect_stands_against_all_good_images() -> None:
    defects = ["good", "dent", "crack", "good", "dent"]
    assert per_defect_auroc(defects, [0.1, 0.3, 0.9, 0.4, 0.5]) == {"crack": 1.0, "dent": 0.75}
    names = sorted(f"type {letter}" for letter in "abcdefghij")  # a set gives them in an order of each process
    assert list(per_defect_auroc(["good", *names[::-1]], [0.0] * 11)) == names


@settings(max_examples=40)
@given(
    masks=hnp.arrays(np.bool_, (2, 5, 6)).filter(lambda masks: 0 < masks.sum() < masks.size),
    heats=hnp.arrays(np.float32, (2, 5, 6), elements=st.integers(0, 9).map(float)),
    limit=st.sampled_from([0.05, 0.3, 1.0]),
)
def test_aupro_equals_its_definition(masks: NDArray[np.bool_], heats: NDArray[np.float32], limit: float) -> None:
    assert aupro(masks, heats, fpr_limit=limit) == pytest.approx(slow_aupro(masks, heats, limit), abs=1e-9)


def test_aupro_equals_its_definition_on_smooth_maps() -> None:
    rng = np.random.default_rng(3)
    masks = np.zeros((3, 24, 24), np.bool_)
    masks[0, 2:8, 3:9] = masks[0, 15:17, 4:20] = masks[1, 10:12, 10:12] = masks[1, 12, 12] = (
        True  # diagonal: one region
    )
    heats = rng.random((3, 24, 24)) + 0.6 * masks
    found = pixel_metrics(masks, heats)
    assert found.aupro == pytest.approx(slow_aupro(masks, heats, 0.3), abs=1e-12)
    assert found.aupro == pytest.approx(aupro(masks, heats), abs=1e-12)
    assert found.auroc == pytest.approx(metrics.roc_auc_score(masks.ravel(), heats.ravel()))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(masks.ravel(), heats.ravel()))


def test_aupro_where_the_answer_is_known() -> None:
    masks = np.zeros((2, 10, 10), np.bool_)
    masks[0, 0, 0] = masks[0, 5:9, 5:9] = True  # a region of one pixel and one of sixteen
    assert aupro(masks, masks.astype(float)) == pytest.approx(1)
    assert aupro(masks, ~masks * 1.0) == pytest.approx(0)
    assert aupro(masks, np.full(masks.shape, 4.0)) == pytest.approx(0.15)  # the diagonal up to 0.3: 0.045 / 0.3
    assert aupro(masks, np.zeros(masks.shape), fpr_limit=1.0) == pytest.approx(0.5)
    small, large = np.zeros(masks.shape), np.zeros(masks.shape)
    small[0, 0, 0], large[0, 5:9, 5:9] = 1, 1
    # One region is found first, the other with all good pixels: a line from (0, 1/2) to (1, 1), thus 0.575 up to 0.3.
    assert aupro(masks, small) == pytest.approx(0.575)
    assert aupro(masks, large) == pytest.approx(0.575)  # both regions weigh the same


def test_metrics_of_pixels_depend_on_the_order_only() -> None:
    rng = np.random.default_rng(0)
    masks, heats = rng.random((2, 9, 9)) < 0.2, rng.random((2, 9, 9))
    first, second = pixel_metrics(masks, heats), pixel_metrics(masks.astype(np.uint8), np.exp(3 * heats) - 7)
    assert first == second


def some(shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.linspace(0, 1, int(np.prod(shape))).reshape(shape)


NAN = float("nan")
MAPS = (2, 3, 3)
MASKS = some(MAPS) > 0.5

BAD_CALLS: list[tuple[Any, tuple[Any, ...], type[Exception], str]] = [
    (image_metrics, ([0, 1, 1], [NAN, 1, NAN]), ValueError, "scores must be finite, got 2 NaN and 0 infinite of 3"),
    (image_metrics, ([0, 1], [1.0, float("inf")]), ValueError, "scores must be finite, got 0 NaN and 1 infinite of 2"),
    (image_metrics, ([1, 1], [0.0, 1.0]), ValueError, "labels must hold good and defective ones, got 0 and 2"),
    (image_metrics, ([0, 0], [0.0, 1.0]), ValueError, "labels must hold good and defective ones, got 2 and 0"),
    (image_metrics, ([], []), ValueError, "labels must hold good and defective ones, got 0 and 0"),
    (image_metrics, ([0, 1, 2], [0.0, 1.0, 2.0]), ValueError, "labels must be 0 or 1, got np.int64(2)"),
    (image_metrics, ([0, 1], [0.0]), ValueError, "labels must have one value for each score, shape (1,), got (2,)"),
    (image_metrics, ([0, 1], [[0.0], [1.0]]), ValueError, "scores must have shape (N,), got (2, 1)"),
    (image_metrics, ([0, 1], ["a", "b"]), ValueError, "scores must be numbers, got <U1"),
    (per_defect_auroc, (["good", "cut"], [NAN, 1]), ValueError, "scores must be finite, got 1 NaN"),
    (per_defect_auroc, (["cut", "cut"], [0, 1]), ValueError, "defects must hold good and defective ones, got 0 and 2"),
    (per_defect_auroc, (["good"], [0]), ValueError, "defects must hold good and defective ones, got 1 and 0"),
    (per_defect_auroc, (["good"], [0, 1]), ValueError, "defects must name one defect for each of 2 scores"),
    (
        pixel_metrics,
        (MASKS, np.full(MAPS, NAN)),
        ValueError,
        "heat_maps must be finite, got 18 NaN and 0 infinite of 18",
    ),
    (pixel_metrics, (MASKS & False, some(MAPS)), ValueError, "masks must hold good and defective ones, got 18 and 0"),
    (pixel_metrics, (MASKS[:1], some(MAPS)), ValueError, "shape (2, 3, 3), got (1, 3, 3)"),
    (pixel_metrics, (MASKS * 255, some(MAPS)), ValueError, "masks must be 0 or 1, got np.int64(255)"),
    (pixel_metrics, (MASKS[0], some(MAPS)[0]), ValueError, "heat_maps must have shape (N, H, W), got (3, 3)"),
    (aupro, (MASKS, np.full(MAPS, NAN)), ValueError, "heat_maps must be finite, got 18 NaN"),
    (aupro, (MASKS | True, some(MAPS)), ValueError, "masks must hold good and defective ones, got 0 and 18"),
]


@pytest.mark.parametrize(("call", "arguments", "error", "message"), BAD_CALLS, ids=[case[3] for case in BAD_CALLS])
def test_bad_arguments(call: Any, arguments: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call(*arguments)


@pytest.mark.parametrize(
    ("limit", "error"), [(0, ValueError), (1.1, ValueError), (NAN, ValueError), ("a", TypeError), (True, TypeError)]
)
def test_bad_limits(limit: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="fpr_limit must be a number with 0 < fpr_limit <= 1, got "):
        aupro(MASKS, some(MAPS), fpr_limit=limit)


def test_of_equal_pairs_that_with_the_larger_tnr_is_the_best() -> None:
    found = image_metrics([0, 0, 0, 1, 1, 1], [1, 3, 5, 2, 4, 6])
    assert (found.tpr, found.tnr) == (pytest.approx(1 / 3), 1.0)
