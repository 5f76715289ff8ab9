"""Thresholds and probabilities from held-out normals and twins."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from eval.scoring.calibration import Calibration, calibrate

TEN = np.arange(10) / 10


@pytest.mark.parametrize(("bound", "above"), [(0.0, 0), (0.05, 0), (0.1, 1), (0.25, 2), (0.5, 5)])
def test_without_twins_the_bound_decides(bound: float, above: int) -> None:
    made = calibrate(TEN[::-1], [], false_positives=bound)
    assert sum(score > made.threshold for score in TEN) == above
    assert made.probability(0.3) is None


def test_twins_raise_the_threshold_where_that_balances_both_shares_better() -> None:
    rng = np.random.default_rng(0)
    normals, twins = rng.normal(0, 1, 1000), rng.normal(4, 1, 1000)
    made = calibrate(normals, twins, false_positives=0.5)
    assert 1.5 < made.threshold < 2.0  # the best is 2; one standard error below it costs hardly anything
    bounded = calibrate(normals, twins, false_positives=0.001)
    assert (normals > bounded.threshold).mean() <= 0.001
    assert bounded.threshold > 2.5
    assert made.with_bound(0.001) == bounded


def test_of_equally_good_thresholds_the_lowest_is_taken() -> None:
    made = calibrate(TEN, [5.0, 6.0, 7.0], false_positives=0.0)
    assert made.threshold == pytest.approx(0.9, abs=0.01)
    assert made.threshold > 0.9
    assert calibrate([0.5] * 4, [0.5] * 4, false_positives=0.0).threshold > 0.5


def test_probabilities_are_calibrated_for_equal_shares() -> None:
    rng = np.random.default_rng(1)
    made = calibrate(rng.normal(0, 1, 4000), rng.normal(2, 1, 4000), false_positives=0.05)
    for score in (-0.5, 0.5, 1.0, 1.5, 2.5):
        assert made.probability(score) == pytest.approx(1 / (1 + np.exp(-2 * (score - 1))), abs=0.06)
    found = [made.probability(score) for score in (-1e9, *np.linspace(-4, 6, 50), 1e9)]
    assert found == sorted(found)
    assert 0 <= found[0] < 0.01
    assert 0.99 < found[-1] <= 1
    unequal = calibrate(rng.normal(0, 1, 4000), rng.normal(2, 1, 40), false_positives=0.05)
    assert unequal.probability(1.0) == pytest.approx(0.5, abs=0.1)


def test_a_useless_score_gives_one_half_and_clear_twins_no_certainty() -> None:
    same = calibrate(TEN, TEN, false_positives=0.05)
    assert same.probability(0.9) == pytest.approx(0.5, abs=0.01)
    assert calibrate(TEN + 1, TEN, false_positives=0.05).probability(0.9) == 0.5
    clear = calibrate(TEN, TEN + 1000, false_positives=0.05)
    assert 0.02 < clear.probability(0.5) < 0.2  # ten images prove no less
    assert 0.8 < clear.probability(1000) < 0.98
    assert calibrate([0.5] * 4, [0.7] * 4, false_positives=0).probability(0.7) > 0.7


def test_a_calibration_comes_back_from_its_file_and_a_broken_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    made = calibrate(TEN, TEN + 0.5, false_positives=0.1)
    made.save(path)
    assert Calibration.load(path) == made
    data = json.loads(path.read_text())
    for broken in ("", "[", "[]", "{}", json.dumps({**data, "normals": ["x"]}), json.dumps({**data, "twins": 3})):
        path.write_text(broken)
        with pytest.raises(ValueError, match=re.escape(str(path))):
            Calibration.load(path)
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path / "none.json"))):
        Calibration.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("normals", "twins", "bound", "message"),
    [
        ([], [1.0], 0.05, "normals must hold at least one score, and all scores must be finite, got 0"),
        ([1.0], [float("nan")], 0.05, "all scores must be finite"),
        ([1.0], [], 1.0, "false_positives must be in 0 <= false_positives < 1, got 1.0"),
        ([1.0], [], -0.1, "false_positives must be in 0 <= false_positives < 1, got -0.1"),
    ],
)
def test_bad_arguments_are_named(normals: Any, twins: Any, bound: float, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        calibrate(normals, twins, false_positives=bound)
