"""Motion of parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defectsynth.parts.part import ObjectPart
from defectsynth.parts.placement import PartPlacement

SQUARE = ((10.0, 10.0), (30.0, 10.0), (30.0, 30.0), (10.0, 30.0))


@given(angle=st.floats(-3.2, 3.2), dx=st.floats(-50, 50), dy=st.floats(-50, 50), mirrored=st.booleans())
def test_a_placement_is_rigid(angle: float, dx: float, dy: float, *, mirrored: bool) -> None:
    part = ObjectPart("chunk", SQUARE, (10.0, 20.0), (30.0, 20.0), "all", "auto")
    placement = PartPlacement(part, *part.centre, dx, dy, angle, mirrored)
    moved = placement.moved(np.array(SQUARE))
    assert np.linalg.norm(np.diff(moved, axis=0), axis=1) == pytest.approx([20, 20, 20])
    assert moved.mean(axis=0) == pytest.approx((20 + dx, 20 + dy))
    assert np.linalg.det(placement.matrix()[:, :2]) == pytest.approx(-1 if mirrored else 1)
