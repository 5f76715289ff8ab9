"""Places in a part of the frame."""

import math

import numpy as np

import defectsynth as ds
from defectsynth.scene.scene import Scene


def test_places_lie_in_their_part_of_the_frame_at_their_angle() -> None:
    scene = Scene(np.full((100, 200), 90, np.uint8))
    where = ds.places.InFrame(x_range=(0.5, 0.75), y_range=(0.0, 0.2), angle_range=(6.0, 11.0))
    places = [where.sample(np.random.default_rng(seed), scene) for seed in range(100)]
    x, y, angle = np.array([(place.x, place.y, place.angle) for place in places if place is not None]).T
    assert len(x) == 100
    assert 97 < x.min() < 110
    assert 140 < x.max() < 153
    assert y.max() < 24
    assert 0.1 <= angle.min() <= angle.max() <= 0.2


def test_places_on_an_edge_lie_on_it_and_point_along_it() -> None:
    image = np.full((160, 160), 40, np.uint8)
    image[:, 100:] = 200  # an upright edge, and a stronger one elsewhere
    image[:80, :30] = 255
    where = ds.places.InFrame(x_range=(0.4, 0.9), on="edge")
    for seed in range(20):
        place = where.sample(np.random.default_rng(seed), Scene(image))
        assert place is not None
        assert abs(place.x - 100) < 6
        assert abs(math.cos(place.angle)) < 0.1


def test_places_on_an_edge_do_not_depend_on_the_address_of_the_image() -> None:
    ramp = np.linspace(0, 0.9, 29, dtype=np.float32)[:, None] * np.array([0.3, 0.9, 0.8], np.float32)
    image = np.tile(ramp, (29, 1, 1))  # edges differ in strength by rounding only
    where = ds.places.InFrame(x_range=(0.0, 0.14), on="edge")
    kept, places = [], set()
    for number in range(200):
        places.add(where.sample(np.random.default_rng(number % 4), Scene(image)))
        kept.append(np.ones(16 * number + 8, np.uint8))  # the next image lies at another address
    assert len(places) == 4
