"""A crimped part has straight flanks and a sharp fold, and nothing of it lies twofold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import defectsynth as ds
from defectsynth.fields.base import MAX_PUSH
from defectsynth.fields.crimping import DrawnCrimping
from defectsynth.fields.swelling import MAX_AMOUNT_IN, MAX_AMOUNT_OUT

BAR = np.full((160, 400), 30, np.uint8)
BAR[50:110, 4:-4] = 200


def widths(direction: str, seed: int) -> np.ndarray:
    """Pixels of the bar in each column, as crimped."""
    crimp = ds.Crimp(
        directions=(direction,),
        amount_range=(0.4, 0.4),
        radius_range=(0.4, 0.4),
        lean_range=(0.0, 0.0),
        contrast_range=(0.0, 0.0),
    )
    sample = ds.synthesize(BAR, crimp, seed=seed)
    assert sample.mask.any()
    return np.asarray((sample.image > 115).sum(axis=0)[80:-80], float)


@pytest.mark.parametrize(("direction", "sign"), [("in", -1), ("out", 1)])
def test_flanks_are_straight_and_meet_in_a_fold(direction: str, sign: int) -> None:
    folded = 0
    for seed in range(12):
        change = sign * (widths(direction, seed) - 60)
        fold = int(change.argmax())
        if not 60 < fold < len(change) - 60 or change.max() < 8:
            continue  # at an end of the bar
        folded += 1
        assert change.min() >= -1, "it moves to one side only"
        for flank in (change[fold - 50 : fold - 6], change[fold + 7 : fold + 51]):
            line = np.poly1d(np.polyfit(np.arange(44), flank, 1))(np.arange(44))
            assert np.abs(flank - line).max() < 1.8  # pixels; a round waist leaves a line by 3
            assert np.abs(np.diff(line)).mean() > 0.05
    assert folded >= 3


@given(
    share=st.floats(0.1, 1.0),
    along=st.floats(20.0, 80.0),
    across=st.floats(20.0, 80.0),
    lean=st.floats(-0.8, 0.8),
    kind=st.sampled_from(["in", "out", "one side", "one side out"]),
)
def test_a_crimping_never_folds_over_itself(share: float, along: float, across: float, lean: float, kind: str) -> None:
    both = kind in {"in", "out"}
    steepest = {"in": MAX_AMOUNT_IN, "out": -MAX_AMOUNT_OUT, "one side": MAX_PUSH, "one side out": -MAX_PUSH}[kind]
    field = DrawnCrimping(100.0, 100.0, 0.0, share * steepest * across, along, across, lean, both)
    y, x = np.mgrid[0.0:200.0:0.5, 90.0:110.0:5.0].astype(np.float32)
    dx, dy = field.offsets(x, y)
    assert np.abs(dx).max() < 1e-6
    assert np.diff(y - dy, axis=0).min() > 0, "what was above stays above"
    assert np.abs(dy).max() <= field.max_offset + 1e-3


def test_the_fold_shows_in_the_light() -> None:
    plain = np.where(BAR > 100, np.uint8(120), np.uint8(30))
    sample = ds.synthesize(plain, ds.Crimp(contrast_range=(0.3, 0.3), amount_range=(0.0, 0.0)), seed=4)
    inside = sample.image[52:108].astype(int)
    assert inside.max() > 125
    assert inside.min() < 115
