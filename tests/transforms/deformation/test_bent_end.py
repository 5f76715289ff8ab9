"""Bent ends."""

import math

import numpy as np
import pytest

import defectsynth as ds
from tests.images import SCREW_TURNS, screw, share_of_screw


@pytest.mark.parametrize("turn", SCREW_TURNS)
def test_a_bent_end_turns_by_its_angle(turn: float) -> None:
    where = ds.places.AlongObject(share_range=(0.78, 0.78), across_range=(0.0, 0.3))
    image = screw(turn)
    for seed in range(3):
        sample = ds.synthesize(image, ds.BentEnd(where=where, angle_range=(34.0, 34.0)), seed=seed)
        field = sample.defects[0]["recipe"]["field"]
        assert abs(math.remainder(field["angle"] - turn, 2 * math.pi)) < 0.08
        assert abs(field["turn"]) == pytest.approx(math.radians(34.0))
        assert field["length"] == pytest.approx(0.22 * 176, rel=0.2)
        hinge = share_of_screw(field["x"], field["y"], turn)
        rows, columns = np.nonzero(sample.mask)
        shares = [share_of_screw(x, y, turn) for x, y in zip(columns, rows, strict=True)]
        assert min(shares) > hinge - 0.25, "pixels far behind the hinge stay"
