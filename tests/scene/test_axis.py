"""Axes of objects, and places along objects that have none."""

import numpy as np

import defectsynth as ds
from defectsynth.scene.axis import find_axis, nearest_end
from defectsynth.scene.scene import Scene
from tests.places.sampling import sample_places


def test_round_objects_and_plain_images_have_no_axis() -> None:
    y, x = np.mgrid[:128, :128]
    disc = np.where(np.hypot(x - 64, y - 64) < 40, 60, 210).astype(np.uint8)
    scene, plain = Scene(disc), Scene(np.full((64, 64), 90, np.uint8))
    assert find_axis(scene.foreground("auto")) is None
    assert find_axis(plain.foreground("auto")) is None
    assert nearest_end(scene, ds.places.Place(64, 64, 0)) is None
    found = sample_places(ds.places.AlongObject(share_range=(0.0, 0.1)), scene, 200)
    assert np.ptp([place.x for place in found]) > 60, "places lie anywhere on an object without an axis"
    assert all(np.hypot(place.x - 64, place.y - 64) < 43 for place in found)
    assert np.ptp([place.x for place in sample_places(ds.places.AlongObject(share_range=(1.0, 1.0)), plain)]) > 40
