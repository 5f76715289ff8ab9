"""Swelling fields."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.fields.swelling import MAX_AMOUNT_IN, MAX_AMOUNT_OUT, DrawnSwelling


@given(steep=st.floats(0.1, 1), along=st.floats(4, 40), across=st.floats(4, 40), out=st.booleans(), both=st.booleans())
def test_a_swelling_never_folds(steep: float, along: float, across: float, *, out: bool, both: bool) -> None:
    amount = steep * min(along, across) * (MAX_AMOUNT_OUT if out else -MAX_AMOUNT_IN)
    field = DrawnSwelling(60.3, 55.8, 0.6, amount, along, across, both)
    x, y = np.meshgrid(np.arange(0, 120, 0.5, dtype=np.float32), np.arange(0, 120, 0.5, dtype=np.float32))
    dx, dy = field.offsets(x, y)
    assert np.hypot(dx, dy).max() <= field.max_offset + 1e-3
    source_x, source_y = x - dx, y - dy
    turned = np.diff(source_x, axis=1)[:-1] * np.diff(source_y, axis=0)[:, :-1]
    turned -= np.diff(source_x, axis=0)[:, :-1] * np.diff(source_y, axis=1)[:-1]
    assert turned.min() > 0, "the determinant of the map keeps its sign"
    start = np.array([[64.0, 50.0], [55.0, 60.0]])
    end = field.forward(start)
    assert np.abs(end - np.stack(field.offsets(*end.T.astype(np.float32)), axis=1) - start).max() < 0.05
