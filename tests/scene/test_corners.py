"""Corners of the object."""

import math

import cv2
import numpy as np
import pytest

from defectsynth.scene.corners import find_corners, nearest_corner
from defectsynth.scene.place import Place
from defectsynth.scene.scene import Scene


def test_the_corners_of_a_plate_point_outwards() -> None:
    plate = np.full((192, 192), 20, np.uint8)
    plate[50:140, 40:150] = 200
    corners = find_corners(Scene(plate).foreground("auto"))
    assert len(corners) == 4
    for corner in corners:
        assert min(abs(corner.x - 40), abs(corner.x - 150)) < 4
        assert min(abs(corner.y - 50), abs(corner.y - 140)) < 4
        outwards = math.atan2(corner.y - 95, corner.x - 95)
        assert math.cos(corner.outwards - outwards) > 0.9
    near = nearest_corner(corners, Place(45, 60, 0.0), 50)
    assert near is not None
    assert (near.x, near.y) == (pytest.approx(40, abs=4), pytest.approx(50, abs=4))
    assert nearest_corner(corners, Place(95, 95, 0.0), 20) is None


def test_neither_a_disc_nor_an_inner_corner_has_one() -> None:
    disc = np.full((192, 192), 20, np.uint8)
    cv2.circle(disc, (96, 96), 60, 200, -1)
    assert not find_corners(Scene(disc).foreground("auto"))
    notched = np.full((192, 192), 20, np.uint8)
    notched[40:150, 40:150] = 200
    notched[40:95, 95:150] = 20  # an L: five convex corners, one concave
    corners = find_corners(Scene(notched).foreground("auto"))
    assert len(corners) == 5
    assert all(math.hypot(corner.x - 95, corner.y - 95) > 10 for corner in corners)
