"""Placement on inserts."""

import math

import numpy as np
import pytest

from defectsynth.places.on_insert import OnInsert
from defectsynth.scene.scene import Scene
from tests.images import cable_image

CENTRES = np.array([(96, 60), (62, 122), (130, 122)])
SCENE = Scene(cable_image())


@pytest.mark.parametrize(("on", "low", "high"), [("core", 0, 16), ("rim", 7, 22), ("body", 11, 32)])
def test_places_lie_on_the_wires_and_point_outwards(on: str, low: float, high: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        place = OnInsert(on=on).sample(rng, SCENE)
        assert place is not None
        away = np.array([place.x, place.y]) - CENTRES
        distances = np.hypot(*away.T)
        nearest = int(np.argmin(distances))
        assert low <= distances[nearest] <= high
        if distances[nearest] > 8:
            assert math.cos(math.atan2(away[nearest, 1], away[nearest, 0]) - place.angle) > 0.6


def test_only_the_region_of_interest_is_used() -> None:
    roi = np.zeros((192, 192), np.uint8)
    roi[:, :96] = 255
    rng = np.random.default_rng(0)
    places = [OnInsert().sample(rng, Scene(cable_image(), roi)) for _ in range(20)]
    assert all(place is not None and place.x < 96 for place in places)
