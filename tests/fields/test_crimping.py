"""Crimping fields."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.fields.base import MAX_PUSH
from defectsynth.fields.crimping import DrawnCrimping
from defectsynth.fields.swelling import MAX_AMOUNT_IN, MAX_AMOUNT_OUT


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
    assert np.diff(y - dy, axis=0).min() > 0, "the order of rows stays"
    assert np.abs(dy).max() <= field.max_offset + 1e-3
