"""Bootstrap intervals against scikit-learn on the same resamples, and against known cases."""

import cv2
import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import metrics

from eval.scoring.bootstrap import _resamples, image_intervals, mean_interval, pixel_intervals
from eval.scoring.metrics import image_metrics, pixel_metrics


def some(seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Return types and scores of 60 images; scores repeat."""
    rng = np.random.default_rng(seed)
    defects = ["good"] * 25 + ["dent"] * 20 + ["cut"] * 15
    return defects, np.round(rng.normal(0, 1, 60) + np.repeat([0.0, 1.0, 2.0], [25, 20, 15]), 1)


def test_intervals_are_quantiles_of_the_metrics_of_resamples() -> None:
    defects, scores = some()
    labels = np.array([name != "good" for name in defects])
    found = image_intervals(defects, scores, threshold=1.0)
    weights = _resamples(labels, count=2000, seed=0).astype(int)[:80]
    drawn = [np.repeat(np.arange(60), counts) for counts in weights]
    of_resamples = {
        "auroc": [metrics.roc_auc_score(labels[places], scores[places]) for places in drawn],
        "average_precision": [metrics.average_precision_score(labels[places], scores[places]) for places in drawn],
        "f1_max": [image_metrics(labels[places], scores[places]).f1_max for places in drawn],
        "tpr": [(scores[places][labels[places]] > 1).mean() for places in drawn],
        "tnr": [(scores[places][~labels[places]] <= 1).mean() for places in drawn],
    }
    for name, values in of_resamples.items():
        np.testing.assert_allclose(found[name], np.quantile(values, (0.025, 0.975)), atol=0.06, err_msg=name)
    whole = image_metrics(labels, scores)
    assert found["auroc"][0] < whole.auroc < found["auroc"][1]
    assert found["defect dent"][1] - found["defect dent"][0] > found["defect cut"][1] - found["defect cut"][0]
    assert found == image_intervals(defects, scores, threshold=1.0)


def test_every_resample_keeps_the_numbers_of_good_and_defective_images() -> None:
    labels = np.array([True] * 3 + [False] * 5)
    weights = _resamples(labels, count=50, seed=1)
    assert (weights[:, labels].sum(axis=1) == 3).all()
    assert (weights[:, ~labels].sum(axis=1) == 5).all()
    assert weights.std(axis=0).min() > 0


def test_perfect_scores_have_an_interval_of_no_width() -> None:
    found = image_intervals(["good"] * 4 + ["dent"] * 4, np.arange(8.0), threshold=3.5)
    assert set(found.values()) == {(1.0, 1.0)}


def test_intervals_of_pixels_surround_the_metrics_and_grow_with_fewer_images() -> None:
    rng = np.random.default_rng(0)
    masks = np.zeros((40, 32, 32), np.uint8)
    for mask in masks[:30]:
        for _ in range(2):
            cv2.circle(mask, tuple(int(value) for value in rng.integers(4, 28, 2)), int(rng.integers(1, 5)), 1, -1)
    heats = (masks * rng.uniform(0.2, 2, (40, 1, 1)) + rng.normal(0, 0.5, masks.shape)).astype(np.float32)
    truth = masks.astype(bool)
    whole, found = pixel_metrics(truth, heats), pixel_intervals(truth, heats)
    few = pixel_intervals(truth[20:], heats[20:])
    for name, (low, high) in found.items():
        assert low < getattr(whole, name) < high, name
        assert high - low < few[name][1] - few[name][0]
    same = np.repeat(truth[:1], 5, axis=0), np.repeat(heats[:1], 5, axis=0)
    again = pixel_metrics(*same)
    for name, ends in pixel_intervals(*same).items():
        assert ends == pytest.approx((getattr(again, name),) * 2, abs=1e-3), name


def test_the_interval_of_a_mean_over_categories_is_narrower_and_that_over_seeds_is_not() -> None:
    one = (0.9, (0.8, 0.95))
    assert mean_interval([[one, one, one]]) == pytest.approx((0.8, 0.95))
    low, high = mean_interval([[one, one], [one]])
    assert (low, high) == pytest.approx((0.9 - 0.1 / 2**0.5, 0.9 + 0.05 / 2**0.5))
    assert mean_interval([[(0.8, (0.7, 0.9)), (0.6, (0.4, 0.7))]]) == pytest.approx((0.55, 0.8))
