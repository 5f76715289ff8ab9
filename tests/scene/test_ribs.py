"""Detection of the ribs of threads."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.ribs import find_ribs
from defectsynth.scene.scene import Scene
from tests.images import RIB_PITCH, SCREW_TURNS, screw


@pytest.mark.parametrize("turn", SCREW_TURNS)
def test_ribs_are_detected_with_their_period_angle_and_position(turn: float) -> None:
    scene = Scene(screw(turn))
    along = 160.3 - 128
    place = ds.places.Place(128 + along * math.cos(turn) - 0.5, 128 + along * math.sin(turn) - 0.5, turn)
    ribs = find_ribs(scene, place, 12.0)
    assert ribs is not None
    assert ribs.period == pytest.approx(RIB_PITCH, abs=1.5)
    assert abs(math.remainder(ribs.angle - (turn + 0.5 * math.pi - math.atan(0.2)), math.pi)) < 0.12
    assert min(abs(each) for each in ribs.offsets) == pytest.approx(0.3, abs=2.0)
    shank = ds.places.Place(128 - 40 * math.cos(turn), 128 - 40 * math.sin(turn), turn)
    assert find_ribs(Scene(np.where(screw(turn) < 200, 115, 210).astype(np.uint8)), shank, 12.0) is None
