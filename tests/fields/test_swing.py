"""Swing fields."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.fields.swing import MAX_TURN, ZERO_FROM, DrawnSwing


@given(turn=st.floats(-MAX_TURN, MAX_TURN), angle=st.floats(-4, 4), x=st.floats(20, 220), y=st.floats(20, 180))
def test_a_swing_never_folds_and_forward_is_its_inverse(turn: float, angle: float, x: float, y: float) -> None:
    swing = DrawnSwing(120.3, 98.7, angle, turn, length=40.0)
    end = swing.forward(start := np.array([[x, y]]))
    back = end - np.stack(swing.offsets(*end.T.astype(np.float32)), axis=1)
    assert np.abs(back - start).max() <= 0.05
    distance, direction = 30.0, np.linspace(-math.pi, math.pi, 721)
    around = (swing.x + distance * np.cos(direction), swing.y + distance * np.sin(direction))
    dx, dy = swing.offsets(*(axis.astype(np.float32) for axis in around))
    source_direction = np.unwrap(np.arctan2(around[1] - dy - swing.y, around[0] - dx - swing.x))
    assert (np.diff(source_direction) > 0).all(), "neighbours stay neighbours"
    far = np.hypot(x - swing.x, y - swing.y) > ZERO_FROM * 40.0
    assert not far or np.abs(end - start).max() < 1e-9
