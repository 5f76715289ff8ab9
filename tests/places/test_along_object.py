"""Places along and across an object."""

import math

import numpy as np
import pytest

import defectsynth as ds
from defectsynth.scene.scene import Scene
from tests.images import SCREW_TURNS, screw, share_of_screw
from tests.places.sampling import sample_places


@pytest.mark.parametrize("turn", SCREW_TURNS)
@pytest.mark.parametrize("on", ["surface", "outline"])
def test_places_lie_at_their_share_from_the_thicker_end(turn: float, on: str) -> None:
    scene = Scene(screw(turn))
    for low, high in ((0.0, 0.1), (0.2, 0.35), (0.5, 0.8), (0.95, 1.0)):
        found = sample_places(ds.places.AlongObject(share_range=(low, high), on=on), scene)
        shares = [share_of_screw(place.x, place.y, turn) for place in found]
        assert low - 0.05 <= min(shares) <= max(shares) <= high + 0.05
        assert {place.edge for place in found} == {on == "outline"}
        if on == "surface":
            turns = [abs(math.remainder(place.angle - turn, math.pi)) for place in found]
            assert max(turns) < 0.05, "the direction of a place is that of the axis"


@pytest.mark.parametrize("turn", SCREW_TURNS)
def test_places_lie_at_their_share_of_the_way_from_the_axis_to_the_outline(turn: float) -> None:
    scene = Scene(screw(turn))
    for across, low, high in (((0.0, 0.3), 0, 6), ((0.8, 1.0), 5, 14)):
        for place in sample_places(ds.places.AlongObject(share_range=(0.2, 0.35), across_range=across), scene):
            offset = (place.y + 0.5 - 128) * math.cos(turn) - (place.x + 0.5 - 128) * math.sin(turn)
            assert low <= abs(offset) <= high


def test_places_along_an_object_keep_to_the_region_of_interest() -> None:
    image, roi = screw(), np.zeros((256, 256), np.uint8)
    roi[:, 150:180] = 1
    scene = Scene(image, roi)
    for on in ("surface", "outline"):
        for place in sample_places(ds.places.AlongObject(share_range=(0.3, 1.0), on=on), scene):
            assert 149.5 <= place.x <= 179.5
    assert ds.places.AlongObject(share_range=(0.0, 0.2)).sample(np.random.default_rng(0), scene) is None
    assert ds.places.AlongObject(share_range=(0.0, 0.2), on="outline").sample(np.random.default_rng(0), scene) is None
