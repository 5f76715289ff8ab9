"""Strands of a fan leave one root."""

import math

import numpy as np
import pytest

from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene
from defectsynth.shapes.strand_fan import StrandFan

SCENE = Scene(np.full((200, 200), 90, np.uint8))


@pytest.mark.parametrize(("edge", "direction"), [(False, 0.0), (True, -0.5 * math.pi)])
def test_strands_leave_one_root_in_the_direction_of_the_place_or_outwards(edge: bool, direction: float) -> None:
    fan = StrandFan(strands_range=(40, 40), fan_range=(10, 10), bend_range=(0, 0), length_range=(0.2, 0.2))
    lines = fan.sample(np.random.default_rng(0), SCENE, Place(100, 120, 0.0, edge=edge)).lines()
    assert abs(lines[:, 0] - complex(100, 120)).max() < 0.05 * 200
    headings = np.angle((lines[:, -1] - lines[:, 0]) * np.exp(-1j * direction))
    assert np.degrees(headings).std() == pytest.approx(10, abs=4)
    assert abs(np.degrees(headings).mean()) < 5
    assert abs(lines[:, -1] - lines[:, 0]).max() == pytest.approx(40, abs=0.1)
