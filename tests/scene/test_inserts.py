"""Inserts of the object."""

import math

import cv2
import numpy as np
import pytest

from defectsynth.scene.inserts import find_inserts
from defectsynth.scene.scene import Scene
from tests.images import cable_image

CENTRES = ((96, 60), (62, 122), (130, 122))


def test_the_wires_of_a_cable_are_found_with_their_cores() -> None:
    inserts = find_inserts(Scene(cable_image()).foreground("auto"))
    assert len(inserts) == 3
    for x, y in CENTRES:
        insert = min(inserts, key=lambda each: math.hypot(each.x - x, each.y - y))
        assert math.hypot(insert.x - x, insert.y - y) < 5
        assert math.hypot(insert.core_x - x, insert.core_y - y) < 4
        assert math.sqrt(insert.along * insert.across) == pytest.approx(28, abs=5)
        assert insert.core == pytest.approx(15, abs=5)


def test_a_plain_object_has_none() -> None:
    disc = np.full((192, 192, 3), 30, np.uint8)
    cv2.circle(disc, (96, 96), 80, (180, 200, 200), -1)
    assert not find_inserts(Scene(disc).foreground("auto"))
